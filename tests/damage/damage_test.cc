// Would catch damage by chance, of any kind and in any file, that is taken for what was
// written, and a torn end that is refused.
#include "tests/damage/damage.h"

#include "gtest/gtest.h"

namespace tocsin::testing {
namespace {

TEST(Damage, IsRefusedByNameOrReadRightly) {
  const DamageCounts counts = RunDamage({.seed = 20'261'127, .stores = 4'000});
  ASSERT_EQ(counts.wrong, "") << counts.ToString();
  // All that may come of it must have come.
  EXPECT_GT(counts.refused, 1'000) << counts.ToString();
  EXPECT_GT(counts.whole, 300) << counts.ToString();
  EXPECT_GT(counts.cut_off, 100) << counts.ToString();
  EXPECT_GT(counts.shorter, 3) << counts.ToString();
}

}  // namespace
}  // namespace tocsin::testing
