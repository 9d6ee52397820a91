// Would catch a full disk or a stuck sink that a server's log does not have, has once for
// each look, or never says the end of.
#include "engine/cli/serve_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tocsin::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Seen(ServeWatch* watch, const Stats& stats,
                              const std::string& error = "") {
  std::vector<std::string> seen;
  for (const ServeWatch::Event& event : watch->Look(stats, error)) {
    seen.push_back(event.what);
  }
  return seen;
}

TEST(ServeWatch, SaysOfAFullDiskWhenItBeginsAndEnds) {
  ServeWatch watch;
  EXPECT_THAT(Seen(&watch, {}), IsEmpty());
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(Seen(&watch, {.disk_is_full = true}),
                ElementsAre("the disk is nearly full"));
    EXPECT_THAT(Seen(&watch, {.disk_is_full = true}), IsEmpty());
    EXPECT_THAT(Seen(&watch, {}), ElementsAre("the disk has room again"));
    EXPECT_THAT(Seen(&watch, {}), IsEmpty());
  }
}

TEST(ServeWatch, SaysOfAStuckSinkWhenItBeginsAndEnds) {
  ServeWatch watch;
  Stats stats = {.notifications_delivered = 7, .outbox = 3};
  for (int look = 0; look < 5; ++look) EXPECT_THAT(Seen(&watch, stats), IsEmpty());
  const std::vector<ServeWatch::Event> events = watch.Look(stats, "no space");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].what, "notifications are not written");
  EXPECT_EQ(events[0].because, "no space");
  for (int look = 0; look < 9; ++look) EXPECT_THAT(Seen(&watch, stats), IsEmpty());
  ++stats.notifications_delivered;
  EXPECT_THAT(Seen(&watch, stats), ElementsAre("notifications are written again"));
  EXPECT_THAT(Seen(&watch, stats), IsEmpty());
}

TEST(ServeWatch, SaysNothingOfASinkThatIsSlowOrHasNothingToDo) {
  ServeWatch watch;
  Stats stats = {.outbox = 1'000};
  for (int look = 0; look < 100; ++look) {
    if (look % 4 == 0) ++stats.notifications_delivered;
    EXPECT_THAT(Seen(&watch, stats), IsEmpty());
  }
  stats.outbox = 0;
  for (int look = 0; look < 100; ++look) EXPECT_THAT(Seen(&watch, stats), IsEmpty());
}

}  // namespace
}  // namespace tocsin::cli
