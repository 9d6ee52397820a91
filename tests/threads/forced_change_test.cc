// Would catch a reset that goes wrong only where a change or the end of its alert, or the
// end of the engine, comes at one certain moment of it: each is forced here.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/threads/stage.h"

namespace tocsin::testing {
namespace {

using core::Moment;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// Of an alert for everybody, and of one for the customer alone, which is changed
// elsewhere.
class ForcedChange : public ::testing::TestWithParam<bool> {
 protected:
  static AlertSpec Spec() {
    AlertSpec spec{.name = "x", .notify_resolved = true};
    if (GetParam()) spec.customer = Customer(1);
    return spec;
  }

  absl::Status Archive() { return stage.engine->ArchiveAlert(stage.alert); }
  absl::Status Disable() { return stage.engine->DisableAlert(stage.alert); }
  absl::Status Enable() { return stage.engine->EnableAlert(stage.alert); }
  absl::Status Update(const char* threshold) {
    return stage.engine->UpdateAlert(stage.alert, {.threshold = D(threshold)});
  }
  void ExpectNothingDecidedSince(std::uint64_t decided) {
    stage.Settle();
    EXPECT_EQ(stage.engine->GetStats().notifications_decided, decided);
    EXPECT_THAT(stage.Delivered(), IsEmpty());
  }
  std::uint64_t decided() { return stage.engine->GetStats().notifications_decided; }

  Stage stage{{}, Spec()};
};

INSTANTIATE_TEST_SUITE_P(OfAllAndOfOne, ForcedChange, ::testing::Bool());

TEST_P(ForcedChange, ArchivingADueResetDropsIt) {
  const std::uint64_t before = decided();
  stage.ResetAndHoldWorker();
  EXPECT_TRUE(Archive().ok());
  EXPECT_EQ(stage.State(), "e1 without status");
  stage.Go(Moment::kDrainLooks);
  ExpectNothingDecidedSince(before);
  EXPECT_THAT(stage.Told(), ElementsAre("dropped e1 alert_archived"));
}

TEST_P(ForcedChange, ArchivingThatIsDraftedComesAfterTheReset) {
  const std::uint64_t before = decided();
  stage.holder.Hold(Moment::kChangeDraftedUnderChangeMu);
  auto archive = stage.Begin([this] { return Archive(); });
  stage.holder.AwaitHeld(Moment::kChangeDraftedUnderChangeMu);
  stage.ResetAndHoldWorker();
  EXPECT_EQ(stage.State(), "e1 evaluating");
  stage.Go(Moment::kChangeDraftedUnderChangeMu);
  EXPECT_TRUE(archive.get().ok());
  stage.Go(Moment::kDrainLooks);
  ExpectNothingDecidedSince(before);
  EXPECT_THAT(stage.Told(), ElementsAre("dropped e1 alert_archived"));
}

TEST_P(ForcedChange, ArchivingThatIsInForceComesBeforeTheReset) {
  const std::uint64_t before = decided();
  stage.holder.Hold(Moment::kChangeInForceUnderChangeMu);
  auto archive = stage.Begin([this] { return Archive(); });
  stage.holder.AwaitHeld(Moment::kChangeInForceUnderChangeMu);
  EXPECT_EQ(stage.engine->GetAlert(stage.alert)->status, AlertStatus::kEnabled)
      << "the book does not know it yet";
  EXPECT_EQ(ReasonOf(stage.Reset()), Reason::kAlertArchived);
  EXPECT_EQ(stage.State(), "e0 without status") << "refused, so nothing has changed";
  stage.Go(Moment::kChangeInForceUnderChangeMu);
  EXPECT_TRUE(archive.get().ok());
  ExpectNothingDecidedSince(before);
  EXPECT_THAT(stage.Told(), IsEmpty());
}

TEST_P(ForcedChange, AResetThatHasFoundTheAlertIsRefusedWhereItEnds) {
  for (const bool archives : {false, true}) {
    const std::uint64_t before = decided();
    stage.holder.Hold(Moment::kResetFound);
    auto reset = stage.Begin([this] { return stage.Reset(); });
    stage.holder.AwaitHeld(Moment::kResetFound);
    EXPECT_TRUE((archives ? Archive() : Disable()).ok());
    stage.Go(Moment::kResetFound);
    EXPECT_EQ(ReasonOf(reset.get()),
              archives ? Reason::kAlertArchived : Reason::kAlertDisabled);
    EXPECT_EQ(stage.State(), "e0 without status");
    ExpectNothingDecidedSince(before);
  }
  EXPECT_THAT(stage.Told(), IsEmpty());
}

TEST_P(ForcedChange, WhatWasJudgedBeforeTheEndIsDelivered) {
  stage.holder.Hold(Moment::kDueJudged);
  EXPECT_TRUE(stage.Reset().ok());
  stage.holder.AwaitHeld(Moment::kDueJudged);
  EXPECT_TRUE(Archive().ok());
  const std::uint64_t at_archive = decided();
  stage.Go(Moment::kDueJudged);
  stage.Settle();
  EXPECT_EQ(decided(), at_archive);
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v10 t10 #2 by reset"));
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 in_alarm, notified"));
}

TEST_P(ForcedChange, AQueryThatFoundAnOlderVersionShowsTheOneThatWasArchived) {
  stage.holder.Hold(Moment::kQueryFound);
  auto query = stage.Begin(
      [this] { return *stage.engine->GetCustomerAlert(Customer(1), stage.alert); });
  stage.holder.AwaitHeld(Moment::kQueryFound);
  EXPECT_TRUE(Update("20").ok());
  stage.holder.Hold(Moment::kChangeInForceUnderChangeMu);
  auto archive = stage.Begin([this] { return Archive(); });
  stage.holder.AwaitHeld(Moment::kChangeInForceUnderChangeMu);
  stage.Go(Moment::kQueryFound);
  const CustomerAlert state = query.get();
  EXPECT_EQ(state.alert_status, AlertStatus::kArchived);
  EXPECT_EQ(state.threshold, D("20"));
  EXPECT_FALSE(state.status.has_value());
  stage.Go(Moment::kChangeInForceUnderChangeMu);
  EXPECT_TRUE(archive.get().ok());
}

TEST_P(ForcedChange, ADueResetIsJudgedUnderTheNewThreshold) {
  stage.ResetAndHoldWorker();
  EXPECT_TRUE(Update("20").ok());
  EXPECT_EQ(stage.State(), "e1 evaluating");
  stage.Go(Moment::kDrainLooks);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("resolved e1 v10 t20 #2 by reset"));
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 ok, notified"));
  stage.ResetAndHoldWorker();
  EXPECT_TRUE(Update("5").ok());
  stage.Go(Moment::kDrainLooks);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e2 v10 t5 #3 by reset"));
}

TEST_P(ForcedChange, AThresholdThatIsInForceIsWhatAResetIsJudgedBy) {
  stage.holder.Hold(Moment::kChangeInForceUnderChangeMu);
  auto update = stage.Begin([this] { return Update("5"); });
  stage.holder.AwaitHeld(Moment::kChangeInForceUnderChangeMu);
  EXPECT_TRUE(stage.Reset().ok());
  stage.Go(Moment::kChangeInForceUnderChangeMu);
  EXPECT_TRUE(update.get().ok());
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v10 t5 #2 by reset"));
}

TEST_P(ForcedChange, AThresholdThatIsDraftedComesAfterTheEvaluation) {
  stage.holder.Hold(Moment::kChangeDraftedUnderChangeMu);
  auto update = stage.Begin([this] { return Update("20"); });
  stage.holder.AwaitHeld(Moment::kChangeDraftedUnderChangeMu);
  EXPECT_TRUE(stage.Reset().ok());
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v10 t10 #2 by reset"));
  stage.Go(Moment::kChangeDraftedUnderChangeMu);
  EXPECT_TRUE(update.get().ok());
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("resolved e1 v10 t20 #3 by alert_updated"));
}

