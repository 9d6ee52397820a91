// Would catch a type of alert whose notification lacks a field that its receivers
// read, or has one of another type: one line for each type, byte for byte.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "tocsin/alert_type.h"
#include "tocsin/notification.h"

namespace tocsin {
namespace {

constexpr char kUsd[] = R"("credit_type_id":"2714e483-4ff1-48e4-9e25-ac732e8f24f2")";
constexpr char kOther[] = "33333333-3333-4333-8333-333333333333";

// As if every field belonged to every type: those of the type are written.
Notification Full(AlertType type) {
  return {.id = *NotificationId::Parse("eac2c84f-b124-5062-bacd-5648c0ba2fc6"),
          .alert_type = type,
          .customer = *CustomerId::Parse("11111111-1111-4111-8111-111111111111"),
          .alert = *AlertId::Parse("22222222-2222-4222-8222-222222222222"),
          .alert_name = "n",
          .threshold = *Decimal::Parse("10"),
          .value = *Decimal::Parse("9.5"),
          .previous_value = *Decimal::Parse("11"),
          .epoch = 1,
          .sequence = 2,
          .triggered_by = Trigger::kClock,
          .timestamp = absl::FromCivil(absl::CivilSecond(1997, 1, 1, 12, 0, 0),
                                       absl::UTCTimeZone()),
          .credit_type = UsdCents(),
          .billable_metric = *BillableMetricId::Parse(kOther),
          .remaining_balance = *Decimal::Parse("95"),
          .balance = *BalanceId::Parse(kOther),
          .invoice = *InvoiceId::Parse(kOther),
          .invoice_type = "US\"AGE",
          .seat = Seat{.group_key = "us\"er", .group_value = "al\nice"},
          .custom_field = CustomField{.key = "te\"am", .value = "r\ned"}};
}

// The line of a type, whose own fields are `own`.
std::string Line(absl::string_view name, absl::string_view own) {
  return absl::StrCat(
      R"({"id":"eac2c84f-b124-5062-bacd-5648c0ba2fc6","type":"alerts.)", name,
      R"(","properties":{"customer_id":"11111111-1111-4111-8111-111111111111",)",
      R"("alert_id":"22222222-2222-4222-8222-222222222222","alert_name":"n",)",
      R"("timestamp":"1997-01-01T12:00:00.000Z","threshold":10,"triggered_by":"clock",)",
      own, R"(,"previous_value":11,"epoch":1,"sequence":2}})");
}

struct TypeCase {
  AlertType type;
  const char* name;
  std::string own;
};

const std::vector<TypeCase>& EveryType() {
  const std::string money = absl::StrCat(R"("remaining_balance":9.5,)", kUsd);
  const std::string percent =
      absl::StrCat(R"("remaining_percentage":9.5,"remaining_balance":95,)", kUsd);
  const std::string days = absl::StrCat(R"("remaining_days":9.5,)", kUsd);
  const std::string specifier =
      R"(,"alert_specifiers":[{"custom_field_filters":[{"entity":)"
      R"("ContractCreditOrCommit","key":"te\"am","value":"r\ned"}]}])";
  static const auto* const cases = new std::vector<TypeCase>{
      {AlertType::kSpendThresholdReached, "spend_threshold_reached",
       absl::StrCat(R"("current_spend":9.5,)", kUsd)},
      {AlertType::kMonthlyInvoiceTotalSpendThresholdReached,
       "monthly_invoice_total_spend_threshold_reached",
       absl::StrCat(R"("invoice_total":9.5,)", kUsd)},
      {AlertType::kUsageThresholdReached, "usage_threshold_reached",
       absl::StrCat(R"("current_usage":9.5,"billable_metric_id":")", kOther, "\"")},
      {AlertType::kInvoiceTotalReached, "invoice_total_reached",
       absl::StrCat(R"("invoice_total":9.5,)", kUsd, R"(,"invoice_id":")", kOther,
                    R"(","invoice_type":"US\"AGE")")},
      {AlertType::kLowRemainingCommitBalanceReached,
       "low_remaining_commit_balance_reached", money},
      {AlertType::kLowRemainingCommitPercentageReached,
       "low_remaining_commit_percentage_reached", percent},
      {AlertType::kLowRemainingDaysForCommitSegmentReached,
       "low_remaining_days_for_commit_segment_reached",
       absl::StrCat(days, R"(,"commit_id":")", kOther, "\"")},
      {AlertType::kLowRemainingContractCreditBalanceReached,
       "low_remaining_contract_credit_balance_reached", money},
      {AlertType::kLowRemainingContractCreditPercentageReached,
       "low_remaining_contract_credit_percentage_reached", percent},
      {AlertType::kLowRemainingDaysForContractCreditSegmentReached,
       "low_remaining_days_for_contract_credit_segment_reached",
       absl::StrCat(days, R"(,"credit_id":")", kOther, "\"")},
      {AlertType::kLowRemainingContractCreditAndCommitBalanceReached,
       "low_remaining_contract_credit_and_commit_balance_reached", money + specifier},
      {AlertType::kLowRemainingContractCreditAndCommitPercentageReached,
       "low_remaining_contract_credit_and_commit_percentage_reached",
       percent + specifier},
      {AlertType::kLowRemainingSeatBalanceReached, "low_remaining_seat_balance_reached",
       R"("remaining_balance":9.5,"seat_filter":{"seat_group_key":"us\"er",)"
       R"("seat_group_value":"al\nice"})"},
      {AlertType::kLowCreditBalanceReached, "low_credit_balance_reached", money},
      {AlertType::kLowRemainingCreditPercentageReached,
       "low_remaining_credit_percentage_reached", percent},
      {AlertType::kLowRemainingDaysInPlanReached, "low_remaining_days_in_plan_reached",
       R"("remaining_days":9.5)"},
  };
  return *cases;
}

TEST(PayloadOfTypes, HasJustTheFieldsOfTheType) {
  std::set<AlertType> types;
  for (const TypeCase& c : EveryType()) {
    EXPECT_EQ(ToJson(Full(c.type)), Line(c.name, c.own));
    types.insert(c.type);
  }
  EXPECT_EQ(types.size(), AlertTypes().size()) << "a type without a line";
}

TEST(PayloadOfTypes, ARecoveryIsResolved) {
  for (const TypeCase& c : EveryType()) {
    Notification notification = Full(c.type);
    notification.kind = NotificationKind::kResolved;
    std::string name = c.name;
    name.replace(name.rfind("reached"), 7, "resolved");
    EXPECT_EQ(ToJson(notification), Line(name, c.own));
  }
}

// An open specifier's instance of all values has no custom field.
TEST(PayloadOfTypes, LeavesOutWhatIsNotThere) {
  Notification notification =
      Full(AlertType::kLowRemainingContractCreditAndCommitPercentageReached);
  notification.custom_field = std::nullopt;
  EXPECT_EQ(
      ToJson(notification),
      Line("low_remaining_contract_credit_and_commit_percentage_reached",
           absl::StrCat(R"("remaining_percentage":9.5,"remaining_balance":95,)", kUsd)));
}

}  // namespace
}  // namespace tocsin
