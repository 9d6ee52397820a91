// Would catch a reset that is lost, speaks twice, or is overtaken by what was decided
// before it.
#include <atomic>
#include <map>
#include <memory>
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

struct Setting {
  explicit Setting(int shards)
      : engine(*Engine::Open({.sink = &sink, .shards = shards})) {
    alert = *engine->CreateAlert({.name = "x", .threshold = D("10")});
  }

  CollectingSink sink;
  std::unique_ptr<Engine> engine;
  AlertId alert;
};

// After all is done each customer in alarm has spoken in its last epoch, and in no
// epoch twice.
TEST(ResetRace, ResetsAgainstFactsEachEpochSpeaksAtMostOnceAndTheLastOneDoes) {
  constexpr int kCustomers = 4;
  constexpr std::uint64_t kResets = 3'000;
  Setting setting(2);
  std::vector<Fact> alarm;
  for (int c = 0; c < kCustomers; ++c) alarm.push_back(Spend(Customer(c), "10"));
  ASSERT_EQ(setting.engine->Apply(alarm).applied, alarm.size());
  RunTogether(4, [&](int thread) {
    for (std::uint64_t i = 0; i < kResets; ++i) {
      if (thread % 2 == 0) {
        const CustomerId customer = Customer(static_cast<int>(i) % kCustomers);
        ASSERT_TRUE(setting.engine->Reset(customer, setting.alert).ok());
      } else {
        ASSERT_EQ(setting.engine->Apply(alarm).applied, alarm.size());
      }
    }
  });
  ASSERT_TRUE(setting.engine->Drain().ok());
  std::map<CustomerId, std::uint64_t> last_epoch;
  std::map<CustomerId, std::uint64_t> sequence;
  for (const Notification& notification : setting.sink.Take()) {
    EXPECT_EQ(notification.sequence, ++sequence[notification.customer]);
    if (notification.sequence > 1) {
      EXPECT_GT(notification.epoch, last_epoch[notification.customer]);
    }
    last_epoch[notification.customer] = notification.epoch;
  }
  std::uint64_t epochs = 0;
  for (int c = 0; c < kCustomers; ++c) {
    const CustomerAlert state =
        *setting.engine->GetCustomerAlert(Customer(c), setting.alert);
    EXPECT_EQ(state.status, CustomerStatus::kInAlarm);
    EXPECT_EQ(state.epoch, last_epoch[Customer(c)]);
    epochs += state.epoch;
  }
  EXPECT_EQ(epochs, 2 * kResets);
  EXPECT_EQ(setting.engine->GetStats().resets, 2 * kResets);
  EXPECT_EQ(setting.engine->GetStats().due, 0u);
}

// The moment `Reset` has returned, no notification of an older epoch is decided any
// more, whatever the other threads do.
TEST(ResetRace, NothingDecidedBeforeAResetComesAfterIt) {
  Setting setting(1);
  std::atomic<bool> done{false};
  std::thread facts([&] {
    while (!done) {
      EXPECT_EQ(
          setting.engine->Apply({Spend(Customer(1), "10"), Spend(Customer(1), "-10")})
              .applied,
          2u);
    }
  });
  while (setting.engine->GetStats().customers == 0) std::this_thread::yield();
  for (std::uint64_t i = 1; i <= 3'000; ++i) {
    ASSERT_TRUE(setting.engine->Reset(Customer(1), setting.alert).ok());
    EXPECT_EQ(setting.engine->GetCustomerAlert(Customer(1), setting.alert)->epoch, i);
  }
  done = true;
  facts.join();
  ASSERT_TRUE(setting.engine->Drain().ok());
  std::uint64_t epoch = 0;
  for (const Notification& notification : setting.sink.Take()) {
    EXPECT_GE(notification.epoch, epoch);
    epoch = notification.epoch;
  }
}