TEST_P(ForcedChange, DisablingADueResetDropsItAndEnablingBeginsTheNextEpoch) {
  const std::uint64_t before = decided();
  stage.ResetAndHoldWorker();
  EXPECT_TRUE(Disable().ok());
  EXPECT_EQ(stage.State(), "e1 without status");
  EXPECT_EQ(stage.engine->GetStats().due, 0u);
  EXPECT_EQ(decided(), before);
  EXPECT_TRUE(Enable().ok());
  EXPECT_EQ(stage.State(), "e2 evaluating");
  stage.Go(Moment::kDrainLooks);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e2 v10 t10 #2 by alert_updated"));
  EXPECT_THAT(stage.Told(), ElementsAre("dropped e1 alert_disabled"));
}

TEST_P(ForcedChange, AResetAfterEnablingThatIsInForceIsOneEvaluationWithIt) {
  EXPECT_TRUE(Disable().ok());
  EXPECT_EQ(ReasonOf(stage.Reset()), Reason::kAlertDisabled);
  stage.Settle();
  stage.holder.Hold(Moment::kChangeInForceUnderChangeMu);
  auto enable = stage.Begin([this] { return Enable(); });
  stage.holder.AwaitHeld(Moment::kChangeInForceUnderChangeMu);
  EXPECT_TRUE(stage.Reset().ok()) << "the shard has it, if not the book";
  EXPECT_EQ(stage.State().substr(0, 2), "e2");
  stage.Go(Moment::kChangeInForceUnderChangeMu);
  EXPECT_TRUE(enable.get().ok());
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e2 v10 t10 #2 by reset"));
  EXPECT_THAT(stage.Told(), ElementsAre("judged e2 in_alarm, notified"));
}

