#include "engine/model/level.h"

#include <cstdint>
#include <limits>

#include "engine/base/mistake.h"
#include "engine/base/wide.h"

namespace tocsin::model {
namespace {

constexpr Int128 kNanosPerSecond = 1'000'000'000;
// A day has 86,400 * 10^9 nanoseconds, so one unit of 10^-12 days has 432 / 5.
constexpr Int128 kNanosNumerator = 432;
constexpr Int128 kNanosDenominator = 5;

Int128 NanosOf(absl::Duration duration) {
  const std::int64_t seconds = absl::ToInt64Seconds(duration);
  const absl::Duration rest = duration - absl::Seconds(seconds);
  return seconds * kNanosPerSecond + absl::ToInt64Nanoseconds(rest);
}

}  // namespace

Level Level::Percentage(Decimal remaining, Decimal granted) {
  constexpr Int128 kHundred = Int128{100} * Decimal::kUnitsPerOne;
  return Level(remaining.units(), kHundred, granted.units());
}

Level Level::Days(absl::Duration left) {
  return Level(NanosOf(left) * kNanosDenominator, 1, kNanosNumerator);
}

Decimal Level::Rounded() const {
  if (denominator_ == 1 && factor_ == 1) return Decimal::FromUnits(numerator_);
  return Decimal::FromUnits(MultiplyDivide(numerator_, factor_, denominator_));
}

std::strong_ordering Level::CompareExactly(Decimal threshold) const {
  if (TOCSIN_MISTAKE(rounded_before_compared))
    return Rounded().units() <=> threshold.units();
  return CompareProducts(numerator_, factor_, threshold.units(), denominator_);
}

bool IsLower(const Level& a, const Level& b) {
  return CompareProducts(a.numerator_, b.denominator_, b.numerator_, a.denominator_) < 0;
}

absl::Time InstantOfDaysLeft(absl::Time ends_at, Decimal days) {
  const Int128 scaled = days.units() * kNanosNumerator;
  const bool uneven = scaled < 0 && scaled % kNanosDenominator != 0;
  const Int128 nanos = scaled / kNanosDenominator - (uneven ? 1 : 0);
  const Int128 seconds = nanos / kNanosPerSecond;
  if (seconds > std::numeric_limits<std::int64_t>::max()) return absl::InfinitePast();
  if (seconds < std::numeric_limits<std::int64_t>::min()) return absl::InfiniteFuture();
  return ends_at - absl::Seconds(static_cast<std::int64_t>(seconds)) -
         absl::Nanoseconds(static_cast<std::int64_t>(nanos % kNanosPerSecond));
}

}  // namespace tocsin::model
