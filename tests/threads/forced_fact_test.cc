// Would catch a reset that goes wrong only where a fact, another reset or an instant of
// the clock comes at one certain moment of it: each is forced here.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/manual_clock.h"
#include "tests/threads/stage.h"

namespace tocsin::testing {
namespace {

using core::Moment;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(ForcedFact, BeforeTheWorkerItHasTheEvaluationMadeOnTheValuesBeforeIt) {
  for (const char* amount : {"5", "-5"}) {
    Stage stage({}, {.name = "x", .notify_resolved = true});
    stage.ResetAndHoldWorker();
    EXPECT_EQ(stage.State(), "e1 evaluating");
    stage.Spends(amount);
    const bool falls = amount[0] == '-';
    EXPECT_EQ(stage.State(), falls ? "e1 ok" : "e1 in_alarm");
    EXPECT_EQ(stage.engine->GetStats().due, 0u);
    stage.Go(Moment::kDrainLooks);
    stage.Settle();
    std::vector<std::string> expected{"reached e1 v10 t10 #2 by reset"};
    if (falls) expected.emplace_back("resolved e1 v5 t10 #3 by spend");
    EXPECT_EQ(stage.Delivered(), expected) << "one evaluation, and it saw 10";
    EXPECT_THAT(stage.Told(), ElementsAre("judged e1 in_alarm, notified"));
  }
}

TEST(ForcedFact, BeforeTheWorkerItsOwnCrossingHasTheNewEpoch) {
  Stage stage({}, {.name = "x", .notify_resolved = true});
  stage.Spends("-5");
  stage.ResetAndHoldWorker();
  stage.Spends("5");
  stage.Go(Moment::kDrainLooks);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("resolved e0 v5 t10 #2 by spend",
                                             "reached e1 v10 t10 #3 by spend"));
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 ok"));
}

TEST(ForcedFact, BeforeTheResetItsCrossingHasTheOldEpochAndIsDeliveredFirst) {
  Stage stage;
  stage.Spends("-5");
  stage.holder.Hold(Moment::kFactDecided);
  auto fact = stage.Begin([&stage] { stage.Spends("6"); });
  stage.holder.AwaitHeld(Moment::kFactDecided);
  EXPECT_TRUE(stage.Reset().ok());
  stage.Go(Moment::kFactDecided);
  fact.get();
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e0 v11 t10 #2 by spend",
                                             "reached e1 v11 t10 #3 by reset"));
}

TEST(ForcedFact, BetweenFindingTheAlertAndTheCustomerItComesBeforeTheReset) {
  Stage stage;
  stage.Spends("-5");
  stage.holder.Hold(Moment::kResetFound);
  auto reset = stage.Begin([&stage] { return stage.Reset(); });
  stage.holder.AwaitHeld(Moment::kResetFound);
  stage.Spends("6");
  EXPECT_EQ(stage.State(), "e0 in_alarm");
  stage.Go(Moment::kResetFound);
  EXPECT_TRUE(reset.get().ok());
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e0 v11 t10 #2 by spend",
                                             "reached e1 v11 t10 #3 by reset"));
}

// The evaluation may come before `Reset` has returned.
TEST(ForcedFact, BeforeTheEvaluationIsScheduledItLeavesTheWorkerNothing) {
  Stage stage;
  stage.holder.Hold(Moment::kResetTaken);
  auto reset = stage.Begin([&stage] { return stage.Reset(); });
  stage.holder.AwaitHeld(Moment::kResetTaken);
  EXPECT_EQ(stage.State(), "e1 evaluating") << "in force for everybody";
  stage.Spends("1");
  stage.Settle();
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 in_alarm, notified"));
  stage.Go(Moment::kResetTaken);
  EXPECT_TRUE(reset.get().ok());
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v10 t10 #2 by reset"));
  EXPECT_THAT(stage.Told(), IsEmpty());
}

TEST(ForcedFact, ThatEndsTheCustomerHasTheEvaluationMadeFirst) {
  Stage stage;
  stage.ResetAndHoldWorker();
  EXPECT_EQ(stage.Tells(CustomerTold{.customer = Customer(1), .archived = true}), 1u);
  EXPECT_EQ(stage.engine->GetStats().due, 0u);
  EXPECT_EQ(ReasonOf(stage.Reset()), Reason::kUnknownCustomer) << "after it";
  stage.Go(Moment::kDrainLooks);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v10 t10 #2 by reset"));
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 in_alarm, notified"));
}

