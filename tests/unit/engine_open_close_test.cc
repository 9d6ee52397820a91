// Would catch an option taken that cannot work, and a close that drops what it does
// not count.
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
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

TEST(Open, RefusesOptionsOutOfRangeByName) {
  const auto expect_refused = [](Options options, const char* name) {
    const absl::Status status = Engine::Open(std::move(options)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(name));
  };
  expect_refused({.worker_threads = -1}, "worker_threads");
  expect_refused({.worker_threads = 100'000}, "worker_threads");
  for (const int shards : {0, -4, 3, 131'072}) {
    expect_refused({.shards = shards}, "shards");
  }
  for (const int policy : {-1, 2}) {
    expect_refused({.period_policy = static_cast<PeriodPolicy>(policy)}, "period_policy");
  }
  for (const int durability : {-1, 2}) {
    expect_refused({.durability = static_cast<Durability>(durability)}, "durability");
  }
  expect_refused({.directory = std::string("x\0y", 3)}, "Options::directory");
  expect_refused({.history_keep = -absl::Seconds(1)}, "history_keep");
  expect_refused({.fact_ids_max = 1'000'000'001}, "fact_ids_max");
  expect_refused({.fact_ids_keep = -absl::Seconds(1)}, "fact_ids_keep");
  expect_refused({.receipts_keep = -absl::Seconds(1)}, "receipts_keep");
  expect_refused({.groups_per_measure_max = 0}, "groups_per_measure_max");
  expect_refused({.event_time_ahead_max = -absl::Seconds(1)}, "event_time_ahead_max");
  expect_refused({.delivery_retry_max = absl::ZeroDuration()}, "delivery_retry_max");
  for (const std::vector<std::string>& keys : std::vector<std::vector<std::string>>{
           {}, {""}, {"a", "b", "c", "d"}, {"a", "a"}, {"a", "b", "a"}, {"\xff"}}) {
    expect_refused({.tracked_group_keys = {keys}}, "tracked_group_keys");
  }
}

// Would catch a walk through all periods up to the end of time.
TEST(Open, TakesAClockThatShowsTheEndOfTime) {
  testing::ManualClock clock(absl::InfiniteFuture());
  const std::unique_ptr<Engine> engine =
      *Engine::Open({.clock = &clock, .worker_threads = 0});
  EXPECT_EQ(engine->Apply({Spend(Customer(1), "1")}).applied, 1u);
  clock.Set(absl::FromUnixSeconds(0));
  EXPECT_EQ(engine->Apply({Spend(Customer(1), "1")}).applied, 1u);
}

TEST(Close, RefusesEveryCallAfterwards) {
  std::unique_ptr<Engine> engine = *Engine::Open({});
  const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("1")});
  ASSERT_TRUE(engine->Close().ok());
  EXPECT_EQ(ReasonOf(engine->Apply({Spend(Customer(1), "1")}).status), Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->CreateAlert({}).status()), Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->UpdateAlert(alert, {})), Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->ArchiveAlert(alert)), Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->DisableAlert(alert)), Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->EnableAlert(alert)), Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->GetAlert(alert).status()), Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->ForEachAlert([](const Alert&) {})), Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->LastPosition("s").status()), Reason::kClosing);
  // Before what else is wrong with a call.
  EXPECT_EQ(ReasonOf(engine->Reset(CustomerId(), AlertId())), Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->GetCustomerAlert(Customer(1), alert).status()),
            Reason::kClosing);
  const auto ignore = [](const CustomerAlert&) {};
  EXPECT_EQ(ReasonOf(engine->ForEachCustomerAlert(Customer(1), ignore)),
            Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->ForEachCustomerAlert(alert, ignore)), Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->ForEachInstance(Customer(1), alert, ignore)),
            Reason::kClosing);
  EXPECT_EQ(ReasonOf(engine->Drain()), Reason::kClosing);
  EXPECT_TRUE(engine->Close().ok()) << "closing again does nothing";
}

