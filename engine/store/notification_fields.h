#ifndef TOCSIN_ENGINE_STORE_NOTIFICATION_FIELDS_H_
#define TOCSIN_ENGINE_STORE_NOTIFICATION_FIELDS_H_

#include "engine/store/fact_fields.h"
#include "tocsin/notification.h"

// The fields of a notification, in the order in which they are stored.
namespace tocsin::store {

template <>
struct LastOf<NotificationKind> {
  static constexpr NotificationKind value = NotificationKind::kResolved;
};
template <>
struct LastOf<AlertType> {
  static constexpr AlertType value = AlertType::kLowRemainingDaysInPlanReached;
};
template <>
struct LastOf<Trigger> {
  static constexpr Trigger value = Trigger::kReset;
};

template <typename Archive, Of<CustomField> T>
void Fields(Archive& archive, T& field) {
  archive(field.key, field.value);
}
template <typename Archive, Of<Notification> T>
void Fields(Archive& archive, T& it) {
  archive(it.id, it.kind, it.alert_type, it.customer, it.alert, it.alert_name,
          it.threshold, it.value, it.previous_value, it.epoch, it.sequence,
          it.triggered_by, it.timestamp, it.credit_type, it.billable_metric,
          it.remaining_balance, it.group_values, it.balance, it.invoice, it.invoice_type,
          it.seat, it.custom_field);
}

}  // namespace tocsin::store

#endif  // TOCSIN_ENGINE_STORE_NOTIFICATION_FIELDS_H_
