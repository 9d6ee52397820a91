#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tocsin/options.h"

namespace tocsin {
namespace {

class MachineClock final : public Clock {
 public:
  absl::Time Now() override { return absl::Now(); }
};

}  // namespace

Clock* SystemClock() {
  // Never destroyed, as an engine may outlive what is destroyed at exit.
  static Clock* const clock = new MachineClock;
  return clock;
}

}  // namespace tocsin
