// Would catch an answer about groups, contracts, balances or invoices that is put where
// it does not belong, or loses what happened while it was read.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/scripted_source.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::D;

const CustomerId kReader = testing::Customer(1);
const BalanceId kCommit(testing::Customer(7).uuid());
const InvoiceId kBill(testing::Customer(8).uuid());
const ContractId kDeal(testing::Customer(9).uuid());
using KindVersion = std::optional<std::uint64_t>;

Fact InRegion(const char* region, const char* total, KindVersion version = std::nullopt) {
  return SpendTotal{.customer = kReader,
                    .total = D(total),
                    .group_values = {{.key = "region", .value = region}},
                    .version = version};
}
Fact AddedInRegion(const char* region, const char* amount, KindVersion version) {
  return SpendAdded{.customer = kReader,
                    .amount = D(amount),
                    .group_values = {{.key = "region", .value = region}},
                    .version = version};
}
Fact CommitOf(const char* remaining, KindVersion version) {
  return BalanceTold{.customer = kReader,
                     .balance = kCommit,
                     .granted = D("1000"),
                     .remaining = D(remaining),
                     .version = version};
}
Fact DrawOf(const char* amount, KindVersion version) {
  return BalanceDrawn{
      .customer = kReader, .balance = kCommit, .amount = D(amount), .version = version};
}
Fact BillOf(const char* total, KindVersion version) {
  return InvoiceTold{.customer = kReader,
                     .invoice = kBill,
                     .invoice_type = "USAGE",
                     .total = D(total),
                     .version = version};
}

struct KindFixture {
  explicit KindFixture(AlertSpec spec, PeriodPolicy policy = PeriodPolicy::kOpenEnded) {
    engine = *Engine::Open({.sink = &sink,
                            .clock = &clock,
                            .period_policy = policy,
                            .worker_threads = 0,
                            .fact_source = &source,
                            .random_seed = 1});
    spec.name = "alert";
    spec.notify_resolved = true;
    alert = *engine->CreateAlert(spec);
  }
  ~KindFixture() { engine->Close(absl::ZeroDuration()).IgnoreError(); }

  void Apply(const std::vector<Fact>& facts) {
    ASSERT_EQ(engine->Apply(facts).applied, facts.size());
    ASSERT_TRUE(engine->Drain().ok());
  }
  void Reset(const InstanceSelector& instance = {}) {
    ASSERT_TRUE(engine->Reset(kReader, alert, instance).ok());
    ASSERT_TRUE(engine->Drain().ok());
  }
  void Give(std::vector<Fact> facts) {
    source.Take().done(std::move(facts));
    ASSERT_TRUE(engine->Drain().ok());
  }
  // `eu evaluating 10`, of each instance.
  std::vector<std::string> States() {
    std::vector<std::string> states;
    EXPECT_TRUE(engine
                    ->ForEachInstance(kReader, alert,
                                      [&states](const CustomerAlert& one) {
                                        std::string name;
                                        if (!one.group_values.empty()) {
                                          name = one.group_values[0].value + " ";
                                        }
                                        states.push_back(absl::StrCat(
                                            name, CustomerStatusName(*one.status), " ",
                                            one.value ? one.value->ToString() : "none"));
                                      })
                    .ok());
    return states;
  }
  // `reached 120 by reset epoch 1`.
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    for (const Notification& one : sink.Take()) {
      told.push_back(
          absl::StrCat(one.kind == NotificationKind::kReached ? "reached " : "resolved ",
                       one.value.ToString(), " by ", TriggerName(one.triggered_by),
                       " epoch ", one.epoch));
    }
    return told;
  }

  testing::ManualClock clock{testing::At("2026-01-05T00:00:00Z")};
  testing::CollectingSink sink;
  testing::ScriptedSource source;
  std::unique_ptr<Engine> engine;
  AlertId alert;
};

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const AlertSpec kByRegion = {.threshold = D("100"), .group_values = {{.key = "region"}}};

TEST(SourceKinds, GroupValuesEachHaveTheirVersions) {
  KindFixture fixture(kByRegion);
  fixture.Apply({AddedInRegion("eu", "10", 1), AddedInRegion("us", "10", 1)});
  fixture.Reset();
  fixture.Apply({AddedInRegion("eu", "5", 4), AddedInRegion("ap", "7", 4)});
  fixture.Give({InRegion("eu", "90", 3), InRegion("us", "120", 3)});
  EXPECT_THAT(fixture.States(), ElementsAre("ap ok 7", "eu ok 95", "us in_alarm 120"));
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 120 by reset epoch 1"));
}

