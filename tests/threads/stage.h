#ifndef TOCSIN_TESTS_THREADS_STAGE_H_
#define TOCSIN_TESTS_THREADS_STAGE_H_

#include <cstddef>
#include <future>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "engine/core/open.h"
#include "engine/work/worker_pool.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tests/threads/holder.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// An engine with real threads that can be held, one shard, and an alert at 10 on the
// spend of customer 1, who has spent 10 and was told so in epoch 0. While its one worker
// is held, nothing is done in the background.
struct Stage {
  using Moment = core::Moment;

  explicit Stage(Options options = {}, AlertSpec spec = {.name = "x"}, int workers = 1) {
    options.sink = &sink;
    options.shards = 1;
    auto threads = std::make_unique<work::WorkerPool>(workers);
    pool = threads.get();
    engine = *core::OpenWith(std::move(options), std::move(threads), &holder);
    spec.threshold = D("10");
    alert = *engine->CreateAlert(spec);
    Spends("10");
    Settle();
    sink.Take();
  }

  void Spends(const char* amount, std::vector<GroupValue> groups = {}) {
    EXPECT_EQ(engine->Apply({Spend(Customer(1), amount, std::move(groups))}).applied, 1u);
  }
  std::size_t Tells(const Fact& fact) { return engine->Apply({&fact, 1}).applied; }
  // Resets the customer alert, or one instance, and notes what becomes of it.
  absl::Status Reset(const InstanceSelector& instance = {}) {
    return engine->Reset(Customer(1), alert, instance,
                         {.on_done = [this](const ResetOutcome& outcome) {
                           absl::MutexLock lock(&mutex);
                           told.push_back(Describe(outcome));
                         }});
  }
  // A thread that does it; it ends where the result goes.
  template <typename Function>
  static auto Begin(Function function) {
    return std::async(std::launch::async, std::move(function));
  }
  // A reset that was accepted, and whose evaluation has not begun: `Go(kDrainLooks)`.
  void ResetAndHoldWorker() {
    holder.Hold(Moment::kDrainLooks);
    ASSERT_TRUE(Reset().ok());
    holder.AwaitHeld(Moment::kDrainLooks);
  }
  void Go(Moment moment) { holder.Release(moment); }

  // Everything that is due is done, delivered and told.
  void Settle() {
    EXPECT_TRUE(engine->Drain().ok());
    EXPECT_TRUE(pool->AwaitIdle(absl::InfiniteDuration()));
    EXPECT_EQ(engine->GetStats().due, 0u);
  }
  // As `reached e1 v10 t10 #2 by reset`.
  std::vector<std::string> Delivered() {
    std::vector<std::string> texts;
    for (const Notification& n : sink.Take()) {
      texts.push_back(absl::StrCat(
          n.kind == NotificationKind::kReached ? "reached" : "resolved", " e", n.epoch,
          " v", n.value.ToString(), " t", n.threshold.ToString(), " #", n.sequence,
          " by ", TriggerName(n.triggered_by)));
    }
    return texts;
  }
  // What became of resets since the last call, in any order; as `judged e1 v10`.
  std::vector<std::string> Told() {
    absl::MutexLock lock(&mutex);
    return std::exchange(told, {});
  }
  // As `e1 evaluating`.
  std::string State() {
    const CustomerAlert state = *engine->GetCustomerAlert(Customer(1), alert);
    return absl::StrCat(
        "e", state.epoch, " ",
        state.status.has_value() ? CustomerStatusName(*state.status) : "without status");
  }

  static std::string Describe(const ResetOutcome& outcome) {
    switch (outcome.kind) {
      case ResetOutcome::Kind::kJudged:
        return absl::StrCat("judged e", outcome.epoch, " ",
                            CustomerStatusName(*outcome.status),
                            outcome.notified ? ", notified" : "");
      case ResetOutcome::Kind::kSuperseded:
        return absl::StrCat("superseded e", outcome.epoch, " by e", outcome.newer_epoch);
      case ResetOutcome::Kind::kDropped:
        break;
    }
    return absl::StrCat("dropped e", outcome.epoch, " ", ReasonName(outcome.why));
  }

  Holder holder;
  CollectingSink sink;
  absl::Mutex mutex;
  std::vector<std::string> told ABSL_GUARDED_BY(mutex);
  work::WorkerPool* pool = nullptr;
  std::unique_ptr<Engine> engine;  // after what its threads use
  AlertId alert;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_THREADS_STAGE_H_
