#include "tocsin/decimal.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "engine/base/digit.h"
#include "engine/base/status.h"
#include "engine/base/text.h"

namespace tocsin {
namespace {

__extension__ typedef unsigned __int128 Uint128;

constexpr Uint128 kAmountUnitsMax =
    static_cast<Uint128>(Decimal::kAmountMax) * std::uint64_t{Decimal::kUnitsPerOne};

// Digits of the greatest amount, 10^18, counted in units.
constexpr std::int64_t kAmountDigitsMax = 31;

constexpr std::array<std::uint64_t, 20> MakePowersOfTen() {
  std::array<std::uint64_t, 20> powers{};
  std::uint64_t power = 1;
  for (std::uint64_t& entry : powers) {
    entry = power;
    power *= 10;
  }
  return powers;
}
constexpr std::array<std::uint64_t, 20> kPowersOfTen = MakePowersOfTen();

enum class Excess { kRefuse, kRound };

Decimal Signed(bool negative, Uint128 magnitude) {
  const auto units = static_cast<Int128>(magnitude);
  return Decimal::FromUnits(negative ? -units : units);
}

absl::Status NotNumber(absl::string_view text) {
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat(Quote(text), " is not a decimal number as in JSON, ",
                                 "such as -12.5, 12 or 1.5e3"));
}

absl::Status TooManyDigits(absl::string_view text) {
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat("the number ", Quote(text), " has more than ",
                                 Decimal::kFractionalDigits,
                                 " fractional digits; it must be rounded to that"));
}

absl::Status TooLarge(absl::string_view text) {
  return MakeStatus(Reason::kOutOfRange,
                    absl::StrCat("the number ", Quote(text), " is out of range; it must ",
                                 "lie within -10^18 and 10^18"));
}

// Reads up to `max` digits from `*at` on into `*value` and leaves `*at` behind
// them. Returns how many there were.
std::size_t TakeDigits(const char** at, const char* end, std::size_t max,
                       std::uint64_t* value) {
  const char* p = *at;
  const char* const stop = static_cast<std::size_t>(end - p) > max ? p + max : end;
  std::uint64_t sum = 0;
  while (p != stop && IsDigit(*p)) {
    sum = sum * 10 + static_cast<std::uint64_t>(*p - '0');
    ++p;
  }
  const auto count = static_cast<std::size_t>(p - *at);
  *at = p;
  *value = sum;
  return count;
}

// Reads what nearly every amount looks like: up to 18 digits, maybe a point and
// up to 12 more. Says false to everything else, right or wrong, and leaves it
// to `ParseSlowly`.
bool ParseFast(absl::string_view text, Decimal* decimal) {
  const char* p = text.data();
  const char* const end = p + text.size();
  const bool negative = p != end && *p == '-';
  if (negative) ++p;
  const char* const first = p;
  std::uint64_t whole = 0;
  const std::size_t whole_digits = TakeDigits(&p, end, 18, &whole);
  if (whole_digits == 0 || (*first == '0' && whole_digits > 1)) return false;
  std::uint64_t fraction = 0;
  if (p != end) {
    if (*p != '.') return false;
    ++p;
    const std::size_t digits = TakeDigits(&p, end, Decimal::kFractionalDigits, &fraction);
    if (digits == 0 || p != end) return false;
    fraction *= kPowersOfTen[Decimal::kFractionalDigits - digits];
  }
  const Uint128 units =
      static_cast<Uint128>(whole) * std::uint64_t{Decimal::kUnitsPerOne} + fraction;
  *decimal = Signed(negative, units);
  return true;
}

// A number of the right form, not yet looked at for its size.
struct Scanned {
  bool negative = false;
  absl::string_view whole;
  absl::string_view fraction;
  // Far beyond it every number is 0 or out of range, so it is held here.
  std::int64_t exponent = 0;
};

absl::string_view TakeDigitRun(absl::string_view* text) {
  std::size_t size = 0;
  while (size < text->size() && IsDigit((*text)[size])) ++size;
  const absl::string_view run = text->substr(0, size);
  text->remove_prefix(size);
  return run;
}

// Takes `c` off the front of `*text` if it stands there.
bool Take(char c, absl::string_view* text) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