TEST(SourceKinds, OneInstanceAwaitsAndTheOthersAreJudged) {
  KindFixture fixture(kByRegion);
  fixture.Apply({AddedInRegion("eu", "10", 1), AddedInRegion("us", "10", 1)});
  const InstanceSelector eu{.group_values = {{.key = "region", .value = "eu"}}};
  fixture.Reset(eu);
  EXPECT_THAT(fixture.States(), ElementsAre("eu evaluating 10", "us ok 10"));
  fixture.Apply({AddedInRegion("eu", "100", 2), AddedInRegion("us", "100", 2)});
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 110 by spend epoch 0"));
  const ReadRequest request = fixture.source.Take().request;
  ASSERT_EQ(request.instances.size(), 1u);
  EXPECT_EQ(request.instances[0].group_values, eu.group_values);
  fixture.Reset(eu);
  // What is told of the other one and is older is left alone.
  fixture.Give({InRegion("eu", "20", 2), InRegion("us", "30", 1)});
  EXPECT_THAT(fixture.States(), ElementsAre("eu ok 20", "us in_alarm 110"));
}

// It takes a group value with it that was reached and is being read again.
void LetAPeriodEndAmidARead(KindFixture* fixture) {
  fixture->clock.Set(testing::At("2026-01-31T23:59:59Z"));
  fixture->Apply({AddedInRegion("eu", "100", 1)});
  EXPECT_EQ(fixture->Told().size(), 1u);
  fixture->Reset();
  fixture->clock.Set(testing::At("2026-02-01T00:00:00Z"));
}

TEST(SourceKinds, GroupValuesThatEndWithThePeriodAreResolvedByTheReset) {
  KindFixture fixture(kByRegion, PeriodPolicy::kCalendarMonth);
  LetAPeriodEndAmidARead(&fixture);
  fixture.Give({});
  EXPECT_THAT(fixture.Told(), IsEmpty()) << "it was read in the period before";
  fixture.Give({});
  EXPECT_THAT(fixture.Told(), ElementsAre("resolved 0 by reset epoch 1"));
}

TEST(SourceKinds, GroupValuesThatEndWhileTheyWaitAreForgottenWithTheAlertsEnd) {
  KindFixture fixture(kByRegion, PeriodPolicy::kCalendarMonth);
  LetAPeriodEndAmidARead(&fixture);
  fixture.Apply({AddedInRegion("us", "1", 2)});
  ASSERT_TRUE(fixture.engine->DisableAlert(fixture.alert).ok());
  ASSERT_TRUE(fixture.engine->EnableAlert(fixture.alert).ok());
  ASSERT_TRUE(fixture.engine->Drain().ok());
  EXPECT_THAT(fixture.Told(), IsEmpty());
  EXPECT_EQ(fixture.engine->Explain(kReader, fixture.alert)->last_notification,
            std::nullopt)
      << "the group value went with its period";
}

TEST(SourceKinds, ContractsArePartsOfWhatTheFilterLetsPass) {
  KindFixture fixture(
      {.threshold = D("100"),
       .custom_field_filters = {
           {.entity = FilterEntity::kContract, .key = "tier", .value = "gold"}}});
  fixture.Apply({ContractTold{
      .customer = kReader, .contract = kDeal, .custom_fields = {{"tier", "gold"}}}});
  fixture.Reset();
  fixture.Apply({SpendAdded{
      .customer = kReader, .amount = D("30"), .contract = kDeal, .version = 5}});
  fixture.Give({SpendTotal{
      .customer = kReader, .total = D("80"), .contract = kDeal, .version = 4}});
  EXPECT_THAT(fixture.States(), ElementsAre("in_alarm 110"));
  fixture.Apply({ContractTold{.customer = kReader, .contract = kDeal}});
  EXPECT_THAT(fixture.States(), ElementsAre("ok none"));
}

