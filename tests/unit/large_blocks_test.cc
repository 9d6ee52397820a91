#include "engine/base/large_blocks.h"

#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/random.h"

namespace tocsin {
namespace {

std::uintptr_t AddressOf(const void* block) {
  return reinterpret_cast<std::uintptr_t>(block);
}

// Catches: memory that is given out twice, or goes on beyond its block; a block that is
// not aligned.
TEST(LargeBlocks, AreApartFromEachOther) {
  LargeBlocks blocks;
  testing::Random random(1);
  std::map<std::uintptr_t, std::size_t> out;
  for (int step = 0; step < 2'000; ++step) {
    if (!out.empty() && random.Below(3) == 0) {
      auto it = out.begin();
      std::advance(it, static_cast<std::ptrdiff_t>(
                           random.Below(static_cast<unsigned>(out.size()))));
      blocks.GiveBack(reinterpret_cast<void*>(it->first), it->second);
      out.erase(it);
      continue;
    }
    const std::size_t size = std::size_t{512} << random.Below(14);
    void* const block = blocks.Take(size);
    const std::uintptr_t at = AddressOf(block);
    EXPECT_EQ(at % (size < LargeBlocks::kLeast ? 64 : LargeBlocks::kLeast), 0u);
    std::memset(block, 0xa5, 1);
    std::memset(static_cast<char*>(block) + size - 1, 0xa5, 1);
    const auto [it, is_new] = out.emplace(at, size);
    ASSERT_TRUE(is_new);
    if (it != out.begin()) {
      const auto before = std::prev(it);
      ASSERT_LE(before->first + before->second, at);
    }
    if (const auto after = std::next(it); after != out.end()) {
      ASSERT_LE(at + size, after->first);
    }
  }
  for (const auto& [at, size] : out) blocks.GiveBack(reinterpret_cast<void*>(at), size);
}

// Catches: memory that is asked of the system where some was given back.
TEST(LargeBlocks, AreGivenOutAgainAndCutUp) {
  LargeBlocks blocks;
  constexpr std::size_t kLarge = 32 * LargeBlocks::kLeast;
  void* const large = blocks.Take(kLarge);
  blocks.GiveBack(large, kLarge);
  std::vector<void*> small;
  for (int i = 0; i < 32; ++i) {
    small.push_back(blocks.Take(LargeBlocks::kLeast));
    EXPECT_GE(AddressOf(small.back()), AddressOf(large));
    EXPECT_LT(AddressOf(small.back()), AddressOf(large) + kLarge);
  }
  for (void* const block : small) blocks.GiveBack(block, LargeBlocks::kLeast);
}

}  // namespace
}  // namespace tocsin
