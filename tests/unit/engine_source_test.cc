// Would catch a reset that is judged on anything but what the fact source says.
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/source_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(Source, IsAskedWhatTheAlertWatches) {
  SourceFixture fixture;
  fixture.Reset();
  ASSERT_EQ(fixture.source.waiting(), 1u);
  const ReadRequest request = fixture.source.Take().request;
  EXPECT_EQ(request.customer, kAcmeRead);
  EXPECT_EQ(request.alert, fixture.limit);
  EXPECT_EQ(request.spec.threshold, D("100"));
  EXPECT_THAT(request.instances, IsEmpty());
  EXPECT_EQ(request.period_starts_at, absl::InfinitePast());
  EXPECT_EQ(request.attempt, 1);
}

TEST(Source, IsNotAskedForWhatIsNoReset) {
  SourceFixture fixture;
  fixture.Limit("5");
  ASSERT_TRUE(fixture.engine->UpdateAlert(fixture.limit, {.threshold = D("50")}).ok());
  fixture.Drain();
  EXPECT_EQ(fixture.source.reads(), 0u);
}

TEST(Source, ItsAnswerIsJudged) {
  SourceFixture fixture;
  fixture.Reset();
  EXPECT_EQ(fixture.State(), "evaluating 10");
  EXPECT_EQ(fixture.engine->GetStats().due, 1u);
  fixture.Drain();
  EXPECT_EQ(fixture.State(), "evaluating 10") << "until it has answered";
  fixture.Give(fixture.source.Take(), {{ToldTotal("120")}});
  EXPECT_EQ(fixture.State(), "in_alarm 120");
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 120 epoch 1"));
  EXPECT_EQ(fixture.engine->GetStats().due, 0u);
  EXPECT_EQ(fixture.engine->GetStats().source_reads, 1u);
}

TEST(Source, MayAnswerInsideRead) {
  SourceFixture fixture;
  fixture.source.Inside([](const ReadRequest& request, FactSource::Done& done) {
    done({{ToldTotal("120", std::nullopt, request.customer)}});
  });
  fixture.Reset();
  EXPECT_EQ(fixture.State(), "in_alarm 120") << "in the same Drain";
}

TEST(Source, WhatItDoesNotSpeakOfStays) {
  SourceFixture fixture;
  fixture.Reset();
  fixture.Give(fixture.source.Take(), std::vector<Fact>());
  EXPECT_EQ(fixture.State(), "ok 10");
  EXPECT_FALSE(fixture.Get().source_failed);
}

TEST(Source, OneDecisionCoversWhatHappenedMeanwhile) {
  SourceFixture fixture;
  fixture.Reset();
  fixture.Apply({ToldAdded("200", 1), ToldAdded("-200", 2), ToldAdded("300", 3)});
  EXPECT_THAT(fixture.Told(), IsEmpty());
  EXPECT_EQ(fixture.State(), "evaluating 310");
  fixture.Give(fixture.source.Take(), {{ToldTotal("20", 3)}});
  EXPECT_EQ(fixture.State(), "ok 20");
  EXPECT_THAT(fixture.Told(), IsEmpty());
}

TEST(Source, OtherAlertsOfTheCustomerAreJudgedAsAlways) {
  SourceFixture fixture;
  fixture.Limit("150");
  fixture.Drain();
  fixture.Reset();
  fixture.Apply({ToldAdded("200", 1)});
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 210 epoch 0")) << "the one of 150";
  fixture.Give(fixture.source.Take(), {{ToldTotal("120", 1)}});
  EXPECT_THAT(fixture.Told(), ElementsAre("resolved 120 epoch 0", "reached 120 epoch 1"));
}

TEST(Source, AnAdditionAboveTheAnswersVersionIsPutOnTop) {
  SourceFixture fixture;
  fixture.Apply({ToldTotal("50", 5)});
  fixture.Reset();
  fixture.Apply({ToldAdded("7", 6), ToldAdded("70", 8)});
  fixture.Give(fixture.source.Take(), {{ToldTotal("40", 7)}});
  EXPECT_EQ(fixture.State(), "in_alarm 110") << "6 is in 7, 8 is not";
}

TEST(Source, AnAnswerOlderThanWhatWasThereIsReadAgain) {
  SourceFixture fixture;
  fixture.Apply({ToldTotal("50", 5)});
  fixture.Reset();
  fixture.Give(fixture.source.Take(), {{ToldTotal("40", 4)}});
  EXPECT_EQ(fixture.State(), "evaluating 50");
  SourceAsked second = fixture.source.Take();
  EXPECT_EQ(second.request.attempt, 2);
  fixture.Give(std::move(second), {{ToldTotal("40", 5)}});
  EXPECT_EQ(fixture.State(), "ok 40");
  EXPECT_EQ(fixture.engine->GetStats().source_failures, 0u);
}

