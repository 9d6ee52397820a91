#ifndef TOCSIN_ENGINE_WORK_EXECUTOR_H_
#define TOCSIN_ENGINE_WORK_EXECUTOR_H_

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

namespace tocsin::work {

// Who does what an engine leaves for the background. In production the WorkerPool; in
// a simulation one thread that draws what comes next.
//
// Thread safety: thread-safe, except that `Start` comes first, and `Stop` and
// destruction last and not from a task.
class Executor {
 public:
  using Task = absl::AnyInvocable<void()>;
  // Returns how long it need not be called again. It may be called sooner, and is from
  // time to time, as the engine's clock may jump. One call at a time.
  using Tick = absl::AnyInvocable<absl::Duration()>;

  // What a task works on: the shard of this number, or one of these. Whoever runs the
  // tasks need not look at it; a simulation knows by it what has been done.
  static constexpr int kDeliveries = -1;
  static constexpr int kEverything = -2;
  static constexpr int kCallbacks = -3;
  static constexpr int kCommit = -4;
  static constexpr int kCheckpoint = -5;

  virtual ~Executor() = default;

  // Once. Error: kResourceExhausted if it cannot run anything.
  virtual absl::Status Start(Tick tick) = 0;

  // Has `task` run, in any order, beside the others or not. After `Stop` it is thrown
  // away.
  virtual void Schedule(int what, Task task) = 0;

  // As `Schedule`, for one that takes long and that nobody waits for: the others are run
  // first, and as long as there may be others some of what runs them is kept for those.
  virtual void ScheduleLong(int what, Task task) = 0;

  // Has `tick` called soon.
  virtual void WakeTimer() = 0;

  // Waits until no task is running or scheduled, or until the time is up; true if
  // there is none.
  virtual bool AwaitIdle(absl::Duration timeout) = 0;

  // Finishes running tasks and throws the scheduled ones away; nothing runs after.
  virtual void Stop() = 0;
};

}  // namespace tocsin::work

#endif  // TOCSIN_ENGINE_WORK_EXECUTOR_H_