TEST(Close, FinishesWhatIsDue) {
  for (const int threads : {0, 2}) {
    CollectingSink sink;
    std::unique_ptr<Engine> engine =
        *Engine::Open({.sink = &sink, .worker_threads = threads});
    const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("1")});
    ASSERT_EQ(engine->Apply({Spend(Customer(1), "1")}).applied, 1u);
    ASSERT_TRUE(engine->Reset(Customer(1), alert).ok());
    const absl::StatusOr<CloseResult> left = engine->Close();
    ASSERT_TRUE(left.ok());
    EXPECT_EQ(left->due, 0u);
    EXPECT_EQ(left->undelivered, 0u);
    EXPECT_EQ(sink.Take().size(), 2u) << threads << " threads";
  }
}

TEST(Close, CountsWhatItLeaves) {
  CollectingSink sink;
  sink.SetMood(CollectingSink::Mood::kFails);
  std::unique_ptr<Engine> engine = *Engine::Open({.sink = &sink, .worker_threads = 0});
  const AlertId alert = *engine->CreateAlert({.name = "x", .threshold = D("1")});
  ASSERT_EQ(engine->Apply({Spend(Customer(1), "1"), Spend(Customer(2), "1")}).applied,
            2u);
  ASSERT_TRUE(engine->Reset(Customer(2), alert).ok());
  // Without a deadline there is no time for anything.
  const absl::StatusOr<CloseResult> left = engine->Close(absl::ZeroDuration());
  ASSERT_TRUE(left.ok());
  EXPECT_EQ(left->due, 1u);
  EXPECT_EQ(left->undelivered, 2u);
}

// Has the customers 0 to `count` - 1 spend 1 each.
bool TellAll(Engine* engine, int count) {
  std::vector<Fact> facts;
  for (int i = 0; i < count; ++i) facts.push_back(Spend(Customer(i), "1"));
  return engine->Apply(facts).applied == facts.size();
}

// Takes each notification only once the engine refuses calls, so once it is closing.
class SinkOfAClosingEngine : public NotificationSink {
 public:
  absl::Status Deliver(const Notification&) override {
    {
      absl::MutexLock lock(&mutex_);
      ++begun_;
    }
    while (engine->LastPosition("s").ok()) std::this_thread::yield();
    return absl::OkStatus();
  }
  void AwaitFirst() {
    absl::MutexLock lock(&mutex_);
    const auto begun = [](int* count) { return *count > 0; };
    mutex_.Await(absl::Condition(+begun, &begun_));
  }
  int begun() {
    absl::MutexLock lock(&mutex_);
    return begun_;
  }

  Engine* engine = nullptr;

