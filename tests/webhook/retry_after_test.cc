// Would catch a receiver that has what waits for it wait for ever, or not at all.
#include "engine/webhook/retry_after.h"

#include <gtest/gtest.h>

#include <string>

namespace tocsin::testing {
namespace {

using webhook::ParseRetryAfter;

// Fri, 31 Dec 1999 23:59:00 GMT
constexpr std::int64_t kRetryNow = 946'684'740;

std::optional<absl::Duration> RetryAfterOf(const std::string& value) {
  return ParseRetryAfter(value, absl::FromUnixSeconds(kRetryNow));
}

TEST(RetryAfter, Seconds) {
  EXPECT_EQ(RetryAfterOf("0"), absl::ZeroDuration());
  EXPECT_EQ(RetryAfterOf(" 120\r\n"), absl::Seconds(120));
  EXPECT_EQ(RetryAfterOf("0007"), absl::Seconds(7));
  EXPECT_EQ(RetryAfterOf("-1"), absl::ZeroDuration());
  EXPECT_EQ(RetryAfterOf("-99999999999999999999999"), absl::ZeroDuration());
  EXPECT_EQ(RetryAfterOf("9223372036854775807"), absl::Hours(8'760));
  EXPECT_EQ(RetryAfterOf("99999999999999999999999"), absl::Hours(8'760));
}

TEST(RetryAfter, Dates) {
  EXPECT_EQ(RetryAfterOf("Fri, 31 Dec 1999 23:59:59 GMT"), absl::Seconds(59));
  EXPECT_EQ(RetryAfterOf("Friday, 31-Dec-99 23:59:59 GMT"), absl::Seconds(59));
  EXPECT_EQ(RetryAfterOf("Fri Dec 31 23:59:59 1999"), absl::Seconds(59));
  EXPECT_EQ(RetryAfterOf("Fri, 31 Dec 1999 23:58:59 GMT"), absl::ZeroDuration());
  EXPECT_EQ(RetryAfterOf("Thu, 01 Jan 1970 00:00:00 GMT"), absl::ZeroDuration());
  EXPECT_EQ(RetryAfterOf("Fri, 31 Dec 9999 23:59:59 GMT"), absl::Hours(8'760));
}

TEST(RetryAfter, NothingElse) {
  for (const std::string value : {"", " ", "soon", "-", "1.5", "1e3", "0x10", "+5", "1 2",
                                  "99:99:99", "2026-01-31", "\xff\xfe", "Fri, 99 Foo"}) {
    EXPECT_EQ(RetryAfterOf(value), std::nullopt) << value;
  }
  EXPECT_EQ(RetryAfterOf(std::string("5\0", 2)), std::nullopt);
}

}  // namespace
}  // namespace tocsin::testing
