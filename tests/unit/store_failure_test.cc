// Would catch an engine that goes on after its store has failed, that tells the sink what
// may be forgotten, and that comes back with something it had refused.
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "engine/base/status.h"
#include "engine/core/open.h"
#include "engine/store/notification_fields.h"
#include "engine/work/worker_pool.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/kept_story.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin::core {
namespace {

using testing::AlertNumber;
using testing::CollectingSink;
using testing::Customer;
using testing::D;
using testing::ManualClock;
using testing::MemoryDisk;
using testing::MemoryStore;
using testing::Spend;

// A disk that is looked at while it is written.
struct WatchedDisk {
  absl::Mutex mu;
  MemoryDisk disk ABSL_GUARDED_BY(mu);
};

// Commits so many times.
class FailingStore final : public store::Store {
 public:
  FailingStore(WatchedDisk* disk, int commits)
      : disk_(*disk), store_(Unlocked(disk)), left_(commits) {}
  static MemoryDisk* Unlocked(WatchedDisk* disk) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    return &disk->disk;
  }

  absl::Status Load(store::Loader* loader) override { return store_.Load(loader); }
  absl::Status Commit(const store::Transaction& transaction) override {
    EXPECT_FALSE(failed_) << "used after it has failed";
    failed_ = left_-- <= 0;
    if (failed_) return MakeStatus(Reason::kStoreFailed, "the disk is full");
    absl::MutexLock lock(&disk_.mu);
    return store_.Commit(transaction);
  }

 private:
  WatchedDisk& disk_;
  MemoryStore store_;
  int left_;
  bool failed_ = false;
};

// Looks whether what it is given would be given again after a crash.
class DistrustfulSink final : public NotificationSink {
 public:
  explicit DistrustfulSink(WatchedDisk* disk) : disk_(*disk) {}

  absl::Status Deliver(const Notification& notification) override {
    absl::MutexLock lock(&disk_.mu);
    bool waits = false;
    for (const auto& [number, bytes] : disk_.disk.waiting) {
      store::Reader reader(bytes);
      waits = waits || reader.Next<Notification>().id == notification.id;
    }
    EXPECT_TRUE(waits) << ToJson(notification);
    taken.fetch_add(1);
    return absl::OkStatus();
  }

  std::atomic<int> taken{0};

 private:
  WatchedDisk& disk_;
};

struct FailureGround {
  absl::StatusOr<std::unique_ptr<Engine>> Open(int threads, int commits,
                                               NotificationSink* sink) {
    return OpenWith(
        {.sink = sink, .clock = &clock, .worker_threads = threads, .random_seed = 1},
        threads > 0 ? std::make_unique<work::WorkerPool>(threads) : nullptr, nullptr,
        std::make_unique<FailingStore>(&disk, commits));
  }

  WatchedDisk disk;
  ManualClock clock{testing::At("2026-02-01T00:00:00Z")};
};

constexpr int kForEver = 1 << 30;

void ExpectFailed(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(ReasonOf(status), Reason::kStoreFailed) << status;
}

void ExpectEveryCallFails(Engine& engine) {
  const AlertId alert = AlertNumber(1);
  const auto ignore = [](const CustomerAlert&) {};
  ExpectFailed(engine.Apply({Spend(Customer(1), "1")}).status);
  ExpectFailed(engine.ApplyTracked({}).status);
  ExpectFailed(engine.Track(Customer(1), UsdCents()).status());
  ExpectFailed(engine.Track(Customer(1), testing::Metric(1)).status());
  ExpectFailed(engine.CreateAlert({.name = "x", .threshold = D("1")}).status());
  ExpectFailed(engine.UpdateAlert(alert, {}));
  ExpectFailed(engine.ArchiveAlert(alert));
  ExpectFailed(engine.DisableAlert(alert));
  ExpectFailed(engine.EnableAlert(alert));
  ExpectFailed(engine.GetAlert(alert).status());
  ExpectFailed(engine.ForEachAlert([](const Alert&) {}));
  ExpectFailed(engine.LastPosition("bills").status());
  ExpectFailed(engine.Reset(Customer(1), alert));
  ExpectFailed(engine.ResetAll(alert).status);
  ExpectFailed(engine.ResetAll(Customer(1)).status);
  ExpectFailed(engine.GetCustomerAlert(Customer(1), alert).status());
  ExpectFailed(engine.Explain(Customer(1), alert).status());
  ExpectFailed(engine.ForEachCustomerAlert(Customer(1), ignore));
  ExpectFailed(engine.ForEachCustomerAlert(alert, ignore));
  ExpectFailed(engine.ForEachInstance(Customer(1), alert, ignore));
  ExpectFailed(engine.Drain());
  ExpectFailed(engine.Flush());
  ExpectFailed(engine.Close().status());
}

// An engine without a store to which so many steps were told.
std::string AfterSteps(std::size_t steps, ManualClock* clock) {
  CollectingSink sink;
  const std::unique_ptr<Engine> engine = *Engine::Open(
      {.sink = &sink, .clock = clock, .worker_threads = 0, .random_seed = 1});
  for (std::size_t i = 0; i < steps; ++i) EXPECT_TRUE(testing::Story()[i](*engine).ok());
  return testing::ShownStateAndRest(*engine, sink);
}

