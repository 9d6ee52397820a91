// The names that enumerators have on the wire.

#include <optional>

#include "absl/base/internal/raw_logging.h"
#include "absl/strings/string_view.h"
#include "tocsin/alert.h"
#include "tocsin/customer_alert.h"
#include "tocsin/notification.h"

namespace tocsin {

// The switches have no default, so that the compiler finds an enumerator without
// a name. A value that is no enumerator is a programmer's error.

absl::string_view AlertTypeName(AlertType type) {
  switch (type) {
    case AlertType::kSpendThresholdReached:
      return "spend_threshold_reached";
    case AlertType::kUsageThresholdReached:
      return "usage_threshold_reached";
  }
  ABSL_RAW_LOG(FATAL, "not an AlertType");
}

std::optional<AlertType> AlertTypeFromName(absl::string_view name) {
  for (AlertType type :
       {AlertType::kSpendThresholdReached, AlertType::kUsageThresholdReached}) {
    if (name == AlertTypeName(type)) return type;
  }
  return std::nullopt;
}

absl::string_view AlertStatusName(AlertStatus status) {
  switch (status) {
    case AlertStatus::kEnabled:
      return "enabled";
    case AlertStatus::kDisabled:
      return "disabled";
    case AlertStatus::kArchived:
      return "archived";
  }
  ABSL_RAW_LOG(FATAL, "not an AlertStatus");
}

absl::string_view TriggerName(Trigger trigger) {
  switch (trigger) {
    case Trigger::kSpend:
      return "spend";
    case Trigger::kUsage:
      return "usage";
    case Trigger::kPeriod:
      return "period";
    case Trigger::kCustomer:
      return "customer";
    case Trigger::kAlertCreated:
      return "alert_created";
    case Trigger::kAlertUpdated:
      return "alert_updated";
    case Trigger::kReset:
      return "reset";
  }
  ABSL_RAW_LOG(FATAL, "not a Trigger");
}

absl::string_view CustomerStatusName(CustomerStatus status) {
  switch (status) {
    case CustomerStatus::kOk:
      return "ok";
    case CustomerStatus::kInAlarm:
      return "in_alarm";
    case CustomerStatus::kEvaluating:
      return "evaluating";
  }
  ABSL_RAW_LOG(FATAL, "not a CustomerStatus");
}

}  // namespace tocsin
