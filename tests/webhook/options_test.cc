// Would catch an option that no time or number can stand for.
#include "absl/time/time.h"
#include "engine/webhook/settings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tocsin/status.h"

namespace tocsin::webhook {
namespace {

using ::testing::HasSubstr;

TEST(WebhookOptions, DeadOnesAreKeptForATimeThatHasAnEnd) {
  for (const absl::Duration bad :
       {absl::InfiniteDuration(), -absl::InfiniteDuration(), absl::Seconds(-1),
        absl::Hours(24 * 3'650) + absl::Seconds(1)}) {
    WebhookOptions options;
    options.keep_dead = bad;
    const absl::Status status = CheckOptions(options);
    EXPECT_EQ(ReasonOf(status), Reason::kMalformed) << bad;
    EXPECT_THAT(status.message(), HasSubstr("keep_dead must be 0 to 3,650 days"));
  }
  for (const absl::Duration good : {absl::ZeroDuration(), absl::Hours(24 * 3'650)}) {
    WebhookOptions options;
    options.keep_dead = good;
    EXPECT_TRUE(CheckOptions(options).ok()) << good;
  }
}

}  // namespace
}  // namespace tocsin::webhook
