#ifndef TOCSIN_ENGINE_MODEL_LEVEL_H_
#define TOCSIN_ENGINE_MODEL_LEVEL_H_

#include <compare>

#include "absl/time/time.h"
#include "tocsin/decimal.h"

namespace tocsin::model {

// What an instance of a measure stands at: an amount, a percentage or a number of
// days, as the exact fraction numerator * factor / denominator of units of 10^-12.
// It is compared by cross-multiplication and never divided, but to be shown.
class Level {
 public:
  Level() = default;
  static Level Of(Decimal value) { return Level(value.units(), 1, 1); }
  // 100 * remaining / granted. `granted` must be above 0.
  static Level Percentage(Decimal remaining, Decimal granted);
  // Days of 24 hours, to the nanosecond. `left` must be finite.
  static Level Days(absl::Duration left);

  // Rounded half to even to 12 digits; at the end of the range where it is beyond.
  Decimal Rounded() const;

  friend std::strong_ordering operator<=>(const Level& level, Decimal threshold) {
    const bool is_amount = level.denominator_ == 1 && level.factor_ == 1;
    return is_amount ? level.numerator_ <=> threshold.units()
                     : level.CompareExactly(threshold);
  }
  // Of two levels of one measure.
  friend bool IsLower(const Level& a, const Level& b);

 private:
  Level(Int128 numerator, Int128 factor, Int128 denominator)
      : numerator_(numerator), factor_(factor), denominator_(denominator) {}

  std::strong_ordering CompareExactly(Decimal threshold) const;

  Int128 numerator_ = 0;
  Int128 factor_ = 1;
  Int128 denominator_ = 1;  // above 0
};

// The first instant at which not more than `days` are left until `ends_at`; an
// infinite past where that is beyond the range of a time.
absl::Time InstantOfDaysLeft(absl::Time ends_at, Decimal days);

// The smallest step of the clock: an instant less this is just before it.
inline constexpr absl::Duration kClockStep = absl::Nanoseconds(1);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_LEVEL_H_
