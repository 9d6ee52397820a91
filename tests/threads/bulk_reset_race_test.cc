// Would catch a reset of everybody that loses, doubles or half does somebody while facts
// come and the alert ends, and a callback of a reset that is lost or called twice.
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tests/threads/together.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::CollectingSink;
using testing::Customer;
using testing::D;
using testing::RunTogether;
using testing::Spend;
using Kind = ResetOutcome::Kind;

std::vector<CustomerId> SomeCustomers(int count) {
  std::vector<CustomerId> customers;
  for (int c = 0; c < count; ++c) customers.push_back(Customer(c));
  return customers;
}

void SpendOfAll(Engine& engine, const std::vector<CustomerId>& customers,
                const char* amount) {
  std::vector<Fact> facts;
  for (const CustomerId& customer : customers) facts.push_back(Spend(customer, amount));
  ASSERT_EQ(engine.Apply(facts).applied, facts.size());
}

// Who was taken has spoken once in the new epoch, unless the alert ended first; who was
// not has the old epoch and never spoke in another.
TEST(BulkResetRace, AgainstFactsAndArchivingNobodyIsLostOrDoubled) {
  constexpr int kCustomers = 100'000;
  for (const bool archives : {false, true}) {
    const std::vector<CustomerId> customers = SomeCustomers(kCustomers);
    CollectingSink sink;
    const std::unique_ptr<Engine> engine = *Engine::Open({.sink = &sink});
    const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("10")});
    SpendOfAll(*engine, customers, "10");
    ASSERT_TRUE(engine->Drain().ok());
    ASSERT_EQ(sink.Take().size(), customers.size());
    std::atomic<std::size_t> taken{0};
    std::atomic<bool> done{false};
    RunTogether(archives ? 4 : 3, [&](int thread) {
      if (thread == 0) {
        const BulkResetResult result = engine->ResetAll(alert);
        taken = result.taken;
        done = true;
        if (archives) {
          EXPECT_TRUE(result.status.ok() ||
                      ReasonOf(result.status) == Reason::kAlertArchived);
        } else {
          EXPECT_TRUE(result.status.ok());
        }
      } else if (thread == 3) {
        while (engine->GetStats().resets < 10'000 && !done) std::this_thread::yield();
        EXPECT_TRUE(engine->ArchiveAlert(alert).ok());
      } else {
        // Facts that meet what is due have it judged.
        for (std::size_t i = static_cast<std::size_t>(thread); !done; i += 2) {
          const CustomerId& customer = customers[i * 7 % customers.size()];
          ASSERT_EQ(engine->Apply({Spend(customer, "1")}).applied, 1u);
        }
      }
    });
    ASSERT_TRUE(engine->Drain().ok());
    EXPECT_EQ(engine->GetStats().resets, taken);
    EXPECT_EQ(engine->GetStats().due, 0u);
    std::map<CustomerId, int> spoke;
    for (const Notification& notification : sink.Take()) {
      EXPECT_EQ(notification.epoch, 1u);
      EXPECT_EQ(notification.sequence, 2u);
      EXPECT_EQ(++spoke[notification.customer], 1);
    }
    std::size_t reset = 0;
    for (const CustomerId& customer : customers) {
      const std::uint64_t epoch = engine->GetCustomerAlert(customer, alert)->epoch;
      ASSERT_LE(epoch, 1u);
      reset += epoch;
      if (epoch == 0) {
        EXPECT_EQ(spoke.count(customer), 0u);
      }
    }
    EXPECT_EQ(reset, taken);
    if (!archives) {
      EXPECT_EQ(taken, customers.size());
      EXPECT_EQ(spoke.size(), customers.size());
    }
  }
}

// Counts what each accepted reset was told.
class Callbacks {
 public:
  explicit Callbacks(int resets)
      : told_(std::make_unique<std::atomic<int>[]>(static_cast<std::size_t>(resets))),
        accepted_(
            std::make_unique<std::atomic<bool>[]>(static_cast<std::size_t>(resets))),
        count_(resets) {}

  ResetOptions Of(int number) {
    return {.on_done = [this, number](const ResetOutcome& outcome) {
      ++told_[static_cast<std::size_t>(number)];
      ++kinds_[static_cast<std::size_t>(outcome.kind)];
      if (outcome.kind == Kind::kSuperseded) {
        EXPECT_GT(outcome.newer_epoch, outcome.epoch);
      }
      EXPECT_EQ(outcome.why != Reason::kNone, outcome.kind == Kind::kDropped);
      EXPECT_EQ(outcome.status.has_value(), outcome.kind == Kind::kJudged);
    }};
  }
  void Accepted(int number) { accepted_[static_cast<std::size_t>(number)] = true; }
  void ExpectEachToldOnce() {
    for (int i = 0; i < count_; ++i) {
      const auto at = static_cast<std::size_t>(i);
      ASSERT_EQ(told_[at], accepted_[at] ? 1 : 0) << "reset " << i;
    }
  }
  int kind(Kind kind) const { return kinds_[static_cast<std::size_t>(kind)]; }

 private:
  std::unique_ptr<std::atomic<int>[]> told_;
  std::unique_ptr<std::atomic<bool>[]> accepted_;
  std::array<std::atomic<int>, 3> kinds_{};
  const int count_;
};

TEST(ResetCallbackRace, EachIsToldOnceWhoeverComesFirst) {
  constexpr int kThreads = 4;
  constexpr int kResets = 500;
  int superseded = 0;
  int judged = 0;
  int dropped = 0;
  for (int round = 0; round < 100; ++round) {
    Callbacks callbacks(kThreads * kResets);
    const std::unique_ptr<Engine> engine = *Engine::Open({.shards = 4});
    const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("10")});
    SpendOfAll(*engine, SomeCustomers(8), "10");
    RunTogether(kThreads + 1, [&](int thread) {
      if (thread == kThreads) {
        // Once in the midst of it, once as the end of it.
        const auto resets = static_cast<std::uint64_t>(round % 5) * 200;
        while (engine->GetStats().resets < resets) std::this_thread::yield();
        if (round % 2 == 0) {
          EXPECT_TRUE(engine->ArchiveAlert(alert).ok());
        } else {
          EXPECT_TRUE(engine
                          ->Close(round % 4 == 1 ? absl::ZeroDuration()
                                                 : absl::InfiniteDuration())
                          .ok());
        }
        return;
      }
      for (int i = 0; i < kResets; ++i) {
        const int number = thread * kResets + i;
        const CustomerId customer = Customer(number % 8);
        if (thread == 0) (void)engine->Apply({Spend(customer, "1")});
        if (engine->Reset(customer, alert, {}, callbacks.Of(number)).ok()) {
          callbacks.Accepted(number);
        }
      }
    });
    // A Drain has waited for all of them, and so has a Close.
    if (round % 2 == 0) {
      ASSERT_TRUE(engine->Drain().ok());
    }
    callbacks.ExpectEachToldOnce();
    superseded += callbacks.kind(Kind::kSuperseded);
    judged += callbacks.kind(Kind::kJudged);
    dropped += callbacks.kind(Kind::kDropped);
  }
  EXPECT_GT(superseded, 0);
  EXPECT_GT(judged, 0);
  EXPECT_GT(dropped, 0);
}

}  // namespace
}  // namespace tocsin
