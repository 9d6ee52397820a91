// Would catch a crossing that is notified twice, or by nobody, because two threads
// judged it at once.
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
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

// Of one customer: numbered from 1 without gaps, in order, no id twice.
void ExpectInOrder(const std::vector<Notification>& notifications) {
  std::map<CustomerId, std::uint64_t> last;
  std::set<NotificationId> ids;
  for (const Notification& notification : notifications) {
    EXPECT_EQ(notification.sequence, ++last[notification.customer]);
    EXPECT_TRUE(ids.insert(notification.id).second);
  }
}

// Autumn sent two webhooks for one crossing when two tracks came at once; OpenMeter,
// which looks whether a notification is there and then inserts it, two when workers
// overlap.
TEST(Threads, EachThresholdIsNotifiedOnceHoweverManyThreadsReachIt) {
  constexpr int kThreads = 4;
  constexpr int kCustomers = 8;
  constexpr int kFacts = 2'000;
  CollectingSink sink;
  std::unique_ptr<Engine> engine = *Engine::Open({.sink = &sink, .shards = 4});
  for (const char* threshold : {"1", "100", "1000", "7999", "8000"}) {
    ASSERT_TRUE(engine->CreateAlert({.name = "x", .threshold = D(threshold)}).ok());
  }
  RunTogether(kThreads, [&](int) {
    for (int i = 0; i < kFacts; ++i) {
      std::vector<Fact> batch;
      for (int c = 0; c < kCustomers; ++c) batch.push_back(Spend(Customer(c), "1"));
      const ApplyResult result = engine->Apply(batch);
      ASSERT_TRUE(result.status.ok());
      ASSERT_EQ(result.applied, batch.size());
    }
  });
  ASSERT_TRUE(engine->Drain().ok());
  const std::vector<Notification> notifications = sink.Take();
  EXPECT_EQ(notifications.size(), 5u * kCustomers);
  ExpectInOrder(notifications);
  for (const Notification& notification : notifications) {
    EXPECT_EQ(notification.value, notification.threshold) << "decided by the very fact";
  }
}

TEST(Threads, UpAndDownAreNotifiedInTurn) {
  CollectingSink sink;
  std::unique_ptr<Engine> engine = *Engine::Open({.sink = &sink, .shards = 1});
  ASSERT_TRUE(
      engine->CreateAlert({.name = "x", .threshold = D("2"), .notify_resolved = true})
          .ok());
  RunTogether(4, [&](int) {
    for (int i = 0; i < 3'000; ++i) {
      ASSERT_EQ(
          engine->Apply({Spend(Customer(1), "1"), Spend(Customer(1), "-1")}).applied, 2u);
    }
  });
  ASSERT_TRUE(engine->Drain().ok());
  const std::vector<Notification> notifications = sink.Take();
  ExpectInOrder(notifications);
  for (std::size_t i = 0; i < notifications.size(); ++i) {
    EXPECT_EQ(notifications[i].kind,
              i % 2 == 0 ? NotificationKind::kReached : NotificationKind::kResolved);
  }
}

// The same of a sweep over everybody that overlaps with their facts (OpenMeter).
TEST(Threads, AnAlertCreatedAmongFactsSpeaksOnceToEachCustomer) {
  constexpr int kCustomers = 200;
  CollectingSink sink;
  std::unique_ptr<Engine> engine = *Engine::Open({.sink = &sink, .shards = 16});
  std::vector<AlertId> alerts;
  RunTogether(3, [&](int thread) {
    if (thread == 0) {
      for (int i = 0; i < 20; ++i) {
        alerts.push_back(*engine->CreateAlert({.name = "x", .threshold = D("50")}));
      }
      return;
    }
    for (int round = 0; round < 30; ++round) {
      for (int c = 0; c < kCustomers; ++c) {
        ASSERT_EQ(engine->Apply({Spend(Customer(c), "1")}).applied, 1u);
      }
    }
  });
  ASSERT_TRUE(engine->Drain().ok());
  const std::vector<Notification> notifications = sink.Take();
  ExpectInOrder(notifications);
  std::map<AlertId, std::set<CustomerId>> told;
  for (const Notification& notification : notifications) {
    EXPECT_TRUE(told[notification.alert].insert(notification.customer).second);
  }
  ASSERT_EQ(told.size(), alerts.size());
  for (const auto& [alert, customers] : told) EXPECT_EQ(customers.size(), kCustomers);
}

TEST(Threads, OneOfManyGetsAUniquenessKey) {
  std::unique_ptr<Engine> engine = *Engine::Open({});
  std::atomic<int> created{0};
  RunTogether(4, [&](int) {
    for (int i = 0; i < 200; ++i) {
      const auto alert = engine->CreateAlert(
          {.name = "x", .threshold = D("1"), .uniqueness_key = absl::StrCat("key ", i)});
      if (alert.ok()) {
        ++created;
      } else {
        EXPECT_EQ(ReasonOf(alert.status()), Reason::kUniquenessKeyUsed);
        EXPECT_TRUE(ConflictingAlert(alert.status()).has_value());
      }
    }
  });
  EXPECT_EQ(created.load(), 200);
}

TEST(Threads, ABatchOfASourceIsAppliedOnce) {
  std::unique_ptr<Engine> engine = *Engine::Open({});
  std::atomic<std::uint64_t> applied{0};
  RunTogether(4, [&](int) {
    for (std::uint64_t offset = 1; offset <= 500; ++offset) {
      while (true) {
        const ApplyResult result =
            engine->Apply({Spend(Customer(1), "1")},
                          {.position = Position{.source = "log", .offset = offset}});
        if (ReasonOf(result.status) == Reason::kSourceBusy) continue;
        ASSERT_TRUE(result.status.ok());
        applied += result.applied;
        break;
      }
    }
  });
  EXPECT_LE(applied.load(), 500u);
  EXPECT_EQ(**engine->LastPosition("log"), 500u);
  EXPECT_EQ(engine->GetStats().facts_applied, applied.load());
}

}  // namespace
}  // namespace tocsin
