#ifndef TOCSIN_ALERT_TYPE_H_
#define TOCSIN_ALERT_TYPE_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tocsin {

// What can be watched. The names follow Metronome's threshold notifications; what
// each one watches stands in one table, which `InfoOf` shows.
enum class AlertType : std::uint8_t {
  kSpendThresholdReached,
  kMonthlyInvoiceTotalSpendThresholdReached,
  kUsageThresholdReached,
  kInvoiceTotalReached,
  kLowRemainingCommitBalanceReached,
  kLowRemainingCommitPercentageReached,
  kLowRemainingDaysForCommitSegmentReached,
  kLowRemainingContractCreditBalanceReached,
  kLowRemainingContractCreditPercentageReached,
  kLowRemainingDaysForContractCreditSegmentReached,
  kLowRemainingContractCreditAndCommitBalanceReached,
  kLowRemainingContractCreditAndCommitPercentageReached,
  kLowRemainingSeatBalanceReached,
  kLowCreditBalanceReached,
  kLowRemainingCreditPercentageReached,
  kLowRemainingDaysInPlanReached,
};

// What an alert's value is made of.
enum class Watched : std::uint8_t {
  kSpend,            // spend in one credit type in the current billing period
  kUsage,            // usage of one billable metric in the current billing period
  kInvoicesOfMonth,  // the active invoices of the current UTC month, summed
  kInvoice,          // each active invoice on its own
  kBalances,         // the balances that count now, summed
  kBalance,          // each balance that counts now on its own
  kSeat,             // the balances of each seat that count now, summed
  kPlan,             // the customer's plan
};

// Which way a threshold is reached; a value equal to it has reached it.
enum class Direction : std::uint8_t {
  kRising,   // at `value >= threshold`
  kFalling,  // at `value <= threshold`
};

// In what the value and the threshold are.
enum class Unit : std::uint8_t {
  kMoney,     // of the credit type: cents of USD, whole units of any other
  kQuantity,  // of the billable metric
  kPercent,   // 0 to 100: what remains of what was granted
  kDays,      // of 24 hours, with their fraction
};

// The entity whose custom fields a filter asks for.
enum class FilterEntity : std::uint8_t {
  kContract,
  kCommit,
  kContractCredit,
  kContractCreditOrCommit,
};
inline constexpr int kFilterEntityCount = 4;

// `ContractCredit`, as on the wire.
absl::string_view FilterEntityName(FilterEntity entity);
std::optional<FilterEntity> FilterEntityFromName(absl::string_view name);

// What a balance is.
enum class BalanceType : std::uint8_t { kCommit, kContractCredit, kCreditGrant };
inline constexpr int kBalanceTypeCount = 3;

// `contract_credit`, as on the wire.
absl::string_view BalanceTypeName(BalanceType type);
std::optional<BalanceType> BalanceTypeFromName(absl::string_view name);

// One row of the table of alert types. Everything that differs between types and is
// not the arithmetic of what is watched follows from it: which fields an alert may
// have, which way it trips, its names on the wire, docs/alert-types.md.
struct AlertTypeInfo {
  AlertType type = AlertType::kSpendThresholdReached;
  absl::string_view name = {};  // `spend_threshold_reached`
  Watched watched = Watched::kSpend;
  Direction direction = Direction::kRising;
  Unit unit = Unit::kMoney;

  // Which balances count, of kBalances and kBalance.
  bool commits = false;
  bool contract_credits = false;
  bool credit_grants = false;

  // The fields of an alert that belong to the type; any other is refused by name.
  bool has_credit_type = false;
  bool has_billable_metric = false;  // and must be given
  bool has_group_values = false;
  bool has_invoice_types = false;
  bool has_credit_grant_types = false;
  bool has_seat_filter = false;  // and must be given
  bool has_alert_specifiers = false;
  // `custom_field_filters`, of this entity.
  std::optional<FilterEntity> custom_fields = std::nullopt;

  // The name of the value in a notification: `current_spend`.
  absl::string_view value_field = {};
  // The name of the one balance's id in a notification, of kBalance: `commit_id`.
  absl::string_view balance_field = {};
  // What it watches, in a few words.
  absl::string_view summary = {};

  bool Counts(BalanceType balance) const {
    switch (balance) {
      case BalanceType::kCommit:
        return commits;
      case BalanceType::kContractCredit:
        return contract_credits;
      case BalanceType::kCreditGrant:
        return credit_grants;
    }
    return false;
  }
};

// All types, in the order of the enumerators.
absl::Span<const AlertTypeInfo> AlertTypes();
const AlertTypeInfo& InfoOf(AlertType type);

// `spend_threshold_reached`, as on the wire.
absl::string_view AlertTypeName(AlertType type);
std::optional<AlertType> AlertTypeFromName(absl::string_view name);

}  // namespace tocsin

#endif  // TOCSIN_ALERT_TYPE_H_