TEST(ResetRace, OnceArchiveHasReturnedNothingIsDecided) {
  for (int round = 0; round < 200; ++round) {
    Setting setting(4);
    std::atomic<bool> archived{false};
    std::atomic<std::uint64_t> decided_at_archive{0};
    RunTogether(3, [&](int thread) {
      if (thread == 0) {
        ASSERT_TRUE(setting.engine->ArchiveAlert(setting.alert).ok());
        decided_at_archive = setting.engine->GetStats().notifications_decided;
        archived = true;
        return;
      }
      for (int i = 0; i < 50 || !archived; ++i) {
        const CustomerId customer = Customer(i % 8);
        ASSERT_EQ(setting.engine->Apply({Spend(customer, "10")}).applied, 1u);
        const absl::Status status = setting.engine->Reset(customer, setting.alert);
        if (!status.ok()) {
          EXPECT_EQ(ReasonOf(status), Reason::kAlertArchived);
        }
      }
    });
    ASSERT_TRUE(setting.engine->Drain().ok());
    EXPECT_EQ(setting.engine->GetStats().notifications_decided, decided_at_archive);
    EXPECT_EQ(setting.engine->GetStats().due, 0u) << "the resets of it have ended";
  }
}

TEST(ResetRace, UpdatesAmongResetsLeaveNobodyBehind) {
  constexpr int kCustomers = 50;
  Setting setting(4);
  for (int c = 0; c < kCustomers; ++c) {
    ASSERT_EQ(setting.engine->Apply({Spend(Customer(c), "7")}).applied, 1u);
  }
  RunTogether(3, [&](int thread) {
    for (int i = 0; i < 300; ++i) {
      if (thread == 0) {
        const Decimal threshold = i % 2 == 0 ? D("5") : D("10");
        ASSERT_TRUE(
            setting.engine->UpdateAlert(setting.alert, {.threshold = threshold}).ok());
      } else {
        ASSERT_TRUE(setting.engine->Reset(Customer(i % kCustomers), setting.alert).ok());
      }
    }
  });
  ASSERT_TRUE(setting.engine->UpdateAlert(setting.alert, {.threshold = D("7")}).ok());
  ASSERT_TRUE(setting.engine->Drain().ok());
  int seen = 0;
  ASSERT_TRUE(setting.engine
                  ->ForEachCustomerAlert(setting.alert,
                                         [&](const CustomerAlert& state) {
                                           ++seen;
                                           EXPECT_EQ(state.status,
                                                     CustomerStatus::kInAlarm);
                                         })
                  .ok());
  EXPECT_EQ(seen, kCustomers);
}

TEST(ResetRace, CloseAmongCallsLosesNothingThatWasAccepted) {
  for (int round = 0; round < 100; ++round) {
    Setting setting(2);
    std::atomic<std::uint64_t> applied{0};
    std::atomic<std::uint64_t> resets{0};
    CloseResult left;
    RunTogether(3, [&](int thread) {
      if (thread == 0) {
        left = *setting.engine->Close();
        return;
      }
      for (int i = 0; i < 500; ++i) {
        const ApplyResult result = setting.engine->Apply({Spend(Customer(i % 5), "1")});
        applied += result.applied;
        if (setting.engine->Reset(Customer(i % 5), setting.alert).ok()) ++resets;
        if (!result.status.ok()) {
          EXPECT_EQ(ReasonOf(result.status), Reason::kClosing);
        }
      }
    });
    const Stats stats = setting.engine->GetStats();
    EXPECT_EQ(left.due, 0u);
    EXPECT_EQ(left.undelivered, 0u);
    EXPECT_EQ(stats.facts_applied, applied);
    EXPECT_EQ(stats.resets, resets);
    EXPECT_EQ(stats.notifications_delivered, stats.notifications_decided);
    EXPECT_EQ(setting.sink.Take().size(), stats.notifications_delivered);
  }
}

}  // namespace
}  // namespace tocsin
