#ifndef TOCSIN_ENGINE_WEBHOOK_RETRY_H_
#define TOCSIN_ENGINE_WEBHOOK_RETRY_H_

#include <cstdint>

#include "absl/time/time.h"

namespace tocsin::webhook {

// How long is waited after failures.
struct RetrySchedule {
  absl::Duration first = absl::Seconds(1);
  absl::Duration max = absl::Minutes(15);
};

// The wait after the n-th failure in a row, from 1 on: `first`, twice that, and so on up
// to `max`; by `chance`, any number, up to a half of it less, so that those that failed
// together do not come back together.
absl::Duration RetryDelay(const RetrySchedule& schedule, int failures,
                          std::uint64_t chance);

// What an answer asked for, as far as it is followed: who asks for nothing is not asked
// again and again at once, and who asks for a year is forgotten by then.
absl::Duration ClampRetryAfter(const RetrySchedule& schedule, absl::Duration asked);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_RETRY_H_
