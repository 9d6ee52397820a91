// Would catch a store that goes on, or is not right when it is opened again, after SQLite
// was not given memory.
#include <cstdint>
#include <string>

#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/crash/trial.h"

namespace tocsin::testing {
namespace {

sqlite3_mem_methods usual_memory;
std::uint64_t allocations = 0;
std::uint64_t allocation_that_fails = 0;  // 0: none

bool allocation_failed = false;

bool MayAllocate() {
  const bool fails = ++allocations == allocation_that_fails;
  allocation_failed = allocation_failed || fails;
  return !fails;
}

// Its allocations go through here as long as this lives.
class CountedMemory {
 public:
  CountedMemory() {
    sqlite3_shutdown();
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual_memory);
    sqlite3_mem_methods counted = usual_memory;
    counted.xMalloc = [](int size) {
      return MayAllocate() ? usual_memory.xMalloc(size) : nullptr;
    };
    counted.xRealloc = [](void* from, int size) {
      return MayAllocate() ? usual_memory.xRealloc(from, size) : nullptr;
    };
    sqlite3_config(SQLITE_CONFIG_MALLOC, &counted);
    sqlite3_initialize();
  }
  ~CountedMemory() {
    sqlite3_shutdown();
    sqlite3_config(SQLITE_CONFIG_MALLOC, &usual_memory);
    sqlite3_initialize();
  }
};

TEST(FailingMemory, OfSqliteEndsTheEngineOrNothing) {
  const CountedMemory counted;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Trials trials(seed);
    allocations = 0;
    ASSERT_EQ(trials.Run({}).wrong, "");
    const std::uint64_t all = allocations;
    for (std::uint64_t n = seed; n <= all; n += 41) {
      const auto begin = [n](std::size_t life) {
        allocations = 0;
        allocation_failed = false;
        allocation_that_fails = life == 0 ? n : 0;
      };
      const auto has_failed = [] { return allocation_failed; };
      const Trial trial = trials.Run({.chance = n,
                                      .lives = {{.leaves = Leaves::kEverything}},
                                      .before_life = begin,
                                      .has_failed = has_failed});
      allocation_that_fails = 0;
      ASSERT_EQ(trial.wrong, "") << "seed " << seed << ", allocation " << n;
      failed += trial.ended;
    }
  }
  EXPECT_GT(failed, 100u);
}

}  // namespace
}  // namespace tocsin::testing
