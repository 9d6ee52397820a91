#ifndef TOCSIN_TESTS_THREADS_HOLDER_H_
#define TOCSIN_TESTS_THREADS_HOLDER_H_

#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/core/moments.h"
#include "gtest/gtest.h"

namespace tocsin::testing {

// Holds threads of an engine at the moments that a test names. What never comes, or is
// never let go on, fails the test after a minute and lets everybody go on.
//
// Thread safety: every method may be called from any thread.
class Holder final : public core::Moments {
 public:
  using Moment = core::Moment;

  // The next thread that comes to the moment is held there, and no other.
  void Hold(Moment moment) {
    absl::MutexLock lock(&mutex_);
    places_[moment] = Place::kWaits;
  }
  // Waits until a thread is held there.
  void AwaitHeld(Moment moment) {
    absl::MutexLock lock(&mutex_);
    const auto held = [this, moment]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return places_[moment] == Place::kHolds;
    };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&held), kPatience))
        << "no thread came to moment " << static_cast<int>(moment);
  }
  // Lets it go on.
  void Release(Moment moment) {
    absl::MutexLock lock(&mutex_);
    EXPECT_EQ(places_[moment], Place::kHolds) << "moment " << static_cast<int>(moment);
    places_[moment] = Place::kIsOpen;
  }

  void At(Moment moment) override {
    absl::MutexLock lock(&mutex_);
    Place& place = places_[moment];
    if (place != Place::kWaits) return;
    place = Place::kHolds;
    const auto released = [&place] { return place != Place::kHolds; };
    if (mutex_.AwaitWithTimeout(absl::Condition(&released), kPatience)) return;
    ADD_FAILURE() << "held for ever at moment " << static_cast<int>(moment);
    place = Place::kIsOpen;
  }

 private:
  enum class Place { kIsOpen, kWaits, kHolds };

  static constexpr absl::Duration kPatience = absl::Minutes(1);

  absl::Mutex mutex_;
  std::map<Moment, Place> places_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_THREADS_HOLDER_H_
