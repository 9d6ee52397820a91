// Would catch a sink that is given a notification twice or out of order after it
// failed, called under a lock, or waited for by itself.
#include <memory>
#include <thread>
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

using testing::CollectingSink;
using testing::Customer;
using testing::D;
using testing::Spend;

struct Fixture {
  explicit Fixture(NotificationSink* sink, int threads = 0, std::size_t outbox_max = 100)
      : engine(*Engine::Open({.sink = sink,
                              .clock = &clock,
                              .worker_threads = threads,
                              .outbox_max = outbox_max,
                              .random_seed = 1})) {}

  AlertId Limit(const char* threshold) {
    return *engine->CreateAlert({.name = "limit", .threshold = D(threshold)});
  }

  testing::ManualClock clock{testing::At("2026-01-05T00:00:00Z")};
  std::unique_ptr<Engine> engine;
};

TEST(Sink, ThatFailsOrThrowsIsGivenTheSameAgainInOrder) {
  CollectingSink sink;
  Fixture fixture(&sink);
  fixture.Limit("10");
  fixture.Limit("20");
  sink.SetMood(CollectingSink::Mood::kFails);
  ASSERT_EQ(
      fixture.engine->Apply({Spend(Customer(1), "25"), Spend(Customer(2), "15")}).applied,
      2u);
  ASSERT_TRUE(fixture.engine->Drain().ok());
  sink.SetMood(CollectingSink::Mood::kThrows);
  ASSERT_TRUE(fixture.engine->Drain().ok());
  EXPECT_EQ(sink.failures(), 2u) << "the ones behind the first wait";
  EXPECT_EQ(fixture.engine->GetStats().delivery_failures, 2u);
  EXPECT_EQ(fixture.engine->GetStats().outbox, 3u);
  sink.SetMood(CollectingSink::Mood::kTakes);
  ASSERT_TRUE(fixture.engine->Drain().ok());
  std::vector<std::uint64_t> of_first;
  for (const Notification& notification : sink.Take()) {
    if (notification.customer == Customer(1)) of_first.push_back(notification.sequence);
  }
  EXPECT_THAT(of_first, ::testing::ElementsAre(1, 2));
  EXPECT_EQ(fixture.engine->GetStats().notifications_delivered, 3u);
  EXPECT_EQ(fixture.engine->GetStats().outbox, 0u);
}

// Resets what it is told of, once, and asks what it may not.
class BusySink : public NotificationSink {
 public:
  absl::Status Deliver(const Notification& notification) override {
    epochs.push_back(notification.epoch);
    drain = engine->Drain();
    close = engine->Close().status();
    fact = engine->Apply({Spend(notification.customer, "1")}).status;
    if (notification.epoch == 0) {
      reset = engine->Reset(notification.customer, notification.alert);
    }
    return absl::OkStatus();
  }

  Engine* engine = nullptr;
  std::vector<std::uint64_t> epochs;
  absl::Status drain, close, fact, reset;
};

TEST(Sink, MayCallTheEngineButNotWaitForItself) {
  BusySink sink;
  Fixture fixture(&sink);
  sink.engine = fixture.engine.get();
  fixture.Limit("10");
  ASSERT_EQ(fixture.engine->Apply({Spend(Customer(1), "10")}).applied, 1u);
  ASSERT_TRUE(fixture.engine->Drain().ok());
  ASSERT_TRUE(fixture.engine->Drain().ok());
  EXPECT_THAT(sink.epochs, ::testing::ElementsAre(0, 1));
  EXPECT_TRUE(sink.reset.ok());
  EXPECT_TRUE(sink.fact.ok());
  EXPECT_EQ(ReasonOf(sink.drain), Reason::kCalledFromSink);
  EXPECT_EQ(ReasonOf(sink.close), Reason::kCalledFromSink);
}

