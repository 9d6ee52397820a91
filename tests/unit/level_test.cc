// Would catch a percentage or a number of days that is compared by its rounded value, or
// the wrong instant for a threshold of days.
#include "engine/model/level.h"

#include <limits>

#include "gtest/gtest.h"
#include "tests/support/facts.h"

namespace tocsin::model {
namespace {

using testing::D;

Level Percent(const char* remaining, const char* granted) {
  return Level::Percentage(D(remaining), D(granted));
}

TEST(Level, APercentageIsComparedExactly) {
  // A third is above every decimal that is cut off and below every one rounded up.
  const Level third = Percent("1", "3");
  EXPECT_TRUE((third <=> D("33.333333333333")) > 0);
  EXPECT_TRUE((third <=> D("33.333333333334")) < 0);
  EXPECT_EQ(third.Rounded(), D("33.333333333333"));
  EXPECT_TRUE((Percent("2", "3") <=> D("66.666666666667")) < 0);
  EXPECT_EQ(Percent("2", "3").Rounded(), D("66.666666666667"));
  EXPECT_TRUE((Percent("1", "10") <=> D("10")) == 0);
  EXPECT_TRUE((Percent("-1", "10") <=> D("-10")) == 0);
  EXPECT_TRUE((Percent("0", "10") <=> D("0")) == 0);
}

TEST(Level, APercentageOfAlmostNothingIsShownAtTheEndOfTheRange) {
  const Level huge = Percent("1000000000000000000", "0.000000000001");
  EXPECT_EQ(huge.Rounded().units(), std::numeric_limits<Int128>::max());
  EXPECT_TRUE((huge <=> D("1000000000000000000")) > 0);
  const Level deep = Percent("-1000000000000000000", "0.000000000001");
  EXPECT_EQ(deep.Rounded().units(), std::numeric_limits<Int128>::min());
}

TEST(Level, PercentagesAreOrderedByTheirFraction) {
  EXPECT_TRUE(IsLower(Percent("1", "3"), Percent("2", "5")));
  EXPECT_FALSE(IsLower(Percent("2", "6"), Percent("1", "3")));
  EXPECT_TRUE(IsLower(Percent("-1", "3"), Percent("0", "1")));
}

TEST(Level, DaysAreExactToTheNanosecond) {
  const Level week = Level::Days(absl::Hours(24 * 7));
  EXPECT_TRUE((week <=> D("7")) == 0);
  EXPECT_TRUE((Level::Days(absl::Hours(24 * 7) + absl::Nanoseconds(1)) <=> D("7")) > 0);
  EXPECT_TRUE((Level::Days(absl::Hours(24 * 7) - absl::Nanoseconds(1)) <=> D("7")) < 0);
  EXPECT_EQ(Level::Days(absl::Hours(36)).Rounded(), D("1.5"));
  EXPECT_EQ(Level::Days(absl::Hours(-24)).Rounded(), D("-1"));
}

TEST(Level, AThresholdOfDaysIsReachedAtItsInstantAndNotBefore) {
  const absl::Time end = absl::UnixEpoch() + absl::Hours(24) * 20'000;
  for (const char* days :
       {"0", "1", "7", "0.5", "0.000000000001", "33.333333333333", "365.2425", "10000"}) {
    const absl::Time at = InstantOfDaysLeft(end, D(days));
    EXPECT_TRUE((Level::Days(end - at) <=> D(days)) <= 0) << days;
    EXPECT_TRUE((Level::Days(end - (at - kClockStep)) <=> D(days)) > 0) << days;
  }
  EXPECT_EQ(InstantOfDaysLeft(end, D("1000000000000000000")), absl::InfinitePast());
  EXPECT_EQ(InstantOfDaysLeft(end, D("-1000000000000000000")), absl::InfiniteFuture());
}

}  // namespace
}  // namespace tocsin::model
