#ifndef TOCSIN_ENGINE_WORK_WORKER_POOL_H_
#define TOCSIN_ENGINE_WORK_WORKER_POOL_H_

#include <cstddef>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace tocsin::work {

// Threads that run tasks in the order of scheduling, and one that calls a function
// at an instant.
//
// Thread safety: thread-safe, except that `Stop` and destruction come last and not
// from a task.
class WorkerPool {
 public:
  using Task = absl::AnyInvocable<void()>;
  // Called on the timer's thread; returns how long it need not be called again. It
  // is called every second all the same, as the engine's clock may jump.
  using Tick = absl::AnyInvocable<absl::Duration()>;

  explicit WorkerPool(Tick tick) : tick_(std::move(tick)) {}
  // Stops.
  ~WorkerPool();

  // Once, with `threads` > 0. Error: kResourceExhausted if one cannot be started.
  absl::Status Start(int threads);

  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Runs `task` on one of the threads. After `Stop` it is thrown away.
  void Schedule(Task task);

  // Has `tick` called soon.
  void WakeTimer();

  // Waits until no task is running or scheduled, or until the time is up; true if
  // there is none.
  bool AwaitIdle(absl::Duration timeout);

  // Finishes running tasks, throws the scheduled ones away, ends the threads.
  void Stop();

 private:
  void Work();
  void KeepTime();
  bool HasTaskOrStops() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return !tasks_.empty() || stopping_;
  }
  bool Idle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return (tasks_.empty() && running_ == 0) || stopping_;
  }
  bool TimerWoken() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return timer_woken_ || stopping_;
  }

  Tick tick_;  // only on the timer's thread
  std::vector<std::thread> threads_;

  absl::Mutex mu_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mu_);
  std::size_t running_ ABSL_GUARDED_BY(mu_) = 0;
  bool timer_woken_ ABSL_GUARDED_BY(mu_) = false;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace tocsin::work

#endif  // TOCSIN_ENGINE_WORK_WORKER_POOL_H_
