// Would catch whatever is lost, doubled or torn when the power goes at any write, sync or
// deletion of the store, or the process ends there, and again while the next engine
// recovers.
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/crash/search.h"
#include "tests/support/scenario.h"

namespace tocsin::testing {
namespace {

TEST(Crashes, LoseNothingThatWasAcknowledged) {
  const Searched searched = Search({.seed = 1, .points = 3'000});
  EXPECT_EQ(searched.wrong, "") << "tocsin_crashes " << searched.last.ToString();
  // Points at which nothing is under way, and no sink told twice, prove nothing.
  EXPECT_GT(searched.in, searched.points / 10) << searched.ToString();
  EXPECT_GT(searched.out, searched.points / 10) << searched.ToString();
  EXPECT_GT(searched.while_opening, searched.points / 20) << searched.ToString();
  EXPECT_GT(searched.again, searched.points / 50) << searched.ToString();
}

// Would catch what only calls in the order of a real story come to.
TEST(Crashes, LoseNothingOfAnyScenario) {
  const std::vector<std::string> scenarios =
      ScenariosIn(std::string(TOCSIN_SOURCE_DIR) + "/tests/scenarios");
  ASSERT_GT(scenarios.size(), 100u);
  const Searched searched =
      Search({.points = UINT64_MAX, .scenarios = scenarios, .every = 24});
  EXPECT_EQ(searched.wrong, "") << "tocsin_crashes " << searched.last.ToString();
  EXPECT_EQ(searched.stories, scenarios.size());
  EXPECT_GT(searched.in, searched.points / 10) << searched.ToString();
  EXPECT_GT(searched.out, searched.points / 10) << searched.ToString();
}

// Would catch chance, an address or the time of day in what is written.
TEST(Crashes, AreTheSameForTheSameSeed) {
  Trials first(7);
  Trials second(7);
  const Trial whole = first.Run({});
  const Trial again = second.Run({});
  EXPECT_EQ(whole.calls, again.calls);
  EXPECT_EQ(whole.changes, again.changes);
  for (const std::uint64_t at : {whole.changes.front() / 3, whole.changes.front() / 2}) {
    const CrashPoint point{.seed = 7, .at = {at, 5}};
    const Trial one = RunPoint(point, {}, &first);
    const Trial other = RunPoint(point, {}, &second);
    EXPECT_EQ(one.calls, other.calls);
    EXPECT_EQ(one.changes, other.changes);
  }
}

// Would catch what an engine writes over a part of a commit that others know nothing of:
// it was killed while it synced that, and after the power went there are transactions
// behind a bad frame. And a commit that begins the log anew, where they know of no frame
// at all: behind the header of yet another round, which was torn, it looks like one that
// was lost.
TEST(Crashes, BesideOthersWhoKnowOfLessThanIsInTheLog) {
  const CrashPoint points[] = {{.seed = 721, .at = {623, 28}},
                               {.seed = 179584837455000004, .at = {60, 6, 6}},
                               {.seed = 179584855959000008, .at = {152, 6}}};
  for (const CrashPoint& point : points) {
    Trials trials(point.seed);
    ASSERT_TRUE(trials.story().others_look);
    const Trial trial = RunPoint(point, {}, &trials);
    EXPECT_EQ(trial.wrong, "") << point.ToString();
    EXPECT_GE(trial.ended, 2u);
  }
}

// The directory is there then, and its name durable only once somebody syncs it.
TEST(Crashes, OfTheProcessThatMadeTheDirectoryAndThenOfThePower) {
  std::uint64_t seed = 1;
  while (MakeStory(seed).made_before()) ++seed;
  Trials trials(seed);
  for (std::uint64_t chance = 1; chance <= 16; ++chance) {
    const Trial trial =
        trials.Run({.chance = chance,
                    .lives = {{.power_goes_at = 1, .leaves = Leaves::kEverything},
                              {.power_goes_at = trials.Run({}).changes.front() - 1}}});
    EXPECT_EQ(trial.wrong, "");
    EXPECT_EQ(trial.ended, 2u);
  }
}

}  // namespace
}  // namespace tocsin::testing
