// Alerts and customer alerts, as the endpoints answer them.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/rfc3339.h"
#include "engine/base/text.h"
#include "engine/wire/state_json.h"
#include "tocsin/alert_type.h"
#include "tocsin/requests.h"

namespace tocsin {
namespace {

void AppendTextField(absl::string_view name, absl::string_view text, std::string* out) {
  absl::StrAppend(out, ",\"", name, "\":");
  AppendJsonString(text, out);
}

template <typename AnyId>
void AppendIdField(absl::string_view name, const std::optional<AnyId>& id,
                   std::string* out) {
  if (id.has_value()) absl::StrAppend(out, ",\"", name, "\":\"", id->ToString(), "\"");
}

// Appends `,"name":[...]` with each element as `append` has it; nothing if there is none.
template <typename Elements, typename Append>
void AppendList(absl::string_view name, const Elements& elements, std::string* out,
                Append append) {
  if (elements.empty()) return;
  absl::StrAppend(out, ",\"", name, "\":[");
  for (const auto& element : elements) {
    if (&element != &elements.front()) out->push_back(',');
    append(element);
  }
  out->push_back(']');
}

// {"entity":S,"key":S,"value":S?}, of either kind of filter by custom fields.
void AppendEntityFilter(FilterEntity entity, absl::string_view key,
                        const std::string* value, std::string* out) {
  absl::StrAppend(out, "{\"entity\":\"", FilterEntityName(entity), "\"");
  AppendTextField("key", key, out);
  if (value != nullptr) AppendTextField("value", *value, out);
  out->push_back('}');
}

void AppendCustomFieldFilters(const std::vector<CustomFieldFilter>& filters,
                              std::string* out) {
  AppendList("custom_field_filters", filters, out, [out](const CustomFieldFilter& one) {
    AppendEntityFilter(one.entity, one.key, &one.value, out);
  });
}

// Lists have a comma in front of them; the first behind the brace must not.
void CloseObject(std::size_t begin, std::string* out) {
  if (out->size() > begin && (*out)[begin] == ',') out->erase(begin, 1);
  out->push_back('}');
}

void AppendSpecifier(const AlertSpecifier& specifier, std::string* out) {
  out->push_back('{');
  const std::size_t begin = out->size();
  AppendList("custom_field_filters", specifier.custom_field_filters, out,
             [out](const SpecifierField& field) {
               AppendEntityFilter(field.entity, field.key,
                                  field.value.has_value() ? &*field.value : nullptr, out);
             });
  AppendList("exclude", specifier.exclude, out, [out](const SpecifierExclude& exclude) {
    out->push_back('{');
    const std::size_t inner = out->size();
    AppendCustomFieldFilters(exclude.custom_field_filters, out);
    CloseObject(inner, out);
  });
  CloseObject(begin, out);
}

void AppendSeatFilter(const SeatFilter& seat, std::string* out) {
  out->append(",\"seat_filter\":{\"seat_group_key\":");
  AppendJsonString(seat.group_key, out);
  if (seat.group_value.has_value()) {
    AppendTextField("seat_group_value", *seat.group_value, out);
  }
  out->push_back('}');
}

void AppendFilters(const AlertSpec& spec, std::string* out) {
  AppendList("group_values", spec.group_values, out, [out](const GroupFilter& filter) {
    out->append("{\"key\":");
    AppendJsonString(filter.key, out);
    if (filter.value.has_value()) AppendTextField("value", *filter.value, out);
    out->push_back('}');
  });
  AppendCustomFieldFilters(spec.custom_field_filters, out);
  const auto append_text = [out](const std::string& text) {
    AppendJsonString(text, out);
  };
  AppendList("invoice_types_filter", spec.invoice_types_filter, out, append_text);
  AppendList("credit_grant_type_filters", spec.credit_grant_type_filters, out,
             append_text);
  if (spec.seat_filter.has_value()) AppendSeatFilter(*spec.seat_filter, out);
  AppendList("alert_specifiers", spec.alert_specifiers, out,
             [out](const AlertSpecifier& specifier) { AppendSpecifier(specifier, out); });
}

void AppendCreditType(const AlertSpec& spec, std::string* out) {
  if (!InfoOf(spec.type).has_credit_type) return;
  const CreditTypeId id = spec.credit_type.value_or(UsdCents());
  const std::string text = id.ToString();
  absl::StrAppend(out, ",\"credit_type\":{\"id\":\"", text, "\",\"name\":\"",
                  id == UsdCents() ? "USD (cents)" : text, "\"}");
}

// Whether some filter of the list leaves its value open.
template <typename Filters>
bool LeavesOpen(const Filters& filters) {
  return std::any_of(filters.begin(), filters.end(),
                     [](const auto& filter) { return !filter.value.has_value(); });
}

}  // namespace

bool FansOut(const AlertSpec& spec) {
  switch (InfoOf(spec.type).watched) {
    case Watched::kInvoice:
    case Watched::kBalance:
      return true;
    case Watched::kSeat:
      return !spec.seat_filter.has_value() || !spec.seat_filter->group_value.has_value();
    case Watched::kBalances:
      return std::any_of(spec.alert_specifiers.begin(), spec.alert_specifiers.end(),
                         [](const AlertSpecifier& specifier) {
                           return LeavesOpen(specifier.custom_field_filters);
                         });
    case Watched::kSpend:
    case Watched::kUsage:
      return LeavesOpen(spec.group_values);
    case Watched::kInvoicesOfMonth:
    case Watched::kPlan:
      return false;
  }
  return false;
}

void AppendAlertJson(const Alert& alert, std::string* out) {
  const AlertSpec& spec = alert.spec;
  absl::StrAppend(out, "{\"id\":\"", alert.id.ToString(), "\"");
  AppendTextField("name", spec.name, out);
  absl::StrAppend(out, ",\"type\":\"", AlertTypeName(spec.type), "\",\"status\":\"",
                  AlertStatusName(alert.status), "\",\"threshold\":");
  spec.threshold.value_or(Decimal()).AppendTo(out);
  out->append(",\"updated_at\":");
  AppendTimeText(alert.updated_at, out);
  if (spec.uniqueness_key.has_value()) {
    AppendTextField("uniqueness_key", *spec.uniqueness_key, out);
  }
  AppendCreditType(spec, out);
  AppendFilters(spec, out);
  AppendIdField("billable_metric_id", spec.billable_metric, out);
  AppendIdField("customer_id", spec.customer, out);
  AppendIdField("plan_id", spec.plan, out);
  absl::StrAppend(out,
                  ",\"evaluate_on_create\":", spec.evaluate_on_create ? "true" : "false",
                  ",\"notify_resolved\":", spec.notify_resolved ? "true}" : "false}");
}

void AppendCustomerAlertJson(const CustomerAlert& state, const Alert& alert,
                             const std::vector<CustomerAlert>* instances,
                             std::string* out) {
  absl::StrAppend(out, "{\"customer_id\":\"", state.customer.ToString(), "\",");
  AppendSelectorJson(state.type, SelectorOf(state), out);
  AppendStanding(state, out);
  absl::StrAppend(out, ",\"epoch\":", state.epoch,
                  ",\"group_dropped\":", state.group_dropped,
                  ",\"source_failed\":", state.source_failed ? "true" : "false");
  AppendInstances(instances, out);
  // As it was when the state was taken, should it have been changed in between.
  Alert then = alert;
  then.status = state.alert_status;
  then.spec.name = state.alert_name;
  then.spec.threshold = state.threshold;
  out->append(",\"alert\":");
  AppendAlertJson(then, out);
  out->push_back('}');
}

void AppendExplanationJson(const Explanation& explanation, const Alert& alert,
                           std::string* out) {
  out->append("{\"customer_alert\":");
  AppendCustomerAlertJson(explanation.state, alert, nullptr, out);
  out->append(",\"status_change\":");
  if (const auto& change = explanation.status_change; change.has_value()) {
    out->append("{\"at\":");
    AppendTimeText(change->at, out);
    absl::StrAppend(out, ",\"by\":\"", TriggerName(change->by), "\"}");
  } else {
    out->append("null");
  }
  out->append(",\"last_notification\":");
  if (const auto& said = explanation.last_notification; said.has_value()) {
    absl::StrAppend(out, "{\"id\":\"", said->id.ToString(), "\",\"kind\":\"",
                    said->kind == NotificationKind::kReached ? "reached" : "resolved",
                    "\",\"at\":");
    AppendTimeText(said->at, out);
    out->append(",\"value\":");
    said->value.AppendTo(out);
    absl::StrAppend(out, ",\"epoch\":", said->epoch, ",\"triggered_by\":\"",
                    TriggerName(said->triggered_by), "\"}");
  } else {
    out->append("null");
  }
  out->append(",\"due\":");
  if (const auto& due = explanation.due; due.has_value()) {
    out->append("{\"since\":");
    AppendTimeText(due->since, out);
    out->append(",\"reasons\":[");
    for (const Trigger& reason : due->reasons) {
      absl::StrAppend(out, &reason == &due->reasons.front() ? "\"" : ",\"",
                      TriggerName(reason), "\"");
    }
    out->append("]}}");
  } else {
    out->append("null}");
  }
}

void AppendHistoryEventJson(const HistoryEvent& event, AlertType type, std::string* out) {
  absl::StrAppend(out, "{\"number\":", event.number, ",\"at\":");
  AppendTimeText(event.at, out);
  out->push_back(',');
  AppendSelectorJson(type, event.instance, out);
  out->append("\"customer_status\":");
  AppendNameOrNull(event.status.has_value()
                       ? std::optional(CustomerStatusName(*event.status))
                       : std::nullopt,
                   out);
  absl::StrAppend(out, ",\"triggered_by\":\"", TriggerName(event.triggered_by),
                  "\",\"of_all_customers\":", event.of_all_customers ? "true" : "false",
                  ",\"epoch\":", event.epoch, ",\"value\":");
  event.value.AppendTo(out);
  out->append(",\"notification_id\":");
  const std::string id =
      event.notification.has_value() ? event.notification->ToString() : std::string();
  AppendNameOrNull(id.empty() ? std::nullopt : std::optional<absl::string_view>(id), out);
  out->push_back('}');
}

}  // namespace tocsin
