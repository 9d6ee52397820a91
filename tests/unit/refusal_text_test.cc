// Would catch a refusal whose message leaves out what was wrong, with which value, or
// what would be right.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::At;
using testing::BalanceNumber;
using testing::Contract;
using testing::Customer;
using testing::D;
using testing::InvoiceNumber;
using testing::Metric;
using testing::Plan;
using Says = std::vector<std::string>;

const char kNil[] = "is the nil UUID";

CreditTypeId Euro() { return testing::Named<CreditTypeId>("euro"); }
Decimal TooMuch() {
  return Decimal::FromUnits(Int128{2'000'000'000'000'000'000} * Decimal::kUnitsPerOne);
}

void ExpectText(const absl::Status& status, Reason reason, const Says& says) {
  EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(reason)) << status;
  for (const std::string& part : says) {
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(part));
  }
}

// Stands at noon of January 10. Customer 1 has the period of January, commit 1 from the
// 5th on, and invoice 1; customer 9 is archived.
class RefusalText : public ::testing::Test {
 protected:
  RefusalText() {
    EXPECT_EQ(engine_
                  ->Apply({PeriodTold{.customer = Customer(1),
                                      .starts_at = At("2026-01-01T00:00:00Z"),
                                      .ends_at = At("2026-02-01T00:00:00Z")},
                           BalanceTold{.customer = Customer(1),
                                       .balance = BalanceNumber(1),
                                       .granted = D("10"),
                                       .remaining = D("10"),
                                       .starts_at = At("2026-01-05T00:00:00Z")},
                           InvoiceTold{.customer = Customer(1),
                                       .invoice = InvoiceNumber(1),
                                       .invoice_type = "USAGE"},
                           CustomerTold{.customer = Customer(9), .archived = true}})
                  .applied,
              4u);
  }

  absl::Status Tell(const Fact& fact) {
    const ApplyResult result = engine_->Apply({fact});
    EXPECT_TRUE(result.status.ok()) << result.status;
    if (result.reports.empty()) return absl::OkStatus();
    return result.reports[0].status;
  }

  testing::ManualClock clock_{At("2026-01-10T12:00:00Z")};
  const std::unique_ptr<Engine> engine_ =
      *Engine::Open({.clock = &clock_, .worker_threads = 0});
};

struct FactRow {
  Fact fact;
  Reason reason;
  Says says;
};

// What a balance fact of commit `number` says beside `fact`.
BalanceTold Commit(int number, BalanceTold fact) {
  fact.customer = Customer(1);
  fact.balance = BalanceNumber(number);
  return fact;
}

TEST_F(RefusalText, OfAFactThatIsWrongByItself) {
  const CustomerId c = Customer(1);
  const FactRow rows[] = {
      {SpendAdded{}, Reason::kMissing, {"customer_id", kNil, "a real one is required"}},
      {SpendAdded{.customer = c, .credit_type = {}},
       Reason::kMissing,
       {"credit_type_id", kNil}},
      {SpendAdded{.customer = c, .contract = ContractId()},
       Reason::kMissing,
       {"contract_id", kNil}},
      {UsageTotal{.customer = c}, Reason::kMissing, {"billable_metric_id", kNil}},
      {CustomerTold{.customer = c, .plan = PlanId()},
       Reason::kMissing,
       {"plan_id", kNil}},
      {BalanceDrawn{.customer = c}, Reason::kMissing, {"balance_id", kNil}},
      {InvoiceTold{.customer = c}, Reason::kMissing, {"invoice_id", kNil}},
      {InvoiceTold{.customer = c, .invoice = InvoiceNumber(2)},
       Reason::kMissing,
       {"invoice_type is empty", "1 to 128 bytes"}},
      {SpendAdded{.customer = c, .amount = TooMuch()},
       Reason::kOutOfRange,
       {"amount 2000000000000000000 ", "10^18"}},
      {SpendAdded{.customer = c, .group_values = std::vector<GroupValue>(17)},
       Reason::kTooLong,
       {"group_values", "17", "at most 16"}},
      {SpendAdded{.customer = c, .group_values = {{"zone", "a"}, {"zone", "b"}}},
       Reason::kMalformed,
       {"the key \"zone\" twice", "may be given once"}},
      {SpendAdded{.customer = c, .group_values = {{std::string(129, 'k'), ""}}},
       Reason::kTooLong,
       {"\"kkk", "129 bytes", "1 to 128"}},
      {ContractTold{
           .customer = c, .contract = Contract(1), .custom_fields = {{"\xff", ""}}},
       Reason::kMalformed,
       {"\"\\xff\"", "not valid UTF-8"}},
      {Commit(2, {.granted = D("-1")}),
       Reason::kOutOfRange,
       {"granted -1", BalanceNumber(2).ToString(), "it must be 0 or more"}},
      {Commit(2, {.type = static_cast<BalanceType>(7)}),
       Reason::kMalformed,
       {"balance type number 7", "it must be 0 to 2"}},
      {Commit(2, {.starts_at = At("2026-01-07T00:00:00Z"),
                  .ends_at = At("2026-01-06T00:00:00Z")}),
       Reason::kMalformed,
       {BalanceNumber(2).ToString(), "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z",
        "ends_at must be later than starts_at"}},
      {PeriodTold{.customer = c,
                  .starts_at = At("2026-01-07T00:00:00Z"),
                  .ends_at = At("2026-01-06T00:00:00Z")},
       Reason::kMalformed,
       {"2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z",
        "ends_at must be later than starts_at"}},
  };
  for (const FactRow& row : rows) ExpectText(Tell(row.fact), row.reason, row.says);
}

