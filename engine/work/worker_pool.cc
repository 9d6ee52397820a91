#include "engine/work/worker_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"

namespace tocsin::work {
namespace {

constexpr absl::Duration kTickEvery = absl::Seconds(1);

}  // namespace

WorkerPool::~WorkerPool() { Stop(); }

absl::Status WorkerPool::Start(Tick tick) {
  tick_ = std::move(tick);
  // std::thread says by an exception that the system has no thread left. Those that
  // were started end here, so that nobody waits for tasks that none of them does.
  try {
    threads_.emplace_back([this] { KeepTime(); });
    for (int i = 0; i < thread_count_; ++i) threads_.emplace_back([this] { Work(); });
  } catch (const std::system_error& error) {
    Stop();
    return MakeStatus(Reason::kLimitReached,
                      absl::StrCat("the system started only ", threads_.size(), " of ",
                                   thread_count_ + 1, " threads: ", error.what()));
  }
  return absl::OkStatus();
}

void WorkerPool::Schedule(int /*what*/, Task task) {
  absl::MutexLock lock(&mu_);
  if (!stopping_) tasks_.push_back(std::move(task));
}

void WorkerPool::ScheduleLong(int /*what*/, Task task) {
  absl::MutexLock lock(&mu_);
  if (!stopping_) long_tasks_.push_back(std::move(task));
}

void WorkerPool::WakeTimer() {
  absl::MutexLock lock(&mu_);
  timer_woken_ = true;
}

bool WorkerPool::AwaitIdle(absl::Duration timeout) {
  absl::MutexLock lock(&mu_);
  return mu_.AwaitWithTimeout(absl::Condition(this, &WorkerPool::Idle), timeout);
}

void WorkerPool::Stop() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
    tasks_.clear();
    long_tasks_.clear();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void WorkerPool::Work() {
  while (true) {
    bool is_long = false;
    Task task = Await(&is_long);
    if (task == nullptr) return;
    task();
    absl::MutexLock lock(&mu_);
    --running_;
    if (is_long) --long_running_;
  }
}

WorkerPool::Task WorkerPool::Await(bool* is_long) {
  absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(this, &WorkerPool::HasTaskOrStops));
  if (stopping_) return nullptr;
  *is_long = tasks_.empty();
  std::deque<Task>& from = *is_long ? long_tasks_ : tasks_;
  Task task = std::move(from.front());
  from.pop_front();
  ++running_;
  if (*is_long) ++long_running_;
  return task;
}

void WorkerPool::KeepTime() {
  absl::Duration wait = absl::ZeroDuration();
  while (true) {
    {
      absl::MutexLock lock(&mu_);
      mu_.AwaitWithTimeout(absl::Condition(this, &WorkerPool::TimerWoken),
                           std::min(wait, kTickEvery));
      if (stopping_) return;
      timer_woken_ = false;
    }
    wait = tick_();
  }
}

}  // namespace tocsin::work
