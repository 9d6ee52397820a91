#ifndef TOCSIN_TESTS_SUPPORT_MANUAL_EXECUTOR_H_
#define TOCSIN_TESTS_SUPPORT_MANUAL_EXECUTOR_H_

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "engine/work/executor.h"

namespace tocsin::testing {

// Keeps what an engine schedules until the test says what of it runs now, on the
// test's thread. A task that is inside a sink may have another run meanwhile, as on a
// second thread.
//
// Thread safety: none; one thread.
class ManualExecutor final : public work::Executor {
 public:
  // What `AwaitIdle` does: true if nothing is left, as the engine is told.
  using Wait = std::function<bool()>;

  absl::Status Start(Tick tick) override;
  void Schedule(int what, Task task) override;
  void ScheduleLong(int what, Task task) override { Schedule(what, std::move(task)); }
  void WakeTimer() override;
  // Runs all, first come first, until told otherwise by `SetWait`.
  bool AwaitIdle(absl::Duration timeout) override;
  void Stop() override;

  void SetWait(Wait wait) { wait_ = std::move(wait); }
  // Called after something was scheduled or the timer was woken: a moment at which the
  // engine's other threads may do something. A task holds no lock then.
  void SetScheduled(std::function<void()> scheduled) { after_ = std::move(scheduled); }

  std::size_t scheduled() const { return tasks_.size(); }
  // What the task at `index` works on.
  int WhatAt(std::size_t index) const { return tasks_[index].what; }
  bool IsScheduled(int what) const;
  // Takes the task out and runs it; one that was scheduled later takes its place.
  void RunAt(std::size_t index);

  absl::Duration RunTick();

 private:
  struct Scheduled {
    int what = 0;
    Task run;
  };

  Tick tick_;
  Wait wait_;
  std::function<void()> after_;
  std::vector<Scheduled> tasks_;
  bool stopped_ = false;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_MANUAL_EXECUTOR_H_
