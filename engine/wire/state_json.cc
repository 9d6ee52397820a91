#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/text.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

void AppendGroupValues(const std::vector<GroupValue>& values, std::string* out) {
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

void AppendName(std::optional<absl::string_view> name, std::string* out) {
  if (!name.has_value()) {
    out->append("null");
    return;
  }
  absl::StrAppend(out, "\"", *name, "\"");
}

void AppendStanding(const CustomerAlert& alert, std::string* out) {
  out->append("\"customer_status\":");
  AppendName(alert.status.has_value() ? std::optional(CustomerStatusName(*alert.status))
                                      : std::nullopt,
             out);
  out->append(",\"triggered_by\":");
  AppendName(alert.triggered_by.has_value()
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

}  // namespace

void AppendStateJson(const CustomerAlert& whole,
                     const std::vector<CustomerAlert>* instances, std::string* out) {
  absl::StrAppend(out, "{\"customer_id\":\"", whole.customer.ToString(),
                  "\",\"alert_id\":\"", whole.alert.ToString(), "\",");
  AppendStanding(whole, out);
  out->append(",\"threshold\":");
  whole.threshold.AppendTo(out);
  absl::StrAppend(out, ",\"epoch\":", whole.epoch);
  if (instances != nullptr) {
    out->append(",\"instances\":[");
    for (const CustomerAlert& instance : *instances) {
      if (&instance != &instances->front()) out->push_back(',');
      out->push_back('{');
      AppendGroupValues(instance.group_values, out);
      AppendStanding(instance, out);
      absl::StrAppend(out, ",\"epoch\":", instance.epoch, "}");
    }
    out->push_back(']');
  }
  out->push_back('}');
}

void AppendJsonText(absl::string_view text, std::string* out) {
  AppendJsonString(text, out);
}

}  // namespace tocsin
