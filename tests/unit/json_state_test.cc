// Catches a state that names a customer alert or its instances otherwise than a
// reset does, or leaves out what is not there.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/json_cases.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

TEST(StateJson, WritesACustomerAlert) {
  CustomerAlert alert;
  alert.customer = IdOf<CustomerId>(kCustomerText);
  alert.alert = IdOf<AlertId>(kAlertText);
  alert.threshold = Dec("10");
  alert.status = CustomerStatus::kInAlarm;
  alert.value = Dec("12.50");
  alert.epoch = 3;
  alert.triggered_by = Trigger::kReset;
  std::string json;
  AppendStateJson(alert, nullptr, &json);
  EXPECT_EQ(json,
            Fill(R"({"customer_id":"$C","alert_id":"$A","customer_status":"in_alarm",)"
                 R"("triggered_by":"reset","value":12.5,"threshold":10,"epoch":3})"));
}

TEST(StateJson, WritesInstancesAndWhatIsNotThere) {
  CustomerAlert whole;
  whole.customer = IdOf<CustomerId>(kCustomerText);
  whole.alert = IdOf<AlertId>(kAlertText);
  CustomerAlert instance = whole;
  instance.status = CustomerStatus::kEvaluating;
  instance.value = Dec("-0.5");
  instance.epoch = 1;
  instance.group_values = {{.key = "a\"", .value = "b\n"}, {.key = "c", .value = ""}};
  const std::vector<CustomerAlert> instances = {instance, instance};
  std::string json = "x";
  AppendStateJson(whole, &instances, &json);
  const std::string one =
      R"({"group_values":[{"key":"a\"","value":"b\n"},{"key":"c","value":""}],)"
      R"("customer_status":"evaluating","triggered_by":null,"value":-0.5,"epoch":1})";
  EXPECT_EQ(json, Fill(absl::StrCat(
                      R"(x{"customer_id":"$C","alert_id":"$A","customer_status":null,)",
                      R"("triggered_by":null,"value":null,"threshold":0,"epoch":0,)",
                      R"("instances":[)", one, ",", one, "]}")));
}

// An instance in alarm, and what stands behind its name.
CustomerAlert InAlarm(AlertType type) {
  CustomerAlert instance;
  instance.customer = IdOf<CustomerId>(kCustomerText);
  instance.alert = IdOf<AlertId>(kAlertText);
  instance.type = type;
  instance.status = CustomerStatus::kInAlarm;
  instance.triggered_by = Trigger::kBalance;
  instance.value = Dec("2.5");
  return instance;
}
constexpr char kStanding[] =
    R"("customer_status":"in_alarm","triggered_by":"balance","value":2.5,"epoch":0})";

std::string StateOf(const std::vector<CustomerAlert>& instances) {
  CustomerAlert whole = InAlarm(instances.front().type);
  whole.value = std::nullopt;
  whole.threshold = Dec("10");
  std::string json;
  AppendStateJson(whole, &instances, &json);
  return json;
}

std::string Expected(absl::string_view instances) {
  return Fill(absl::StrCat(
      R"({"customer_id":"$C","alert_id":"$A","customer_status":"in_alarm",)",
      R"("triggered_by":"balance","value":null,"threshold":10,"epoch":0,"instances":[)",
      instances, "]}"));
}

TEST(StateJson, NamesBalances) {
  CustomerAlert instance = InAlarm(AlertType::kLowRemainingDaysForCommitSegmentReached);
  instance.balance = IdOf<BalanceId>(kOtherText);
  EXPECT_EQ(StateOf({instance}),
            Expected(absl::StrCat(R"({"balance_id":"$O",)", kStanding)));
}

TEST(StateJson, NamesInvoices) {
  CustomerAlert instance = InAlarm(AlertType::kInvoiceTotalReached);
  instance.invoice = IdOf<InvoiceId>(kOtherText);
  EXPECT_EQ(StateOf({instance}),
            Expected(absl::StrCat(R"({"invoice_id":"$O",)", kStanding)));
}

TEST(StateJson, NamesSeats) {
  CustomerAlert instance = InAlarm(AlertType::kLowRemainingSeatBalanceReached);
  instance.seat = Seat{.group_key = "us\"er", .group_value = "\n"};
  EXPECT_EQ(StateOf({instance}),
            Expected(absl::StrCat(
                R"({"seat_filter":{"seat_group_key":"us\"er","seat_group_value":"\n"},)",
                kStanding)));
}

// The instance of all values comes first and has none.
TEST(StateJson, NamesCustomFields) {
  const CustomerAlert whole =
      InAlarm(AlertType::kLowRemainingContractCreditAndCommitPercentageReached);
  CustomerAlert instance = whole;
  instance.custom_field = CustomField{.key = "te\"am", .value = ""};
  EXPECT_EQ(StateOf({whole, instance}),
            Expected(absl::StrCat(
                "{", kStanding, R"(,{"alert_specifiers":[{"custom_field_filters":[)",
                R"({"entity":"ContractCreditOrCommit","key":"te\"am","value":""}]}],)",
                kStanding)));
}

// What the state says of an instance can be given to a reset.
TEST(StateJson, NamesInstancesAsAResetDoes) {
  std::vector<CustomerAlert> instances(4, InAlarm(AlertType::kSpendThresholdReached));
  instances[0].group_values = {{.key = "k", .value = "v"}};
  instances[1].balance = IdOf<BalanceId>(kOtherText);
  instances[2].invoice = IdOf<InvoiceId>(kOtherText);
  instances[3].seat = Seat{.group_key = "k", .group_value = "v"};
  instances.push_back(
      InAlarm(AlertType::kLowRemainingContractCreditAndCommitBalanceReached));
  instances[4].custom_field = CustomField{.key = "k", .value = "v"};
  for (const CustomerAlert& instance : instances) {
    const std::string json = StateOf({instance});
    const std::size_t begin = json.find("[{") + 2;
    const std::string name = json.substr(begin, json.rfind(",\"customer_status") - begin);
    const InstanceSelector read =
        Read<ResetStatement>(
            absl::StrCat(R"({"type":"reset","customer_id":"$C","alert_id":"$A",)", name,
                         "}"))
            .instance;
    EXPECT_EQ(read.group_values, instance.group_values);
    EXPECT_EQ(read.balance, instance.balance);
    EXPECT_EQ(read.invoice, instance.invoice);
    EXPECT_EQ(read.seat, instance.seat);
    EXPECT_EQ(read.custom_field, instance.custom_field);
  }
}

}  // namespace
}  // namespace tocsin
