// Decimals against GMP: another implementation of integers, and the obvious way
// of reading, printing and adding numbers with it.

#include <gmp.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tocsin/decimal.h"

namespace tocsin {
namespace {

__extension__ typedef unsigned __int128 Uint128;

// An integer of GMP that frees itself.
class Integer {
 public:
  Integer() { mpz_init(value_); }
  explicit Integer(Int128 from) : Integer() {
    const Uint128 magnitude =
        from < 0 ? -static_cast<Uint128>(from) : static_cast<Uint128>(from);
    const std::uint64_t words[2] = {static_cast<std::uint64_t>(magnitude),
                                    static_cast<std::uint64_t>(magnitude >> 64)};
    mpz_import(value_, 2, -1, sizeof words[0], 0, 0, words);
    if (from < 0) mpz_neg(value_, value_);
  }
  ~Integer() { mpz_clear(value_); }
  Integer(const Integer&) = delete;
  Integer& operator=(const Integer&) = delete;

  mpz_ptr get() { return value_; }
  mpz_srcptr get() const { return value_; }

  std::string ToString() const {
    std::string text(mpz_sizeinbase(value_, 10) + 2, '\0');
    mpz_get_str(text.data(), 10, value_);
    text.resize(text.find('\0'));
    return text;
  }

 private:
  mpz_t value_;
};

class DecimalGmpTest : public ::testing::Test {
 protected:
  DecimalGmpTest() {
    mpz_ui_pow_ui(amount_max_.get(), 10, 30);
    mpz_ui_pow_ui(sum_max_.get(), 2, 127);
    mpz_sub_ui(sum_max_.get(), sum_max_.get(), 1);
    mpz_neg(sum_min_.get(), sum_max_.get());
    mpz_sub_ui(sum_min_.get(), sum_min_.get(), 1);
  }

  std::size_t Below(std::size_t bound) { return random_() % bound; }

  // As likely of any length, and often right beside a round number.
  Int128 RandomUnits() {
    const Uint128 bits = static_cast<Uint128>(random_()) << 64 | random_();
    if (Below(4) != 0) return static_cast<Int128>(bits) >> Below(128);
    Int128 power = 1;
    for (std::size_t i = Below(39); i > 0; --i) power *= 10;
    const Int128 near = power + static_cast<Int128>(Below(3)) - 1;
    return Below(2) == 0 ? near : -near;
  }

  // Digits with runs of 0, 5 and 9, where rounding is decided.
  std::string RandomDigits(std::size_t size) {
    std::string digits;
    while (digits.size() < size) {
      constexpr char kRuns[] = {'0', '5', '9'};
      if (Below(3) == 0) {
        digits.append(Below(8) + 1, kRuns[Below(3)]);
      } else {
        digits.push_back(static_cast<char>('0' + Below(10)));
      }
    }
    digits.resize(size);
    return digits;
  }

  std::mt19937_64 random_{7};
  Integer amount_max_;
  Integer sum_max_;
  Integer sum_min_;
};

// The text of so many units: their digits, a point before the last twelve, and
// no zeros at the end.
std::string ExpectedText(Int128 units) {
  std::string digits = Integer(units).ToString();
  const bool negative = digits.front() == '-';
  if (negative) digits.erase(0, 1);
  if (digits.size() < 13) digits.insert(0, 13 - digits.size(), '0');
  digits.insert(digits.size() - 12, ".");
  while (digits.back() == '0') digits.pop_back();
  if (digits.back() == '.') digits.pop_back();
  return absl::StrCat(negative ? "-" : "", digits);
}

TEST_F(DecimalGmpTest, PrintsAndReadsBack) {
  // Catches: a digit lost in any 128-bit value, or a text that is read otherwise.
  std::string text;
  for (int i = 0; i < 350'000; ++i) {
    const Decimal decimal = Decimal::FromUnits(RandomUnits());
    text.clear();
    decimal.AppendTo(&text);
    ASSERT_EQ(text, ExpectedText(decimal.units()));
    const absl::StatusOr<Decimal> read = Decimal::Parse(text);
    if (decimal.IsAmount()) {
      ASSERT_TRUE(read.ok()) << text;
      ASSERT_EQ(*read, decimal) << text;
    } else {
      ASSERT_EQ(read.status().code(), absl::StatusCode::kOutOfRange) << text;
    }
  }
}

// A number as it is written, in its parts.
struct Written {
  bool negative = false;
  std::string whole;
  std::string fraction;
  std::optional<int> exponent = std::nullopt;

