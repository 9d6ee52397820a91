// Would catch whatever goes wrong only if a task, the timer, the sink or the clock comes
// at one certain moment.
#include <cstdint>
#include <string>

#include "gtest/gtest.h"
#include "tests/sim/simulation.h"

namespace tocsin::testing {
namespace {

constexpr std::uint64_t kSteps = 300'000;

TEST(Simulation, AgreesWithTheModel) {
  Figures figures;
  std::uint64_t seed = 20'261'126;
  while (figures.steps < kSteps) {
    const Ending ending = Live({.seed = seed, .steps = kWholeLife}, &figures);
    ASSERT_EQ(ending.wrong, "") << "tocsin_sim --seed " << seed;
    seed = NextSeed(seed);
  }
  // A queue that never fills and a sink that never fails prove nothing.
  EXPECT_GT(figures.resets, kSteps / 100);
  EXPECT_GT(figures.outcomes, kSteps / 100);
  EXPECT_GT(figures.bulk_resets, kSteps / 100);
  EXPECT_GT(figures.went_on, kSteps / 1'000);
  EXPECT_GT(figures.reads, kSteps / 100);
  EXPECT_GT(figures.late_answers, kSteps / 500);
  EXPECT_GT(figures.failed_for_good, kSteps / 2'000);
  EXPECT_GT(figures.full, kSteps / 200);
  EXPECT_GT(figures.delivered, kSteps / 100);
  EXPECT_GT(figures.sink_failures, kSteps / 1'000);
  EXPECT_GT(figures.inside, kSteps / 1'000);
}

// Would catch chance, an address or the time of day in what the engine does.
TEST(Simulation, IsTheSameForTheSameSeed) {
  Figures first;
  Figures second;
  Figures other;
  for (std::uint64_t seed = 1; seed < 30; ++seed) {
    (void)Live({.seed = seed, .steps = kWholeLife}, &first);
    (void)Live({.seed = seed, .steps = kWholeLife}, &second);
    (void)Live({.seed = seed + 1, .steps = kWholeLife}, &other);
    ASSERT_EQ(first.hash, second.hash) << "seed " << seed;
    ASSERT_NE(first.hash, other.hash) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tocsin::testing
