#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/rfc3339.h"
#include "engine/base/text.h"
#include "tocsin/alert_type.h"
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

void AppendDigits(std::uint64_t number, std::string* out) {
  const absl::AlphaNum digits(number);
  out->append(digits.data(), digits.size());
}

void AppendField(absl::string_view name, std::string* out) {
  Append(",\"", out);
  Append(name, out);
  Append("\":", out);
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

void AppendDecimal(absl::string_view field, const Decimal& decimal, std::string* out) {
  AppendField(field, out);
  decimal.AppendTo(out);
}

// Nothing where there is no id.
template <typename AnyId>
void AppendOptionalId(absl::string_view field, const std::optional<AnyId>& id,
                      std::string* out) {
  if (!id.has_value()) return;
  AppendField(field, out);
  AppendId(*id, out);
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

void AppendSeat(const Seat& seat, std::string* out) {
  Append(",\"seat_filter\":{\"seat_group_key\":", out);
  AppendJsonString(seat.group_key, out);
  Append(",\"seat_group_value\":", out);
  AppendJsonString(seat.group_value, out);
  Append("}", out);
}

// The specifier that would select this instance alone.
void AppendSpecifier(FilterEntity entity, const CustomField& field, std::string* out) {
  Append(",\"alert_specifiers\":[{\"custom_field_filters\":[{\"entity\":\"", out);
  Append(FilterEntityName(entity), out);
  Append("\",\"key\":", out);
  AppendJsonString(field.key, out);
  Append(",\"value\":", out);
  AppendJsonString(field.value, out);
  Append("}]}]", out);
}

// The value, then what it is of. Which fields a type has is its row of the table.
void AppendMeasure(const Notification& notification, std::string* out) {
  const AlertTypeInfo& info = InfoOf(notification.alert_type);
  AppendDecimal(info.value_field, notification.value, out);
  if (info.unit == Unit::kPercent && notification.remaining_balance) {
    AppendDecimal("remaining_balance", *notification.remaining_balance, out);
  }
  if (info.has_credit_type) {
    AppendOptionalId("credit_type_id", notification.credit_type, out);
  }
  if (info.has_billable_metric) {
    AppendOptionalId("billable_metric_id", notification.billable_metric, out);
  }
  if (!info.balance_field.empty()) {
    AppendOptionalId(info.balance_field, notification.balance, out);
  }
  if (info.watched == Watched::kInvoice) {
    AppendOptionalId("invoice_id", notification.invoice, out);
    if (notification.invoice_type) {
      AppendField("invoice_type", out);
      AppendJsonString(*notification.invoice_type, out);
    }
  }
  if (info.has_seat_filter && notification.seat) AppendSeat(*notification.seat, out);
  if (info.has_alert_specifiers && info.custom_fields && notification.custom_field) {
    AppendSpecifier(*info.custom_fields, *notification.custom_field, out);
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
  AppendDigits(notification.epoch, out);
  Append(",\"sequence\":", out);
  AppendDigits(notification.sequence, out);
  Append("}}", out);
}

std::string ToJson(const Notification& notification) {
  std::string text;
  text.reserve(kTypicalBytes);
  AppendJson(notification, &text);
  return text;
}

}  // namespace tocsin