TEST(Sink, ThatHasNoRoomRefusesFactsAlertsAndResetsWhole) {
  CollectingSink sink;
  sink.SetMood(CollectingSink::Mood::kFails);
  Fixture fixture(&sink, /*threads=*/0, /*outbox_max=*/2);
  const AlertId limit = fixture.Limit("10");
  // A batch that was accepted may go beyond.
  const ApplyResult beyond = fixture.engine->Apply(
      {Spend(Customer(1), "10"), Spend(Customer(2), "10"), Spend(Customer(3), "10")});
  ASSERT_TRUE(beyond.status.ok());
  EXPECT_EQ(beyond.applied, 3u);

  const ApplyResult refused = fixture.engine->Apply({Spend(Customer(4), "1")});
  EXPECT_EQ(ReasonOf(refused.status), Reason::kLimitReached);
  EXPECT_EQ(refused.applied, 0u);
  EXPECT_EQ(ReasonOf(fixture.engine->Reset(Customer(1), limit)), Reason::kLimitReached);
  EXPECT_EQ(ReasonOf(fixture.engine->UpdateAlert(limit, {.threshold = D("5")})),
            Reason::kLimitReached);
  EXPECT_EQ(
      ReasonOf(fixture.engine->CreateAlert({.name = "x", .threshold = D("1")}).status()),
      Reason::kLimitReached);
  EXPECT_EQ(fixture.engine->GetStats().customers, 3u);
  EXPECT_EQ(fixture.engine->GetCustomerAlert(Customer(1), limit)->epoch, 0u);
  EXPECT_EQ(*fixture.engine->GetAlert(limit)->spec.threshold, D("10"));

  sink.SetMood(CollectingSink::Mood::kTakes);
  ASSERT_TRUE(fixture.engine->Drain().ok());
  EXPECT_TRUE(fixture.engine->Apply({Spend(Customer(4), "1")}).status.ok());
  EXPECT_EQ(sink.Take().size(), 3u);
}

TEST(Sink, ThatFillsUpDuringASweepHoldsItUpAndLosesNothing) {
  CollectingSink sink;
  Fixture fixture(&sink, /*threads=*/0, /*outbox_max=*/10);
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(fixture.engine->Apply({Spend(Customer(i), "10")}).applied, 1u);
  }
  fixture.Limit("10");
  ASSERT_TRUE(fixture.engine->Drain().ok());
  EXPECT_EQ(sink.Take().size(), 500u);
}

// Catches: a sweep that goes over those first to whom the change is nothing, and so past
// a full outbox; a Drain that leaves what waited for room which a worker made.
TEST(Sink, ThatFailsHoldsUpASweepBeforeAllAlike) {
  CollectingSink sink;
  sink.SetMood(CollectingSink::Mood::kFails);
  Fixture fixture(&sink, /*threads=*/1, /*outbox_max=*/10);
  constexpr int kCustomers = 20'000;
  std::vector<Fact> facts;
  for (int i = 0; i < kCustomers; ++i) {
    facts.push_back(Spend(Customer(i), i % 2 == 0 ? "10" : "1"));
  }
  ASSERT_EQ(fixture.engine->Apply(facts).applied, facts.size());
  const AlertId limit = fixture.Limit("10");
  const absl::Time give_up = absl::Now() + absl::Seconds(60);
  while (fixture.engine->GetStats().outbox < 10 && absl::Now() < give_up) {
    std::this_thread::yield();
  }
  ASSERT_GE(fixture.engine->GetStats().outbox, 10u);
  int evaluating = 0;
  for (int i = 1; i < kCustomers; i += 2) {
    evaluating += fixture.engine->GetCustomerAlert(Customer(i), limit)->status ==
                          CustomerStatus::kEvaluating
                      ? 1
                      : 0;
  }
  EXPECT_GT(evaluating, kCustomers / 4);
  sink.SetMood(CollectingSink::Mood::kTakes);
  ASSERT_TRUE(fixture.engine->Drain().ok());
  EXPECT_EQ(sink.Take().size(), static_cast<std::size_t>(kCustomers / 2));
}

TEST(Sink, BackgroundThreadsTryAgainWhenTheWaitIsOver) {
  CollectingSink sink;
  sink.SetMood(CollectingSink::Mood::kFails);
  std::unique_ptr<Engine> engine = *Engine::Open({.sink = &sink, .random_seed = 1});
  ASSERT_TRUE(engine->CreateAlert({.name = "limit", .threshold = D("10")}).ok());
  ASSERT_EQ(engine->Apply({Spend(Customer(1), "10")}).applied, 1u);
  const absl::Time give_up = absl::Now() + absl::Seconds(60);
  while (sink.failures() < 3 && absl::Now() < give_up) std::this_thread::yield();
  EXPECT_GE(sink.failures(), 3u);
  sink.SetMood(CollectingSink::Mood::kTakes);
  std::vector<Notification> taken;
  while (taken.empty() && absl::Now() < give_up) {
    std::this_thread::yield();
    taken = sink.Take();
  }
  EXPECT_EQ(taken.size(), 1u);
}

}  // namespace
}  // namespace tocsin
