#include <chrono>

#include "absl/time/time.h"
#include "tocsin/options.h"

namespace tocsin {
namespace {

class MachineClock final : public Clock {
 public:
  // In half the time of absl::Now, which counts cycles between readings of this one.
  absl::Time Now() override { return absl::FromChrono(std::chrono::system_clock::now()); }
};

}  // namespace

Clock* SystemClock() {
  // Never destroyed, as an engine may outlive what is destroyed at exit.
  static Clock* const clock = new MachineClock;
  return clock;
}

}  // namespace tocsin
