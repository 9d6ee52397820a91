#include "engine/http/side_threads.h"

#include <utility>

namespace tocsin::http {

void SlowLane::Do(absl::AnyInvocable<void()> task) {
  absl::MutexLock lock(&mu_);
  if (!stops_) tasks_.push_back(std::move(task));
}

void SlowLane::Stop() {
  std::deque<absl::AnyInvocable<void()>> forgotten;
  {
    absl::MutexLock lock(&mu_);
    if (std::exchange(stops_, true)) return;
    forgotten.swap(tasks_);
  }
  thread_.join();
}

void SlowLane::Run() {
  for (;;) {
    absl::AnyInvocable<void()> task;
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(this, &SlowLane::HasWork));
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
