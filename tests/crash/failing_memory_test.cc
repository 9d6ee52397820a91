// Would catch a store that goes on, or is not right when it is opened again, after SQLite
// was not given memory.
#include <cstdint>
#include <string>
#include <vector>

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

// Everything that SQLite allocates in one of the lives, some of it in this process, fails
// once.
class FailingMemory : public ::testing::Test {
 protected:
  // If the second is the one, the power goes amid the first.
  void Try(std::uint64_t seed, std::size_t failing_life) {
    Trials trials(seed);
    std::vector<std::uint64_t> of_lives;
    Fate fate{.chance = seed};
    if (failing_life > 0) {
      fate.lives.push_back({.power_goes_at = trials.Run({}).changes.front() / 2,
                            .leaves = Leaves::kFirst});
    }
    fate.before_life = [&of_lives](std::size_t life) {
      if (life > 0) of_lives.push_back(allocations);
      allocations = 0;
    };
    ASSERT_EQ(trials.Run(fate).wrong, "");
    of_lives.push_back(allocations);
    ASSERT_GT(of_lives.size(), failing_life);
    fate.lives.resize(failing_life + 1, {.leaves = Leaves::kEverything});
    fate.has_failed = [] { return allocation_failed; };
    for (std::uint64_t n = seed; n <= of_lives[failing_life]; n += kOneOf) {
      fate.before_life = [n, failing_life](std::size_t life) {
        allocations = 0;
        allocation_failed = false;
        allocation_that_fails = life == failing_life ? n : 0;
      };
      const Trial trial = trials.Run(fate);
      allocation_that_fails = 0;
      ASSERT_EQ(trial.wrong, "") << "seed " << seed << ", allocation " << n;
      failed_ += trial.ended - failing_life;
      refused_to_open_ += trial.refused_to_open;
    }
  }

  static constexpr std::uint64_t kOneOf = 23;
  std::uint64_t failed_ = 0;           // engines that ended by it
  std::uint64_t refused_to_open_ = 0;  // of those

 private:
  const CountedMemory counted_;
};

TEST_F(FailingMemory, OfSqliteEndsTheEngineOrNothing) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Try(seed, 0);
  }
  EXPECT_GT(failed_, 100u);
}

TEST_F(FailingMemory, OfSqliteWhileItRecoversRefusesToOpenOrNothing) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Try(seed, 1);
  }
  EXPECT_GT(refused_to_open_, 20u);
}

}  // namespace
}  // namespace tocsin::testing