  std::string Text() const {
    return absl::StrCat(negative ? "-" : "", whole, fraction.empty() ? "" : ".", fraction,
                        exponent ? absl::StrCat("e", *exponent) : "");
  }
  int FractionalDigits() const {
    return static_cast<int>(fraction.size()) - exponent.value_or(0);
  }
};

// Sets `*units` to the number in units, rounded half to even.
void ExpectedUnits(const Written& written, Integer* units) {
  mpz_set_str(units->get(), (written.whole + written.fraction).c_str(), 10);
  const int shift = Decimal::kFractionalDigits - written.FractionalDigits();
  Integer power;
  mpz_ui_pow_ui(power.get(), 10, static_cast<unsigned long>(shift < 0 ? -shift : shift));
  if (shift >= 0) {
    mpz_mul(units->get(), units->get(), power.get());
  } else {
    Integer rest;
    mpz_fdiv_qr(units->get(), rest.get(), units->get(), power.get());
    mpz_mul_ui(rest.get(), rest.get(), 2);
    const int half = mpz_cmp(rest.get(), power.get());
    if (half > 0 || (half == 0 && mpz_odd_p(units->get()) != 0)) {
      mpz_add_ui(units->get(), units->get(), 1);
    }
  }
  if (written.negative) mpz_neg(units->get(), units->get());
}

TEST_F(DecimalGmpTest, ReadsWhatIsWritten) {
  // Catches: rounding, ranges and exponents, in numbers of any length.
  Integer units;
  int accepted = 0;
  for (int i = 0; i < 450'000; ++i) {
    const std::size_t longest = Below(1'000) == 0 ? 400 : 24;
    Written written;
    written.negative = Below(2) == 0;
    written.whole = RandomDigits(Below(longest) + 1);
    written.whole.erase(0, written.whole.find_first_not_of('0'));
    if (written.whole.empty()) written.whole = "0";
    written.fraction = RandomDigits(Below(longest));
    if (Below(2) == 0) written.exponent = static_cast<int>(Below(61)) - 30;
    const std::string text = written.Text();
    ExpectedUnits(written, &units);
    const bool in_range = mpz_cmpabs(units.get(), amount_max_.get()) <= 0;

    const absl::StatusOr<Decimal> rounded = Decimal::ParseJsonNumber(text);
    if (in_range) {
      ASSERT_TRUE(rounded.ok()) << text << ": " << rounded.status();
      ASSERT_EQ(mpz_cmp(Integer(rounded->units()).get(), units.get()), 0) << text;
      ++accepted;
    } else {
      ASSERT_EQ(rounded.status().code(), absl::StatusCode::kOutOfRange) << text;
    }
    const absl::StatusOr<Decimal> exact = Decimal::Parse(text);
    if (written.FractionalDigits() > Decimal::kFractionalDigits) {
      ASSERT_EQ(exact.status().code(), absl::StatusCode::kInvalidArgument) << text;
    } else {
      ASSERT_EQ(exact.status(), rounded.status()) << text;
      if (exact.ok()) {
        ASSERT_EQ(*exact, *rounded) << text;
      }
    }
  }
  EXPECT_GT(accepted, 200'000) << "too few of the numbers are amounts";
}

TEST_F(DecimalGmpTest, AddsAndSubtracts) {
  // Catches: an overflow not told, or told where there is none.
  Integer expected;
  const auto check = [&](std::optional<Decimal> result) {
    const bool fits = mpz_cmp(expected.get(), sum_max_.get()) <= 0 &&
                      mpz_cmp(expected.get(), sum_min_.get()) >= 0;
    ASSERT_EQ(result.has_value(), fits) << expected.ToString();
    if (fits) {
      ASSERT_EQ(mpz_cmp(Integer(result->units()).get(), expected.get()), 0);
    }
  };
  for (int i = 0; i < 350'000; ++i) {
    const Decimal a = Decimal::FromUnits(RandomUnits());
    const Decimal b = Decimal::FromUnits(RandomUnits());
    const Integer left(a.units());
    const Integer right(b.units());
    mpz_add(expected.get(), left.get(), right.get());
    ASSERT_NO_FATAL_FAILURE(check(CheckedAdd(a, b)));
    mpz_sub(expected.get(), left.get(), right.get());
    ASSERT_NO_FATAL_FAILURE(check(CheckedSub(a, b)));
    ASSERT_EQ(a < b, mpz_cmp(left.get(), right.get()) < 0);
  }
}

}  // namespace
}  // namespace tocsin
