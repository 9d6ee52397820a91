// Would catch a product of two 128-bit numbers that loses a carry or a sign, or a
// quotient rounded otherwise than half to even.
#include "engine/base/wide.h"

#include <limits>
#include <random>

#include "boost/multiprecision/cpp_int.hpp"
#include "gtest/gtest.h"

namespace tocsin {
namespace {

using Big = boost::multiprecision::cpp_int;

constexpr Int128 kMax = std::numeric_limits<Int128>::max();
constexpr Int128 kMin = std::numeric_limits<Int128>::min();
constexpr int kCases = 500'000;

// Of every length, and often at an edge: all bits, one bit, next to a power of two.
class Numbers {
 public:
  Int128 Next() {
    const auto bits = static_cast<int>(random_() % 128);
    Int128 number = (static_cast<Int128>(random_()) << 64) | random_();
    switch (random_() % 8) {
      case 0:
        return random_() % 2 == 0 ? kMax : kMin;
      case 1:
        number = (Int128{1} << (bits % 127)) - static_cast<Int128>(random_() % 3);
        break;
      case 2:
        number = static_cast<Int128>(random_() % 5) - 2;
        break;
      default:
        number >>= bits;
    }
    return random_() % 2 == 0 || number == kMin ? number : -number;
  }

 private:
  std::mt19937_64 random_{20'260'101};
};

TEST(Wide, ComparesProductsAsBigIntegersDo) {
  Numbers numbers;
  int equal = 0;
  for (int i = 0; i < kCases; ++i) {
    const Int128 a = numbers.Next();
    const Int128 b = numbers.Next();
    // The same factors the other way round are equal, which chance never makes.
    const bool swapped = i % 4 == 0;
    const Int128 c = swapped ? b : numbers.Next();
    const Int128 d = swapped ? a : numbers.Next();
    const Big left = Big(a) * b;
    const Big right = Big(c) * d;
    const std::strong_ordering order = CompareProducts(a, b, c, d);
    ASSERT_EQ(order < 0, left < right) << left << " and " << right;
    ASSERT_EQ(order == 0, left == right) << left << " and " << right;
    equal += order == 0;
  }
  EXPECT_GE(equal, kCases / 4);
}

Big RoundedHalfEven(const Big& numerator, const Big& denominator) {
  const Big size = abs(numerator);
  const Big divisor = abs(denominator);
  Big quotient = size / divisor;
  const Big twice = 2 * (size % divisor);
  if (twice > divisor || (twice == divisor && quotient % 2 != 0)) ++quotient;
  return (numerator < 0) != (denominator < 0) ? Big(-quotient) : quotient;
}

TEST(Wide, DividesAsBigIntegersDo) {
  Numbers numbers;
  int fits = 0;
  for (int i = 0; i < kCases; ++i) {
    const Int128 a = numbers.Next();
    const Int128 b = numbers.Next();
    Int128 c = numbers.Next();
    if (c == 0) c = 2;
    Big expected = RoundedHalfEven(Big(a) * b, Big(c));
    fits += expected <= Big(kMax) && expected >= Big(kMin);
    if (expected > Big(kMax)) expected = Big(kMax);
    if (expected < -Big(kMax)) expected = Big(kMin);
    ASSERT_EQ(Big(MultiplyDivide(a, b, c)), expected)
        << Big(a) << " * " << Big(b) << " / " << Big(c);
  }
  EXPECT_GT(fits, kCases / 4);
}

}  // namespace
}  // namespace tocsin
