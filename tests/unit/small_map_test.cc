#include "engine/base/small_map.h"

#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace tocsin {
namespace {

// Catches: an entry that is lost, doubled, out of order or found under another's key.
TEST(SmallMap, DoesWhatAMapDoes) {
  SmallMap<int, int> small;
  std::map<int, int> map;
  std::mt19937 random(1);
  for (int step = 0; step < 20'000; ++step) {
    const int key = static_cast<int>(random() % 6);
    switch (random() % 8) {
      case 0:
        small.clear();
        map.clear();
        break;
      case 1:
      case 2:
      case 3: {
        const auto it = small.find(key);
        ASSERT_EQ(it != small.end(), map.erase(key) == 1);
        if (it != small.end()) small.erase(it);
        break;
      }
      default: {
        const auto [it, inserted] = small.try_emplace(key);
        ASSERT_EQ(inserted, map.try_emplace(key).second);
        EXPECT_EQ(it->first, key);
        EXPECT_EQ(it->second, map[key]);
        it->second = map[key] = step;
      }
    }
    ASSERT_EQ(small.size(), map.size());
    EXPECT_EQ(small.empty(), map.empty());
    EXPECT_EQ(small.contains(key), map.count(key) == 1);
    const std::vector<std::pair<int, int>> all(small.begin(), small.end());
    EXPECT_EQ(all, (std::vector<std::pair<int, int>>(map.begin(), map.end())));
  }
}

TEST(SmallMap, TakesWhatCanOnlyBeMoved) {
  SmallMap<int, std::unique_ptr<int>> map;
  for (const int key : {3, 1, 2}) {
    map.try_emplace(key).first->second = std::make_unique<int>(key);
  }
  map.erase(map.find(1));
  SmallMap<int, std::unique_ptr<int>> moved = std::move(map);
  ASSERT_EQ(moved.size(), 2u);
  EXPECT_EQ(*moved.find(2)->second, 2);
  EXPECT_EQ(*moved.find(3)->second, 3);
}

}  // namespace
}  // namespace tocsin