// What an answer says is there at once: none of its facts is judged without the others.
TEST(SourceKinds, ContractsOfAnAnswerAreJudgedTogether) {
  AlertSpec other;
  other.name = "of the same sum";
  other.threshold = D("150");
  other.notify_resolved = true;
  other.custom_field_filters = {
      {.entity = FilterEntity::kContract, .key = "tier", .value = "gold"}};
  KindFixture fixture(
      {.threshold = D("100"), .custom_field_filters = other.custom_field_filters});
  ASSERT_TRUE(fixture.engine->CreateAlert(other).ok());
  const ContractId second(testing::Customer(10).uuid());
  const auto told = [](const ContractId& contract, const char* total) {
    return SpendTotal{.customer = kReader, .total = D(total), .contract = contract};
  };
  for (const ContractId& contract : {kDeal, second}) {
    fixture.Apply({ContractTold{
        .customer = kReader, .contract = contract, .custom_fields = {{"tier", "gold"}}}});
  }
  fixture.Apply({told(kDeal, "20"), told(second, "80")});
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 100 by spend epoch 0"));
  fixture.Reset();
  fixture.Give({told(kDeal, "100"), told(second, "10")});
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 110 by reset epoch 1"))
      << "180 was never there";
}

const AlertSpec kLow = {.type = AlertType::kLowRemainingCommitBalanceReached,
                        .threshold = D("100")};

TEST(SourceKinds, ADrawAboveTheAnswersVersionIsTakenFromIt) {
  KindFixture fixture(kLow);
  fixture.Apply({CommitOf("500", 1)});
  fixture.Reset();
  fixture.Apply({DrawOf("10", 2), DrawOf("50", 4)});
  fixture.Give({CommitOf("140", 3)});
  EXPECT_THAT(fixture.States(), ElementsAre("in_alarm 90"));
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 90 by reset epoch 1"));
  EXPECT_EQ(fixture.engine->Apply({DrawOf("5", 3)}).stale, 1u) << "it is in the answer";
}

TEST(SourceKinds, ABalanceIsReadAgainForTheReasonsOfSums) {
  KindFixture fixture(kLow);
  fixture.Apply({CommitOf("500", 5)});
  fixture.Reset();
  fixture.Give({CommitOf("90", 4)});
  EXPECT_THAT(fixture.States(), ElementsAre("evaluating 500")) << "older";
  fixture.Apply({DrawOf("10", std::nullopt)});
  fixture.Give({CommitOf("90", 6)});
  EXPECT_THAT(fixture.States(), ElementsAre("evaluating 490")) << "no version";
  fixture.Give({CommitOf("90", 6)});
  EXPECT_THAT(fixture.States(), ElementsAre("in_alarm 90"));
}

TEST(SourceKinds, BalancesOfAnAnswerAreJudgedTogether) {
  KindFixture fixture(kLow);
  AlertSpec other = kLow;
  other.name = "of the same balances";
  other.threshold = D("30");
  other.notify_resolved = true;
  ASSERT_TRUE(fixture.engine->CreateAlert(other).ok());
  const auto told = [](int n, const char* remaining) {
    return BalanceTold{.customer = kReader,
                       .balance = BalanceId(testing::Customer(n).uuid()),
                       .granted = D("1000"),
                       .remaining = D(remaining)};
  };
  fixture.Apply({told(7, "200"), told(8, "10")});
  fixture.Reset();
  fixture.Give({told(7, "10"), told(8, "80")});
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 90 by reset epoch 1"))
      << "20 was never there";
}

TEST(SourceKinds, OfTwoFactsOfAnAnswerOnOneBalanceTheLastCounts) {
  KindFixture fixture(kLow);
  fixture.Apply({CommitOf("500", 1)});
  fixture.Reset();
  fixture.Give({CommitOf("20", 2), CommitOf("300", 2)});
  EXPECT_THAT(fixture.Told(), IsEmpty());
  EXPECT_THAT(fixture.States(), ElementsAre("ok 300"));
}

TEST(SourceKinds, ABalanceToldMeanwhileThatIsNewerStands) {
  KindFixture fixture(kLow);
  fixture.Apply({CommitOf("500", 5)});
  fixture.Reset();
  fixture.Apply({CommitOf("80", 9)});
  fixture.Give({CommitOf("300", 7)});
  EXPECT_THAT(fixture.States(), ElementsAre("in_alarm 80"));
}

TEST(SourceKinds, AnUnknownBalanceComesIntoBeing) {
  KindFixture fixture(kLow);
  fixture.Apply({CustomerTold{.customer = kReader}});
  fixture.Reset();
  fixture.Give({CommitOf("60", 7)});
  EXPECT_THAT(fixture.States(), ElementsAre("in_alarm 60"));
}