// What follows the `e`.
bool ScanExponent(absl::string_view text, std::int64_t* exponent) {
  // Above the length of any text, and far below where its sum with one, or
  // another digit, would overflow.
  constexpr std::int64_t kExponentMax = std::int64_t{1} << 56;
  const bool negative = Take('-', &text);
  if (!negative) Take('+', &text);
  const absl::string_view digits = TakeDigitRun(&text);
  if (digits.empty() || !text.empty()) return false;
  std::int64_t magnitude = 0;
  for (char c : digits) {
    magnitude = magnitude * 10 + (c - '0');
    if (magnitude > kExponentMax) magnitude = kExponentMax;
  }
  *exponent = negative ? -magnitude : magnitude;
  return true;
}

bool Scan(absl::string_view text, Scanned* scanned) {
  scanned->negative = Take('-', &text);
  scanned->whole = TakeDigitRun(&text);
  if (scanned->whole.empty()) return false;
  if (scanned->whole.size() > 1 && scanned->whole.front() == '0') return false;
  if (Take('.', &text)) {
    scanned->fraction = TakeDigitRun(&text);
    if (scanned->fraction.empty()) return false;
  }
  if (text.empty()) return true;
  if (!Take('e', &text) && !Take('E', &text)) return false;
  return ScanExponent(text, &scanned->exponent);
}

// The digits of a number as one row, without its leading zeros.
class DigitRow {
 public:
  explicit DigitRow(const Scanned& scanned)
      : whole_(scanned.whole), fraction_(scanned.fraction) {
    const std::size_t all = whole_.size() + fraction_.size();
    while (begin_ < all && At(begin_) == 0) ++begin_;
    size_ = static_cast<std::int64_t>(all - begin_);
  }

  std::int64_t size() const { return size_; }
  unsigned operator[](std::int64_t i) const {
    return At(begin_ + static_cast<std::size_t>(i));
  }

  // The first `count` of them as a number; at most 31.
  Uint128 Prefix(std::int64_t count) const {
    Uint128 value = 0;
    for (std::int64_t i = 0; i < count; ++i) value = value * 10 + (*this)[i];
    return value;
  }

  // Whether `kept`, the number before digit `at`, rounds up, half to even.
  bool RoundsUp(std::int64_t at, Uint128 kept) const {
    const unsigned digit = (*this)[at];
    if (digit != 5) return digit > 5;
    for (std::int64_t i = at + 1; i < size_; ++i) {
      if ((*this)[i] != 0) return true;
    }
    return (kept & 1) != 0;
  }

 private:
  unsigned At(std::size_t i) const {
    const char c = i < whole_.size() ? whole_[i] : fraction_[i - whole_.size()];
    return static_cast<unsigned>(c - '0');
  }

  absl::string_view whole_;
  absl::string_view fraction_;
  std::size_t begin_ = 0;
  std::int64_t size_ = 0;
};

absl::StatusOr<Decimal> ParseSlowly(absl::string_view text, Excess excess) {
  Scanned scanned;
  if (!Scan(text, &scanned)) return NotNumber(text);
  // How many digits stand behind the point once the exponent has moved it, by
  // how they are written: `1.0e-12` has 13. Negative: zeros are to be added.
  const std::int64_t fractional =
      static_cast<std::int64_t>(scanned.fraction.size()) - scanned.exponent;
  const std::int64_t dropped = fractional - Decimal::kFractionalDigits;
  if (dropped > 0 && excess == Excess::kRefuse) return TooManyDigits(text);

  const DigitRow row(scanned);
  // 0, or less than a tenth of one unit.
  if (row.size() == 0 || row.size() < dropped) return Decimal();
  // Without the dropped digits, or with the added zeros, in units.
  if (row.size() - dropped > kAmountDigitsMax) return TooLarge(text);
  Uint128 units = 0;
  if (dropped > 0) {
    const std::int64_t kept = row.size() - dropped;
    units = row.Prefix(kept);
    if (row.RoundsUp(kept, units)) ++units;
  } else {
    units = row.Prefix(row.size());
    for (std::int64_t i = dropped; i < 0; ++i) units *= 10;
  }
  if (units > kAmountUnitsMax) return TooLarge(text);
  return Signed(scanned.negative, units);
}

absl::StatusOr<Decimal> ParseNumber(absl::string_view text, Excess excess) {
  Decimal decimal;
  if (ParseFast(text, &decimal)) return decimal;
  return ParseSlowly(text, excess);
}