TEST(ForcedFilters, SupersedeADueResetWhoseTriggerStays) {
  Stage stage({.tracked_group_keys = {{"k"}}});
  stage.Spends("30", {{"k", "a"}});
  stage.ResetAndHoldWorker();
  EXPECT_TRUE(
      stage.engine
          ->UpdateAlert(stage.alert, {.group_values = {{{.key = "k", .value = "a"}}}})
          .ok());
  EXPECT_EQ(stage.State(), "e2 evaluating");
  stage.Go(Moment::kDrainLooks);
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e2 v30 t10 #2 by reset"));
  EXPECT_THAT(stage.Told(), ElementsAre("superseded e1 by e2"));
}

class ForcedClose : public ::testing::Test {
 protected:
  auto BeginClose(absl::Duration deadline) {
    return stage.Begin([this, deadline] { return *stage.engine->Close(deadline); });
  }
  Stage stage;
};

TEST_F(ForcedClose, WithTimeItFinishesAResetThatWasInsideAndRefusesTheNext) {
  stage.holder.Hold(Moment::kResetFound);
  auto inside = stage.Begin([this] { return stage.Reset(); });
  stage.holder.AwaitHeld(Moment::kResetFound);
  stage.holder.Hold(Moment::kGateClosed);
  auto close = BeginClose(absl::InfiniteDuration());
  stage.holder.AwaitHeld(Moment::kGateClosed);
  EXPECT_EQ(ReasonOf(stage.Reset()), Reason::kClosing);
  stage.Go(Moment::kGateClosed);
  stage.Go(Moment::kResetFound);
  EXPECT_TRUE(inside.get().ok());
  const CloseResult left = close.get();
  EXPECT_EQ(left.due, 0u);
  EXPECT_EQ(left.undelivered, 0u);
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 in_alarm, notified"));
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v10 t10 #2 by reset"));
}

TEST_F(ForcedClose, WithoutTimeItCountsAResetThatWasInside) {
  stage.holder.Hold(Moment::kResetFound);
  auto inside = stage.Begin([this] { return stage.Reset(); });
  stage.holder.AwaitHeld(Moment::kResetFound);
  stage.holder.Hold(Moment::kGateClosed);
  auto close = BeginClose(absl::ZeroDuration());
  stage.holder.AwaitHeld(Moment::kGateClosed);
  EXPECT_EQ(ReasonOf(stage.Reset()), Reason::kClosing);
  stage.Go(Moment::kGateClosed);
  stage.Go(Moment::kResetFound);
  EXPECT_TRUE(inside.get().ok());
  const CloseResult left = close.get();
  EXPECT_EQ(left.due, 1u);
  EXPECT_EQ(left.undelivered, 0u);
  EXPECT_THAT(stage.Told(), ElementsAre("dropped e1 closing"));
  EXPECT_THAT(stage.Delivered(), IsEmpty());
}

TEST_F(ForcedClose, WithTimeItWaitsForAWorkerThatHasJudged) {
  stage.holder.Hold(Moment::kDueJudged);
  EXPECT_TRUE(stage.Reset().ok());
  stage.holder.AwaitHeld(Moment::kDueJudged);
  stage.holder.Hold(Moment::kCallsLeft);
  auto close = BeginClose(absl::InfiniteDuration());
  stage.holder.AwaitHeld(Moment::kCallsLeft);
  stage.Go(Moment::kCallsLeft);
  stage.Go(Moment::kDueJudged);
  const CloseResult left = close.get();
  EXPECT_EQ(left.due, 0u);
  EXPECT_EQ(left.undelivered, 0u);
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 in_alarm, notified"));
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v10 t10 #2 by reset"));
}

// What a worker holds it finishes, and what it decides then is counted as undelivered.
TEST_F(ForcedClose, WithoutTimeItLetsAWorkerFinishWhatItHolds) {
  stage.ResetAndHoldWorker();
  stage.holder.Hold(Moment::kGateClosed);
  auto close = BeginClose(absl::ZeroDuration());
  stage.holder.AwaitHeld(Moment::kGateClosed);
  stage.holder.Hold(Moment::kDueJudged);
  stage.Go(Moment::kDrainLooks);
  stage.holder.AwaitHeld(Moment::kDueJudged);
  stage.Go(Moment::kDueJudged);
  stage.Go(Moment::kGateClosed);
  const CloseResult left = close.get();
  EXPECT_EQ(left.due, 0u);
  EXPECT_EQ(left.undelivered, 1u);
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 in_alarm, notified"));
  EXPECT_THAT(stage.Delivered(), IsEmpty());
}

TEST_F(ForcedClose, AResetThatIsNotYetScheduledIsFinishedToo) {
  stage.holder.Hold(Moment::kResetTaken);
  auto reset = stage.Begin([this] { return stage.Reset(); });
  stage.holder.AwaitHeld(Moment::kResetTaken);
  stage.holder.Hold(Moment::kGateClosed);
  auto close = BeginClose(absl::InfiniteDuration());
  stage.holder.AwaitHeld(Moment::kGateClosed);
  stage.Go(Moment::kGateClosed);
  stage.Go(Moment::kResetTaken);
  EXPECT_TRUE(reset.get().ok());
  EXPECT_EQ(close.get().due, 0u);
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v10 t10 #2 by reset"));
}

}  // namespace
}  // namespace tocsin::testing
