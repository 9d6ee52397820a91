#ifndef TOCSIN_ENGINE_WEBHOOK_CIRCUIT_H_
#define TOCSIN_ENGINE_WEBHOOK_CIRCUIT_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "engine/webhook/retry.h"

namespace tocsin::webhook {

// Attempts that fail in a row until the endpoint is paused.
inline constexpr int kFailuresUntilPause = 5;

// Whether an endpoint is asked at all. After some failures in a row, or where its answer
// asks for it, it is paused; then it gets one attempt at a time, the probe, until one
// succeeds.
//
// Thread safety: a value type.
class Circuit {
 public:
  // What is kept of it.
  struct State {
    int failures_in_a_row = 0;
    int pauses_in_a_row = 0;
    std::optional<absl::Time> paused_until = std::nullopt;
  };

  Circuit() = default;
  explicit Circuit(const State& state) : state_(state) {}

  const State& state() const { return state_; }
  bool MayBegin(absl::Time now) const {
    return !state_.paused_until || (now >= *state_.paused_until && !probing_);
  }
  // Whether nothing is sent, and no probe is on its way either.
  bool IsPaused(absl::Time now) const {
    return state_.paused_until && now < *state_.paused_until;
  }
  // No pause is longer, as the clock that it was measured by was wrong.
  void PauseUntilAtMost(absl::Time latest) {
    if (IsPaused(latest)) state_.paused_until = latest;
  }
  // An attempt begins; whether it is the probe, which is said again when it ends.
  bool Begin();
  // Whether it was paused, and is not any more.
  bool Succeed();
  void Fail(absl::Time now, const RetrySchedule& schedule, bool is_probe,
            std::optional<absl::Duration> retry_after, std::uint64_t chance);

 private:
  State state_;
  bool probing_ = false;
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_CIRCUIT_H_
