#include "engine/base/small_map.h"

#include <map>
#include <memory>
#include <random>
#include <utility>

#include "gtest/gtest.h"

namespace tocsin {
namespace {

template <typename T>
std::map<int, T> AllOf(SmallMap<int, T>& small) {
  std::map<int, T> all;
  int before = -1;
  small.ForEach([&](int key, const T& entry) {
    EXPECT_LT(before, key) << "by key";
    before = key;
    all.emplace(key, entry);
  });
  return all;
}

// Catches: an entry that is lost, doubled, out of order or found under another's key.
TEST(SmallMap, DoesWhatAMapDoes) {
  SmallMap<int, int> small;
  std::map<int, int> map;
  std::mt19937 random(1);
  for (int step = 0; step < 20'000; ++step) {
    const int key = static_cast<int>(random() % 6);
    switch (random() % 12) {
      case 0:
        small.Clear();
        map.clear();
        break;
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
        small.Erase(key);
        map.erase(key);
        break;
      default: {
        const auto [entry, made] = small.FindOrMake(key);
        ASSERT_EQ(made, map.try_emplace(key).second);
        EXPECT_EQ(*entry, map[key]);
        *entry = map[key] = step;
      }
    }
    ASSERT_EQ(small.size(), map.size());
    EXPECT_EQ(small.empty(), map.empty());
    EXPECT_EQ(small.contains(key), map.count(key) == 1);
    EXPECT_EQ(AllOf(small), map);
    if (!map.empty()) {
      EXPECT_EQ(small.FirstKey(), map.begin()->first);
    }
  }
}

TEST(SmallMap, TakesWhatCanOnlyBeMoved) {
  SmallMap<int, std::unique_ptr<int>> map;
  for (const int key : {3, 1, 2}) {
    *map.FindOrMake(key).first = std::make_unique<int>(key);
  }
  map.Erase(map.FirstKey());
  SmallMap<int, std::unique_ptr<int>> moved = std::move(map);
  ASSERT_EQ(moved.size(), 2u);
  EXPECT_EQ(**moved.Find(2), 2);
  EXPECT_EQ(**moved.Find(3), 3);
  EXPECT_EQ(moved.Find(1), nullptr);
}

}  // namespace
}  // namespace tocsin
