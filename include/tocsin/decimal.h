#ifndef TOCSIN_DECIMAL_H_
#define TOCSIN_DECIMAL_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tocsin {

// A signed 128-bit integer. GCC and Clang have it as an extension.
__extension__ typedef __int128 Int128;

// An exact decimal number: a 128-bit integer count of 10^-12 units. Amounts,
// quantities, thresholds and percentages are Decimals; no `double` takes part
// in any decision.
//
// A value that comes from outside (`Parse`, `ParseJsonNumber`, `FromInteger`)
// is an *amount* and lies within +-10^18. A sum of amounts may be larger, up
// to the range of the 128-bit integer; `CheckedAdd` tells when it would not
// fit.
//
// Thread safety: a value type; as safe as an integer.
class Decimal {
 public:
  static constexpr int kFractionalDigits = 12;
  static constexpr std::int64_t kUnitsPerOne = 1'000'000'000'000;
  // The largest magnitude of one amount, in whole units.
  static constexpr std::int64_t kAmountMax = 1'000'000'000'000'000'000;

  constexpr Decimal() = default;

  // `whole` must lie within +-kAmountMax; a programmer's error otherwise.
  static constexpr Decimal FromInteger(std::int64_t whole) {
    return Decimal(static_cast<Int128>(whole) * kUnitsPerOne);
  }
  // `units` counts 10^-12; any 128-bit value.
  static constexpr Decimal FromUnits(Int128 units) { return Decimal(units); }

  // Reads `-12.5`, `12`, `1.5e3`: the grammar of a JSON number, strictly.
  // Errors: kInvalidArgument if it is not of that form (NaN and infinities are
  // not) or has more than 12 fractional digits once the exponent is applied;
  // kOutOfRange beyond +-10^18.
  static absl::StatusOr<Decimal> Parse(absl::string_view text);

  // As `Parse`, but digits after the twelfth fractional one round half to
  // even: upstream floats make such digits.
  static absl::StatusOr<Decimal> ParseJsonNumber(absl::string_view text);

  constexpr Int128 units() const { return units_; }

  // Its shortest text, no exponent, no trailing zeros; an amount's `Parse` reads back.
  std::string ToString() const;
  void AppendTo(std::string* out) const;

  // Whether this lies within +-10^18.
  constexpr bool IsAmount() const {
    const Int128 max = static_cast<Int128>(kAmountMax) * kUnitsPerOne;
    return units_ <= max && units_ >= -max;
  }

  // The sum or difference, or nothing where it does not fit 128 bits.
  friend constexpr std::optional<Decimal> CheckedAdd(Decimal a, Decimal b) {
    Int128 sum = 0;
    if (__builtin_add_overflow(a.units_, b.units_, &sum)) return std::nullopt;
    return Decimal(sum);
  }
  friend constexpr std::optional<Decimal> CheckedSub(Decimal a, Decimal b) {
    Int128 difference = 0;
    if (__builtin_sub_overflow(a.units_, b.units_, &difference)) return std::nullopt;
    return Decimal(difference);
  }

  friend constexpr bool operator==(Decimal a, Decimal b) { return a.units_ == b.units_; }
  friend constexpr std::strong_ordering operator<=>(Decimal a, Decimal b) {
    return a.units_ <=> b.units_;
  }
  template <typename H>
  friend H AbslHashValue(H state, Decimal d) {
    return H::combine(std::move(state), static_cast<std::uint64_t>(d.units_),
                      static_cast<std::int64_t>(d.units_ >> 64));
  }

 private:
  constexpr explicit Decimal(Int128 units) : units_(units) {}

  Int128 units_ = 0;
};

}  // namespace tocsin

#endif  // TOCSIN_DECIMAL_H_
