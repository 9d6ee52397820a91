#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/state/shard.h"
#include "gtest/gtest.h"

namespace tocsin::state {
namespace {

std::shared_ptr<const model::Catalog> NoAlerts() {
  return std::make_shared<const model::Catalog>(std::vector<std::vector<std::string>>{});
}

// Catches: one who waits and is not counted, or is counted for ever.
TEST(ShardLock, CountsThoseWhoWait) {
  LargeBlocks blocks;
  Shard shard(0, NoAlerts(), PeriodPolicy::kOpenEnded, &blocks);
  EXPECT_EQ(shard.waiting.load(), 0u);
  std::thread other;
  {
    ShardLock lock(&shard);
    EXPECT_EQ(shard.waiting.load(), 0u);
    other = std::thread([&shard] { ShardLock second(&shard); });
    while (shard.waiting.load() == 0) std::this_thread::yield();
  }
  other.join();
  EXPECT_EQ(shard.holds.load(), 2u);
  EXPECT_EQ(shard.waiting.load(), 0u);
}

}  // namespace
}  // namespace tocsin::state