 private:
  absl::Mutex mutex_;
  int begun_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(Close, WithoutTimeWaitsOnlyForTheNotificationThatTheSinkIsAt) {
  for (const absl::Duration deadline :
       {absl::ZeroDuration(), -absl::Seconds(1), -absl::InfiniteDuration()}) {
    SinkOfAClosingEngine sink;
    std::unique_ptr<Engine> engine = *Engine::Open({.sink = &sink, .worker_threads = 2});
    sink.engine = engine.get();
    ASSERT_TRUE(engine->CreateAlert({.name = "x", .threshold = D("1")}).ok());
    ASSERT_TRUE(TellAll(engine.get(), 100));
    sink.AwaitFirst();
    const absl::StatusOr<CloseResult> left = engine->Close(deadline);
    ASSERT_TRUE(left.ok());
    EXPECT_EQ(left->undelivered, 99u) << deadline;
    EXPECT_EQ(sink.begun(), 1) << deadline;
  }
}

TEST(Close, WithoutTimeEndsADrainThatIsRunning) {
  SinkOfAClosingEngine sink;
  // With room for few, so that the drain has more to judge once some are delivered.
  std::unique_ptr<Engine> engine =
      *Engine::Open({.sink = &sink, .worker_threads = 0, .shards = 1, .outbox_max = 10});
  sink.engine = engine.get();
  ASSERT_TRUE(TellAll(engine.get(), 1'000));
  ASSERT_TRUE(engine->CreateAlert({.name = "x", .threshold = D("1")}).ok());
  absl::Status drained;
  std::thread draining([&] { drained = engine->Drain(); });
  sink.AwaitFirst();
  const absl::StatusOr<CloseResult> left = engine->Close(absl::ZeroDuration());
  draining.join();
  ASSERT_TRUE(left.ok());
  EXPECT_EQ(ReasonOf(drained), Reason::kClosing);
  EXPECT_EQ(sink.begun(), 1);
  EXPECT_GT(left->due, 900u) << "only the customers of one hold were judged";
  EXPECT_EQ(left->due + left->undelivered, 999u);
}

// Takes each notification only once the test lets it.
class SlowSink : public NotificationSink {
 public:
  absl::Status Deliver(const Notification&) override {
    absl::MutexLock lock(&mutex_);
    ++begun_;
    mutex_.Await(absl::Condition(&open_));
    return absl::OkStatus();
  }
  void AwaitFirst() {
    absl::MutexLock lock(&mutex_);
    const auto begun = [](int* count) { return *count > 0; };
    mutex_.Await(absl::Condition(+begun, &begun_));
  }
  void Open() {
    absl::MutexLock lock(&mutex_);
    open_ = true;
  }

 private:
  absl::Mutex mutex_;
  int begun_ ABSL_GUARDED_BY(mutex_) = 0;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

TEST(Close, AfterItsDeadlineWaitsOnlyForTheDeliveryUnderWay) {
  SlowSink sink;
  std::unique_ptr<Engine> engine = *Engine::Open({.sink = &sink, .worker_threads = 2});
  ASSERT_TRUE(engine->CreateAlert({.name = "x", .threshold = D("1")}).ok());
  ASSERT_TRUE(TellAll(engine.get(), 100));
  sink.AwaitFirst();
  CloseResult left;
  std::thread closing([&] { left = *engine->Close(absl::Milliseconds(1)); });
  // Its deadline is over long before the stuck delivery ends.
  std::thread opening([&] {
    const absl::Time later = absl::Now() + absl::Milliseconds(300);
    while (absl::Now() < later) std::this_thread::yield();
    sink.Open();
  });
  closing.join();
  opening.join();
  EXPECT_EQ(left.undelivered, 99u);
}

TEST(Positions, OfARefusedBatchStayWhereTheyWere) {
  std::unique_ptr<Engine> engine = *Engine::Open({.worker_threads = 0});
  const auto apply = [&](const char* source, std::uint64_t offset) {
    return engine->Apply({Spend(Customer(1), "1")},
                         {.position = Position{.source = source, .offset = offset}});
  };
  EXPECT_FALSE(apply("log", 0).ignored) << "offset 0 is an offset";
  EXPECT_TRUE(apply("log", 0).ignored);
  EXPECT_FALSE(apply("log", 5).ignored);
  EXPECT_TRUE(apply("log", 4).ignored);
  EXPECT_FALSE(apply("other", 1).ignored);
  EXPECT_EQ(**engine->LastPosition("log"), 5u);
  EXPECT_FALSE(engine->LastPosition("never")->has_value());
  EXPECT_EQ(ReasonOf(apply("", 9).status), Reason::kMalformed);
  const absl::Status no_text = apply("lo\xff", 9).status;
  EXPECT_EQ(ReasonOf(no_text), Reason::kMalformed);
  EXPECT_THAT(std::string(no_text.message()), ::testing::HasSubstr("\"lo\\xff\""));
  EXPECT_EQ(engine->GetStats().facts_applied, 3u);
}

}  // namespace
}  // namespace tocsin