TEST(SourceKinds, ABalanceThatCannotChangeSoIsAFailure) {
  KindFixture fixture(kLow);
  fixture.Apply({CommitOf("500", 5)});
  fixture.Reset();
  fixture.Give({BalanceTold{.customer = kReader,
                            .balance = kCommit,
                            .type = BalanceType::kCreditGrant,
                            .remaining = D("1")}});
  EXPECT_EQ(fixture.engine->GetStats().source_failures, 1u);
  EXPECT_THAT(fixture.States(), ElementsAre("evaluating 500"));
}

TEST(SourceKinds, InvoicesAreReadToo) {
  KindFixture fixture({.type = AlertType::kInvoiceTotalReached, .threshold = D("100")});
  fixture.Apply({BillOf("10", 1)});
  fixture.Reset();
  fixture.Apply({BillOf("20", 2)});
  fixture.Give({BillOf("120", 3)});
  EXPECT_THAT(fixture.States(), ElementsAre("in_alarm 120"));
  fixture.Reset();
  fixture.Apply({BillOf("50", 5)});
  fixture.Give({BillOf("130", 4)});
  EXPECT_THAT(fixture.States(), ElementsAre("ok 50"));
}

TEST(SourceKinds, InvoicesOfAnAnswerAreJudgedTogether) {
  const AlertSpec limit = {.type = AlertType::kMonthlyInvoiceTotalSpendThresholdReached,
                           .threshold = D("100")};
  KindFixture fixture(limit);
  AlertSpec other = limit;
  other.name = "of the same invoices";
  other.threshold = D("150");
  other.notify_resolved = true;
  ASSERT_TRUE(fixture.engine->CreateAlert(other).ok());
  const auto told = [](int n, const char* total) {
    return InvoiceTold{.customer = kReader,
                       .invoice = InvoiceId(testing::Customer(n).uuid()),
                       .invoice_type = "USAGE",
                       .total = D(total)};
  };
  fixture.Apply({told(7, "20"), told(8, "80")});
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 100 by invoice_generation epoch 0"));
  fixture.Reset();
  fixture.Give({told(7, "100"), told(8, "10")});
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 110 by reset epoch 1"))
      << "180 was never there";
}

TEST(SourceKinds, WhatStandsBesideARefusedFactIsJudged) {
  KindFixture fixture(kLow);
  AlertSpec other = kLow;
  other.name = "of the same balances";
  other.threshold = D("90");
  ASSERT_TRUE(fixture.engine->CreateAlert(other).ok());
  BalanceTold grant = {.customer = kReader,
                       .balance = BalanceId(testing::Customer(6).uuid()),
                       .type = BalanceType::kCreditGrant};
  fixture.Apply({CommitOf("500", 1), grant});
  fixture.Reset();
  grant.type = BalanceType::kCommit;  // which it cannot become
  fixture.Give({grant, CommitOf("80", 2)});
  EXPECT_EQ(fixture.engine->GetStats().source_failures, 1u);
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 80 by balance epoch 0"));
  EXPECT_THAT(fixture.States(), ElementsAre("evaluating 80"));
}

TEST(SourceKinds, TheEndOfAPlanIsNotAskedFor) {
  KindFixture fixture(
      {.type = AlertType::kLowRemainingDaysInPlanReached, .threshold = D("30")});
  fixture.Apply({CustomerTold{.customer = kReader,
                              .plan_ends_at = testing::At("2026-01-15T00:00:00Z")}});
  fixture.Reset();
  EXPECT_EQ(fixture.source.reads(), 0u);
  EXPECT_THAT(fixture.States(), ElementsAre("in_alarm 10"));
}

TEST(SourceKinds, SeveralAlertsOnOneSumAreReadBesideEachOther) {
  KindFixture fixture({.threshold = D("100")});
  const AlertId second = *fixture.engine->CreateAlert(
      {.name = "second", .threshold = D("200"), .notify_resolved = true});
  fixture.Apply({testing::Spend(kReader, "10")});
  ASSERT_TRUE(fixture.engine->Reset(kReader, second).ok());
  fixture.Reset();
  ASSERT_EQ(fixture.source.waiting(), 2u);
  const auto whole = [](const char* total) {
    return std::vector<Fact>{SpendTotal{.customer = kReader, .total = D(total)}};
  };
  fixture.Give(whole("150"));
  fixture.Give(whole("250"));
  EXPECT_EQ(fixture.source.reads(), 2u) << "an answer is no addition to the other";
  EXPECT_EQ(fixture.engine->GetStats().due, 0u);
  EXPECT_THAT(fixture.States(), ElementsAre("in_alarm 250"));
}

}  // namespace
}  // namespace tocsin
