#include "engine/model/selector.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "engine/base/status.h"
#include "engine/base/text.h"

namespace tocsin::model {
namespace {

std::string WantedGroups(const std::vector<GroupFilter>& groups) {
  std::vector<std::string> parts;
  for (const GroupFilter& group : groups) {
    const std::string key = Quote(group.key);
    parts.push_back(group.value.has_value()
                        ? absl::StrCat(key, ": ", Quote(*group.value), " or no ", key)
                        : absl::StrCat("any ", key));
  }
  return absl::StrCat("group_values with ", absl::StrJoin(parts, " and with "));
}

// What one instance of an alert is named by.
std::string Wanted(const AlertVersion& alert) {
  const Measure& measure = *alert.measure;
  if (!measure.groups.empty()) return WantedGroups(measure.groups);
  if (measure.seat.has_value() && measure.seat->group_value.has_value()) {
    return absl::StrCat("the seat ", Quote(measure.seat->group_key), ": ",
                        Quote(*measure.seat->group_value), " or nothing");
  }
  if (!measure.FansOut()) return "nothing, because the alert does not fan out";
  switch (measure.subject.info().watched) {
    case Watched::kInvoice:
      return "invoice_id";
    case Watched::kBalance:
      return "balance_id";
    case Watched::kSeat:
      return absl::StrCat("a seat of the seat_group_key ",
                          Quote(measure.seat->group_key));
    case Watched::kBalances:
      return absl::StrCat("a value of the custom field ", Quote(*measure.OpenField()));
    default:
      return "";
  }
}

std::string Given(const InstanceSelector& selector) {
  std::vector<std::string> parts;
  for (const GroupValue& group : selector.group_values) {
    parts.push_back(
        absl::StrCat("group value ", Quote(group.key), ": ", Quote(group.value)));
  }
  if (selector.balance) parts.push_back("balance " + selector.balance->ToString());
  if (selector.invoice) parts.push_back("invoice " + selector.invoice->ToString());
  if (selector.seat) {
    parts.push_back(absl::StrCat("seat ", Quote(selector.seat->group_key), ": ",
                                 Quote(selector.seat->group_value)));
  }
  if (selector.custom_field) {
    parts.push_back(absl::StrCat("custom field ", Quote(selector.custom_field->key), ": ",
                                 Quote(selector.custom_field->value)));
  }
  return absl::StrJoin(parts, ", ");
}

absl::Status BadSelector(const AlertVersion& alert, const InstanceSelector& selector) {
  return MakeStatus(
      Reason::kMalformed,
      absl::StrCat("an instance of alert ", alert.id().ToString(), " is named by ",
                   Wanted(alert), ", not by ", Given(selector)));
}

absl::Status NilId(absl::string_view what) {
  return MakeStatus(Reason::kMissing,
                    absl::StrCat(what, " is the nil UUID; a real one is required"));
}

using MaybeKey = absl::StatusOr<std::optional<std::string>>;

MaybeKey InstanceOfGroups(const AlertVersion& alert, const InstanceSelector& selector) {
  std::vector<std::string> values;
  std::size_t named = 0;
  for (const GroupFilter& group : alert.measure->groups) {
    const auto given = std::find_if(
        selector.group_values.begin(), selector.group_values.end(),
        [&group](const GroupValue& value) { return value.key == group.key; });
    if (given == selector.group_values.end()) {
      if (!group.value.has_value()) return BadSelector(alert, selector);
      continue;
    }
    ++named;
    if (!group.value.has_value()) {
      values.push_back(given->value);
    } else if (*group.value != given->value) {
      return BadSelector(alert, selector);
    }
  }
  if (named != selector.group_values.size()) return BadSelector(alert, selector);
  return std::optional<std::string>(InstanceKeyOf(values));
}

MaybeKey InstanceOfSeat(const AlertVersion& alert, const InstanceSelector& selector) {
  const std::optional<SeatFilter>& filter = alert.measure->seat;
  if (!filter.has_value() || filter->group_key != selector.seat->group_key) {
    return BadSelector(alert, selector);
  }
  if (!filter->group_value.has_value()) {
    return std::optional<std::string>(InstanceKeyOfOne(selector.seat->group_value));
  }
  if (*filter->group_value != selector.seat->group_value) {
    return BadSelector(alert, selector);
  }
  return std::optional<std::string>("");
}

}  // namespace

absl::Status CheckIds(const InstanceSelector& selector) {
  if (selector.balance && selector.balance->is_nil()) return NilId("balance_id");
  if (selector.invoice && selector.invoice->is_nil()) return NilId("invoice_id");
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> InstanceOf(const AlertVersion& alert,
                                                      const InstanceSelector& selector) {
  if (selector.empty()) return std::optional<std::string>();
  const int kinds = !selector.group_values.empty() + selector.balance.has_value() +
                    selector.invoice.has_value() + selector.seat.has_value() +
                    selector.custom_field.has_value();
  if (kinds != 1) return BadSelector(alert, selector);
  const Watched watched = alert.measure->subject.info().watched;
  if (!selector.group_values.empty()) return InstanceOfGroups(alert, selector);
  if (selector.seat.has_value()) return InstanceOfSeat(alert, selector);
  if (selector.balance.has_value() && watched == Watched::kBalance) {
    return std::optional<std::string>(InstanceKeyOfOne(selector.balance->ToString()));
  }
  if (selector.invoice.has_value() && watched == Watched::kInvoice) {
    return std::optional<std::string>(InstanceKeyOfOne(selector.invoice->ToString()));
  }
  const std::string* open = alert.measure->OpenField();
  if (selector.custom_field.has_value() && open != nullptr &&
      *open == selector.custom_field->key) {
    return std::optional<std::string>(InstanceKeyOfOne(selector.custom_field->value));
  }
  return BadSelector(alert, selector);
}

InstanceSelector SelectorOf(const AlertSpec& spec, absl::string_view instance) {
  InstanceSelector about;
  if (!spec.group_values.empty()) about.group_values = GroupValuesOf(spec, instance);
  if (spec.seat_filter.has_value() && spec.seat_filter->group_value.has_value()) {
    about.seat = {.group_key = spec.seat_filter->group_key,
                  .group_value = *spec.seat_filter->group_value};
  }
  if (instance.empty() || !spec.group_values.empty()) return about;
  const std::vector<std::string> values = InstanceValues(instance);
  if (values.empty()) return about;
  const std::string& value = values.front();
  // A store that no engine has written may have another key than such an id.
  switch (InfoOf(spec.type).watched) {
    case Watched::kInvoice:
      if (const auto id = InvoiceId::Parse(value); id.ok()) about.invoice = *id;
      break;
    case Watched::kBalance:
      if (const auto id = BalanceId::Parse(value); id.ok()) about.balance = *id;
      break;
    case Watched::kSeat:
      if (!spec.seat_filter.has_value()) break;
      about.seat = {.group_key = spec.seat_filter->group_key, .group_value = value};
      break;
    case Watched::kBalances:
      if (const std::string* key = OpenFieldOf(spec.alert_specifiers); key != nullptr) {
        about.custom_field = {.key = *key, .value = value};
      }
      break;
    default:
      break;
  }
  return about;
}

std::string NameInstance(const AlertSpec& spec, absl::string_view instance) {
  return Given(SelectorOf(spec, instance));
}

}  // namespace tocsin::model
