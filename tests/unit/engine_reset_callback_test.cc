// Would catch a callback of a reset that is not called, called twice, called under a
// lock, or told something else than what became of the reset.
#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::At;
using testing::CollectingSink;
using testing::Customer;
using testing::D;
using testing::ManualClock;
using testing::Spend;
using Kind = ResetOutcome::Kind;

class ResetCallback : public ::testing::Test {
 protected:
  ResetCallback() {
    engine = *Engine::Open({.sink = &sink, .clock = &clock, .worker_threads = 0});
    alert = *engine->CreateAlert({.name = "x", .threshold = D("10")});
    Apply("10");
    Drain();
  }

  void Apply(const char* amount) {
    ASSERT_EQ(engine->Apply({Spend(Customer(1), amount)}).applied, 1u);
  }
  void Drain() { ASSERT_TRUE(engine->Drain().ok()); }
  void Reset(const InstanceSelector& instance = {}) {
    ASSERT_TRUE(engine->Reset(Customer(1), alert, instance, Telling()).ok());
  }
  // Callbacks come in no special order.
  void SortToldByEpoch() {
    std::sort(told.begin(), told.end(), [](const ResetOutcome& a, const ResetOutcome& b) {
      return a.epoch < b.epoch;
    });
  }
  ResetOptions Telling() {
    return {.on_done = [this](const ResetOutcome& outcome) {
      // With workers several are called at one time.
      absl::MutexLock lock(&told_mu);
      told.push_back(outcome);
    }};
  }
  // Of the region's instance.
  static InstanceSelector Region(const char* value) {
    return {.group_values = {{"region", value}}};
  }

  CollectingSink sink;
  ManualClock clock{At("2026-01-01T00:00:00Z")};
  absl::Mutex told_mu;
  std::vector<ResetOutcome> told;  // before the engine, which tells to the end
  std::unique_ptr<Engine> engine;
  AlertId alert;
};

TEST_F(ResetCallback, TellsWhatTheEvaluationCameTo) {
  Reset();
  EXPECT_TRUE(told.empty()) << "the call does not wait for it";
  Drain();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, Kind::kJudged);
  EXPECT_EQ(told[0].customer, Customer(1));
  EXPECT_EQ(told[0].alert, alert);
  EXPECT_EQ(told[0].epoch, 1u);
  EXPECT_EQ(told[0].status, CustomerStatus::kInAlarm);
  EXPECT_EQ(told[0].value, D("10"));
  EXPECT_TRUE(told[0].notified);
  Apply("-1");
  Reset();
  Drain();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1].epoch, 2u);
  EXPECT_EQ(told[1].status, CustomerStatus::kOk);
  EXPECT_EQ(told[1].value, D("9"));
  EXPECT_FALSE(told[1].notified);
  Drain();
  EXPECT_EQ(told.size(), 2u) << "once";
}

TEST_F(ResetCallback, OfAResetThatAFactJudgedFirstTellsTheValueBeforeIt) {
  Reset();
  Apply("-10");
  EXPECT_TRUE(told.empty()) << "without threads it is called in Drain";
  Drain();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].status, CustomerStatus::kInAlarm);
  EXPECT_EQ(told[0].value, D("10"));
  EXPECT_TRUE(told[0].notified);
}

TEST_F(ResetCallback, TellsWhoIsSupersededByWhichEpoch) {
  Reset();
  Reset();
  ASSERT_TRUE(engine->Reset(Customer(1), alert).ok()) << "one that asks for nothing";
  Drain();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].kind, Kind::kSuperseded);
  EXPECT_EQ(told[0].epoch, 1u);
  EXPECT_EQ(told[0].newer_epoch, 2u);
  EXPECT_EQ(told[0].status, std::nullopt);
  EXPECT_EQ(told[1].epoch, 2u);
  EXPECT_EQ(told[1].newer_epoch, 3u);
  // A reset of many supersedes as well, and so do other filters.
  Reset();
  ASSERT_TRUE(engine->ResetAll(alert).status.ok());
  Reset();
  ASSERT_TRUE(engine->UpdateAlert(alert, {.group_values = {{{.key = "region"}}}}).ok());
  Drain();
  ASSERT_EQ(told.size(), 4u);
  EXPECT_EQ(told[2].kind, Kind::kSuperseded);
  EXPECT_EQ(told[2].newer_epoch, 5u);
  EXPECT_EQ(told[3].kind, Kind::kSuperseded);
  EXPECT_EQ(told[3].newer_epoch, 7u);
}

