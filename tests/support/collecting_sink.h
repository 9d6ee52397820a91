#ifndef TOCSIN_TESTS_SUPPORT_COLLECTING_SINK_H_
#define TOCSIN_TESTS_SUPPORT_COLLECTING_SINK_H_

#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "tocsin/notification.h"

namespace tocsin::testing {

// Keeps what it is given, in order. While it is told to fail it takes nothing
// and counts the attempts.
//
// Thread safety: every method may be called from any thread.
class CollectingSink : public NotificationSink {
 public:
  enum class Mood { kTakes, kFails, kThrows };

  absl::Status Deliver(const Notification& notification) override {
    absl::MutexLock lock(&mutex_);
    if (mood_ != Mood::kTakes) ++failures_;
    if (mood_ == Mood::kThrows)
      throw std::runtime_error("the sink throws, as it was told");
    if (mood_ == Mood::kFails)
      return absl::UnavailableError("the sink fails, as it was told");
    taken_.push_back(notification);
    return absl::OkStatus();
  }

  void SetMood(Mood mood) {
    absl::MutexLock lock(&mutex_);
    mood_ = mood;
  }
  // What was taken since the last call, in order.
  std::vector<Notification> Take() {
    absl::MutexLock lock(&mutex_);
    return std::exchange(taken_, {});
  }
  std::size_t failures() {
    absl::MutexLock lock(&mutex_);
    return failures_;
  }

 private:
  absl::Mutex mutex_;
  Mood mood_ ABSL_GUARDED_BY(mutex_) = Mood::kTakes;
  std::vector<Notification> taken_ ABSL_GUARDED_BY(mutex_);
  std::size_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_COLLECTING_SINK_H_