// `00` to `99`, one behind the other.
constexpr std::array<char, 200> MakeDigitPairs() {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}
constexpr std::array<char, 200> kDigitPairs = MakeDigitPairs();

// These write digits before `end` and return where they begin.

char* PutPair(std::uint64_t value, char* end) {
  std::memcpy(end - 2, kDigitPairs.data() + 2 * value, 2);
  return end - 2;
}

char* PutNumber(std::uint64_t value, char* end) {
  while (value >= 100) {
    end = PutPair(value % 100, end);
    value /= 100;
  }
  if (value >= 10) return PutPair(value, end);
  *--end = static_cast<char>('0' + value);
  return end;
}

// Exactly `digits` digits, an even number.
char* PutPadded(std::uint64_t value, int digits, char* end) {
  for (int i = 0; i < digits; i += 2) {
    end = PutPair(value % 100, end);
    value /= 100;
  }
  return end;
}

// The point and the digits behind it, without trailing zeros; `fraction` is
// below 10^12. Returns where the text ends, given where it begins.
char* PutFraction(std::uint64_t fraction, char* begin) {
  if (fraction == 0) return begin;
  *begin = '.';
  char* end = begin + 1 + Decimal::kFractionalDigits;
  PutPadded(fraction, Decimal::kFractionalDigits, end);
  while (end[-1] == '0') --end;
  return end;
}

struct WholeAndFraction {
  Uint128 whole = 0;
  std::uint64_t fraction = 0;
};

// Divides by 10^12 = 2^12 * 5^12 without the library call that a 128-bit
// division is: by shifting, then in limbs of 32 bits by 5^12 < 2^28, where each
// step fits 64 bits and the compiler multiplies instead of dividing.
WholeAndFraction Split(Uint128 magnitude) {
  constexpr std::uint64_t kUnitsPerOne = Decimal::kUnitsPerOne;
  if ((magnitude >> 64) == 0) {
    const auto low = static_cast<std::uint64_t>(magnitude);
    return {low / kUnitsPerOne, low % kUnitsPerOne};
  }
  constexpr std::uint64_t kDivisor = kUnitsPerOne >> 12;
  static_assert(kDivisor << 12 == kUnitsPerOne && kDivisor < (std::uint64_t{1} << 28));
  const Uint128 shifted = magnitude >> 12;
  Uint128 whole = 0;
  std::uint64_t rest = 0;
  for (int shift = 96; shift >= 0; shift -= 32) {
    const std::uint64_t limb = static_cast<std::uint32_t>(shifted >> shift);
    const std::uint64_t part = rest << 32 | limb;
    whole = whole << 32 | part / kDivisor;
    rest = part % kDivisor;
  }
  const std::uint64_t low = static_cast<std::uint64_t>(magnitude) & 0xfff;
  return {whole, rest << 12 | low};
}

}  // namespace

absl::StatusOr<Decimal> Decimal::Parse(absl::string_view text) {
  return ParseNumber(text, Excess::kRefuse);
}

absl::StatusOr<Decimal> Decimal::ParseJsonNumber(absl::string_view text) {
  return ParseNumber(text, Excess::kRound);
}

std::string Decimal::ToString() const {
  std::string text;
  AppendTo(&text);
  return text;
}

void Decimal::AppendTo(std::string* out) const {
  // The least 128-bit integer has no positive counterpart, but this has.
  const bool negative = units_ < 0;
  const Uint128 magnitude =
      negative ? -static_cast<Uint128>(units_) : static_cast<Uint128>(units_);
  const WholeAndFraction parts = Split(magnitude);

  // Sign, the 27 digits of 2^128 / 10^12, point and fraction.
  constexpr int kPointAt = 1 + 27;
  char buffer[kPointAt + 1 + kFractionalDigits];
  char* const point = buffer + kPointAt;
  const char* const end = PutFraction(parts.fraction, point);
  char* begin = point;
  std::uint64_t top = static_cast<std::uint64_t>(parts.whole);
  if ((parts.whole >> 64) != 0) {
    constexpr std::uint64_t kChunk = kPowersOfTen[18];
    begin = PutPadded(static_cast<std::uint64_t>(parts.whole % kChunk), 18, begin);
    top = static_cast<std::uint64_t>(parts.whole / kChunk);
  }
  begin = PutNumber(top, begin);
  if (negative) *--begin = '-';
  out->append(begin, static_cast<std::size_t>(end - begin));
}

}  // namespace tocsin
