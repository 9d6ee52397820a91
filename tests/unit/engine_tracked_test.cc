// Would catch a handle that finds another customer or sum than it was given for, one that
// is taken where no engine gave it, and a tracked fact that is treated otherwise than the
// fact that it stands for.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::At;
using testing::Customer;
using testing::D;
using testing::Named;

class TrackedFacts : public ::testing::Test {
 protected:
  TrackedFacts() {
    for (int n = 1; n <= 100; ++n) {
      EXPECT_EQ(engine->Apply({testing::Spend(Customer(n), "0")}).applied, 1u);
    }
  }
  Decimal SpendOf(int customer) {
    return *engine->GetCustomerAlert(Customer(customer), alert)->value;
  }

  testing::CollectingSink sink;
  testing::ManualClock clock{At("2026-01-10T00:00:00Z")};
  std::unique_ptr<Engine> engine = *Engine::Open(
      {.sink = &sink, .clock = &clock, .worker_threads = 0, .random_seed = 1});
  const BillableMetricId metric = Named<BillableMetricId>("calls");
  const AlertId alert = *engine->CreateAlert({.name = "limit", .threshold = D("100")});
};

TEST_F(TrackedFacts, AreOfTheCustomerAndTheSumThatWereTracked) {
  const AlertId of_usage =
      *engine->CreateAlert({.type = AlertType::kUsageThresholdReached,
                            .name = "calls",
                            .threshold = D("100"),
                            .billable_metric = metric});
  std::vector<TrackedFact> facts;
  for (int n = 1; n <= 100; ++n) {
    facts.push_back({.tracked = *engine->Track(Customer(n), UsdCents()),
                     .amount = Decimal::FromInteger(n)});
    facts.push_back({.tracked = *engine->Track(Customer(n), metric),
                     .amount = Decimal::FromInteger(1'000 + n)});
  }
  for (int round = 1; round <= 6; ++round) {
    EXPECT_EQ(engine->ApplyTracked(facts).applied, 200u);
    for (int n = 1; n <= 100; ++n) {
      EXPECT_EQ(SpendOf(n), Decimal::FromInteger(round * n));
      EXPECT_EQ(*engine->GetCustomerAlert(Customer(n), of_usage)->value,
                Decimal::FromInteger(round * (1'000 + n)));
    }
  }
}

TEST_F(TrackedFacts, CrossOnceAsOthersDo) {
  const TrackedFact half{.tracked = *engine->Track(Customer(1), UsdCents()),
                         .amount = D("50")};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(engine->ApplyTracked({&half, 1}).applied, 1u);
  ASSERT_TRUE(engine->Drain().ok());
  const std::vector<Notification> told = sink.Take();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].value, D("100"));
  EXPECT_EQ(told[0].previous_value, D("50"));
}

TEST_F(TrackedFacts, AreRefusedWhereNoEngineGaveThem) {
  const Tracked good = *engine->Track(Customer(1), UsdCents());
  const std::unique_ptr<Engine> other = *Engine::Open({.worker_threads = 0});
  std::vector<TrackedFact> facts = {{.tracked = good, .amount = D("1")}};
  EXPECT_TRUE(other->Apply({testing::Spend(Customer(1), "1")}).status.ok());
  facts.push_back({.tracked = *other->Track(Customer(1), UsdCents()), .amount = D("1")});
  facts.push_back({.amount = D("1")});
  constexpr std::uint32_t kFar = 0xffff'ffff;
  for (std::uint32_t Tracked::*part :
       {&Tracked::engine, &Tracked::shard, &Tracked::place, &Tracked::subject}) {
    for (const std::uint32_t wrong : {kFar, kFar - 1, std::uint32_t{1} << 20}) {
      Tracked tracked = good;
      tracked.*part = wrong;
      facts.push_back({.tracked = tracked, .amount = D("1")});
    }
  }
  const ApplyResult result = engine->ApplyTracked(facts);
  ASSERT_TRUE(result.status.ok());
  EXPECT_EQ(result.applied, 1u) << "the good one";
  EXPECT_EQ(result.refused, facts.size() - 1);
  for (const FactReport& report : result.reports) {
    EXPECT_EQ(ReasonOf(report.status), Reason::kMalformed) << report.index;
    EXPECT_THAT(std::string(report.status.message()), ::testing::HasSubstr("Track"));
  }
  EXPECT_EQ(SpendOf(1), D("1"));
}

TEST_F(TrackedFacts, AreValidated) {
  const Tracked tracked = *engine->Track(Customer(1), UsdCents());
  const TrackedFact facts[] = {
      {.tracked = tracked, .amount = *CheckedAdd(D("1e18"), D("0.000000000001"))},
      {.tracked = tracked, .amount = D("1"), .time = At("2026-01-12T00:00:00Z")},
      {.tracked = tracked, .amount = D("1"), .time = At("2025-12-01T00:00:00Z")},
      {.tracked = tracked, .amount = D("1")}};
  const ApplyResult result = engine->ApplyTracked(facts);
  EXPECT_EQ(result.applied, 2u) << "there is no period in which it would be late";
  ASSERT_EQ(result.reports.size(), 2u);
  EXPECT_EQ(ReasonOf(result.reports[0].status), Reason::kOutOfRange);
  EXPECT_EQ(ReasonOf(result.reports[1].status), Reason::kTooFarAhead);
  const TrackedFact usage{.tracked = *engine->Track(Customer(1), testing::Metric(1)),
                          .amount = facts[0].amount};
  const ApplyResult refused = engine->ApplyTracked({&usage, 1});
  ASSERT_EQ(refused.reports.size(), 1u);
  EXPECT_THAT(std::string(refused.reports[0].status.message()),
              ::testing::HasSubstr("quantity 1000000000000000000.000000000001"));
}

TEST_F(TrackedFacts, OfAPositionAreAppliedOnce) {
  const TrackedFact one{.tracked = *engine->Track(Customer(1), UsdCents()),
                        .amount = D("1")};
  const ApplyOptions options{.position = Position{.source = "log", .offset = 7}};
  EXPECT_EQ(engine->ApplyTracked({&one, 1}, options).applied, 1u);
  EXPECT_TRUE(engine->ApplyTracked({&one, 1}, options).ignored);
  EXPECT_EQ(SpendOf(1), D("1"));
}

TEST_F(TrackedFacts, OfAnArchivedCustomerAreRefused) {
  const TrackedFact one{.tracked = *engine->Track(Customer(1), UsdCents()),
                        .amount = D("1")};
  const Fact ends = CustomerTold{.customer = Customer(1), .archived = true};
  EXPECT_EQ(engine->Apply({&ends, 1}).applied, 1u);
  const ApplyResult refused = engine->ApplyTracked({&one, 1});
  ASSERT_EQ(refused.reports.size(), 1u);
  EXPECT_EQ(ReasonOf(refused.reports[0].status), Reason::kCustomerArchived);
  const Fact back = CustomerTold{.customer = Customer(1), .archived = false};
  EXPECT_EQ(engine->Apply({&back, 1}).applied, 1u);
  EXPECT_EQ(engine->ApplyTracked({&one, 1}).applied, 1u)
      << "the handle is as good as before";
}

TEST_F(TrackedFacts, NeedACustomerThatIsKnown) {
  EXPECT_EQ(ReasonOf(engine->Track(CustomerId(), UsdCents()).status()), Reason::kMissing);
  EXPECT_EQ(ReasonOf(engine->Track(Customer(1), CreditTypeId()).status()),
            Reason::kMissing);
  EXPECT_EQ(ReasonOf(engine->Track(Customer(1), BillableMetricId()).status()),
            Reason::kMissing);
  EXPECT_EQ(ReasonOf(engine->Track(Customer(101), metric).status()),
            Reason::kUnknownCustomer);
  ASSERT_TRUE(engine->Close().ok());
  EXPECT_EQ(ReasonOf(engine->Track(Customer(1), metric).status()), Reason::kClosing);
}

}  // namespace
}  // namespace tocsin
