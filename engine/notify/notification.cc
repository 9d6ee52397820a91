#include "engine/notify/notification.h"

namespace tocsin::notify {
Notification MakeNotification(const model::Decision& decision) {
  const AlertSpec& spec = decision.alert->spec();
  Notification notification{.id = IdOf(decision),
                            .kind = decision.kind,
                            .alert_type = spec.type,
                            .customer = decision.customer,
                            .alert = decision.alert->id(),
                            .alert_name = spec.name,
                            .threshold = decision.alert->threshold(),
                            .value = decision.value,
                            .previous_value = decision.previous_value,
                            .epoch = decision.epoch,
                            .sequence = decision.sequence,
                            .triggered_by = decision.triggered_by,
                            .timestamp = decision.time};
  if (spec.type == AlertType::kUsageThresholdReached) {
    notification.billable_metric = spec.billable_metric;
  } else {
    notification.credit_type = spec.credit_type.value_or(UsdCents());
  }
  if (!spec.group_values.empty()) {
    notification.group_values = model::GroupValuesOf(spec, decision.instance);
  }
  return notification;
}

}  // namespace tocsin::notify
