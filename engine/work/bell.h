#ifndef TOCSIN_ENGINE_WORK_BELL_H_
#define TOCSIN_ENGINE_WORK_BELL_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace tocsin::work {

// Wakes who waits for something to have happened.
//
// Thread safety: thread-safe.
class Bell {
 public:
  void Ring() {
    absl::MutexLock lock(&mu_);
    ++rung_;
  }

  // How often it was rung so far.
  std::uint64_t rung() {
    absl::MutexLock lock(&mu_);
    return rung_;
  }

  // Waits until it was rung more often than `seen`; false if the time is up first.
  bool Await(std::uint64_t seen, absl::Duration timeout) {
    absl::MutexLock lock(&mu_);
    seen_ = seen;
    return mu_.AwaitWithTimeout(absl::Condition(this, &Bell::RungSince), timeout);
  }

 private:
  bool RungSince() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return rung_ > seen_; }

  absl::Mutex mu_;
  std::uint64_t rung_ ABSL_GUARDED_BY(mu_) = 0;
  std::uint64_t seen_ ABSL_GUARDED_BY(mu_) = 0;  // by the one who waits
};

}  // namespace tocsin::work

#endif  // TOCSIN_ENGINE_WORK_BELL_H_
