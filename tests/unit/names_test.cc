#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tocsin/alert.h"
#include "tocsin/customer_alert.h"
#include "tocsin/notification.h"
#include "tocsin/options.h"

namespace tocsin {
namespace {

TEST(NamesTest, AlertTypes) {
  // Catches: a type whose name is not read back, or names that are guessed.
  EXPECT_EQ(AlertTypeName(AlertType::kSpendThresholdReached), "spend_threshold_reached");
  EXPECT_EQ(AlertTypeName(AlertType::kUsageThresholdReached), "usage_threshold_reached");
  for (AlertType type :
       {AlertType::kSpendThresholdReached, AlertType::kUsageThresholdReached}) {
    EXPECT_EQ(AlertTypeFromName(AlertTypeName(type)), type);
  }
  EXPECT_EQ(AlertTypeFromName(""), std::nullopt);
  EXPECT_EQ(AlertTypeFromName("SPEND_THRESHOLD_REACHED"), std::nullopt);
  EXPECT_EQ(AlertTypeFromName("spend_threshold_reached "), std::nullopt);
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
      TriggerName(Trigger::kPeriod),       TriggerName(Trigger::kCustomer),
      TriggerName(Trigger::kAlertCreated), TriggerName(Trigger::kAlertUpdated),
      TriggerName(Trigger::kReset)};
  const std::vector<absl::string_view> expected = {
      "spend", "usage", "period", "customer", "alert_created", "alert_updated", "reset"};
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
