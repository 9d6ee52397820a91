// Would catch an engine that goes on after a call of the disk has failed, a sink that is
// told what is not durable, and a store that is not right when it is opened again.
#include <cstdint>
#include <string>

#include "gtest/gtest.h"
#include "tests/crash/search.h"
#include "tests/crash/trial.h"

namespace tocsin::testing {
namespace {

constexpr std::uint64_t kStories = 4;

class FailingDisk : public ::testing::Test {
 protected:
  // Everything of `fates` has its turn with a story.
  template <typename FateOf>
  void Try(FateOf fate_of, std::uint64_t step_of_calls) {
    for (std::uint64_t seed = 1; seed <= kStories; ++seed) {
      Trials trials(seed);
      const Trial whole = trials.Run({});
      ASSERT_EQ(whole.wrong, "") << "seed " << seed;
      for (std::uint64_t n = 1; n <= whole.calls.front(); n += step_of_calls) {
        const Trial trial = trials.Run(fate_of(n));
        ASSERT_EQ(trial.wrong, "") << "seed " << seed << ", call " << n;
        ++tried_;
        failed_ += trial.ended;
        while_open_ += trial.ended - trial.refused_to_open;
      }
    }
  }

  std::uint64_t tried_ = 0;
  std::uint64_t failed_ = 0;      // engines that ended by it
  std::uint64_t while_open_ = 0;  // of those
};

TEST_F(FailingDisk, EndsTheEngineAtAnyCall) {
  Try(
      [](std::uint64_t n) {
        return Fate{.chance = n,
                    .lives = {{.leaves = Leaves::kEverything, .fails_at = n}}};
      },
      1);
  EXPECT_GT(failed_, tried_ / 2);
  EXPECT_GT(while_open_, tried_ / 4);
}

TEST_F(FailingDisk, AndThePowerThatGoesThenLoseNothing) {
  Try(
      [](std::uint64_t n) {
        return Fate{
            .chance = n,
            .lives = {{.leaves = static_cast<Leaves>(n % kWaysToEnd), .fails_at = n}}};
      },
      3);
  EXPECT_GT(while_open_, tried_ / 4);
}

// Linux takes for written what a sync could not write.
TEST_F(FailingDisk, WhoseFailedSyncsForgetLosesNothingWhenThePowerGoesLater) {
  Try(
      [](std::uint64_t n) {
        return Fate{.chance = n,
                    .lives = {{.leaves = Leaves::kEverything,
                               .fails_at = n,
                               .failed_sync_forgets = true},
                              {.power_goes_at = 1 + n % 60}}};
      },
      1);
  EXPECT_GT(while_open_, tried_ / 4);
}

TEST_F(FailingDisk, WhoseFailedSyncsForgetAndEndTheProcessLosesNothing) {
  Try(
      [](std::uint64_t n) {
        return Fate{.chance = n,
                    .lives = {{.leaves = Leaves::kEverything,
                               .fails_at = n,
                               .failed_sync_forgets = true,
                               .failure_ends = true},
                              {.power_goes_at = 1 + n % 60}}};
      },
      1);
  EXPECT_GT(failed_, tried_);
}

TEST_F(FailingDisk, FailsAgainWhileTheNextEngineRecovers) {
  Try(
      [](std::uint64_t n) {
        return Fate{.chance = n,
                    .lives = {{.power_goes_at = 1 + n % 90, .leaves = Leaves::kFirst},
                              {.leaves = Leaves::kEverything, .fails_at = 1 + n % 70},
                              {.leaves = Leaves::kFirst, .fails_at = 1 + n % 50}}};
      },
      3);
  EXPECT_GT(failed_, tried_);
}

TEST_F(FailingDisk, RunsFullAndHasRoomAgain) {
  std::uint64_t full = 0;
  for (std::uint64_t seed = 1; seed <= kStories; ++seed) {
    Trials trials(seed);
    for (std::size_t room = 0;; room += 1'237) {
      const Trial trial = trials.Run(
          {.chance = room, .lives = {{.leaves = Leaves::kEverything, .room = room}}});
      ASSERT_EQ(trial.wrong, "") << "seed " << seed << ", room for " << room;
      if (trial.ended == 0) break;
      full += trial.ended - trial.refused_to_open;
    }
  }
  EXPECT_GT(full, kStories * 10);
}

}  // namespace
}  // namespace tocsin::testing
