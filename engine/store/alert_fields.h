#ifndef TOCSIN_ENGINE_STORE_ALERT_FIELDS_H_
#define TOCSIN_ENGINE_STORE_ALERT_FIELDS_H_

#include "engine/store/notification_fields.h"
#include "tocsin/alert.h"
#include "tocsin/options.h"

// The fields of alerts, in the order in which they are stored.
namespace tocsin::store {

template <>
struct LastOf<FilterEntity> {
  static constexpr FilterEntity value = FilterEntity::kContractCreditOrCommit;
};
template <>
struct LastOf<AlertStatus> {
  static constexpr AlertStatus value = AlertStatus::kArchived;
};
template <>
struct LastOf<PeriodPolicy> {
  static constexpr PeriodPolicy value = PeriodPolicy::kCalendarMonth;
};
template <>
struct LastOf<OnChange> {
  static constexpr OnChange value = OnChange::kNotifyAgain;
};

template <typename Archive, Of<GroupFilter> T>
void Fields(Archive& archive, T& filter) {
  archive(filter.key, filter.value);
}
template <typename Archive, Of<CustomFieldFilter> T>
void Fields(Archive& archive, T& filter) {
  archive(filter.entity, filter.key, filter.value);
}
template <typename Archive, Of<SeatFilter> T>
void Fields(Archive& archive, T& filter) {
  archive(filter.group_key, filter.group_value);
}
template <typename Archive, Of<SpecifierField> T>
void Fields(Archive& archive, T& field) {
  archive(field.entity, field.key, field.value);
}
template <typename Archive, Of<SpecifierExclude> T>
void Fields(Archive& archive, T& exclude) {
  archive(exclude.custom_field_filters);
}
template <typename Archive, Of<AlertSpecifier> T>
void Fields(Archive& archive, T& specifier) {
  archive(specifier.custom_field_filters, specifier.exclude);
}
template <typename Archive, Of<AlertSpec> T>
void Fields(Archive& archive, T& spec) {
  archive(spec.id, spec.type, spec.name, spec.threshold, spec.uniqueness_key,
          spec.customer, spec.plan, spec.credit_type, spec.billable_metric,
          spec.group_values, spec.custom_field_filters, spec.invoice_types_filter,
          spec.credit_grant_type_filters, spec.seat_filter, spec.alert_specifiers,
          spec.evaluate_on_create, spec.notify_resolved);
}
template <typename Archive, Of<AlertUpdate> T>
void Fields(Archive& archive, T& update) {
  archive(update.name, update.threshold, update.notify_resolved, update.group_values,
          update.custom_field_filters, update.invoice_types_filter,
          update.credit_grant_type_filters, update.seat_filter, update.alert_specifiers,
          update.on_change);
}

}  // namespace tocsin::store

#endif  // TOCSIN_ENGINE_STORE_ALERT_FIELDS_H_
