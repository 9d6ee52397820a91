#include "engine/base/parted_map.h"

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace tocsin {
namespace {

using Map = PartedMap<int, std::string>;
using Plain = std::map<int, std::string>;

Plain PlainOf(const Map& map) {
  Plain plain;
  map.ForEach([&](const int& key, const std::string& value) {
    EXPECT_TRUE(plain.emplace(key, value).second) << key << " is there twice";
  });
  return plain;
}

// Catches: a copy that sees what its original is changed to, or the other way round.
TEST(PartedMap, CopiesAreApart) {
  Map map;
  map.Change(1, "one", [](std::string&) {});
  Map copy = map;
  copy.Change(1, "", [](std::string& value) { value += "!"; });
  map.Change(2, "two", [](std::string& value) { value += "?"; });
  EXPECT_EQ(PlainOf(map), (Plain{{1, "one"}, {2, "two?"}}));
  EXPECT_EQ(PlainOf(copy), (Plain{{1, "one!"}}));
  map = Map();
  EXPECT_EQ(*copy.Find(1), "one!");
  EXPECT_EQ(copy.Find(2), nullptr);
}

// Catches: a part that loses or keeps a key by the change of another.
TEST(PartedMap, HoldsWhatAPlainMapDoes) {
  std::mt19937 random(1);
  Map map;
  Plain plain;
  std::vector<std::pair<Map, Plain>> kept;
  for (int i = 0; i < 20'000; ++i) {
    const int key = static_cast<int>(random() % 500);
    if (random() % 3 == 0) {
      map.Erase(key);
      plain.erase(key);
    } else {
      map.Change(key, "", [i](std::string& value) { value = std::to_string(i); });
      plain[key] = std::to_string(i);
    }
    ASSERT_EQ(map.Find(key) != nullptr, plain.contains(key));
    if (i % 1'000 == 0) kept.emplace_back(map, plain);
  }
  EXPECT_EQ(PlainOf(map), plain);
  for (const auto& [map_then, plain_then] : kept) {
    EXPECT_EQ(PlainOf(map_then), plain_then);
  }
}

}  // namespace
}  // namespace tocsin