TEST_F(RefusalText, OfAFactThatDoesNotFitWhatIsKnown) {
  const CustomerId c = Customer(1);
  const std::string commit = BalanceNumber(1).ToString();
  const FactRow rows[] = {
      {SpendAdded{.customer = c, .time = At("2026-01-10T13:00:01Z")},
       Reason::kTooFarAhead,
       {"2026-01-10T13:00:01Z", "1h", "2026-01-10T12:00:00Z", "it must be no further",
        "event_time_ahead_max"}},
      {SpendAdded{.customer = Customer(9)},
       Reason::kCustomerArchived,
       {Customer(9).ToString(), "archived: false"}},
      {BalanceDrawn{.customer = c, .balance = BalanceNumber(7), .amount = D("1")},
       Reason::kUnknownBalance,
       {c.ToString(), BalanceNumber(7).ToString(), "with its first balance fact"}},
      {BalanceDrawn{.customer = Customer(5), .balance = BalanceNumber(1)},
       Reason::kUnknownBalance,
       {Customer(5).ToString(), commit, "with its first balance fact"}},
      {PeriodTold{.customer = c,
                  .starts_at = At("2025-12-01T00:00:00Z"),
                  .ends_at = At("2026-01-01T00:00:00Z")},
       Reason::kPeriodGoesBack,
       {"starts at 2025-12-01T00:00:00Z", "must start at 2026-01-01T00:00:00Z",
        "or later"}},
      {Commit(1, {.type = BalanceType::kCreditGrant}),
       Reason::kCannotChange,
       {commit, "commit", "credit_grant", "tell another balance"}},
      {Commit(1, {.credit_type = Euro()}),
       Reason::kCannotChange,
       {commit, UsdCents().ToString(), Euro().ToString(), "tell another balance"}},
      {Commit(1, {.ends_at = At("2026-01-05T00:00:00Z")}),
       Reason::kMalformed,
       {commit, "would end at 2026-01-05T00:00:00Z", "its start at 2026-01-05T00:00:00Z",
        "give both if both have moved"}},
      {InvoiceTold{.customer = c,
                   .invoice = InvoiceNumber(1),
                   .invoice_type = "USAGE",
                   .credit_type = Euro()},
       Reason::kCannotChange,
       {InvoiceNumber(1).ToString(), UsdCents().ToString(), Euro().ToString(),
        "tell another invoice"}},
  };
  for (const FactRow& row : rows) ExpectText(Tell(row.fact), row.reason, row.says);
}

