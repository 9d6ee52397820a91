#include "tests/support/manual_executor.h"

#include <algorithm>
#include <utility>

namespace tocsin::testing {

absl::Status ManualExecutor::Start(Tick tick) {
  tick_ = std::move(tick);
  return absl::OkStatus();
}

void ManualExecutor::Schedule(int what, Task task) {
  if (stopped_) return;
  tasks_.push_back({what, std::move(task)});
  if (after_) after_();
}

void ManualExecutor::WakeTimer() {
  if (after_ && !stopped_) after_();
}

bool ManualExecutor::AwaitIdle(absl::Duration /*timeout*/) {
  if (wait_) return wait_();
  while (!tasks_.empty()) RunAt(0);
  return true;
}

void ManualExecutor::Stop() {
  stopped_ = true;
  tasks_.clear();
}

bool ManualExecutor::IsScheduled(int what) const {
  return std::any_of(tasks_.begin(), tasks_.end(),
                     [what](const Scheduled& one) { return one.what == what; });
}

void ManualExecutor::RunAt(std::size_t index) {
  Task run = std::move(tasks_[index].run);
  if (index + 1 != tasks_.size()) tasks_[index] = std::move(tasks_.back());
  tasks_.pop_back();
  run();
}

absl::Duration ManualExecutor::RunTick() { return tick_(); }

}  // namespace tocsin::testing
