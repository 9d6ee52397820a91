#ifndef TOCSIN_ENGINE_MODEL_DECISION_H_
#define TOCSIN_ENGINE_MODEL_DECISION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "engine/model/alert_version.h"
#include "tocsin/decimal.h"
#include "tocsin/ids.h"
#include "tocsin/notification.h"

namespace tocsin::model {

// That a notification is to be sent, and all that its content follows from: the
// id and the bytes are made from it later, off the path of facts.
struct Decision {
  NotificationKind kind = NotificationKind::kReached;
  Trigger triggered_by = Trigger::kSpend;
  CustomerId customer;
  AlertPtr alert;
  std::string instance;  // instance key
  Decimal value;
  std::optional<Decimal> previous_value;
  std::optional<Decimal> remaining_balance;  // of a percentage
  std::string invoice_type;                  // of one invoice
  std::uint64_t epoch = 0;
  std::uint64_t crossing = 0;
  std::uint64_t sequence = 0;
  absl::Time time;
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_DECISION_H_