TEST(Source, WithoutVersionsItIsReadAgainIfAnythingWasApplied) {
  SourceFixture fixture;
  fixture.Reset();
  fixture.Apply({ToldAdded("1")});
  fixture.Give(fixture.source.Take(), {{ToldTotal("40")}});
  EXPECT_EQ(fixture.State(), "evaluating 11");
  fixture.Give(fixture.source.Take(), {{ToldTotal("41")}});
  EXPECT_EQ(fixture.State(), "ok 41");
}

TEST(Source, AnAnswerOfThePeriodBeforeIsReadAgain) {
  SourceFixture fixture({.period_policy = PeriodPolicy::kCalendarMonth});
  fixture.clock.Set(At("2026-01-31T23:59:59Z"));
  fixture.Reset();
  SourceAsked first = fixture.source.Take();
  EXPECT_EQ(first.request.period_ends_at, At("2026-02-01T00:00:00Z"));
  fixture.clock.Set(At("2026-02-01T00:00:01Z"));
  fixture.Give(std::move(first), {{SpendTotal{.customer = kAcmeRead,
                                              .total = D("120"),
                                              .time = At("2026-01-31T12:00:00Z")}}});
  EXPECT_EQ(fixture.State(), "evaluating none");
  EXPECT_EQ(fixture.engine->GetStats().source_failures, 0u) << "it was right then";
  SourceAsked second = fixture.source.Take();
  EXPECT_EQ(second.request.period_starts_at, At("2026-02-01T00:00:00Z"));
  fixture.Give(std::move(second), {{ToldTotal("130")}});
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 130 epoch 1"));
}

TEST(Source, IsReadAgainWhenTooMuchArrived) {
  SourceFixture fixture({.read_additions_max = 2});
  fixture.Reset();
  fixture.Apply({ToldAdded("1", 1), ToldAdded("1", 2), ToldAdded("1", 3)});
  fixture.Give(fixture.source.Take(), {{ToldTotal("40", 3)}});
  EXPECT_EQ(fixture.State(), "evaluating 13");
  fixture.Give(fixture.source.Take(), {{ToldTotal("40", 3)}});
  EXPECT_EQ(fixture.State(), "ok 40");
}

TEST(Source, OnlyAReadBegunAfterTheNewestResetCounts) {
  SourceFixture fixture;
  fixture.Reset();
  SourceAsked first = fixture.source.Take();
  fixture.Reset();
  SourceAsked second = fixture.source.Take();
  EXPECT_EQ(second.request.attempt, 1);
  fixture.Give(std::move(first), {{ToldTotal("120")}});
  EXPECT_EQ(fixture.State(), "evaluating 10");
  fixture.Give(std::move(second), {{ToldTotal("130")}});
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 130 epoch 2"));
}

TEST(Source, AnAnswerThatAResetOvertakesIsThrownAway) {
  SourceFixture fixture;
  fixture.Reset();
  fixture.source.Take().done({{ToldTotal("120")}});
  fixture.Reset();
  EXPECT_EQ(fixture.State(), "evaluating 10");
  EXPECT_EQ(fixture.source.waiting(), 1u);
}

// Would catch an answer whose crossing is told of another alert that has its own
// judgement due, which then tells it again.
TEST(Source, AnswersThatComeTogetherTellACrossingOnce) {
  for (const bool swapped : {false, true}) {
    SourceFixture fixture;
    const AlertId beside = fixture.Limit("90");
    fixture.Drain();
    ASSERT_TRUE(fixture.engine->Reset(kAcmeRead, fixture.limit).ok());
    ASSERT_TRUE(fixture.engine->Reset(kAcmeRead, beside).ok());
    fixture.Drain();
    SourceAsked one = fixture.source.Take();
    SourceAsked other = fixture.source.Take();
    if (swapped) std::swap(one, other);
    one.done(std::vector<Fact>());
    other.done({{ToldTotal("120")}});
    fixture.Drain();
    EXPECT_THAT(fixture.Told(),
                UnorderedElementsAre("reached 120 epoch 1", "reached 120 epoch 1"));
  }
}

TEST(Source, ASecondAnswerIsIgnored) {
  SourceFixture fixture;
  fixture.Reset();
  SourceAsked asked = fixture.source.Take();
  asked.done({{ToldTotal("20")}});
  asked.done({{ToldTotal("120")}});
  asked.done(absl::InternalError("no"));
  fixture.Drain();
  asked.done({{ToldTotal("120")}});
  fixture.Drain();
  EXPECT_EQ(fixture.State(), "ok 20");
  EXPECT_EQ(fixture.engine->GetStats().source_failures, 0u);
}

}  // namespace
}  // namespace tocsin::testing
