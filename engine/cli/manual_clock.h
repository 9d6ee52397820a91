#ifndef TOCSIN_ENGINE_CLI_MANUAL_CLOCK_H_
#define TOCSIN_ENGINE_CLI_MANUAL_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tocsin/options.h"

namespace tocsin::cli {

// A clock that stands until it is told to move on: a replay's time is that of
// its lines.
//
// Thread safety: any thread.
class ManualClock : public Clock {
 public:
  explicit ManualClock(absl::Time start) : now_(start) {}

  absl::Time Now() override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }

  void MoveTo(absl::Time time) {
    absl::MutexLock lock(&mutex_);
    now_ = time;
  }

 private:
  absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_MANUAL_CLOCK_H_
