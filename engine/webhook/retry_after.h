#ifndef TOCSIN_ENGINE_WEBHOOK_RETRY_AFTER_H_
#define TOCSIN_ENGINE_WEBHOOK_RETRY_AFTER_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace tocsin::webhook {

// The value of a header `Retry-After`: seconds, or a date in any of HTTP's three forms.
// Never negative, and at most a year. Nothing for what is neither.
std::optional<absl::Duration> ParseRetryAfter(absl::string_view value, absl::Time now);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_RETRY_AFTER_H_
