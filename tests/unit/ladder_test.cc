// Would catch a threshold that is passed over, or a band that hides one.
#include "engine/model/ladder.h"

#include <cstddef>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tests/support/random.h"

namespace tocsin::model {
namespace {

using testing::D;

AlertPtr AlertAt(Decimal threshold, int number = 1,
                 AlertType type = AlertType::kSpendThresholdReached) {
  auto alert = std::make_shared<AlertVersion>();
  alert->alert.spec.type = type;
  alert->alert.id = testing::AlertNumber(number);
  alert->alert.spec.threshold = threshold;
  return alert;
}

Decimal Next(Decimal value, int units) {
  return Decimal::FromUnits(value.units() + units);
}

TEST(Ladder, IsSortedByThresholdAndThenById) {
  Ladder ladder;
  ladder.Add(AlertAt(D("10"), 2));
  ladder.Add(AlertAt(D("-5"), 9));
  ladder.Add(AlertAt(D("10"), 1));
  ASSERT_EQ(ladder.size(), 3u);
  EXPECT_EQ(ladder.rung(0)->id(), testing::AlertNumber(9));
  EXPECT_EQ(ladder.rung(1)->id(), testing::AlertNumber(1));
  EXPECT_EQ(ladder.rung(2)->id(), testing::AlertNumber(2));
}

TEST(Ladder, AValueEqualToTheThresholdHasReachedItAndOneUnitLessHasNot) {
  for (const char* text : {"0", "10", "-10", "1000000000000000000", "0.000000000001"}) {
    Ladder ladder;
    ladder.Add(AlertAt(D(text)));
    EXPECT_EQ(ladder.Reached(Next(D(text), -1)), 0u) << text;
    EXPECT_EQ(ladder.Reached(D(text)), 1u) << text;
    EXPECT_EQ(ladder.Reached(Next(D(text), 1)), 1u) << text;
  }
}

// Every value in the band of n rungs has reached just those n, and every value next
// to the band another number.
TEST(Ladder, ABandHoldsJustTheValuesThatReachTheSameRungs) {
  Ladder ladder;
  for (const char* text : {"-3", "0", "0", "0.000000000001", "7"}) {
    ladder.Add(AlertAt(D(text)));
  }
  for (const Decimal around : {D("-3"), D("0"), D("0.000000000001"), D("7"), D("100")}) {
    for (int units = -2; units <= 2; ++units) {
      const Decimal value = Next(around, units);
      const Band band = ladder.BandAt(ladder.Reached(value));
      EXPECT_TRUE(band.Contains(value)) << value.ToString();
      for (int step = -3; step <= 3; ++step) {
        const Decimal other = Next(value, step);
        EXPECT_EQ(band.Contains(other), ladder.Reached(other) == ladder.Reached(value))
            << value.ToString() << " and " << other.ToString();
      }
    }
  }
}

// The same of a ladder whose alerts come and go, whichever way it is reached, where the
// band is asked for one value at a time.
TEST(Ladder, ABandContainsWhatReachesAsManyRungsHoweverTheyCameAndWent) {
  const Decimal thresholds[] = {D("-1e18"), D("-3"), D("0"),   D("0.000000000001"),
                                D("7"),     D("7"),  D("1e18")};
  for (const AlertType type : {AlertType::kSpendThresholdReached,
                               AlertType::kLowRemainingCommitBalanceReached}) {
    testing::Random random(1);
    std::vector<AlertPtr> in;
    Ladder ladder;
    for (int step = 0; step < 300; ++step) {
      if (in.size() > 6 || (!in.empty() && random.Below(3) == 0)) {
        const std::size_t goes = random.Below(static_cast<unsigned>(in.size()));
        ladder.Remove(in[goes]);
        in.erase(in.begin() + static_cast<std::ptrdiff_t>(goes));
      } else {
        in.push_back(AlertAt(thresholds[random.Below(7)], step, type));
        ladder.Add(in.back());
      }
      for (const Decimal around : thresholds) {
        for (int units = -1; units <= 1; ++units) {
          const Decimal value = Next(around, units);
          for (std::size_t reached = 0; reached <= ladder.size(); ++reached) {
            ASSERT_EQ(ladder.BandContains(reached, value),
                      reached == ladder.Reached(value))
                << step << ": " << reached << " at " << value.ToString();
          }
        }
      }
    }
  }
}

TEST(Band, OfNothingIsUnboundedAndTheEmptyOneHoldsNothing) {
  const Decimal least = Decimal::FromUnits(std::numeric_limits<Int128>::min() + 1);
  const Decimal most = Decimal::FromUnits(std::numeric_limits<Int128>::max() - 1);
  EXPECT_EQ(Ladder().BandAt(0), Band::Unbounded());
  EXPECT_TRUE(Band::Unbounded().Contains(least));
  EXPECT_TRUE(Band::Unbounded().Contains(most));
  for (const Decimal value : {least, D("0"), most}) {
    EXPECT_FALSE(Band::Empty().Contains(value));
  }
}

TEST(Band, TheIntersectionHoldsWhatBothHold) {
  Band band{.below = D("1"), .above = D("9")};
  band.IntersectWith({.below = D("0"), .above = D("5")});
  EXPECT_EQ(band, (Band{.below = D("1"), .above = D("5")}));
}

}  // namespace
}  // namespace tocsin::model
