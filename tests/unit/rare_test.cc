// Would catch a rare thing that is shared by two owners, or is there before it is
// changed.
#include "engine/base/rare.h"

#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tocsin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using RareNumbers = Rare<std::vector<int>>;

TEST(Rare, ShowsAnEmptyOneUntilItIsChanged) {
  RareNumbers numbers;
  EXPECT_THAT(*numbers, IsEmpty());
  EXPECT_EQ(numbers.IfThere(), nullptr) << "looking at it makes none";
  numbers.Change().push_back(7);
  EXPECT_THAT(*numbers, ElementsAre(7));
  EXPECT_EQ(numbers.IfThere(), &*numbers);
  numbers.Clear();
  EXPECT_EQ(numbers->size(), 0u);
  EXPECT_EQ(numbers.IfThere(), nullptr);
}

TEST(Rare, OfACopyIsItsOwn) {
  RareNumbers numbers;
  numbers.Change().push_back(7);
  RareNumbers copy = numbers;
  copy.Change().push_back(8);
  EXPECT_THAT(*numbers, ElementsAre(7));
  EXPECT_THAT(*copy, ElementsAre(7, 8));
  numbers = copy;
  copy.Clear();
  EXPECT_THAT(*numbers, ElementsAre(7, 8));
  const RareNumbers moved = std::move(numbers);
  EXPECT_THAT(*moved, ElementsAre(7, 8));
}

}  // namespace
}  // namespace tocsin
