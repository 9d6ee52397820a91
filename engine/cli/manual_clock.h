#ifndef TOCSIN_ENGINE_CLI_MANUAL_CLOCK_H_
#define TOCSIN_ENGINE_CLI_MANUAL_CLOCK_H_

#include "absl/time/time.h"
#include "tocsin/options.h"

namespace tocsin::cli {

// A clock that stands until it is told to move on: a replay's time is that of
// its lines.
//
// Thread safety: none. The engine of a replay has no threads of its own, so that
// nobody asks but the thread that moves it; a lock here would cost as much as
// reading a quarter of a line.
class ManualClock : public Clock {
 public:
  explicit ManualClock(absl::Time start) : now_(start) {}

  absl::Time Now() override { return now_; }
  void MoveTo(absl::Time time) { now_ = time; }

 private:
  absl::Time now_;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_MANUAL_CLOCK_H_
