#ifndef TOCSIN_ENGINE_WORK_WORKER_POOL_H_
#define TOCSIN_ENGINE_WORK_WORKER_POOL_H_

#include <algorithm>
#include <cstddef>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/work/executor.h"

namespace tocsin::work {

// Threads that run tasks in the order of scheduling, and one that calls a function
// at an instant. Long tasks run when there are no others, and where there are two
// threads or more on all of them but one.
//
// Thread safety: as Executor.
class WorkerPool final : public Executor {
 public:
  // With `threads` > 0 for the tasks, and one more for the tick.
  explicit WorkerPool(int threads)
      : thread_count_(threads), long_running_max_(std::max(threads - 1, 1)) {}
  // Stops.
  ~WorkerPool() override;

  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Calls `tick` on a thread of its own, every second at least. Error:
  // kResourceExhausted if a thread cannot be started.
  absl::Status Start(Tick tick) override;
  void Schedule(int what, Task task) override;
  void ScheduleLong(int what, Task task) override;
  void WakeTimer() override;
  bool AwaitIdle(absl::Duration timeout) override;
  void Stop() override;

 private:
  void Work();
  // The next task, and whether it is a long one; null once it stops.
  Task Await(bool* is_long);
  void KeepTime();
  bool MayRunLong() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return !long_tasks_.empty() && long_running_ < long_running_max_;
  }
  bool HasTaskOrStops() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return !tasks_.empty() || MayRunLong() || stopping_;
  }
  bool Idle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return (tasks_.empty() && long_tasks_.empty() && running_ == 0) || stopping_;
  }
  bool TimerWoken() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return timer_woken_ || stopping_;
  }

  const int thread_count_;
  const int long_running_max_;
  Tick tick_;  // only on the timer's thread
  std::vector<std::thread> threads_;

  absl::Mutex mu_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mu_);
  std::deque<Task> long_tasks_ ABSL_GUARDED_BY(mu_);
  std::size_t running_ ABSL_GUARDED_BY(mu_) = 0;
  int long_running_ ABSL_GUARDED_BY(mu_) = 0;
  bool timer_woken_ ABSL_GUARDED_BY(mu_) = false;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace tocsin::work

#endif  // TOCSIN_ENGINE_WORK_WORKER_POOL_H_
