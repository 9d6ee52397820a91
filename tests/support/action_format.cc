#include "absl/strings/str_cat.h"
#include "tests/support/action.h"
#include "tests/support/action_words.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

std::string FormatSelector(const InstanceSelector& selector) {
  std::string text;
  for (const GroupValue& group : selector.group_values) {
    absl::StrAppend(&text, " ", Quoted(group.key), "=", Quoted(group.value));
  }
  if (selector.balance) absl::StrAppend(&text, " balance=", NameOf(*selector.balance));
  if (selector.invoice) absl::StrAppend(&text, " invoice=", NameOf(*selector.invoice));
  if (selector.seat) {
    absl::StrAppend(&text, " seat=", selector.seat->group_key, ":",
                    selector.seat->group_value);
  }
  if (selector.custom_field) {
    absl::StrAppend(&text, " field=", selector.custom_field->key, ":",
                    selector.custom_field->value);
  }
  return text;
}

std::string FormatFilters(const std::vector<GroupFilter>& groups) {
  std::string text;
  for (const GroupFilter& group : groups) {
    absl::StrAppend(&text, " group=", group.key);
    if (group.value) absl::StrAppend(&text, ":", *group.value);
  }
  return text;
}

std::string FormatFilters(const std::vector<CustomFieldFilter>& filters) {
  std::string text;
  for (const CustomFieldFilter& filter : filters) {
    absl::StrAppend(&text, " ", WordOf(filter.entity), "=", filter.key, ":",
                    filter.value);
  }
  return text;
}

std::string FormatFilters(const std::vector<AlertSpecifier>& specifiers) {
  std::string text;
  for (const AlertSpecifier& specifier : specifiers) {
    absl::StrAppend(&text, " specifier=", FormatSpecifier(specifier));
  }
  return text;
}

std::string FormatSeat(const std::optional<SeatFilter>& seat) {
  if (!seat) return "";
  const std::string value = seat->group_value ? ":" + *seat->group_value : "";
  return absl::StrCat(" seat=", seat->group_key, value);
}

std::string FormatNames(const std::string& key, const std::vector<std::string>& names) {
  return names.empty() ? "" : absl::StrCat(" ", key, "=", Joined(names));
}

std::string FormatCreate(const AlertSpec& spec) {
  const std::string id = spec.id ? NameOf(*spec.id) : "none";
  std::string text = absl::StrCat("alert ", id, " ", WordOf(spec.type), " ",
                                  spec.threshold ? spec.threshold->ToString() : "none");
  if (spec.name != id) absl::StrAppend(&text, " name=", Quoted(spec.name));
  if (spec.plan) absl::StrAppend(&text, " plan=", NameOf(*spec.plan));
  if (spec.customer) absl::StrAppend(&text, " customer=", NameOf(*spec.customer));
  if (spec.credit_type) absl::StrAppend(&text, " credit=", NameOf(*spec.credit_type));
  if (spec.billable_metric) {
    absl::StrAppend(&text, " metric=", NameOf(*spec.billable_metric));
  }
  if (spec.uniqueness_key) absl::StrAppend(&text, " key=", *spec.uniqueness_key);
  absl::StrAppend(&text, FormatFilters(spec.group_values),
                  FormatFilters(spec.custom_field_filters),
                  FormatNames("invoice_types", spec.invoice_types_filter),
                  FormatNames("grant_types", spec.credit_grant_type_filters),
                  FormatSeat(spec.seat_filter), FormatFilters(spec.alert_specifiers));
  if (spec.notify_resolved) absl::StrAppend(&text, " notify_resolved");
  if (!spec.evaluate_on_create) absl::StrAppend(&text, " silent");
  return text;
}

std::string FormatUpdate(const Action& action) {
  const AlertUpdate& update = action.update;
  std::string text = absl::StrCat("update ", NameOf(action.alert));
  if (update.name) absl::StrAppend(&text, " name=", Quoted(*update.name));
  if (update.threshold)
    absl::StrAppend(&text, " threshold=", update.threshold->ToString());
  if (update.notify_resolved) {
    absl::StrAppend(&text, " notify_resolved=", *update.notify_resolved ? "yes" : "no");
  }
  if (update.group_values) {
    absl::StrAppend(&text, update.group_values->empty() ? " no_groups" : "",
                    FormatFilters(*update.group_values));
  }
  if (update.custom_field_filters) {
    absl::StrAppend(&text, update.custom_field_filters->empty() ? " no_contracts" : "",
                    FormatFilters(*update.custom_field_filters));
  }
  if (update.invoice_types_filter) {
    absl::StrAppend(&text,
                    update.invoice_types_filter->empty() ? " no_invoice_types" : "",
                    FormatNames("invoice_types", *update.invoice_types_filter));
  }
  if (update.credit_grant_type_filters) {
    absl::StrAppend(&text,
                    update.credit_grant_type_filters->empty() ? " no_grant_types" : "",
                    FormatNames("grant_types", *update.credit_grant_type_filters));
  }
  absl::StrAppend(&text, FormatSeat(update.seat_filter));
  if (update.alert_specifiers) {
    absl::StrAppend(&text, update.alert_specifiers->empty() ? " no_specifiers" : "",
                    FormatFilters(*update.alert_specifiers));
  }
  if (update.on_change == OnChange::kNotifyAgain) absl::StrAppend(&text, " notify_again");
  return text;
}

std::string FormatApply(const Action& action) {
  if (action.facts.size() == 1 && !action.position) {
    return FormatFact(action.facts[0]);
  }
  std::string text = "batch";
  if (action.position) {
    absl::StrAppend(&text, " source=", action.position->source,
                    " offset=", action.position->offset);
  }
  for (const Fact& fact : action.facts) {
    absl::StrAppend(&text, "\n  ", FormatFact(fact));
  }
  return text + "\nend";
}

}  // namespace

std::string FormatAction(const Action& action) {
  const std::string alert = NameOf(action.alert);
  switch (action.verb) {
    case Action::Verb::kClock:
      return absl::StrCat("clock ", TimeToText(action.time));
    case Action::Verb::kSink:
      return action.mood == CollectingSink::Mood::kTakes   ? "sink takes"
             : action.mood == CollectingSink::Mood::kFails ? "sink fails"
                                                           : "sink throws";
    case Action::Verb::kCreate:
      return FormatCreate(action.spec);
    case Action::Verb::kUpdate:
      return FormatUpdate(action);
    case Action::Verb::kArchive:
      return absl::StrCat("archive ", alert, action.release_key ? " release_key" : "");
    case Action::Verb::kDisable:
      return absl::StrCat("disable ", alert);
    case Action::Verb::kEnable:
      return absl::StrCat("enable ", alert);
    case Action::Verb::kApply:
      return FormatApply(action);
    case Action::Verb::kReset:
      return absl::StrCat("reset ", NameOf(action.customer), " ", alert,
                          FormatSelector(action.selector));
    case Action::Verb::kResetAll:
      return absl::StrCat(
          "reset-all ",
          action.of_customer ? "customer " + NameOf(action.customer) : "alert " + alert,
          action.go_on ? " go_on" : "");
    case Action::Verb::kDrain:
      return "drain";
  }
  return "no such verb";
}

}  // namespace tocsin::testing
