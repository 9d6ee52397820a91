#ifndef TOCSIN_TESTS_SUPPORT_MANUAL_CLOCK_H_
#define TOCSIN_TESTS_SUPPORT_MANUAL_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tocsin/options.h"

namespace tocsin::testing {

// A clock that stands where a test puts it, also backwards.
//
// Thread safety: every method may be called from any thread.
class ManualClock : public Clock {
 public:
  explicit ManualClock(absl::Time now) : now_(now) {}

  absl::Time Now() override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  void Set(absl::Time now) {
    absl::MutexLock lock(&mutex_);
    now_ = now;
  }
  void Advance(absl::Duration by) {
    absl::MutexLock lock(&mutex_);
    now_ += by;
  }

 private:
  absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_MANUAL_CLOCK_H_
