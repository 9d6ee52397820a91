// The names that enumerators have on the wire.

#include <optional>

#include "absl/base/internal/raw_logging.h"
#include "absl/strings/string_view.h"
#include "tocsin/alert.h"
#include "tocsin/alert_type.h"
#include "tocsin/customer_alert.h"
#include "tocsin/notification.h"

namespace tocsin {

// The switches have no default, so that the compiler finds an enumerator without
// a name. A value that is no enumerator is a programmer's error.

absl::string_view FilterEntityName(FilterEntity entity) {
  switch (entity) {
    case FilterEntity::kContract:
      return "Contract";
    case FilterEntity::kCommit:
      return "Commit";
    case FilterEntity::kContractCredit:
      return "ContractCredit";
    case FilterEntity::kContractCreditOrCommit:
      return "ContractCreditOrCommit";
  }
  ABSL_RAW_LOG(FATAL, "not a FilterEntity");
}

std::optional<FilterEntity> FilterEntityFromName(absl::string_view name) {
  for (int i = 0; i < kFilterEntityCount; ++i) {
    const auto entity = static_cast<FilterEntity>(i);
    if (name == FilterEntityName(entity)) return entity;
  }
  return std::nullopt;
}

absl::string_view BalanceTypeName(BalanceType type) {
  switch (type) {
    case BalanceType::kCommit:
      return "commit";
    case BalanceType::kContractCredit:
      return "contract_credit";
    case BalanceType::kCreditGrant:
      return "credit_grant";
  }
  ABSL_RAW_LOG(FATAL, "not a BalanceType");
}

std::optional<BalanceType> BalanceTypeFromName(absl::string_view name) {
  for (int i = 0; i < kBalanceTypeCount; ++i) {
    const auto type = static_cast<BalanceType>(i);
    if (name == BalanceTypeName(type)) return type;
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
    case Trigger::kBalance:
      return "balance";
    case Trigger::kInvoiceGeneration:
      return "invoice_generation";
    case Trigger::kPeriod:
      return "period";
    case Trigger::kClock:
      return "clock";
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
