#include "engine/webhook/retry.h"

#include <algorithm>

namespace tocsin::webhook {

absl::Duration RetryDelay(const RetrySchedule& schedule, int failures,
                          std::uint64_t chance) {
  constexpr int kDoublingsMax = 40;
  constexpr std::int64_t kParts = 1'024;
  const int doublings = std::clamp(failures - 1, 0, kDoublingsMax);
  const absl::Duration whole =
      std::min(schedule.max, schedule.first * (std::int64_t{1} << doublings));
  const auto part = static_cast<std::int64_t>(chance % kParts);
  return whole - whole / (2 * kParts) * part;
}

absl::Duration ClampRetryAfter(const RetrySchedule& schedule, absl::Duration asked) {
  return std::clamp(asked, std::min(schedule.first, schedule.max), schedule.max);
}

}  // namespace tocsin::webhook