TEST_F(RefusalText, OfABatch) {
  // There are no such facts: who refuses so many does not look at them.
  const Fact fact = testing::Spend(Customer(1), "1");
  ExpectText(engine_->Apply(absl::MakeConstSpan(&fact, kFactsPerBatchMax + 1)).status,
             Reason::kTooLong, {"1048577 facts", "at most 1048576"});
  const auto of_source = [this](const std::string& source) {
    return engine_->Apply({}, {.position = Position{.source = source, .offset = 1}})
        .status;
  };
  ExpectText(of_source(""), Reason::kMalformed, {"source has 0 bytes", "1 to 256"});
  ExpectText(of_source("\xff"), Reason::kMalformed, {"\"\\xff\"", "is not UTF-8"});
  for (std::size_t i = 0; i < kSourcesMax; ++i) {
    ASSERT_TRUE(of_source(absl::StrCat("log", i)).ok());
  }
  ExpectText(of_source("last"), Reason::kLimitReached, {"\"last\"", "at most 10000"});
}

struct AlertRow {
  AlertSpec spec;
  Reason reason;
  Says says;
};

void ExpectAlertTexts(Engine* engine, const std::vector<AlertRow>& rows) {
  for (const AlertRow& row : rows) {
    ExpectText(engine->CreateAlert(row.spec).status(), row.reason, row.says);
  }
}

// An alert with nothing wrong but what is given.
AlertSpec SpecWith(AlertSpec spec) {
  spec.name = "x";
  spec.threshold = D("1");
  return spec;
}

TEST_F(RefusalText, OfAnAlertsOwnFields) {
  ExpectAlertTexts(
      engine_.get(),
      {
          {{.threshold = D("1")}, Reason::kMissing, {"name is empty", "1 to 256 bytes"}},
          {{.name = std::string(257, 'n'), .threshold = D("1")},
           Reason::kTooLong,
           {"name \"nnn", "257 bytes", "1 to 256"}},
          {{.name = "\xff", .threshold = D("1")},
           Reason::kMalformed,
           {"name \"\\xff\"", "not valid UTF-8"}},
          {{.name = "x"}, Reason::kMissing, {"threshold is missing", "give a decimal"}},
          {{.name = "x", .threshold = TooMuch()},
           Reason::kOutOfRange,
           {"threshold 2000000000000000000 ", "10^18"}},
          {SpecWith({.uniqueness_key = ""}),
           Reason::kMissing,
           {"uniqueness_key is empty", "1 to 128 bytes"}},
          {SpecWith({.uniqueness_key = std::string(129, 'k')}),
           Reason::kTooLong,
           {"uniqueness_key \"kkk", "129 bytes", "1 to 128"}},
          {SpecWith({.id = AlertId()}), Reason::kMissing, {"id", kNil, "leave it out"}},
          {SpecWith({.customer = CustomerId()}), Reason::kMissing, {"customer_id", kNil}},
          {SpecWith({.plan = PlanId()}), Reason::kMissing, {"plan_id", kNil}},
          {SpecWith({.credit_type = CreditTypeId()}),
           Reason::kMissing,
           {"credit_type_id", kNil}},
          {SpecWith({.billable_metric = BillableMetricId()}),
           Reason::kMissing,
           {"billable_metric_id", kNil}},
          {SpecWith({.customer = Customer(1), .plan = Plan(1)}),
           Reason::kMalformed,
           {Customer(1).ToString(), Plan(1).ToString(), "both given",
            "one customer, for the customers of one plan, or (with neither) for all"}},
          {SpecWith({.type = static_cast<AlertType>(99)}),
           Reason::kMalformed,
           {"alert type number 99", "it must be 0 to 15"}},
          {SpecWith({.type = AlertType::kUsageThresholdReached}),
           Reason::kMissing,
           {"billable_metric_id is missing", "usage_threshold_reached must have one"}},
          {SpecWith({.type = AlertType::kLowRemainingSeatBalanceReached}),
           Reason::kMissing,
           {"seat_filter is missing", "low_remaining_seat_balance_reached must have"}},
      });
}

