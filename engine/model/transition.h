#ifndef TOCSIN_ENGINE_MODEL_TRANSITION_H_
#define TOCSIN_ENGINE_MODEL_TRANSITION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "engine/model/alert_version.h"
#include "tocsin/customer_alert.h"
#include "tocsin/decimal.h"
#include "tocsin/ids.h"
#include "tocsin/notification.h"

namespace tocsin::model {

// That an instance of a customer alert came to a status, also where nobody is told; or
// that it was reset.
struct Transition {
  CustomerId customer;
  AlertPtr alert;
  std::string instance;  // its key
  // Nothing: it has none any more, as the customer left the alert's scope.
  std::optional<CustomerStatus> status;
  Trigger triggered_by = Trigger::kSpend;
  Decimal value;  // 0 where there is no data
  std::uint64_t epoch = 0;
  absl::Time time;
  // What is said of it, if anything is.
  std::optional<NotificationKind> said;
  std::uint64_t crossing = 0;  // of that

  // Whether it is by the values that it came to the status.
  bool IsConclusion() const {
    return status == CustomerStatus::kInAlarm || status == CustomerStatus::kOk;
  }
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_TRANSITION_H_
