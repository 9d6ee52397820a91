#include "engine/webhook/retry_after.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace tocsin::webhook {
namespace {

constexpr absl::Duration kLongest = absl::Hours(24 * 365);

absl::Duration Clamped(absl::Duration wait) {
  return std::clamp(wait, absl::ZeroDuration(), kLongest);
}

}  // namespace

std::optional<absl::Duration> ParseRetryAfter(absl::string_view value, absl::Time now) {
  value = absl::StripAsciiWhitespace(value);
  absl::string_view digits = value;
  const bool is_negative = absl::ConsumePrefix(&digits, "-");
  if (!digits.empty() &&
      digits.find_first_not_of("0123456789") == absl::string_view::npos) {
    if (is_negative) return absl::ZeroDuration();
    std::int64_t seconds = 0;
    // More than a number holds is more than a year.
    if (!absl::SimpleAtoi(digits, &seconds)) return kLongest;
    return Clamped(absl::Seconds(seconds));
  }
  // It takes more than dates, `20260131` among them; but none of that begins like one.
  if (value.empty() || !absl::ascii_isalpha(static_cast<unsigned char>(value.front()))) {
    return std::nullopt;
  }
  const std::time_t date = curl_getdate(std::string(value).c_str(), nullptr);
  if (date == -1) return std::nullopt;
  return Clamped(absl::FromTimeT(date) - now);
}

}  // namespace tocsin::webhook
