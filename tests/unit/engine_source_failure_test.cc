// Would catch a reset that waits for a fact source for ever, or whose end an answer
// survives.
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

TEST(SourceFailure, AFailureIsTriedAgainAfterAWait) {
  SourceFixture fixture;
  fixture.Reset();
  fixture.Give(fixture.source.Take(), absl::UnavailableError("down"));
  EXPECT_EQ(fixture.source.waiting(), 0u);
  fixture.clock.Advance(absl::Milliseconds(49));
  fixture.Drain();
  EXPECT_EQ(fixture.source.waiting(), 0u) << "half of 100 ms at least";
  fixture.clock.Advance(absl::Milliseconds(51));
  fixture.Drain();
  EXPECT_EQ(fixture.source.Take().request.attempt, 2);
  EXPECT_EQ(fixture.State(), "evaluating 10");
  EXPECT_EQ(fixture.engine->GetStats().source_failures, 1u);
}

TEST(SourceFailure, SilenceAndExceptionsAreFailures) {
  SourceFixture fixture({.source_timeout = absl::Seconds(3)});
  fixture.Reset();
  SourceAsked late = fixture.source.Take();
  fixture.clock.Advance(absl::Seconds(3));
  late.done({{ToldTotal("120")}});
  fixture.Drain();
  EXPECT_EQ(fixture.State(), "evaluating 10") << "a late answer is thrown away";
  EXPECT_EQ(fixture.engine->GetStats().source_failures, 1u);
  fixture.source.Inside(
      [](const ReadRequest&, FactSource::Done&) { throw std::runtime_error("no"); });
  fixture.clock.Advance(absl::Seconds(1));
  fixture.Drain();
  fixture.source.Inside([](const ReadRequest&, FactSource::Done&) { throw 1; });
  fixture.clock.Advance(absl::Seconds(1));
  fixture.Drain();
  EXPECT_EQ(fixture.engine->GetStats().source_failures, 3u);
  EXPECT_EQ(fixture.State(), "evaluating 10");
}

TEST(SourceFailure, AnswersThatWereNotAskedForAreFailures) {
  SourceFixture fixture;
  fixture.Reset();
  const Fact wrong[] = {
      ToldTotal("120", std::nullopt, kOtherRead),
      ToldAdded("120"),
      SpendTotal{.customer = kAcmeRead,
                 .total = D("120"),
                 .credit_type = CreditTypeId(kOtherRead.uuid())},
      SpendTotal{.customer = kAcmeRead,
                 .total = D("120"),
                 .group_values = {{.key = "", .value = "x"}}},
      SpendTotal{
          .customer = kAcmeRead, .total = D("120"), .time = At("2027-01-05T00:00:00Z")},
      CustomerTold{.customer = kAcmeRead}};
  std::size_t failures = 0;
  for (const Fact& fact : wrong) {
    fixture.Give(fixture.source.Take(), {{ToldTotal("120"), fact}});
    EXPECT_EQ(fixture.engine->GetStats().source_failures, ++failures);
    EXPECT_EQ(fixture.State(), "evaluating 10") << failures;
    fixture.clock.Advance(absl::Minutes(1));
    fixture.Drain();
  }
}

TEST(SourceFailure, AfterTheLastAttemptWhatTheEngineHoldsIsJudged) {
  for (const bool again : {false, true}) {
    SourceFixture fixture({.source_attempts_max = 3});
    fixture.Apply({ToldTotal("120", 5)});
    EXPECT_EQ(fixture.Told().size(), 1u);
    fixture.Reset();
    for (int attempt = 1; attempt <= 3; ++attempt) {
      EXPECT_EQ(fixture.State(), "evaluating 120");
      SourceAsked asked = fixture.source.Take();
      EXPECT_EQ(asked.request.attempt, attempt);
      if (again) {
        fixture.Give(std::move(asked), {{ToldTotal("1", 4)}});
      } else {
        fixture.Give(std::move(asked), absl::InternalError("no"));
      }
      fixture.clock.Advance(absl::Minutes(1));
      fixture.Drain();
    }
    EXPECT_EQ(fixture.source.waiting(), 0u);
    EXPECT_THAT(fixture.Told(), ElementsAre("reached 120 epoch 1"));
    EXPECT_TRUE(fixture.Get().source_failed);
    EXPECT_EQ(fixture.engine->GetStats().source_given_up, 1u);
    EXPECT_EQ(fixture.engine->GetStats().due, 0u);
    fixture.Reset();
    EXPECT_TRUE(fixture.Get().source_failed) << "until one is read";
    fixture.Give(fixture.source.Take(), {{ToldTotal("20", 6)}});
    EXPECT_FALSE(fixture.Get().source_failed);
    EXPECT_THAT(fixture.Told(), ElementsAre("resolved 20 epoch 2"));
  }
}

TEST(SourceFailure, ThatIsSilentHoldsNobodyElseUp) {
  SourceFixture fixture;
  fixture.Reset();
  fixture.Reset(kOtherRead);
  fixture.source.Take();
  fixture.Give(fixture.source.Take(), {{ToldTotal("120", std::nullopt, kOtherRead)}});
  EXPECT_EQ(fixture.State(kOtherRead), "in_alarm 120");
  fixture.Apply({Spend(Customer(3), "100")});
  EXPECT_EQ(fixture.State(Customer(3)), "in_alarm 100");
  EXPECT_EQ(fixture.State(), "evaluating 10");
}

