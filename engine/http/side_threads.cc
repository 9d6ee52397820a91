#include "engine/http/side_threads.h"

#include <system_error>
#include <utility>

namespace tocsin::http {

SlowLane::SlowLane(std::size_t threads_max) : threads_max_(threads_max) {
  absl::MutexLock lock(&mu_);
  threads_.emplace_back([this] { Run(); });
}

void SlowLane::Do(absl::AnyInvocable<void()> task) {
  absl::MutexLock lock(&mu_);
  if (stops_) return;
  tasks_.push_back(std::move(task));
  if (tasks_.size() <= free_ || threads_.size() >= threads_max_) return;
  try {
    threads_.emplace_back([this] { Run(); });
  } catch (const std::system_error&) {
    // There is one at least, which comes to it.
  }
}

void SlowLane::Stop() {
  std::deque<absl::AnyInvocable<void()>> forgotten;
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mu_);
    if (std::exchange(stops_, true)) return;
    forgotten.swap(tasks_);
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
}

void SlowLane::Run() {
  for (;;) {
    absl::AnyInvocable<void()> task;
    {
      absl::MutexLock lock(&mu_);
      ++free_;
      mu_.Await(absl::Condition(this, &SlowLane::HasWork));
      --free_;
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

void Flusher::Wait(Done done) {
  absl::MutexLock lock(&mu_);
  if (!stops_) waiting_.push_back(std::move(done));
}

void Flusher::Stop() {
  {
    absl::MutexLock lock(&mu_);
    if (std::exchange(stops_, true)) return;
  }
  thread_.join();
}

void Flusher::Run() {
  for (;;) {
    std::vector<Done> told;
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(this, &Flusher::HasWork));
      if (waiting_.empty()) return;
      told.swap(waiting_);
    }
    const bool is_durable = engine_->Flush().ok();
    for (Done& done : told) done(is_durable);
  }
}

}  // namespace tocsin::http
