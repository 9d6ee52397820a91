// Would catch a fact with an id that counts twice, or one that is taken for another.
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tocsin/engine.h"

namespace tocsin::testing {
namespace {

class IdsOfFacts : public ::testing::TestWithParam<bool> {
 protected:
  IdsOfFacts() { Open(4); }

  void Open(std::size_t max, int shards = 1, Durability durability = Durability::kEach) {
    engine_ = nullptr;
    auto opened = Engine::Open({.directory = GetParam() ? temp_ / "store" : "",
                                .durability = durability,
                                .fact_ids_max = max,
                                .fact_ids_keep = absl::Hours(1),
                                .sink = &sink_,
                                .clock = &clock_,
                                .worker_threads = 0,
                                .shards = shards});
    ASSERT_TRUE(opened.ok()) << opened.status();
    engine_ = *std::move(opened);
  }
  ApplyResult Apply(const std::vector<Fact>& facts, const std::vector<std::string>& ids) {
    return engine_->Apply(facts, {.fact_ids = ids});
  }
  std::size_t AppliedOne(const std::string& id, int customer = 1) {
    const ApplyResult result = Apply({Spend(Customer(customer), "1")}, {id});
    EXPECT_TRUE(result.status.ok()) << result.status;
    EXPECT_EQ(result.applied + result.duplicates, 1U);
    return result.applied;
  }

  TempDirectory temp_{InMemory()};
  CollectingSink sink_;
  ManualClock clock_{At("2026-02-01T00:00:00Z")};
  std::unique_ptr<Engine> engine_;
};

TEST_P(IdsOfFacts, HaveOneCountOnce) {
  const ApplyResult result =
      Apply({Spend(Customer(1), "1"), Spend(Customer(1), "2"), Spend(Customer(2), "4"),
             Spend(Customer(1), "8"), Spend(Customer(1), "8")},
            {"a", "a", "a", "", ""});
  ASSERT_TRUE(result.status.ok());
  EXPECT_EQ(result.applied, 4U);
  EXPECT_EQ(result.duplicates, 1U);
  ASSERT_EQ(result.reports.size(), 1U);
  EXPECT_EQ(result.reports[0].index, 1U);
  EXPECT_EQ(result.reports[0].kind, FactReport::Kind::kDuplicate);
  EXPECT_EQ(engine_->GetStats().facts_duplicate, 1U);
  ASSERT_TRUE(
      engine_->CreateAlert({.id = AlertNumber(1), .name = "x", .threshold = D("99")})
          .ok());
  ASSERT_TRUE(engine_->Drain().ok());
  const auto shown = engine_->GetCustomerAlert(Customer(1), AlertNumber(1));
  ASSERT_TRUE(shown.ok());
  EXPECT_EQ(shown->value, D("17"));
}

TEST_P(IdsOfFacts, ARefusedOneLeavesItsIdFree) {
  const ApplyResult refused =
      Apply({BalanceDrawn{.customer = Customer(1), .balance = BalanceNumber(1)}}, {"a"});
  EXPECT_EQ(refused.refused, 1U);
  EXPECT_EQ(AppliedOne("a"), 1U);
  EXPECT_EQ(AppliedOne("a"), 0U);
}

TEST_P(IdsOfFacts, AreForgottenByNumberAndTime) {
  for (const char* id : {"a", "b", "c", "d", "e"}) EXPECT_EQ(AppliedOne(id), 1U);
  EXPECT_EQ(AppliedOne("e"), 0U);
  EXPECT_EQ(AppliedOne("b"), 0U);
  EXPECT_EQ(AppliedOne("a"), 1U);
  clock_.Advance(absl::Hours(2));
  EXPECT_EQ(AppliedOne("f"), 1U);
}

TEST_P(IdsOfFacts, OfAnotherNumberAreRefusedWhole) {
  for (const std::vector<std::string>& ids :
       {std::vector<std::string>{"a"}, std::vector<std::string>{"a", "b", "c"}}) {
    const ApplyResult result =
        Apply({Spend(Customer(1), "1"), Spend(Customer(1), "2")}, ids);
    EXPECT_EQ(ReasonOf(result.status), Reason::kMalformed) << result.status;
    EXPECT_EQ(result.applied, 0U);
  }
  const ApplyResult too_long = Apply({Spend(Customer(1), "1"), Spend(Customer(1), "2")},
                                     {std::string(129, 'x'), "b"});
  EXPECT_TRUE(too_long.status.ok());
  EXPECT_EQ(too_long.refused, 1U);
  EXPECT_EQ(too_long.applied, 1U);
  Open(0);
  EXPECT_EQ(ReasonOf(Apply({Spend(Customer(1), "1")}, {"z"}).status), Reason::kNotKept);
  const std::vector<std::string> ids = {"a"};
  EXPECT_EQ(ReasonOf(engine_->ApplyTracked({}, {.fact_ids = ids}).status),
            Reason::kMalformed);
  // What is malformed comes before what is not kept.
  const ApplyResult nameless =
      engine_->Apply({Spend(Customer(1), "1")},
                     {.position = Position{.source = "", .offset = 1}, .fact_ids = ids});
  EXPECT_EQ(ReasonOf(nameless.status), Reason::kMalformed) << nameless.status;
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutAStore, IdsOfFacts, ::testing::Bool());

class KeptIdsOfFacts : public IdsOfFacts {};

TEST_P(KeptIdsOfFacts, OutliveTheEngine) {
  EXPECT_EQ(AppliedOne("a"), 1U);
  EXPECT_EQ(AppliedOne("b"), 1U);
  Open(4);
  EXPECT_EQ(AppliedOne("a"), 0U);
  EXPECT_EQ(AppliedOne("b"), 0U);
  EXPECT_EQ(AppliedOne("c"), 1U);
  for (const char* id : {"d", "e", "f", "g", "h"}) EXPECT_EQ(AppliedOne(id), 1U);
  Open(4);
  EXPECT_EQ(AppliedOne("h"), 0U);
  EXPECT_EQ(AppliedOne("a"), 1U);
}

// Would catch a store that is refused for what the engine has rightly forgotten.
TEST_P(KeptIdsOfFacts, MayBeThereTwiceWhereTheStoreKeepsThemForLonger) {
  Open(100, 1, Durability::kGrouped);
  EXPECT_EQ(AppliedOne("a"), 1U);
  clock_.Advance(absl::Seconds(10));
  ASSERT_TRUE(engine_->Flush().ok());
  clock_.Advance(absl::Hours(1) - absl::Seconds(5));
  EXPECT_EQ(AppliedOne("a"), 1U) << "an hour and five seconds later";
  Open(100);
  EXPECT_EQ(AppliedOne("a"), 0U);
  clock_.Advance(absl::Minutes(59));
  EXPECT_EQ(AppliedOne("a"), 0U) << "known by when it came first";
  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(AppliedOne("a"), 1U);
}

TEST_P(KeptIdsOfFacts, MayBeThereTwiceWhereAShardHasAPartOfTheNumber) {
  Open(4, 4);
  for (const char* id : {"a", "b", "c", "a"}) EXPECT_EQ(AppliedOne(id), 1U) << id;
  for (const int shards : {1, 2, 4}) {
    Open(100, shards);
    EXPECT_EQ(AppliedOne("a"), 0U) << shards;
  }
}

INSTANTIATE_TEST_SUITE_P(WithAStore, KeptIdsOfFacts, ::testing::Values(true));

}  // namespace
}  // namespace tocsin::testing
