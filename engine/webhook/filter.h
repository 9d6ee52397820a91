#ifndef TOCSIN_ENGINE_WEBHOOK_FILTER_H_
#define TOCSIN_ENGINE_WEBHOOK_FILTER_H_

#include "absl/container/flat_hash_set.h"
#include "tocsin/alert_type.h"
#include "tocsin/ids.h"
#include "tocsin/webhook.h"

namespace tocsin::webhook {

// A `WebhookFilter` that is asked often.
//
// Thread safety: a value type.
class Filter {
 public:
  Filter() = default;
  explicit Filter(const WebhookFilter& filter)
      : alert_types_(filter.alert_types.begin(), filter.alert_types.end()),
        alerts_(filter.alerts.begin(), filter.alerts.end()),
        customers_(filter.customers.begin(), filter.customers.end()) {}

  bool Wants(AlertType type, AlertId alert, CustomerId customer) const {
    return (alert_types_.empty() || alert_types_.contains(type)) &&
           (alerts_.empty() || alerts_.contains(alert)) &&
           (customers_.empty() || customers_.contains(customer));
  }

 private:
  absl::flat_hash_set<AlertType> alert_types_;
  absl::flat_hash_set<AlertId> alerts_;
  absl::flat_hash_set<CustomerId> customers_;
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_FILTER_H_
