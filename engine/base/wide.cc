#include "engine/base/wide.h"

#include <cstdint>
#include <limits>

#include "absl/base/internal/raw_logging.h"

namespace tocsin {
namespace {

__extension__ typedef unsigned __int128 Uint128;

// A magnitude of 256 bits.
struct Wide {
  Uint128 high = 0;
  Uint128 low = 0;

  friend std::strong_ordering operator<=>(const Wide& a, const Wide& b) {
    return a.high == b.high ? a.low <=> b.low : a.high <=> b.high;
  }
};

Uint128 Magnitude(Int128 value) {
  const auto bits = static_cast<Uint128>(value);
  return value < 0 ? Uint128{0} - bits : bits;
}

// By halves of 64 bits, as on paper.
Wide Multiply(Uint128 a, Uint128 b) {
  constexpr Uint128 kHalf = std::numeric_limits<std::uint64_t>::max();
  const Uint128 low = (a & kHalf) * (b & kHalf);
  const Uint128 cross_a = (a >> 64) * (b & kHalf);
  const Uint128 cross_b = (a & kHalf) * (b >> 64);
  const Uint128 middle = (low >> 64) + (cross_a & kHalf) + (cross_b & kHalf);
  return {
      .high = (a >> 64) * (b >> 64) + (cross_a >> 64) + (cross_b >> 64) + (middle >> 64),
      .low = (middle << 64) | (low & kHalf)};
}

int SignOfProduct(Int128 a, Int128 b) {
  if (a == 0 || b == 0) return 0;
  return (a < 0) == (b < 0) ? 1 : -1;
}

struct Division {
  Uint128 quotient = 0;
  Uint128 remainder = 0;
};

// Needs dividend.high < divisor, so that the quotient fits.
Division Divide(const Wide& dividend, Uint128 divisor) {
  Division result{.quotient = 0, .remainder = dividend.high};
  for (int bit = 127; bit >= 0; --bit) {
    const bool carry = (result.remainder >> 127) != 0;
    result.remainder = (result.remainder << 1) | ((dividend.low >> bit) & 1);
    result.quotient <<= 1;
    if (carry || result.remainder >= divisor) {
      result.remainder -= divisor;
      result.quotient |= 1;
    }
  }
  return result;
}

}  // namespace

std::strong_ordering CompareProducts(Int128 a, Int128 b, Int128 c, Int128 d) {
  const int left = SignOfProduct(a, b);
  const int right = SignOfProduct(c, d);
  if (left != right) return left <=> right;
  const Wide left_size = Multiply(Magnitude(a), Magnitude(b));
  const Wide right_size = Multiply(Magnitude(c), Magnitude(d));
  return left < 0 ? right_size <=> left_size : left_size <=> right_size;
}

Int128 MultiplyDivide(Int128 a, Int128 b, Int128 c) {
  ABSL_RAW_CHECK(c != 0, "division by 0");
  constexpr Int128 kMax = std::numeric_limits<Int128>::max();
  constexpr Int128 kMin = std::numeric_limits<Int128>::min();
  const bool negative = (SignOfProduct(a, b) < 0) != (c < 0);
  const Wide product = Multiply(Magnitude(a), Magnitude(b));
  const Uint128 divisor = Magnitude(c);
  if (product.high >= divisor) return negative ? kMin : kMax;
  Division result = Divide(product, divisor);
  const Uint128 rest = divisor - result.remainder;
  const bool more_than_half = result.remainder > rest;
  const bool half = result.remainder == rest;
  if (more_than_half || (half && (result.quotient & 1) != 0)) {
    if (++result.quotient == 0) return negative ? kMin : kMax;
  }
  if (result.quotient > static_cast<Uint128>(kMax)) return negative ? kMin : kMax;
  const auto magnitude = static_cast<Int128>(result.quotient);
  return negative ? -magnitude : magnitude;
}

}  // namespace tocsin
