#include "tocsin/alert_type.h"

#include <cstddef>

#include "absl/base/internal/raw_logging.h"

namespace tocsin {
namespace {

// The table of alert types: the facts of Metronome's public API description. A type
// that watches what is watched already is one row here.
constexpr AlertTypeInfo kTypes[] = {
    {.type = AlertType::kSpendThresholdReached,
     .name = "spend_threshold_reached",
     .watched = Watched::kSpend,
     .direction = Direction::kRising,
     .unit = Unit::kMoney,
     .has_credit_type = true,
     .has_group_values = true,
     .custom_fields = FilterEntity::kContract,
     .value_field = "current_spend",
     .summary = "usage-based spend in the current billing period, before credits and "
                "commits, in one credit type"},
    {.type = AlertType::kMonthlyInvoiceTotalSpendThresholdReached,
     .name = "monthly_invoice_total_spend_threshold_reached",
     .watched = Watched::kInvoicesOfMonth,
     .direction = Direction::kRising,
     .unit = Unit::kMoney,
     .has_credit_type = true,
     .value_field = "invoice_total",
     .summary = "the sum of the active invoices of the current UTC month, in one "
                "credit type"},
    {.type = AlertType::kUsageThresholdReached,
     .name = "usage_threshold_reached",
     .watched = Watched::kUsage,
     .direction = Direction::kRising,
     .unit = Unit::kQuantity,
     .has_billable_metric = true,
     .has_group_values = true,
     .value_field = "current_usage",
     .summary = "usage of one billable metric in the current billing period"},
    {.type = AlertType::kInvoiceTotalReached,
     .name = "invoice_total_reached",
     .watched = Watched::kInvoice,
     .direction = Direction::kRising,
     .unit = Unit::kMoney,
     .has_credit_type = true,
     .has_invoice_types = true,
     .value_field = "invoice_total",
     .summary = "the net total of each active invoice on its own"},
    {.type = AlertType::kLowRemainingCommitBalanceReached,
     .name = "low_remaining_commit_balance_reached",
     .watched = Watched::kBalances,
     .direction = Direction::kFalling,
     .unit = Unit::kMoney,
     .commits = true,
     .has_credit_type = true,
     .custom_fields = FilterEntity::kCommit,
     .value_field = "remaining_balance",
     .summary = "what remains of the commits that count now, summed, in one credit type"},
    {.type = AlertType::kLowRemainingCommitPercentageReached,
     .name = "low_remaining_commit_percentage_reached",
     .watched = Watched::kBalances,
     .direction = Direction::kFalling,
     .unit = Unit::kPercent,
     .commits = true,
     .has_credit_type = true,
     .custom_fields = FilterEntity::kCommit,
     .value_field = "remaining_percentage",
     .summary = "what remains of what was granted, over the commits that count now, in "
                "one credit type"},
    {.type = AlertType::kLowRemainingDaysForCommitSegmentReached,
     .name = "low_remaining_days_for_commit_segment_reached",
     .watched = Watched::kBalance,
     .direction = Direction::kFalling,
     .unit = Unit::kDays,
     .commits = true,
     .has_credit_type = true,
     .custom_fields = FilterEntity::kCommit,
     .value_field = "remaining_days",
     .balance_field = "commit_id",
     .summary = "the days left of each commit that counts now, on its own"},
    {.type = AlertType::kLowRemainingContractCreditBalanceReached,
     .name = "low_remaining_contract_credit_balance_reached",
     .watched = Watched::kBalances,
     .direction = Direction::kFalling,
     .unit = Unit::kMoney,
     .contract_credits = true,
     .has_credit_type = true,
     .custom_fields = FilterEntity::kContractCredit,
     .value_field = "remaining_balance",
     .summary = "what remains of the contract credits that count now, summed, in one "
                "credit type"},
    {.type = AlertType::kLowRemainingContractCreditPercentageReached,
     .name = "low_remaining_contract_credit_percentage_reached",
     .watched = Watched::kBalances,
     .direction = Direction::kFalling,
     .unit = Unit::kPercent,
     .contract_credits = true,
     .has_credit_type = true,
     .custom_fields = FilterEntity::kContractCredit,
     .value_field = "remaining_percentage",
     .summary = "what remains of what was granted, over the contract credits that count "
                "now, in one credit type"},
    {.type = AlertType::kLowRemainingDaysForContractCreditSegmentReached,
     .name = "low_remaining_days_for_contract_credit_segment_reached",
     .watched = Watched::kBalance,
     .direction = Direction::kFalling,
     .unit = Unit::kDays,
     .contract_credits = true,
     .has_credit_type = true,
     .custom_fields = FilterEntity::kContractCredit,
     .value_field = "remaining_days",
     .balance_field = "credit_id",
     .summary = "the days left of each contract credit that counts now, on its own"},
    {.type = AlertType::kLowRemainingContractCreditAndCommitBalanceReached,
     .name = "low_remaining_contract_credit_and_commit_balance_reached",
     .watched = Watched::kBalances,
     .direction = Direction::kFalling,
     .unit = Unit::kMoney,
     .commits = true,
     .contract_credits = true,
     .has_credit_type = true,
     .has_alert_specifiers = true,
     .custom_fields = FilterEntity::kContractCreditOrCommit,
     .value_field = "remaining_balance",
     .summary =
         "what remains of the contract credits and commits that count now, summed, "
         "in one credit type"},
    {.type = AlertType::kLowRemainingContractCreditAndCommitPercentageReached,
     .name = "low_remaining_contract_credit_and_commit_percentage_reached",
     .watched = Watched::kBalances,
     .direction = Direction::kFalling,
     .unit = Unit::kPercent,
     .commits = true,
     .contract_credits = true,
     .has_credit_type = true,
     .has_alert_specifiers = true,
     .custom_fields = FilterEntity::kContractCreditOrCommit,
     .value_field = "remaining_percentage",
     .summary = "what remains of what was granted, over the contract credits and commits "
                "that count now, in one credit type"},
    {.type = AlertType::kLowRemainingSeatBalanceReached,
     .name = "low_remaining_seat_balance_reached",
     .watched = Watched::kSeat,
     .direction = Direction::kFalling,
     .unit = Unit::kMoney,
     .commits = true,
     .contract_credits = true,
     .credit_grants = true,
     .has_seat_filter = true,
     .value_field = "remaining_balance",
     .summary = "what remains for each seat, over its balances that count now, of any "
                "kind and in any credit type"},
    {.type = AlertType::kLowCreditBalanceReached,
     .name = "low_credit_balance_reached",
     .watched = Watched::kBalances,
     .direction = Direction::kFalling,
     .unit = Unit::kMoney,
     .credit_grants = true,
     .has_credit_type = true,
     .has_credit_grant_types = true,
     .value_field = "remaining_balance",
     .summary = "what remains of the credit grants that count now, summed, in one credit "
                "type"},
    {.type = AlertType::kLowRemainingCreditPercentageReached,
     .name = "low_remaining_credit_percentage_reached",
     .watched = Watched::kBalances,
     .direction = Direction::kFalling,
     .unit = Unit::kPercent,
     .credit_grants = true,
     .has_credit_type = true,
     .has_credit_grant_types = true,
     .value_field = "remaining_percentage",
     .summary =
         "what remains of what was granted, over the credit grants that count now, "
         "in one credit type"},
    {.type = AlertType::kLowRemainingDaysInPlanReached,
     .name = "low_remaining_days_in_plan_reached",
     .watched = Watched::kPlan,
     .direction = Direction::kFalling,
     .unit = Unit::kDays,
     .value_field = "remaining_days",
     .summary = "the days left of the customer's plan"},
};

constexpr bool InOrder() {
  std::size_t place = 0;
  for (const AlertTypeInfo& row : kTypes) {
    if (static_cast<std::size_t>(row.type) != place++) return false;
  }
  return true;
}
static_assert(InOrder(), "a type's row stands at the place of its enumerator");

}  // namespace

absl::Span<const AlertTypeInfo> AlertTypes() { return kTypes; }

const AlertTypeInfo& InfoOf(AlertType type) {
  const auto place = static_cast<std::size_t>(type);
  ABSL_RAW_CHECK(place < AlertTypes().size(), "not an AlertType");
  return kTypes[place];
}

absl::string_view AlertTypeName(AlertType type) { return InfoOf(type).name; }

std::optional<AlertType> AlertTypeFromName(absl::string_view name) {
  for (const AlertTypeInfo& row : kTypes) {
    if (row.name == name) return row.type;
  }
  return std::nullopt;
}

}  // namespace tocsin
