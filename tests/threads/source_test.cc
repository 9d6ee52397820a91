// Would catch an answer of another thread that is lost, touches an engine that is gone,
// or is waited for without end.
#include <atomic>
#include <map>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tests/support/scripted_source.h"
#include "tests/threads/together.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::CollectingSink;
using testing::Customer;
using testing::D;
using testing::ScriptedSource;

// Answers from a thread of its own, each read with the total that it is told.
class AnsweringThread {
 public:
  AnsweringThread(ScriptedSource* source, const char* total)
      : thread_([this, source, total] {
          while (!stops_) {
            if (source->waiting() == 0) {
              std::this_thread::yield();
              continue;
            }
            ScriptedSource::Asked asked = source->Take();
            asked.done(
                {{SpendTotal{.customer = asked.request.customer, .total = D(total)}}});
          }
        }) {}
  ~AnsweringThread() {
    stops_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stops_{false};
  std::thread thread_;
};

TEST(SourceThreads, ResetsFactsAndAnswersBesideEachOther) {
  constexpr int kCustomers = 4;
  constexpr std::uint64_t kResets = 500;
  CollectingSink sink;
  ScriptedSource source;
  std::unique_ptr<Engine> engine =
      *Engine::Open({.sink = &sink,
                     .shards = 2,
                     .fact_source = &source,
                     // More than there are facts that could spoil a read.
                     .source_attempts_max = 1'000});
  const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("10")});
  for (int c = 0; c < kCustomers; ++c) {
    ASSERT_EQ(engine->Apply({testing::Spend(Customer(c), "1")}).applied, 1u);
  }
  {
    const AnsweringThread answering(&source, "20");
    testing::RunTogether(4, [&](int thread) {
      for (std::uint64_t i = 0; i < kResets; ++i) {
        const CustomerId customer = Customer(static_cast<int>(i) % kCustomers);
        if (thread % 2 == 0) {
          ASSERT_TRUE(engine->Reset(customer, alert).ok());
        } else {
          ASSERT_EQ(engine
                        ->Apply({SpendAdded{
                            .customer = customer, .amount = D("0"), .version = i}})
                        .refused,
                    0u);
        }
      }
    });
    const absl::StatusOr<CloseResult> left = engine->Close();
    ASSERT_TRUE(left.ok());
    EXPECT_EQ(left->due, 0u) << "Close waits for a source that answers";
    EXPECT_EQ(left->undelivered, 0u);
  }
  std::map<CustomerId, std::uint64_t> last_epoch;
  for (const Notification& notification : sink.Take()) {
    const auto [known, first] =
        last_epoch.try_emplace(notification.customer, notification.epoch);
    if (!first) {
      EXPECT_GT(notification.epoch, known->second) << "no epoch speaks twice";
    }
    known->second = notification.epoch;
  }
  for (int c = 0; c < kCustomers; ++c) {
    EXPECT_EQ(last_epoch[Customer(c)], 2 * kResets / kCustomers) << "the last one does";
  }
}

TEST(SourceThreads, ARealTimeoutFailsAndIsTriedAgain) {
  CollectingSink sink;
  ScriptedSource source;
  std::unique_ptr<Engine> engine = *Engine::Open({.sink = &sink,
                                                  .fact_source = &source,
                                                  .source_timeout = absl::Milliseconds(5),
                                                  .source_attempts_max = 2});
  const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("10")});
  ASSERT_EQ(engine->Apply({testing::Spend(Customer(1), "20")}).applied, 1u);
  ASSERT_TRUE(engine->Reset(Customer(1), alert).ok());
  // Kept, and never called.
  const ScriptedSource::Asked first = source.AwaitAndTake();
  const ScriptedSource::Asked second = source.AwaitAndTake();
  EXPECT_EQ(second.request.attempt, 2);
  while (engine->GetStats().due > 0) std::this_thread::yield();
  EXPECT_TRUE(engine->GetCustomerAlert(Customer(1), alert)->source_failed);
  EXPECT_EQ(engine->GetStats().source_failures, 2u);
}

TEST(SourceThreads, CloseDoesNotWaitForASilentSource) {
  for (const int threads : {0, 1, 2}) {
    for (const absl::Duration deadline :
         {absl::ZeroDuration(), absl::Milliseconds(5), absl::InfiniteDuration()}) {
      ScriptedSource source;
      std::unique_ptr<Engine> engine =
          *Engine::Open({.worker_threads = threads,
                         .fact_source = &source,
                         .source_timeout = absl::Milliseconds(20)});
      const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("10")});
      ASSERT_EQ(engine->Apply({testing::Spend(Customer(1), "20")}).applied, 1u);
      ASSERT_TRUE(engine->Reset(Customer(1), alert).ok());
      const absl::StatusOr<CloseResult> left = engine->Close(deadline);
      ASSERT_TRUE(left.ok());
      EXPECT_EQ(left->due, 1u) << threads << " threads, " << deadline;
      engine.reset();
      // What comes when all is over finds nobody.
      while (source.waiting() > 0) source.Take().done(std::vector<Fact>());
    }
  }
}

TEST(SourceThreads, AnswersWhileTheEngineIsClosedAndDestroyed) {
  for (int i = 0; i < 50; ++i) {
    ScriptedSource source;
    std::unique_ptr<Engine> engine =
        *Engine::Open({.worker_threads = 2, .fact_source = &source});
    const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("10")});
    ASSERT_EQ(engine->Apply({testing::Spend(Customer(1), "20")}).applied, 1u);
    ASSERT_TRUE(engine->Reset(Customer(1), alert).ok());
    ScriptedSource::Asked asked = source.AwaitAndTake();
    std::thread answering([&asked] {
      for (int n = 0; n < 100; ++n) asked.done(std::vector<Fact>());
    });
    ASSERT_TRUE(engine->Close(absl::ZeroDuration()).ok());
    engine.reset();
    answering.join();
  }
}

}  // namespace
}  // namespace tocsin
