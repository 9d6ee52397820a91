// Would catch a notification that one of two sinks gets twice because the other one has
// refused it, or not at all.

#include "engine/cli/sink_pair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/support/names.h"

namespace tocsin::cli {
namespace {

using ::testing::ElementsAre;

// Takes all but the first few, and keeps what it was given.
struct Taker : NotificationSink {
  absl::Status Deliver(const Notification& notification) override {
    if (refuses > 0) {
      --refuses;
      return absl::UnavailableError("later");
    }
    taken.push_back(notification.sequence);
    return absl::OkStatus();
  }
  absl::Status Sync() override { return synced; }

  int refuses = 0;
  std::vector<std::uint64_t> taken;
  absl::Status synced;
};

Notification Numbered(int n) {
  return {.id = testing::Named<NotificationId>("n" + std::to_string(n)),
          .sequence = static_cast<std::uint64_t>(n)};
}

TEST(SinkPair, EachTakesEachOnce) {
  Taker first;
  Taker second;
  SinkPair both(&first, &second);
  EXPECT_TRUE(both.Deliver(Numbered(1)).ok());
  second.refuses = 2;
  EXPECT_FALSE(both.Deliver(Numbered(2)).ok());
  EXPECT_FALSE(both.Deliver(Numbered(2)).ok());
  EXPECT_TRUE(both.Deliver(Numbered(2)).ok());
  first.refuses = 1;
  EXPECT_FALSE(both.Deliver(Numbered(3)).ok());
  EXPECT_TRUE(both.Deliver(Numbered(3)).ok());
  EXPECT_THAT(first.taken, ElementsAre(1, 2, 3));
  EXPECT_THAT(second.taken, ElementsAre(1, 2, 3));
}

TEST(SinkPair, IsSafeOnceBothAre) {
  Taker first;
  Taker second;
  SinkPair both(&first, &second);
  EXPECT_TRUE(both.Sync().ok());
  second.synced = absl::UnavailableError("full");
  EXPECT_EQ(both.Sync(), second.synced);
  first.synced = absl::UnavailableError("gone");
  EXPECT_FALSE(both.Sync().ok());
  second.synced = absl::OkStatus();
  EXPECT_EQ(both.Sync(), first.synced);
}

}  // namespace
}  // namespace tocsin::cli
