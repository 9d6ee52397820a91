#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/rfc3339.h"
#include "engine/base/text.h"
#include "tocsin/notification.h"

namespace tocsin {
namespace {

// A notification is some 450 bytes.
constexpr std::size_t kTypicalBytes = 512;

void Append(absl::string_view text, std::string* out) {
  out->append(text.data(), text.size());
}

template <typename AnyId>
void AppendId(const AnyId& id, std::string* out) {
  char text[38];
  text[0] = text[37] = '"';
  FormatUuid(id.uuid(), text + 1);
  out->append(text, sizeof text);
}

void AppendNumber(std::uint64_t number, std::string* out) {
  const absl::AlphaNum digits(number);
  out->append(digits.data(), digits.size());
}

// `alerts.<alert_type>`; that the value came back is said by `_resolved` in place
// of `_reached`.
void AppendEventType(const Notification& notification, std::string* out) {
  constexpr absl::string_view kReached = "reached";
  absl::string_view name = AlertTypeName(notification.alert_type);
  Append(",\"type\":\"alerts.", out);
  if (notification.kind == NotificationKind::kResolved) {
    name.remove_suffix(kReached.size());
    Append(name, out);
    Append("resolved\"", out);
  } else {
    Append(name, out);
    Append("\"", out);
  }
}

void AppendGroupValues(const Notification& notification, std::string* out) {
  if (notification.group_values.empty()) return;
  Append(",\"group_values\":[", out);
  for (const GroupValue& group : notification.group_values) {
    Append(out->back() == '[' ? "{\"key\":" : ",{\"key\":", out);
    AppendJsonString(group.key, out);
    Append(",\"value\":", out);
    AppendJsonString(group.value, out);
    Append("}", out);
  }
  Append("]", out);
}

void AppendMeasure(const Notification& notification, std::string* out) {
  switch (notification.alert_type) {
    case AlertType::kSpendThresholdReached:
      Append(",\"current_spend\":", out);
      notification.value.AppendTo(out);
      if (notification.credit_type) {
        Append(",\"credit_type_id\":", out);
        AppendId(*notification.credit_type, out);
      }
      break;
    case AlertType::kUsageThresholdReached:
      Append(",\"current_usage\":", out);
      notification.value.AppendTo(out);
      if (notification.billable_metric) {
        Append(",\"billable_metric_id\":", out);
        AppendId(*notification.billable_metric, out);
      }
      break;
    default:
      break;
  }
  AppendGroupValues(notification, out);
}

}  // namespace

void AppendJson(const Notification& notification, std::string* out) {
  Append("{\"id\":", out);
  AppendId(notification.id, out);
  AppendEventType(notification, out);
  Append(",\"properties\":{\"customer_id\":", out);
  AppendId(notification.customer, out);
  Append(",\"alert_id\":", out);
  AppendId(notification.alert, out);
  Append(",\"alert_name\":", out);
  AppendJsonString(notification.alert_name, out);
  Append(",\"timestamp\":\"", out);
  AppendRfc3339Millis(notification.timestamp, out);
  Append("\",\"threshold\":", out);
  notification.threshold.AppendTo(out);
  Append(",\"triggered_by\":\"", out);
  Append(TriggerName(notification.triggered_by), out);
  Append("\"", out);
  AppendMeasure(notification, out);
  Append(",\"previous_value\":", out);
  if (notification.previous_value) {
    notification.previous_value->AppendTo(out);
  } else {
    Append("null", out);
  }
  Append(",\"epoch\":", out);
  AppendNumber(notification.epoch, out);
  Append(",\"sequence\":", out);
  AppendNumber(notification.sequence, out);
  Append("}}", out);
}

std::string ToJson(const Notification& notification) {
  std::string text;
  text.reserve(kTypicalBytes);
  AppendJson(notification, &text);
  return text;
}

}  // namespace tocsin