TEST_F(ResetCallback, OfOneInstanceIsSupersededByThatInstanceOnly) {
  alert = *engine->CreateAlert(
      {.name = "y", .threshold = D("10"), .group_values = {{.key = "region"}}});
  for (const char* region : {"eu", "us"}) {
    ASSERT_EQ(engine->Apply({Spend(Customer(1), "10", {{"region", region}})}).applied,
              1u);
  }
  Drain();
  Reset(Region("eu"));
  Reset(Region("us"));
  Reset(Region("eu"));
  Drain();
  SortToldByEpoch();
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].kind, Kind::kSuperseded);
  EXPECT_EQ(told[0].epoch, 1u);
  EXPECT_EQ(told[0].newer_epoch, 3u);
  EXPECT_EQ(told[1].kind, Kind::kJudged);
  EXPECT_EQ(told[1].epoch, 2u);
  EXPECT_EQ(told[1].value, D("10"));
  EXPECT_TRUE(told[1].notified);
  EXPECT_EQ(told[2].epoch, 3u);
  // The whole supersedes all of them, and is superseded by none.
  told.clear();
  Reset(Region("eu"));
  Reset();
  Reset(Region("us"));
  Drain();
  SortToldByEpoch();
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].kind, Kind::kSuperseded);
  EXPECT_EQ(told[0].newer_epoch, 5u);
  EXPECT_EQ(told[1].kind, Kind::kJudged);
  EXPECT_EQ(told[1].epoch, 5u);
  EXPECT_EQ(told[1].status, CustomerStatus::kInAlarm);
  EXPECT_EQ(told[1].value, std::nullopt);
  EXPECT_EQ(told[2].epoch, 6u);
}

TEST_F(ResetCallback, TellsThatThereIsNothingToEvaluateAnyMore) {
  Reset();
  ASSERT_TRUE(engine->DisableAlert(alert).ok());
  ASSERT_TRUE(engine->EnableAlert(alert).ok());
  Reset();
  ASSERT_TRUE(engine->ArchiveAlert(alert).ok());
  Drain();
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].kind, Kind::kDropped);
  EXPECT_EQ(told[0].why, Reason::kAlertDisabled);
  EXPECT_EQ(told[1].kind, Kind::kDropped);
  EXPECT_EQ(told[1].epoch, 3u);
  EXPECT_EQ(told[1].why, Reason::kAlertArchived);
  EXPECT_FALSE(told[1].notified);
}

TEST_F(ResetCallback, OfACustomerThatIsArchivedIsJudgedFirst) {
  Reset();
  ASSERT_EQ(
      engine->Apply({CustomerTold{.customer = Customer(1), .archived = true}}).applied,
      1u);
  Drain();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, Kind::kJudged);
  EXPECT_TRUE(told[0].notified);
}

TEST_F(ResetCallback, OfARefusedCallIsNeverCalled) {
  EXPECT_FALSE(engine->Reset(Customer(2), alert, {}, Telling()).ok());
  ASSERT_TRUE(engine->DisableAlert(alert).ok());
  EXPECT_FALSE(engine->Reset(Customer(1), alert, {}, Telling()).ok());
  Drain();
  ASSERT_TRUE(engine->Close().ok());
  EXPECT_FALSE(engine->Reset(Customer(1), alert, {}, Telling()).ok());
  EXPECT_TRUE(told.empty());
}

// Catches: a refused callback that is destroyed under a lock, where what it captured
// calls the engine.
TEST_F(ResetCallback, OfARefusedCallGoesWithoutALock) {
  struct AskingWhenItGoes {
    explicit AskingWhenItGoes(Engine* asked_engine) : asked(asked_engine) {}
    AskingWhenItGoes(const AskingWhenItGoes&) = delete;
    AskingWhenItGoes& operator=(const AskingWhenItGoes&) = delete;
    ~AskingWhenItGoes() {
      EXPECT_TRUE(asked->LastPosition("none").ok());
      EXPECT_EQ(asked->GetStats().customers, 1u);
    }
    Engine* asked;
  };
  const auto refused = [&](const CustomerId& customer, Reason reason) {
    ResetOptions options{
        .on_done = [asking = std::make_unique<AskingWhenItGoes>(engine.get())](
                       const ResetOutcome&) { ADD_FAILURE() << "it was refused"; }};
    EXPECT_EQ(ReasonOf(engine->Reset(customer, alert, {}, std::move(options))), reason);
  };
  refused(Customer(2), Reason::kUnknownCustomer);
  ASSERT_TRUE(engine->DisableAlert(alert).ok());
  refused(Customer(1), Reason::kAlertDisabled);
  ASSERT_TRUE(engine->ArchiveAlert(alert).ok());
  refused(Customer(1), Reason::kAlertArchived);
}