TEST_F(RefusalText, OfAFilterThatATypeDoesNotHave) {
  const AlertType usage = AlertType::kUsageThresholdReached;
  const AlertType days = AlertType::kLowRemainingDaysInPlanReached;
  const CustomFieldFilter of_contract = {FilterEntity::kContract, "k", "v"};
  struct Row {
    AlertSpec spec;
    const char* filter;
  };
  const Row rows[] = {
      {{.billable_metric = Metric(1)}, "billable_metric_id"},
      {{.type = usage, .credit_type = Euro(), .billable_metric = Metric(1)},
       "credit_type_id"},
      {{.type = days, .group_values = {{"zone"}}}, "group_values"},
      {{.type = days, .custom_field_filters = {of_contract}}, "custom_field_filters"},
      {{.invoice_types_filter = {"USAGE"}}, "invoice_types_filter"},
      {{.credit_grant_type_filters = {"trial"}}, "credit_grant_type_filters"},
      {{.seat_filter = SeatFilter{.group_key = "user"}}, "seat_filter"},
      {{.alert_specifiers = {{}}}, "alert_specifiers"},
  };
  for (const Row& row : rows) {
    const std::string type(AlertTypeName(row.spec.type));
    ExpectText(engine_->CreateAlert(SpecWith(row.spec)).status(), Reason::kNotOfThisType,
               {absl::StrCat(type, " has no ", row.filter, "; leave it out")});
  }
  ExpectText(engine_
                 ->CreateAlert(SpecWith(
                     {.custom_field_filters = {{FilterEntity::kCommit, "k", "v"}}}))
                 .status(),
             Reason::kNotOfThisType,
             {"the entity Commit", "spend_threshold_reached", "it must be Contract"});
}

TEST_F(RefusalText, OfFiltersThatAreTooManyOrTwice) {
  const std::vector<CustomFieldFilter> nine(9, {FilterEntity::kContract, "k", "v"});
  ExpectAlertTexts(
      engine_.get(),
      {
          {SpecWith({.group_values = {{"a"}, {"b"}, {"c"}, {"d"}}}),
           Reason::kTooLong,
           {"group_values has 4 entries", "at most 3"}},
          {SpecWith({.group_values = {{"zone", "a"}, {"zone", "b"}}}),
           Reason::kMalformed,
           {"group_values", "the key \"zone\" twice", "may be given once"}},
          {SpecWith({.custom_field_filters = nine}),
           Reason::kTooLong,
           {"custom_field_filters has 9 entries", "at most 8"}},
          {SpecWith({.type = AlertType::kInvoiceTotalReached,
                     .invoice_types_filter = std::vector<std::string>(65, "USAGE")}),
           Reason::kTooLong,
           {"invoice_types_filter has 65 entries", "at most 64"}},
      });
}

TEST_F(RefusalText, OfSpecifiers) {
  const SpecifierField open = {.key = "team"};
  const SpecifierField other = {.key = "zone", .value = "eu"};
  const Says without_value = {"the key \"team\"", "has no value",
                              "only where it is the one key of the one specifier"};
  struct Row {
    std::vector<AlertSpecifier> specifiers;
    Reason reason;
    Says says;
  };
  const Row rows[] = {
      {{{.custom_field_filters = {other, open}}}, Reason::kMalformed, without_value},
      {{{.custom_field_filters = {open, {.key = "zone"}}}},
       Reason::kMalformed,
       without_value},
      {{{.custom_field_filters = {open}}, {.custom_field_filters = {other}}},
       Reason::kMalformed,
       without_value},
      {{{.exclude = {{}}}},
       Reason::kMissing,
       {"an exclude", "no custom_field_filters", "1 to 8"}},
      {{{.exclude = std::vector<SpecifierExclude>(17)}},
       Reason::kTooLong,
       {"exclude has 17 entries", "at most 16"}},
      {std::vector<AlertSpecifier>(17),
       Reason::kTooLong,
       {"alert_specifiers has 17 entries", "at most 16"}},
  };
  const AlertType type = AlertType::kLowRemainingContractCreditAndCommitBalanceReached;
  for (const Row& row : rows) {
    ExpectText(
        engine_->CreateAlert(SpecWith({.type = type, .alert_specifiers = row.specifiers}))
            .status(),
        row.reason, row.says);
  }
}

}  // namespace
}  // namespace tocsin