TEST(FailedStore, IsTheAnswerToEveryCallAndOnlyWhatWasDurableComesBack) {
  // The first commit is of the rules, when it is opened.
  for (std::size_t steps = 0; steps < testing::Story().size(); ++steps) {
    FailureGround ground;
    DistrustfulSink distrustful(&ground.disk);
    absl::StatusOr<std::unique_ptr<Engine>> engine =
        ground.Open(0, static_cast<int>(steps) + 1, &distrustful);
    ASSERT_TRUE(engine.ok());
    for (std::size_t i = 0; i < steps; ++i) {
      ASSERT_TRUE(testing::Story()[i](**engine).ok()) << i << " of " << steps;
    }
    ExpectFailed(testing::Story()[steps](**engine));
    ExpectEveryCallFails(**engine);
    EXPECT_TRUE((*engine)->Close().ok()) << "closing again does nothing";
    engine->reset();
    EXPECT_EQ(distrustful.taken.load(), 0);
    CollectingSink sink;
    engine = ground.Open(0, kForEver, &sink);
    ASSERT_TRUE(engine.ok());
    EXPECT_EQ(testing::ShownStateAndRest(**engine, sink),
              AfterSteps(steps, &ground.clock))
        << steps << " steps";
  }
}

TEST(FailedStore, EndsAnEngineWithThreadsToo) {
  for (int commits = 1; commits < 30; ++commits) {
    FailureGround ground;
    DistrustfulSink sink(&ground.disk);
    absl::StatusOr<std::unique_ptr<Engine>> engine = ground.Open(2, commits, &sink);
    ASSERT_TRUE(engine.ok());
    absl::Status status = testing::TellStory(**engine);
    // Until the store has failed; what is taken is written with what comes next.
    for (int i = 0; status.ok() && i < commits; ++i) {
      status = (*engine)->Apply({Spend(Customer(9), "1")}).status;
    }
    ExpectFailed(status);
    ExpectEveryCallFails(**engine);
    engine->reset();
    engine = ground.Open(2, kForEver, nullptr);
    ASSERT_TRUE(engine.ok()) << engine.status();
    EXPECT_EQ((*engine)->GetStats().decisions_differed, 0u);
  }
}

TEST(FailedStore, InAGroupIsToldByTheNextFlushAndBeforeTheSinkIsTold) {
  FailureGround ground;
  DistrustfulSink sink(&ground.disk);
  const std::unique_ptr<Engine> engine =
      *OpenWith({.durability = Durability::kGrouped, .sink = &sink, .worker_threads = 0},
                nullptr, nullptr, std::make_unique<FailingStore>(&ground.disk, 1));
  ASSERT_TRUE(engine->CreateAlert({.name = "x", .threshold = D("1")}).ok());
  ASSERT_TRUE(engine->Apply({Spend(Customer(1), "1")}).status.ok());
  ExpectFailed(engine->Drain());
  EXPECT_EQ(sink.taken.load(), 0);
  ExpectFailed(engine->Flush());
  ExpectEveryCallFails(*engine);
}

TEST(FailedStore, WhenItIsOpenedIsTheAnswer) {
  for (const int threads : {0, 2}) {
    FailureGround ground;
    ExpectFailed(ground.Open(threads, 0, nullptr).status());
    // Also where much is due that nobody will do any more.
    absl::StatusOr<std::unique_ptr<Engine>> engine = ground.Open(0, kForEver, nullptr);
    ASSERT_TRUE(testing::TellStory(**engine).ok());
    ASSERT_TRUE((*engine)->Close(absl::ZeroDuration()).ok());
    ground.clock.Advance(absl::Hours(1));
    ExpectFailed(
        OpenWith({.clock = &ground.clock,
                  .worker_threads = threads,
                  .keep_ended = absl::Hours(1)},
                 threads > 0 ? std::make_unique<work::WorkerPool>(threads) : nullptr,
                 nullptr, std::make_unique<FailingStore>(&ground.disk, 0))
            .status());
  }
}

// Says that its last entries are none.
class DamagedStore final : public store::Store {
 public:
  explicit DamagedStore(WatchedDisk* disk) : store_(FailingStore::Unlocked(disk)) {}
  absl::Status Load(store::Loader* loader) override {
    absl::Status status = store_.Load(loader);
    return status.ok() ? loader->Entries(1, "\xff") : status;
  }
  absl::Status Commit(const store::Transaction&) override {
    ADD_FAILURE() << "written to, and not even read";
    return absl::OkStatus();
  }

 private:
  MemoryStore store_;
};

TEST(DamagedStore, EndsWhatWasRecoveredInPart) {
  FailureGround ground;
  {
    const auto engine = ground.Open(0, kForEver, nullptr);
    ASSERT_TRUE(testing::TellStory(**engine).ok());
    ASSERT_TRUE((*engine)->Close(absl::ZeroDuration()).ok());
  }
  for (const int threads : {0, 2}) {
    DistrustfulSink sink(&ground.disk);
    const absl::Status status =
        OpenWith({.sink = &sink, .clock = &ground.clock, .worker_threads = threads},
                 threads > 0 ? std::make_unique<work::WorkerPool>(threads) : nullptr,
                 nullptr, std::make_unique<DamagedStore>(&ground.disk))
            .status();
    EXPECT_EQ(ReasonOf(status), Reason::kDamaged) << status;
    EXPECT_EQ(sink.taken.load(), 0);
  }
}

}  // namespace
}  // namespace tocsin::core