TEST_F(ResetCallback, CloseJudgesFirstAndWithoutTimeTellsThatItDidNot) {
  Reset();
  ASSERT_TRUE(engine->Close().ok());
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, Kind::kJudged);
  for (const int threads : {0, 2}) {
    told.clear();
    engine = *Engine::Open({.clock = &clock, .worker_threads = threads});
    alert = *engine->CreateAlert({.name = "x", .threshold = D("10")});
    Apply("10");
    for (int i = 0; i < 100; ++i) Reset();
    const CloseResult left = *engine->Close(absl::ZeroDuration());
    ASSERT_EQ(told.size(), 100u);
    std::size_t dropped = 0;
    for (const ResetOutcome& outcome : told) {
      if (outcome.kind != Kind::kDropped) continue;
      EXPECT_EQ(outcome.why, Reason::kClosing);
      ++dropped;
    }
    EXPECT_EQ(dropped, left.due);
    if (threads == 0) {
      EXPECT_EQ(dropped, 1u);
    }
  }
}

TEST_F(ResetCallback, MayCallTheEngineButNotWaitForIt) {
  std::vector<absl::Status> statuses;
  int again = 3;
  std::function<void(const ResetOutcome&)> call = [&](const ResetOutcome& outcome) {
    told.push_back(outcome);
    EXPECT_EQ(engine->GetCustomerAlert(Customer(1), alert)->epoch, outcome.epoch);
    EXPECT_TRUE(engine->UpdateAlert(alert, {.name = "z"}).ok());
    statuses.push_back(engine->Drain());
    statuses.push_back(engine->Close().status());
    if (again-- > 0) {
      EXPECT_TRUE(engine->Reset(Customer(1), alert, {}, {.on_done = call}).ok());
    }
  };
  ASSERT_TRUE(engine->Reset(Customer(1), alert, {}, {.on_done = call}).ok());
  Drain();
  EXPECT_EQ(told.size(), 4u) << "one Drain does what its callbacks caused";
  EXPECT_EQ(engine->GetStats().due, 0u);
  ASSERT_EQ(statuses.size(), 8u);
  for (const absl::Status& status : statuses) {
    EXPECT_EQ(ReasonOf(status), Reason::kCalledFromSink);
  }
  Drain();
}

TEST_F(ResetCallback, ThatThrowsHarmsNobody) {
  ASSERT_TRUE(engine
                  ->Reset(Customer(1), alert, {},
                          {.on_done =
                               [](const ResetOutcome&) {
                                 throw std::runtime_error("as it was told");
                               }})
                  .ok());
  Reset();
  Drain();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, Kind::kJudged);
  EXPECT_EQ(engine->GetStats().callback_failures, 1u);
  EXPECT_EQ(engine->GetCustomerAlert(Customer(1), alert)->status,
            CustomerStatus::kInAlarm);
}

// Without threads nobody calls them, so that they come to their bound.
TEST_F(ResetCallback, AreBounded) {
  constexpr std::size_t kMax = 1'000'000;
  std::size_t calls = 0;
  const auto reset = [&] {
    return engine->Reset(Customer(1), alert, {},
                         {.on_done = [&calls](const ResetOutcome&) { ++calls; }});
  };
  for (std::size_t i = 0; i < kMax; ++i) ASSERT_TRUE(reset().ok());
  EXPECT_EQ(ReasonOf(reset()), Reason::kLimitReached);
  EXPECT_EQ(engine->GetCustomerAlert(Customer(1), alert)->epoch, kMax)
      << "nothing is cleared";
  EXPECT_TRUE(engine->Reset(Customer(1), alert).ok()) << "without a callback it goes";
  Drain();
  EXPECT_EQ(calls, kMax);
  EXPECT_TRUE(reset().ok());
  Drain();  // while what it counts with is there
}

}  // namespace
}  // namespace tocsin
