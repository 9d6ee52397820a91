#include "engine/notify/notification.h"

#include <utility>

#include "engine/model/selector.h"

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
  const AlertTypeInfo& info = InfoOf(spec.type);
  if (info.has_billable_metric) notification.billable_metric = spec.billable_metric;
  if (info.has_credit_type) {
    notification.credit_type = spec.credit_type.value_or(UsdCents());
  }
  notification.remaining_balance = decision.remaining_balance;
  InstanceSelector about = model::SelectorOf(spec, decision.instance);
  notification.group_values = std::move(about.group_values);
  notification.balance = about.balance;
  notification.invoice = about.invoice;
  if (info.watched == Watched::kInvoice) {
    notification.invoice_type = decision.invoice_type;
  }
  notification.seat = std::move(about.seat);
  notification.custom_field = std::move(about.custom_field);
  return notification;
}

}  // namespace tocsin::notify
