// Would catch a caller of Reset who is never told, is told twice, or is told too early,
// where the re-evaluation waits for the fact source.
#include <memory>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/scripted_source.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using Kind = ResetOutcome::Kind;

class AwaitedReset : public ::testing::Test {
 protected:
  AwaitedReset() {
    Tell(testing::Spend(customer_, "10"));
    outcomes_.clear();
  }
  // Else it would wait for a source that is silent.
  ~AwaitedReset() override { engine_->Close(absl::ZeroDuration()).IgnoreError(); }

  void Tell(const Fact& fact) {
    ASSERT_EQ(engine_->Apply({&fact, 1}).applied, 1u);
    ASSERT_TRUE(engine_->Drain().ok());
  }
  void Reset() {
    ASSERT_TRUE(engine_
                    ->Reset(customer_, alert_, {},
                            {.on_done =
                                 [this](const ResetOutcome& outcome) {
                                   outcomes_.push_back(outcome);
                                 }})
                    .ok());
    ASSERT_TRUE(engine_->Drain().ok());
  }
  void Answer(const char* total) {
    source_.Take().done(
        std::vector<Fact>{SpendTotal{.customer = customer_, .total = testing::D(total)}});
    ASSERT_TRUE(engine_->Drain().ok());
  }

  const CustomerId customer_ = testing::Customer(1);
  testing::ManualClock clock_{testing::At("2026-01-05T00:00:00Z")};
  testing::ScriptedSource source_;
  std::unique_ptr<Engine> engine_ = *Engine::Open(
      {.clock = &clock_, .worker_threads = 0, .fact_source = &source_, .random_seed = 1});
  AlertId alert_ =
      *engine_->CreateAlert({.name = "limit", .threshold = testing::D("100")});
  std::vector<ResetOutcome> outcomes_;
};

TEST_F(AwaitedReset, IsToldOnceTheAnswerIsJudged) {
  Reset();
  EXPECT_TRUE(outcomes_.empty());
  Answer("120");
  ASSERT_EQ(outcomes_.size(), 1u);
  EXPECT_EQ(outcomes_[0].kind, Kind::kJudged);
  EXPECT_EQ(outcomes_[0].status, CustomerStatus::kInAlarm);
  EXPECT_EQ(outcomes_[0].value, testing::D("120"));
  EXPECT_EQ(outcomes_[0].epoch, 1u);
  EXPECT_TRUE(outcomes_[0].notified);
}

TEST_F(AwaitedReset, IsSupersededByANewerOneThatWaitsToo) {
  Reset();
  Reset();
  ASSERT_EQ(outcomes_.size(), 1u);
  EXPECT_EQ(outcomes_[0].kind, Kind::kSuperseded);
  EXPECT_EQ(outcomes_[0].newer_epoch, 2u);
  Answer("50");  // to the first read, which does not count
  EXPECT_EQ(outcomes_.size(), 1u);
  Answer("60");
  ASSERT_EQ(outcomes_.size(), 2u);
  EXPECT_EQ(outcomes_[1].epoch, 2u);
  EXPECT_EQ(outcomes_[1].value, testing::D("60"));
}

TEST_F(AwaitedReset, IsDroppedWithWhatEndsTheRead) {
  Reset();
  ASSERT_TRUE(engine_->DisableAlert(alert_).ok());
  ASSERT_TRUE(engine_->Drain().ok());
  ASSERT_EQ(outcomes_.size(), 1u);
  EXPECT_EQ(outcomes_[0].why, Reason::kAlertDisabled);
  ASSERT_TRUE(engine_->EnableAlert(alert_).ok());
  Reset();
  Tell(CustomerTold{.customer = customer_, .archived = true});
  ASSERT_EQ(outcomes_.size(), 2u);
  EXPECT_EQ(outcomes_[1].why, Reason::kCustomerArchived);
  Tell(CustomerTold{.customer = customer_, .archived = false});
  Reset();
  ASSERT_TRUE(engine_->Close(absl::ZeroDuration()).ok());
  ASSERT_EQ(outcomes_.size(), 3u);
  EXPECT_EQ(outcomes_[2].kind, Kind::kDropped);
  EXPECT_EQ(outcomes_[2].why, Reason::kClosing);
}

TEST_F(AwaitedReset, IsDroppedWhereTheCustomerLeavesTheScope) {
  alert_ = *engine_->CreateAlert(
      {.name = "plan", .threshold = testing::D("100"), .plan = testing::Plan(1)});
  Tell(CustomerTold{.customer = customer_, .plan = testing::Plan(1)});
  Reset();
  Tell(CustomerTold{.customer = customer_, .plan = testing::Plan(2)});
  ASSERT_EQ(outcomes_.size(), 1u);
  EXPECT_EQ(outcomes_[0].kind, Kind::kDropped);
  EXPECT_EQ(outcomes_[0].why, Reason::kNotInScope);
}

TEST_F(AwaitedReset, ThatFiltersSupersedeIsReadAnewAndTold) {
  Reset();
  ASSERT_TRUE(engine_
                  ->UpdateAlert(
                      alert_, {.group_values = std::vector<GroupFilter>{{.key = "region",
                                                                         .value = "eu"}}})
                  .ok());
  ASSERT_TRUE(engine_->Drain().ok());
  ASSERT_EQ(outcomes_.size(), 1u);
  EXPECT_EQ(outcomes_[0].kind, Kind::kSuperseded);
}

TEST_F(AwaitedReset, IsExplainedWhileItWaits) {
  clock_.Advance(absl::Minutes(5));
  Reset();
  const absl::Time reset_at = clock_.Now();
  clock_.Advance(absl::Seconds(1));
  const absl::StatusOr<Explanation> explanation = engine_->Explain(customer_, alert_);
  ASSERT_TRUE(explanation.ok());
  EXPECT_EQ(explanation->state.status, CustomerStatus::kEvaluating);
  ASSERT_TRUE(explanation->due.has_value());
  EXPECT_EQ(explanation->due->since, reset_at);
  EXPECT_THAT(explanation->due->reasons, ::testing::ElementsAre(Trigger::kReset));
  ASSERT_TRUE(explanation->status_change.has_value());
  EXPECT_EQ(explanation->status_change->at, reset_at);
  Answer("10");
  EXPECT_FALSE(engine_->Explain(customer_, alert_)->due.has_value());
}

}  // namespace
}  // namespace tocsin
