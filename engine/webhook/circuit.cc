#include "engine/webhook/circuit.h"

#include <algorithm>

namespace tocsin::webhook {

bool Circuit::Begin() {
  if (!state_.paused_until) return false;
  probing_ = true;
  return true;
}

bool Circuit::Succeed() {
  const bool was_paused = state_.paused_until.has_value();
  state_ = State();
  probing_ = false;
  return was_paused;
}

void Circuit::Fail(absl::Time now, const RetrySchedule& schedule, bool is_probe,
                   std::optional<absl::Duration> retry_after, std::uint64_t chance) {
  ++state_.failures_in_a_row;
  if (is_probe) probing_ = false;
  if (retry_after) {
    const absl::Time until = now + ClampRetryAfter(schedule, *retry_after);
    state_.paused_until =
        is_probe ? until : std::max(until, state_.paused_until.value_or(until));
    return;
  }
  // Those that were under way when it was paused say nothing new.
  const bool pauses =
      state_.paused_until ? is_probe : state_.failures_in_a_row >= kFailuresUntilPause;
  if (!pauses) return;
  ++state_.pauses_in_a_row;
  state_.paused_until = now + RetryDelay(schedule, state_.pauses_in_a_row, chance);
}

}  // namespace tocsin::webhook
