#include <cstddef>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tocsin/alert.h"
#include "tocsin/alert_type.h"
#include "tocsin/customer_alert.h"
#include "tocsin/notification.h"
#include "tocsin/options.h"

namespace tocsin {
namespace {

TEST(NamesTest, AlertTypes) {
  // Catches: a type whose name is not Metronome's, or is not read back, and names
  // that are guessed.
  const std::vector<absl::string_view> expected = {
      "spend_threshold_reached",
      "monthly_invoice_total_spend_threshold_reached",
      "usage_threshold_reached",
      "invoice_total_reached",
      "low_remaining_commit_balance_reached",
      "low_remaining_commit_percentage_reached",
      "low_remaining_days_for_commit_segment_reached",
      "low_remaining_contract_credit_balance_reached",
      "low_remaining_contract_credit_percentage_reached",
      "low_remaining_days_for_contract_credit_segment_reached",
      "low_remaining_contract_credit_and_commit_balance_reached",
      "low_remaining_contract_credit_and_commit_percentage_reached",
      "low_remaining_seat_balance_reached",
      "low_credit_balance_reached",
      "low_remaining_credit_percentage_reached",
      "low_remaining_days_in_plan_reached"};
  std::vector<absl::string_view> names;
  for (const AlertTypeInfo& info : AlertTypes()) {
    names.push_back(AlertTypeName(info.type));
    EXPECT_EQ(AlertTypeFromName(AlertTypeName(info.type)), info.type);
    // A recovery's name is this one with another end.
    EXPECT_TRUE(absl::EndsWith(info.name, "_reached")) << info.name;
  }
  EXPECT_EQ(names, expected);
  EXPECT_EQ(AlertTypeFromName(""), std::nullopt);
  EXPECT_EQ(AlertTypeFromName("SPEND_THRESHOLD_REACHED"), std::nullopt);
  EXPECT_EQ(AlertTypeFromName("spend_threshold_reached "), std::nullopt);
}

TEST(NamesTest, FilterEntitiesAndBalanceTypes) {
  // Catches: an entity or a balance that a host cannot name, or names otherwise.
  const std::vector<absl::string_view> entities = {"Contract", "Commit", "ContractCredit",
                                                   "ContractCreditOrCommit"};
  ASSERT_EQ(entities.size(), static_cast<std::size_t>(kFilterEntityCount));
  for (int i = 0; i < kFilterEntityCount; ++i) {
    const auto entity = static_cast<FilterEntity>(i);
    EXPECT_EQ(FilterEntityName(entity), entities[static_cast<std::size_t>(i)]);
    EXPECT_EQ(FilterEntityFromName(FilterEntityName(entity)), entity);
  }
  EXPECT_EQ(FilterEntityFromName("commit"), std::nullopt);
  EXPECT_EQ(FilterEntityFromName(""), std::nullopt);
  const std::vector<absl::string_view> balances = {"commit", "contract_credit",
                                                   "credit_grant"};
  ASSERT_EQ(balances.size(), static_cast<std::size_t>(kBalanceTypeCount));
  for (int i = 0; i < kBalanceTypeCount; ++i) {
    const auto type = static_cast<BalanceType>(i);
    EXPECT_EQ(BalanceTypeName(type), balances[static_cast<std::size_t>(i)]);
    EXPECT_EQ(BalanceTypeFromName(BalanceTypeName(type)), type);
  }
  EXPECT_EQ(BalanceTypeFromName("Commit"), std::nullopt);
  EXPECT_EQ(BalanceTypeFromName(""), std::nullopt);
}

TEST(NamesTest, Statuses) {
  // Catches: a wire name that differs from Metronome's.
  EXPECT_EQ(AlertStatusName(AlertStatus::kEnabled), "enabled");
  EXPECT_EQ(AlertStatusName(AlertStatus::kDisabled), "disabled");
  EXPECT_EQ(AlertStatusName(AlertStatus::kArchived), "archived");
  EXPECT_EQ(CustomerStatusName(CustomerStatus::kOk), "ok");
  EXPECT_EQ(CustomerStatusName(CustomerStatus::kInAlarm), "in_alarm");
  EXPECT_EQ(CustomerStatusName(CustomerStatus::kEvaluating), "evaluating");
}

TEST(NamesTest, Triggers) {
  // Catches: a cause with another name on the wire than receivers know.
  const std::vector<absl::string_view> names = {
      TriggerName(Trigger::kSpend),        TriggerName(Trigger::kUsage),
      TriggerName(Trigger::kBalance),      TriggerName(Trigger::kInvoiceGeneration),
      TriggerName(Trigger::kPeriod),       TriggerName(Trigger::kClock),
      TriggerName(Trigger::kCustomer),     TriggerName(Trigger::kAlertCreated),
      TriggerName(Trigger::kAlertUpdated), TriggerName(Trigger::kReset)};
  const std::vector<absl::string_view> expected = {
      "spend", "usage",    "balance",       "invoice_generation", "period",
      "clock", "customer", "alert_created", "alert_updated",      "reset"};
  EXPECT_EQ(names, expected);
}

TEST(SystemClockTest, IsOneAndTellsTheTime) {
  // Catches: a clock that stands, or one made anew for each caller.
  Clock* const clock = SystemClock();
  ASSERT_NE(clock, nullptr);
  EXPECT_EQ(SystemClock(), clock);
  const absl::Time before = absl::Now();
  const absl::Time told = clock->Now();
  EXPECT_LE(before, told);
  EXPECT_LE(told, absl::Now());
}

}  // namespace
}  // namespace tocsin
