// Would catch an answer of the fact source that counts though it came too late: after a
// newer reset, the end of the alert, or the end of the engine. Each is forced here.
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/scripted_source.h"
#include "tests/threads/stage.h"

namespace tocsin::testing {
namespace {

using core::Moment;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ForcedSource : public ::testing::Test {
 protected:
  static ScriptedSource::Answer Total(const char* total) {
    return {{SpendTotal{.customer = Customer(1), .total = D(total)}}};
  }
  // A thread that answers, and is held at the moment.
  auto AnswerAndHold(ScriptedSource::Asked* asked, const char* total, Moment moment) {
    // The worker that asked looks once more, and would find the answer.
    EXPECT_TRUE(stage.pool->AwaitIdle(absl::InfiniteDuration()));
    stage.holder.Hold(moment);
    auto answering = stage.Begin([asked, total] { asked->done(Total(total)); });
    stage.holder.AwaitHeld(moment);
    return answering;
  }
  ScriptedSource::Asked ResetAndRead() {
    EXPECT_TRUE(stage.Reset().ok());
    return source.AwaitAndTake();
  }
  // The second reset alone speaks, with what the second read says.
  void ExpectOnlyTheSecondReadCounts() {
    ScriptedSource::Asked second = source.AwaitAndTake();
    EXPECT_EQ(stage.State(), "e2 evaluating");
    second.done(Total("30"));
    stage.Settle();
    EXPECT_THAT(stage.Delivered(), ElementsAre("reached e2 v30 t10 #2 by reset"));
    EXPECT_THAT(stage.Told(), UnorderedElementsAre("superseded e1 by e2",
                                                   "judged e2 in_alarm, notified"));
    EXPECT_EQ(source.reads(), 2u);
  }

  ScriptedSource source;
  Stage stage{{.fact_source = &source, .source_timeout = absl::Hours(1)},
              {.name = "x"},
              /*workers=*/2};
};

TEST_F(ForcedSource, AnAnswerAfterANewerResetIsThrownAway) {
  ScriptedSource::Asked first = ResetAndRead();
  EXPECT_TRUE(stage.Reset().ok());
  first.done(Total("20"));
  ExpectOnlyTheSecondReadCounts();
}

TEST_F(ForcedSource, AnAnswerThatCameAndIsNotYetKeptIsThrownAwayByANewerReset) {
  ScriptedSource::Asked first = ResetAndRead();
  auto answering = AnswerAndHold(&first, "20", Moment::kAnswerCame);
  EXPECT_TRUE(stage.Reset().ok());
  stage.Go(Moment::kAnswerCame);
  answering.get();
  ExpectOnlyTheSecondReadCounts();
}

TEST_F(ForcedSource, AnAnswerThatIsKeptAndNotYetJudgedIsThrownAwayByANewerReset) {
  ScriptedSource::Asked first = ResetAndRead();
  auto answering = AnswerAndHold(&first, "20", Moment::kAnswerKept);
  EXPECT_EQ(stage.State(), "e1 evaluating");
  EXPECT_TRUE(stage.Reset().ok());
  stage.Go(Moment::kAnswerKept);
  answering.get();
  ExpectOnlyTheSecondReadCounts();
}

TEST_F(ForcedSource, AReadThatTheSourceDoesNotKnowOfYetIsSupersededToo) {
  stage.holder.Hold(Moment::kReadBegun);
  EXPECT_TRUE(stage.Reset().ok());
  stage.holder.AwaitHeld(Moment::kReadBegun);
  EXPECT_TRUE(stage.Reset().ok());
  // The second worker begins the second read.
  ScriptedSource::Asked second = source.AwaitAndTake();
  stage.Go(Moment::kReadBegun);
  ScriptedSource::Asked first = source.AwaitAndTake();
  first.done(Total("20"));
  EXPECT_EQ(stage.State(), "e2 evaluating");
  second.done(Total("30"));
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e2 v30 t10 #2 by reset"));
  EXPECT_THAT(stage.Told(), UnorderedElementsAre("superseded e1 by e2",
                                                 "judged e2 in_alarm, notified"));
}

TEST_F(ForcedSource, AResetAfterTheJudgementOfAnAnswerReadsAgain) {
  ScriptedSource::Asked first = ResetAndRead();
  stage.holder.Hold(Moment::kDueJudged);
  first.done(Total("20"));
  stage.holder.AwaitHeld(Moment::kDueJudged);
  ScriptedSource::Asked second = ResetAndRead();
  stage.Go(Moment::kDueJudged);
  EXPECT_EQ(stage.State(), "e2 evaluating");
  second.done(Total("5"));
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v20 t10 #2 by reset"));
  EXPECT_THAT(stage.Told(),
              UnorderedElementsAre("judged e1 in_alarm, notified", "judged e2 ok"));
}

TEST_F(ForcedSource, AnAnswerAfterTheEndOfTheAlertIsThrownAway) {
  for (const bool archives : {false, true}) {
    for (const Moment moment : {Moment::kAnswerCame, Moment::kAnswerKept}) {
      ScriptedSource other;
      Stage it({.fact_source = &other, .source_timeout = absl::Hours(1)});
      EXPECT_TRUE(it.Reset().ok());
      ScriptedSource::Asked asked = other.AwaitAndTake();
      EXPECT_TRUE(it.pool->AwaitIdle(absl::InfiniteDuration()));
      it.holder.Hold(moment);
      auto answering = it.Begin([&asked] { asked.done(Total("20")); });
      it.holder.AwaitHeld(moment);
      const auto decided = it.engine->GetStats().notifications_decided;
      EXPECT_TRUE((archives ? it.engine->ArchiveAlert(it.alert)
                            : it.engine->DisableAlert(it.alert))
                      .ok());
      it.Go(moment);
      answering.get();
      it.Settle();
      EXPECT_EQ(it.engine->GetStats().notifications_decided, decided);
      EXPECT_EQ(it.State(), "e1 without status");
      EXPECT_THAT(it.Told(), ElementsAre(archives ? "dropped e1 alert_archived"
                                                  : "dropped e1 alert_disabled"));
    }
  }
}

TEST_F(ForcedSource, AnAnswerThatIsKeptIsJudgedByTheNextFactAlone) {
  ScriptedSource::Asked first = ResetAndRead();
  auto answering = AnswerAndHold(&first, "20", Moment::kAnswerKept);
  stage.Spends("1");
  EXPECT_EQ(stage.State(), "e1 in_alarm");
  stage.Go(Moment::kAnswerKept);
  answering.get();
  stage.Settle();
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v20 t10 #2 by reset"));
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 in_alarm, notified"));
}

TEST_F(ForcedSource, CloseWithTimeWaitsForAnAnswerThatIsComing) {
  ScriptedSource::Asked first = ResetAndRead();
  auto answering = AnswerAndHold(&first, "20", Moment::kAnswerCame);
  auto close = stage.Begin([this] { return *stage.engine->Close(); });
  stage.Go(Moment::kAnswerCame);
  answering.get();
  const CloseResult left = close.get();
  EXPECT_EQ(left.due, 0u);
  EXPECT_EQ(left.undelivered, 0u);
  EXPECT_THAT(stage.Delivered(), ElementsAre("reached e1 v20 t10 #2 by reset"));
  EXPECT_THAT(stage.Told(), ElementsAre("judged e1 in_alarm, notified"));
}

TEST_F(ForcedSource, CloseWithoutTimeCountsWhatAnAnswerWouldHaveEnded) {
  for (const Moment moment : {Moment::kAnswerCame, Moment::kAnswerKept}) {
    ScriptedSource other;
    Stage it({.fact_source = &other, .source_timeout = absl::Hours(1)});
    EXPECT_TRUE(it.Reset().ok());
    ScriptedSource::Asked asked = other.AwaitAndTake();
    EXPECT_TRUE(it.pool->AwaitIdle(absl::InfiniteDuration()));
    it.holder.Hold(moment);
    it.holder.Hold(Moment::kCallsLeft);
    auto answering = it.Begin([&asked] { asked.done(Total("20")); });
    it.holder.AwaitHeld(moment);
    auto close = it.Begin([&it] { return *it.engine->Close(absl::ZeroDuration()); });
    it.holder.AwaitHeld(Moment::kCallsLeft);
    it.Go(moment);
    it.Go(Moment::kCallsLeft);
    answering.get();
    EXPECT_EQ(close.get().due, 1u);
    asked.done(Total("30"));
    EXPECT_THAT(it.Told(), ElementsAre("dropped e1 closing"));
    EXPECT_THAT(it.Delivered(), IsEmpty());
  }
}

}  // namespace
}  // namespace tocsin::testing
