#include "engine/base/hash.h"

#include <algorithm>
#include <vector>

#include "gtest/gtest.h"

namespace tocsin {
namespace {

// Catches: ids that count upwards in one of their bytes and all come to few shards.
TEST(StableHash, SpreadsIdsThatDifferInOnePlace) {
  constexpr std::size_t kShards = 64;
  constexpr std::uint32_t kIds = 64 * 256;
  for (std::size_t place = 0; place + 2 <= 16; ++place) {
    for (const unsigned rest : {0x00u, 0x5au, 0xffu}) {
      std::vector<std::uint32_t> ids(kShards);
      for (std::uint32_t n = 0; n < kIds; ++n) {
        boost::uuids::uuid id{};
        std::fill(std::begin(id.data), std::end(id.data),
                  static_cast<std::uint8_t>(rest));
        id.data[place] = static_cast<std::uint8_t>(n >> 8);
        id.data[place + 1] = static_cast<std::uint8_t>(n);
        ++ids[StableHash(id) % kShards];
      }
      // Evenly there would be 256 in each; chance makes it 170 to 350.
      EXPECT_GT(*std::min_element(ids.begin(), ids.end()), 128u) << place;
      EXPECT_LT(*std::max_element(ids.begin(), ids.end()), 512u) << place;
    }
  }
}

// What is divided by it may be stored.
TEST(StableHash, StaysAsItIs) {
  boost::uuids::uuid id{};
  for (std::uint8_t i = 0; i < 16; ++i) id.data[i] = i;
  EXPECT_EQ(StableHash(id), 0x1f18cc212cb52e5bu);
}

}  // namespace
}  // namespace tocsin