TEST(SourceFailure, WhatEndsTheAlertEndsTheRead) {
  SourceFixture fixture({.due_max = 1});
  const auto ended = [&fixture](SourceAsked asked) {
    EXPECT_EQ(fixture.engine->GetStats().due, 0u);
    fixture.Drain();
    fixture.Give(std::move(asked), {{ToldTotal("120")}});
    EXPECT_THAT(fixture.Told(), IsEmpty());
  };
  fixture.Reset();
  EXPECT_FALSE(fixture.engine->Reset(kOtherRead, fixture.limit).ok())
      << "it is due still";
  ASSERT_TRUE(fixture.engine->DisableAlert(fixture.limit).ok());
  ended(fixture.source.Take());
  ASSERT_TRUE(fixture.engine->EnableAlert(fixture.limit).ok());
  fixture.Drain();
  EXPECT_EQ(fixture.State(), "ok 10");
  fixture.Reset();
  ASSERT_EQ(fixture.engine->Apply({CustomerTold{.customer = kAcmeRead, .archived = true}})
                .applied,
            1u);
  ended(fixture.source.Take());
  fixture.Reset(kOtherRead);
  ASSERT_TRUE(fixture.engine->ArchiveAlert(fixture.limit).ok());
  ended(fixture.source.Take());
}

TEST(SourceFailure, WhoLeavesTheScopeIsReadNoMore) {
  SourceFixture fixture;
  const PlanId pro(kOtherRead.uuid());
  fixture.limit =
      *fixture.engine->CreateAlert({.name = "x", .threshold = D("100"), .plan = pro});
  fixture.Apply({CustomerTold{.customer = kAcmeRead, .plan = pro}});
  fixture.Reset();
  fixture.Apply({CustomerTold{.customer = kAcmeRead, .plan = Patch<PlanId>::Clear()}});
  EXPECT_EQ(fixture.engine->GetStats().due, 0u);
  fixture.Give(fixture.source.Take(), {{ToldTotal("120")}});
  EXPECT_THAT(fixture.Told(), IsEmpty());
  fixture.Apply({CustomerTold{.customer = kAcmeRead, .plan = pro}});
  EXPECT_EQ(fixture.State(), "ok 10") << "it is judged as one that came";
}

TEST(SourceFailure, OtherFiltersAreReadAfresh) {
  SourceFixture fixture;
  fixture.Reset();
  SourceAsked first = fixture.source.Take();
  ASSERT_TRUE(fixture.engine
                  ->UpdateAlert(fixture.limit,
                                {.group_values = {{{.key = "region", .value = "eu"}}}})
                  .ok());
  fixture.Drain();
  EXPECT_EQ(fixture.State(), "evaluating none");
  SourceAsked second = fixture.source.Take();
  EXPECT_EQ(second.request.spec.group_values.size(), 1u);
  fixture.Give(std::move(first), {{ToldTotal("120")}});
  EXPECT_EQ(fixture.State(), "evaluating none");
  fixture.Give(std::move(second),
               {{SpendTotal{.customer = kAcmeRead,
                            .total = D("140"),
                            .group_values = {{.key = "region", .value = "eu"}}}}});
  EXPECT_EQ(fixture.State(), "in_alarm 140");
  EXPECT_THAT(fixture.Told(), ElementsAre("reached 140 epoch 2"));
}

TEST(SourceFailure, AThresholdThatMovesMeanwhileIsTheOneThatHolds) {
  SourceFixture fixture;
  fixture.Reset();
  ASSERT_TRUE(fixture.engine->UpdateAlert(fixture.limit, {.threshold = D("200")}).ok());
  fixture.Drain();
  EXPECT_EQ(fixture.source.waiting(), 1u) << "the same read";
  fixture.Give(fixture.source.Take(), {{ToldTotal("150")}});
  EXPECT_EQ(fixture.State(), "ok 150");
}

TEST(SourceFailure, MayCallTheEngineButNotWaitForIt) {
  SourceFixture fixture;
  absl::Status drained;
  absl::Status closed;
  fixture.source.Inside([&](const ReadRequest& request, FactSource::Done& done) {
    drained = fixture.engine->Drain();
    closed = fixture.engine->Close().status();
    EXPECT_EQ(fixture.engine->Apply({Spend(kOtherRead, "90")}).applied, 1u);
    done({{ToldTotal("20", std::nullopt, request.customer)}});
  });
  fixture.Reset();
  EXPECT_EQ(ReasonOf(drained), Reason::kCalledFromSink);
  EXPECT_EQ(ReasonOf(closed), Reason::kCalledFromSink);
  EXPECT_EQ(fixture.State(), "ok 20");
  EXPECT_EQ(fixture.State(kOtherRead), "in_alarm 100");
}

TEST(SourceFailure, AFullOutboxHoldsItsAnswerBack) {
  SourceFixture fixture({.outbox_max = 1});
  fixture.Reset();
  fixture.sink.SetMood(CollectingSink::Mood::kFails);
  fixture.Apply({Spend(kOtherRead, "90")});
  fixture.Give(fixture.source.Take(), {{ToldTotal("120")}});
  EXPECT_EQ(fixture.State(), "evaluating 10");
  fixture.sink.SetMood(CollectingSink::Mood::kTakes);
  fixture.Drain();
  EXPECT_EQ(fixture.State(), "in_alarm 120");
}

TEST(SourceFailure, PreviousIsWhatWasJudgedBeforeTheReset) {
  SourceFixture fixture;
  fixture.Reset();
  fixture.Apply({ToldAdded("15", 1)});
  fixture.Give(fixture.source.Take(), {{ToldTotal("120", 1)}});
  EXPECT_EQ(fixture.sink.Take().at(0).previous_value, D("10"));
}

}  // namespace
}  // namespace tocsin::testing
