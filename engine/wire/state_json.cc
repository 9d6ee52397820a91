#include "engine/wire/state_json.h"

#include "absl/strings/str_cat.h"
#include "engine/base/rfc3339.h"
#include "engine/base/text.h"
#include "tocsin/alert_type.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

void AppendGroupValues(const std::vector<GroupValue>& values, std::string* out) {
  if (values.empty()) return;
  out->append("\"group_values\":[");
  for (const GroupValue& value : values) {
    if (&value != &values.front()) out->push_back(',');
    out->append("{\"key\":");
    AppendJsonString(value.key, out);
    out->append(",\"value\":");
    AppendJsonString(value.value, out);
    out->push_back('}');
  }
  out->append("],");
}

template <typename AnyId>
void AppendId(absl::string_view field, const std::optional<AnyId>& id, std::string* out) {
  if (!id.has_value()) return;
  absl::StrAppend(out, "\"", field, "\":\"", id->ToString(), "\",");
}

void AppendSeat(const Seat& seat, std::string* out) {
  out->append("\"seat_filter\":{\"seat_group_key\":");
  AppendJsonString(seat.group_key, out);
  out->append(",\"seat_group_value\":");
  AppendJsonString(seat.group_value, out);
  out->append("},");
}

void AppendCustomField(FilterEntity entity, const CustomField& field, std::string* out) {
  absl::StrAppend(out, "\"alert_specifiers\":[{\"custom_field_filters\":[{\"entity\":\"",
                  FilterEntityName(entity), "\",\"key\":");
  AppendJsonString(field.key, out);
  out->append(",\"value\":");
  AppendJsonString(field.value, out);
  out->append("}]}],");
}

}  // namespace

void AppendTimeText(absl::Time time, std::string* out) {
  out->push_back('"');
  AppendRfc3339Millis(time, out);
  out->push_back('"');
}

void AppendNameOrNull(std::optional<absl::string_view> name, std::string* out) {
  if (!name.has_value()) {
    out->append("null");
    return;
  }
  absl::StrAppend(out, "\"", *name, "\"");
}

void AppendStanding(const CustomerAlert& alert, std::string* out) {
  out->append("\"customer_status\":");
  AppendNameOrNull(alert.status.has_value()
                       ? std::optional(CustomerStatusName(*alert.status))
                       : std::nullopt,
                   out);
  out->append(",\"triggered_by\":");
  AppendNameOrNull(alert.triggered_by.has_value()
                       ? std::optional(TriggerName(*alert.triggered_by))
                       : std::nullopt,
                   out);
  out->append(",\"value\":");
  if (alert.value.has_value()) {
    alert.value->AppendTo(out);
  } else {
    out->append("null");
  }
}

void AppendSelectorJson(AlertType type, const InstanceSelector& instance,
                        std::string* out) {
  AppendGroupValues(instance.group_values, out);
  AppendId("balance_id", instance.balance, out);
  AppendId("invoice_id", instance.invoice, out);
  if (instance.seat.has_value()) AppendSeat(*instance.seat, out);
  const std::optional<FilterEntity> entity = InfoOf(type).custom_fields;
  if (instance.custom_field.has_value() && entity.has_value()) {
    AppendCustomField(*entity, *instance.custom_field, out);
  }
}

InstanceSelector SelectorOf(const CustomerAlert& instance) {
  return {.group_values = instance.group_values,
          .balance = instance.balance,
          .invoice = instance.invoice,
          .seat = instance.seat,
          .custom_field = instance.custom_field};
}

void AppendInstances(const std::vector<CustomerAlert>* instances, std::string* out) {
  if (instances == nullptr) return;
  out->append(",\"instances\":[");
  for (const CustomerAlert& instance : *instances) {
    if (&instance != &instances->front()) out->push_back(',');
    out->push_back('{');
    AppendSelectorJson(instance.type, SelectorOf(instance), out);
    AppendStanding(instance, out);
    absl::StrAppend(out, ",\"epoch\":", instance.epoch, "}");
  }
  out->push_back(']');
}

void AppendStateJson(const CustomerAlert& whole,
                     const std::vector<CustomerAlert>* instances, std::string* out) {
  absl::StrAppend(out, "{\"customer_id\":\"", whole.customer.ToString(),
                  "\",\"alert_id\":\"", whole.alert.ToString(), "\",");
  AppendStanding(whole, out);
  out->append(",\"threshold\":");
  whole.threshold.AppendTo(out);
  absl::StrAppend(out, ",\"epoch\":", whole.epoch);
  AppendInstances(instances, out);
  out->push_back('}');
}

void AppendJsonText(absl::string_view text, std::string* out) {
  AppendJsonString(text, out);
}

}  // namespace tocsin
