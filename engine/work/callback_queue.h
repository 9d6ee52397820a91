#ifndef TOCSIN_ENGINE_WORK_CALLBACK_QUEUE_H_
#define TOCSIN_ENGINE_WORK_CALLBACK_QUEUE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace tocsin::work {

// Callbacks of the host that are ready to be called: pushed under a lock, run under
// none. Each runs once; what it throws is caught and counted.
//
// Thread safety: thread-safe. `Run` and `RunAndAwait` may be called from several
// threads, and each then runs some.
class CallbackQueue {
 public:
  using Callback = absl::AnyInvocable<void() &&>;

  explicit CallbackQueue(std::size_t outstanding_max)
      : outstanding_max_(outstanding_max) {}

  // Makes room for one that will be pushed. False if there are as many as may be that
  // have not been run, pushed or not.
  bool Reserve();
  // Gives up the room for one that will not be pushed after all.
  void Release() { outstanding_.fetch_sub(1, std::memory_order_relaxed); }

  // Of one that has room.
  void Push(Callback callback);

  // Runs what is there until nothing is.
  void Run();
  // And then waits until no other thread runs any. Not from a callback.
  void RunAndAwait();

  // Whether this thread is inside a callback.
  bool InsideCallback() const;

  std::uint64_t called() const { return called_.load(std::memory_order_relaxed); }
  std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }

 private:
  bool RunOne();
  bool NoneRuns() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return running_ == 0; }

  // Constant.
  const std::size_t outstanding_max_;

  std::atomic<std::size_t> outstanding_{0};
  std::atomic<std::uint64_t> called_{0};
  std::atomic<std::uint64_t> failures_{0};

  absl::Mutex mu_;
  std::deque<Callback> ready_ ABSL_GUARDED_BY(mu_);
  std::size_t running_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace tocsin::work

#endif  // TOCSIN_ENGINE_WORK_CALLBACK_QUEUE_H_
