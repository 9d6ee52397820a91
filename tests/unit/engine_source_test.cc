// Would catch a reset that is judged on anything but what the fact source says, or that
// waits for it for ever.
#include <memory>
#include <string>
#include <thread>
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

using testing::CollectingSink;
using testing::Customer;
using testing::D;
using testing::ScriptedSource;
using testing::Spend;
using SourceAsked = ScriptedSource::Asked;
using SourceAnswer = ScriptedSource::Answer;
using ToldVersion = std::optional<std::uint64_t>;

const CustomerId kAcmeRead = Customer(1);
const CustomerId kOtherRead = Customer(2);

Fact ToldTotal(const char* total, ToldVersion version = std::nullopt,
               CustomerId customer = kAcmeRead) {
  return SpendTotal{.customer = customer, .total = D(total), .version = version};
}
Fact ToldAdded(const char* amount, ToldVersion version = std::nullopt) {
  return SpendAdded{.customer = kAcmeRead, .amount = D(amount), .version = version};
}

// An engine without threads that watches spend of 100, for two customers at 10.
struct SourceFixture {
  explicit SourceFixture(Options options = {}) {
    options.sink = &sink;
    options.clock = &clock;
    options.worker_threads = 0;
    options.random_seed = 1;
    options.fact_source = &source;
    engine = *Engine::Open(options);
    limit = Limit("100");
    Apply({Spend(kAcmeRead, "10"), Spend(kOtherRead, "10")});
  }
  // Else it would wait for a source that is silent.
  ~SourceFixture() { engine->Close(absl::ZeroDuration()).IgnoreError(); }

  AlertId Limit(const char* threshold) {
    return *engine->CreateAlert(
        {.name = "limit", .threshold = D(threshold), .notify_resolved = true});
  }
  void Apply(const std::vector<Fact>& facts) {
    ASSERT_EQ(engine->Apply(facts).applied, facts.size());
    Drain();
  }
  void Drain() { ASSERT_TRUE(engine->Drain().ok()); }
  void Reset(CustomerId customer = kAcmeRead) {
    ASSERT_TRUE(engine->Reset(customer, limit).ok());
    Drain();
  }
  void Give(SourceAsked asked, SourceAnswer answer) {
    asked.done(std::move(answer));
    Drain();
  }
  CustomerAlert Get(CustomerId customer = kAcmeRead) {
    return *engine->GetCustomerAlert(customer, limit);
  }
  // `in_alarm 120`.
  std::string State(CustomerId customer = kAcmeRead) {
    const CustomerAlert state = Get(customer);
    return absl::StrCat(CustomerStatusName(*state.status), " ",
                        state.value ? state.value->ToString() : "none");
  }
  // `reached 120 epoch 1` for each that was delivered.
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    for (const Notification& one : sink.Take()) {
      told.push_back(
          absl::StrCat(one.kind == NotificationKind::kReached ? "reached " : "resolved ",
                       one.value.ToString(), " epoch ", one.epoch));
    }
    return told;
  }

  testing::ManualClock clock{testing::At("2026-01-05T00:00:00Z")};
  CollectingSink sink;
  ScriptedSource source;
  std::unique_ptr<Engine> engine;
  AlertId limit;
};

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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
  fixture.clock.Set(testing::At("2026-01-31T23:59:59Z"));
  fixture.Reset();
  SourceAsked first = fixture.source.Take();
  EXPECT_EQ(first.request.period_ends_at, testing::At("2026-02-01T00:00:00Z"));
  fixture.clock.Set(testing::At("2026-02-01T00:00:01Z"));
  fixture.Give(std::move(first),
               {{SpendTotal{.customer = kAcmeRead,
                            .total = D("120"),
                            .time = testing::At("2026-01-31T12:00:00Z")}}});
  EXPECT_EQ(fixture.State(), "evaluating none");
  EXPECT_EQ(fixture.engine->GetStats().source_failures, 0u) << "it was right then";
  SourceAsked second = fixture.source.Take();
  EXPECT_EQ(second.request.period_starts_at, testing::At("2026-02-01T00:00:00Z"));
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

TEST(Source, AFailureIsTriedAgainAfterAWait) {
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

TEST(Source, SilenceAndExceptionsAreFailures) {
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

TEST(Source, AnswersThatWereNotAskedForAreFailures) {
  SourceFixture fixture;
  fixture.Reset();
  const Fact wrong[] = {ToldTotal("120", std::nullopt, kOtherRead),
                        ToldAdded("120"),
                        SpendTotal{.customer = kAcmeRead,
                                   .total = D("120"),
                                   .credit_type = CreditTypeId(kOtherRead.uuid())},
                        SpendTotal{.customer = kAcmeRead,
                                   .total = D("120"),
                                   .group_values = {{.key = "", .value = "x"}}},
                        SpendTotal{.customer = kAcmeRead,
                                   .total = D("120"),
                                   .time = testing::At("2027-01-05T00:00:00Z")},
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

TEST(Source, AfterTheLastAttemptWhatTheEngineHoldsIsJudged) {
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
    EXPECT_EQ(fixture.engine->GetStats().due, 0u);
    fixture.Reset();
    EXPECT_TRUE(fixture.Get().source_failed) << "until one is read";
    fixture.Give(fixture.source.Take(), {{ToldTotal("20", 6)}});
    EXPECT_FALSE(fixture.Get().source_failed);
    EXPECT_THAT(fixture.Told(), ElementsAre("resolved 20 epoch 2"));
  }
}

TEST(Source, ThatIsSilentHoldsNobodyElseUp) {
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

TEST(Source, WhatEndsTheAlertEndsTheRead) {
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

TEST(Source, WhoLeavesTheScopeIsReadNoMore) {
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

TEST(Source, OtherFiltersAreReadAfresh) {
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

TEST(Source, AThresholdThatMovesMeanwhileIsTheOneThatHolds) {
  SourceFixture fixture;
  fixture.Reset();
  ASSERT_TRUE(fixture.engine->UpdateAlert(fixture.limit, {.threshold = D("200")}).ok());
  fixture.Drain();
  EXPECT_EQ(fixture.source.waiting(), 1u) << "the same read";
  fixture.Give(fixture.source.Take(), {{ToldTotal("150")}});
  EXPECT_EQ(fixture.State(), "ok 150");
}

TEST(Source, MayCallTheEngineButNotWaitForIt) {
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

TEST(Source, AFullOutboxHoldsItsAnswerBack) {
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

TEST(Source, PreviousIsWhatWasJudgedBeforeTheReset) {
  SourceFixture fixture;
  fixture.Reset();
  fixture.Apply({ToldAdded("15", 1)});
  fixture.Give(fixture.source.Take(), {{ToldTotal("120", 1)}});
  EXPECT_EQ(fixture.sink.Take().at(0).previous_value, D("10"));
}

}  // namespace
}  // namespace tocsin
