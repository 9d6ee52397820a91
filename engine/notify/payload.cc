#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/base/rfc3339.h"
#include "engine/base/text.h"
#include "tocsin/notification.h"

namespace tocsin {
namespace {

void AppendKey(absl::string_view key, std::string* out) {
  absl::StrAppend(out, out->back() == '{' ? "\"" : ",\"", key, "\":");
}

template <typename AnyId>
void AppendId(absl::string_view key, const AnyId& id, std::string* out) {
  AppendKey(key, out);
  out->push_back('"');
  const std::size_t size = out->size();
  out->resize(size + 36);
  FormatUuid(id.uuid(), out->data() + size);
  out->push_back('"');
}

void AppendText(absl::string_view key, absl::string_view text, std::string* out) {
  AppendKey(key, out);
  AppendJsonString(text, out);
}

void AppendDecimal(absl::string_view key, Decimal value, std::string* out) {
  AppendKey(key, out);
  value.AppendTo(out);
}

// `alerts.<alert_type>`; that the value came back is said by `_resolved` in place
// of `_reached`.
void AppendEventType(const Notification& notification, std::string* out) {
  constexpr absl::string_view kReached = "reached";
  absl::string_view name = AlertTypeName(notification.alert_type);
  AppendKey("type", out);
  absl::StrAppend(out, "\"alerts.");
  if (notification.kind == NotificationKind::kResolved) {
    name.remove_suffix(kReached.size());
    absl::StrAppend(out, name, "resolved\"");
  } else {
    absl::StrAppend(out, name, "\"");
  }
}

void AppendGroupValues(const Notification& notification, std::string* out) {
  if (notification.group_values.empty()) return;
  AppendKey("group_values", out);
  out->push_back('[');
  for (const GroupValue& group : notification.group_values) {
    out->append(out->back() == '[' ? "{" : ",{");
    AppendText("key", group.key, out);
    AppendText("value", group.value, out);
    out->push_back('}');
  }
  out->push_back(']');
}

void AppendMeasure(const Notification& notification, std::string* out) {
  switch (notification.alert_type) {
    case AlertType::kSpendThresholdReached:
      AppendDecimal("current_spend", notification.value, out);
      if (notification.credit_type) {
        AppendId("credit_type_id", *notification.credit_type, out);
      }
      break;
    case AlertType::kUsageThresholdReached:
      AppendDecimal("current_usage", notification.value, out);
      if (notification.billable_metric) {
        AppendId("billable_metric_id", *notification.billable_metric, out);
      }
      break;
  }
  AppendGroupValues(notification, out);
}

}  // namespace

void AppendJson(const Notification& notification, std::string* out) {
  out->push_back('{');
  AppendId("id", notification.id, out);
  AppendEventType(notification, out);
  AppendKey("properties", out);
  out->push_back('{');
  AppendId("customer_id", notification.customer, out);
  AppendId("alert_id", notification.alert, out);
  AppendText("alert_name", notification.alert_name, out);
  AppendKey("timestamp", out);
  out->push_back('"');
  AppendRfc3339Millis(notification.timestamp, out);
  out->push_back('"');
  AppendDecimal("threshold", notification.threshold, out);
  AppendText("triggered_by", TriggerName(notification.triggered_by), out);
  AppendMeasure(notification, out);
  AppendKey("previous_value", out);
  if (notification.previous_value) {
    notification.previous_value->AppendTo(out);
  } else {
    out->append("null");
  }
  AppendKey("epoch", out);
  absl::StrAppend(out, notification.epoch);
  AppendKey("sequence", out);
  absl::StrAppend(out, notification.sequence, "}}");
}

std::string ToJson(const Notification& notification) {
  std::string text;
  AppendJson(notification, &text);
  return text;
}

}  // namespace tocsin
