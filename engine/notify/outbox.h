#ifndef TOCSIN_ENGINE_NOTIFY_OUTBOX_H_
#define TOCSIN_ENGINE_NOTIFY_OUTBOX_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/model/decision.h"
#include "engine/notify/decision_queue.h"
#include "engine/store/store.h"
#include "tocsin/notification.h"
#include "tocsin/options.h"

namespace tocsin::notify {

// What was decided and waits for the sink: one queue, delivered in its order by
// whoever calls `Deliver`, one at a time. So notifications of a customer come in
// the order of their decisions, and a sink that refuses one is not given the ones
// behind it.
//
// Thread safety: thread-safe. `Push` may be called under a shard's lock; the sink
// is called under none.
class Outbox {
 public:
  // `keeps`: what is pushed is not handed out before it was sealed and released.
  Outbox(const Options& options, std::uint64_t seed, bool keeps);

  // Whether anything more may be accepted. What was accepted may go beyond.
  bool HasRoom() const { return size_.load(std::memory_order_relaxed) < outbox_max_; }

  // Takes the decisions, in order, and leaves the vector empty.
  void Push(std::vector<model::Decision>* decisions);

  // With a store, one thread at a time: takes what was pushed since the last time, in its
  // order, to be made durable.
  std::vector<model::Decision> Seal();
  // May be delivered from now on: they are durable. In the order of `Seal`.
  void Release(std::vector<store::Waiting> waiting);
  // The same of those that the store had when it was opened.
  void Restore(std::vector<store::Waiting> waiting);
  // The numbers of those that the sink has taken, and made safe, since the last time.
  std::vector<std::uint64_t> TakeTaken();

  enum class Retry {
    kWhenDue,  // only once the wait after the last failure is over
    kNow,
  };
  // Hands what waits to the sink until nothing does or the sink refuses one. While
  // another thread is at it, kNow waits for that one first and kWhenDue leaves it
  // to that one.
  void Deliver(absl::FunctionRef<absl::Time()> now, Retry retry);

  // Ends a `Deliver` after the notification that it is at; none begins any more.
  void StopDelivering() { stopped_.store(true); }

  // When to call `Deliver` again; InfiniteFuture if nothing waits or it was stopped,
  // InfinitePast if at once.
  absl::Time NextDelivery() const;

  // Whether this thread is inside the sink's `Deliver`.
  bool InsideSink() const;

  std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  std::uint64_t decided() const { return decided_.load(std::memory_order_relaxed); }
  std::uint64_t delivered() const { return delivered_.load(std::memory_order_relaxed); }
  std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }

 private:
  bool Idle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !delivering_; }
  bool Begin(absl::Time now, Retry retry);
  bool TakeBatchOrEnd();
  void EndInFailure(absl::Time now);
  bool QueueIsEmpty() const;
  absl::Status GiveToSink(const Notification& notification);
  // Has the sink make safe what it has taken; only then may it be forgotten.
  void SyncTaken();
  absl::Status CallSink(absl::FunctionRef<absl::Status()> call);

  // Constant.
  const bool keeps_;
  NotificationSink* const sink_;
  const std::size_t outbox_max_;
  const absl::Duration retry_max_;

  std::atomic<std::size_t> size_{0};
  std::atomic<std::uint64_t> decided_{0};
  std::atomic<std::uint64_t> delivered_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<bool> stopped_{false};

  mutable absl::Mutex mu_;
  DecisionQueue queue_ ABSL_GUARDED_BY(mu_);
  std::vector<model::Decision> pushed_ ABSL_GUARDED_BY(mu_);  // not yet sealed
  std::vector<std::uint64_t> taken_ ABSL_GUARDED_BY(mu_);
  bool delivering_ ABSL_GUARDED_BY(mu_) = false;
  absl::Time retry_at_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
  int failures_in_a_row_ ABSL_GUARDED_BY(mu_) = 0;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mu_);

  // The head of the queue, which of it is next, and what was taken that may not be safe.
  // Belong to the thread that set `delivering_`.
  DecisionQueue::Piece in_hand_;
  std::size_t next_ = 0;
  std::vector<std::uint64_t> unsynced_;
};

}  // namespace tocsin::notify

#endif  // TOCSIN_ENGINE_NOTIFY_OUTBOX_H_