TEST(ForcedFact, ThatTakesTheCustomerOutOfTheScopeHasTheEvaluationMadeFirst) {
  Stage stage;
  stage.alert =
      *stage.engine->CreateAlert({.name = "y", .threshold = D("10"), .plan = Plan(1)});
  EXPECT_EQ(stage.Tells(CustomerTold{.customer = Customer(1), .plan = Plan(1)}), 1u);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e0 v10 t10 #2 by customer"));
  stage.ResetAndHoldWorker();
  EXPECT_EQ(stage.Tells(CustomerTold{.customer = Customer(1), .plan = Plan(2)}), 1u);
  EXPECT_EQ(stage.engine->GetStats().due, 0u);
  EXPECT_EQ(ReasonOf(stage.Reset()), Reason::kNotInScope) << "after it";
  stage.Go(Moment::kDrainLooks);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v10 t10 #3 by reset"));
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 in_alarm, notified"));
}

TEST(ForcedReset, TwoBeforeOneWorkerAreOneEvaluationWithTheNewestEpoch) {
  Stage stage;
  stage.ResetAndHoldWorker();
  EXPECT_TRUE(stage.Reset().ok());
  EXPECT_EQ(stage.State(), "e2 evaluating");
  EXPECT_EQ(stage.engine->GetStats().due, 1u) << "each customer alert counts once";
  stage.Go(Moment::kDrainLooks);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e2 v10 t10 #2 by reset"));
  EXPECT_THAT(stage.Told(), UnorderedElementsAre("superseded e1 by e2",
                                                 "judged e2 in_alarm, notified"));
}

TEST(ForcedReset, WhoFoundTheAlertFirstMayComeSecond) {
  Stage stage;
  stage.holder.Hold(Moment::kResetFound);
  auto slow = stage.Begin([&stage] { return stage.Reset(); });
  stage.holder.AwaitHeld(Moment::kResetFound);
  stage.ResetAndHoldWorker();
  EXPECT_EQ(stage.State(), "e1 evaluating");
  stage.Go(Moment::kResetFound);
  EXPECT_TRUE(slow.get().ok());
  EXPECT_EQ(stage.State(), "e2 evaluating");
  stage.Go(Moment::kDrainLooks);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e2 v10 t10 #2 by reset"));
  EXPECT_THAT(stage.Told(), UnorderedElementsAre("superseded e1 by e2",
                                                 "judged e2 in_alarm, notified"));
}

TEST(ForcedReset, AfterTheJudgementEachEpochSpeaksOnceAndTheOlderIsDeliveredToo) {
  Stage stage;
  stage.holder.Hold(Moment::kDueJudged);
  EXPECT_TRUE(stage.Reset().ok());
  stage.holder.AwaitHeld(Moment::kDueJudged);
  EXPECT_EQ(stage.State(), "e1 in_alarm");
  const auto decided = stage.engine->GetStats().notifications_decided;
  EXPECT_TRUE(stage.Reset().ok());
  stage.Go(Moment::kDueJudged);
  stage.Settle();
  EXPECT_EQ(stage.engine->GetStats().notifications_decided, decided + 1);
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v10 t10 #2 by reset",
                                             "reached e2 v10 t10 #3 by reset"));
  EXPECT_THAT(stage.Told(), UnorderedElementsAre("judged e1 in_alarm, notified",
                                                 "judged e2 in_alarm, notified"));
}

TEST(ForcedReset, BeforeTheFirstIsScheduledTheSecondHasBothEvaluated) {
  Stage stage;
  stage.holder.Hold(Moment::kResetTaken);
  auto first = stage.Begin([&stage] { return stage.Reset(); });
  stage.holder.AwaitHeld(Moment::kResetTaken);
  EXPECT_TRUE(stage.Reset().ok());
  stage.Settle();
  EXPECT_THAT(stage.Told(), UnorderedElementsAre("superseded e1 by e2",
                                                 "judged e2 in_alarm, notified"));
  stage.Go(Moment::kResetTaken);
  EXPECT_TRUE(first.get().ok());
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e2 v10 t10 #2 by reset"));
}

TEST(ForcedReset, OfTwoInstancesEachIsEvaluatedWithItsEpoch) {
  Stage stage({}, {.name = "x", .group_values = {{.key = "k"}}});
  stage.Spends("10", {{"k", "a"}});
  stage.Spends("10", {{"k", "b"}});
  stage.Settle();
  stage.Delivered();
  const InstanceSelector a{.group_values = {{"k", "a"}}};
  const InstanceSelector b{.group_values = {{"k", "b"}}};
  stage.holder.Hold(Moment::kDrainLooks);
  EXPECT_TRUE(stage.Reset(a).ok());
  stage.holder.AwaitHeld(Moment::kDrainLooks);
  EXPECT_TRUE(stage.Reset(b).ok());
  EXPECT_EQ(stage.engine->GetStats().due, 1u);
  stage.Go(Moment::kDrainLooks);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v10 t10 #3 by reset",
                                             "reached e2 v10 t10 #4 by reset"));
  EXPECT_THAT(stage.Told(), UnorderedElementsAre("judged e1 in_alarm, notified",
                                                 "judged e2 in_alarm, notified"));
  // Of the whole after one: all of them once more, in the one epoch.
  stage.holder.Hold(Moment::kDrainLooks);
  EXPECT_TRUE(stage.Reset(a).ok());
  stage.holder.AwaitHeld(Moment::kDrainLooks);
  EXPECT_TRUE(stage.Reset().ok());
  stage.Go(Moment::kDrainLooks);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e4 v10 t10 #5 by reset",
                                             "reached e4 v10 t10 #6 by reset"));
  EXPECT_THAT(stage.Told(), UnorderedElementsAre("superseded e3 by e4",
                                                 "judged e4 in_alarm, notified"));
}

// The timers' thread wakes by itself and finds a drain that had not yet said that it
// stopped when the sink made room.
TEST(ForcedReset, ADrainThatStoppedAtAFullOutboxIsGoneOnWith) {
  Stage stage({.outbox_max = 1, .delivery_retry_max = absl::Milliseconds(10)},
              {.name = "x"}, /*workers=*/2);
  stage.holder.Hold(Moment::kResetTaken);
  auto reset = stage.Begin([&stage] { return stage.Reset(); });
  stage.holder.AwaitHeld(Moment::kResetTaken);
  stage.sink.SetMood(CollectingSink::Mood::kFails);
  EXPECT_TRUE(stage.engine->Apply({Spend(Customer(2), "10")}).status.ok());
  stage.holder.Hold(Moment::kDrainStopped);
  stage.Go(Moment::kResetTaken);
  EXPECT_TRUE(reset.get().ok());
  stage.holder.AwaitHeld(Moment::kDrainStopped);
  EXPECT_EQ(stage.State(), "e1 evaluating");
  stage.sink.SetMood(CollectingSink::Mood::kTakes);
  while (stage.engine->GetStats().outbox > 0) std::this_thread::yield();
  stage.Go(Moment::kDrainStopped);
  while (stage.engine->GetStats().due > 0) std::this_thread::yield();
  EXPECT_EQ(stage.State(), "e1 in_alarm");
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e0 v10 t10 #1 by spend",
                                             "reached e1 v10 t10 #2 by reset"));
}

class ForcedInstant : public ::testing::Test {
 protected:
  ForcedInstant()
      : stage({.clock = &clock, .period_policy = PeriodPolicy::kCalendarMonth},
              {.name = "x", .notify_resolved = true}) {}

  ManualClock clock{At("2026-01-31T00:00:00Z")};
  Stage stage;
};

TEST_F(ForcedInstant, AfterTheResetHasTheEvaluationMadeOnTheValuesBeforeIt) {
  stage.ResetAndHoldWorker();
  clock.Set(At("2026-02-01T00:00:00Z"));
  EXPECT_EQ(stage.State(), "e1 ok") << "a query does what fell due";
  stage.Go(Moment::kDrainLooks);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v10 t10 #2 by reset",
                                             "resolved e1 v0 t10 #3 by period"));
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 in_alarm, notified"));
}

TEST_F(ForcedInstant, FoundByATimerAndDoneByTheResetItIsDoneOnce) {
  stage.holder.Hold(Moment::kInstantFoundUnderTimersMu);
  clock.Set(At("2026-02-01T00:00:00Z"));
  stage.pool->WakeTimer();
  stage.holder.AwaitHeld(Moment::kInstantFoundUnderTimersMu);
  EXPECT_TRUE(stage.Reset().ok());
  stage.Go(Moment::kInstantFoundUnderTimersMu);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("resolved e0 v0 t10 #2 by period"));
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 ok"));
  EXPECT_EQ(stage.State(), "e1 ok");
}

}  // namespace
}  // namespace tocsin::testing
