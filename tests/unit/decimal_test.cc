#include "tocsin/decimal.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/hash/hash_testing.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tocsin/status.h"

namespace tocsin {
namespace {

constexpr Int128 kOne = Decimal::kUnitsPerOne;
constexpr Int128 kAmountUnitsMax = Decimal::kAmountMax * kOne;
constexpr Int128 kUnitsMax = (((static_cast<Int128>(1) << 126) - 1) << 1) + 1;
constexpr Int128 kUnitsMin = -kUnitsMax - 1;

// The text of what was read, or the name of the reason it was refused for; one
// string, so that a table of expectations reads well.
std::string Outcome(const absl::StatusOr<Decimal>& decimal) {
  if (!decimal.ok()) return std::string(ReasonName(ReasonOf(decimal.status())));
  return decimal->ToString();
}
std::string Parsed(absl::string_view text) { return Outcome(Decimal::Parse(text)); }
std::string ParsedJson(absl::string_view text) {
  return Outcome(Decimal::ParseJsonNumber(text));
}

std::string Zeros(int count) { return std::string(static_cast<std::size_t>(count), '0'); }

struct Case {
  std::string text;
  std::string outcome;
};

// Both readers must agree about whatever has no digits too many.
void ExpectBoth(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    EXPECT_EQ(Parsed(c.text), c.outcome) << "Parse of " << c.text;
    EXPECT_EQ(ParsedJson(c.text), c.outcome) << "ParseJsonNumber of " << c.text;
  }
}

TEST(DecimalTest, ReadsPlainNumbers) {
  // Catches: a digit lost or shifted on the fast path.
  ExpectBoth({{"0", "0"},
              {"1", "1"},
              {"-1", "-1"},
              {"10", "10"},
              {"12.5", "12.5"},
              {"-12.5", "-12.5"},
              {"0.000000000001", "0.000000000001"},
              {"-0.000000000001", "-0.000000000001"},
              {"100.10", "100.1"},
              {"1.000000000000", "1"},
              {"999999999999999999", "999999999999999999"},
              {"999999999999999999.999999999999", "999999999999999999.999999999999"},
              {"-999999999999999999.999999999999", "-999999999999999999.999999999999"}});
}

TEST(DecimalTest, MinusZeroIsZero) {
  // Catches: a sign kept on zero, which would print as `-0`.
  ExpectBoth({{"-0", "0"}, {"-0.0", "0"}, {"-0e5", "0"}, {"-0.00e1", "0"}});
  EXPECT_EQ(ParsedJson("-0.0000000000001"), "0");
}

TEST(DecimalTest, ReadsExponents) {
  // Catches: an exponent applied in the wrong direction or off by one.
  ExpectBoth({{"1e0", "1"},
              {"1E2", "100"},
              {"1e+2", "100"},
              {"1e-2", "0.01"},
              {"1.5e3", "1500"},
              {"-1.5e-3", "-0.0015"},
              {"1e00000000000000000000000002", "100"},
              {"1e-00000000000000000000000002", "0.01"},
              {"12345.678e-9", "0.000012345678"},
              {"1e-12", "0.000000000001"},
              {"1e18", "1000000000000000000"},
              {"0.0000000000000000001e19", "1"},
              {absl::StrCat("0.", Zeros(399), "1e400"), "1"}});
}

TEST(DecimalTest, RefusesWhatIsNoJsonNumber) {
  // Catches: any laxness of the grammar, on the fast path or behind it.
  for (const char* text : {"",
                           "-",
                           "+1",
                           ".5",
                           "5.",
                           "-.5",
                           "01",
                           "-01",
                           "00",
                           "1e",
                           "1e+",
                           "1e-",
                           "e5",
                           "1.e5",
                           "1.5.2",
                           "1e5.0",
                           "1 ",
                           " 1",
                           "1,000",
                           "1_000",
                           "0x10",
                           "1f",
                           "--1",
                           "1-",
                           "NaN",
                           "nan",
                           "inf",
                           "-inf",
                           "Infinity",
                           "1e5e5",
                           "1e 5",
                           "1e--5",
                           "01.5",
                           "00.5",
                           "0123456789012345678901234",
                           "1.",
                           "\xd9\xa1",
                           "1e99999999999999999999x",
                           "1.0000000000000x"}) {
    EXPECT_EQ(Parsed(text), "malformed") << text;
    EXPECT_EQ(ParsedJson(text), "malformed") << text;
  }
  const absl::string_view with_nul("1\0", 2);
  EXPECT_EQ(Parsed(with_nul), "malformed");
  EXPECT_EQ(Parsed(absl::string_view()), "malformed");
}

TEST(DecimalTest, AmountsEndAtTenToTheEighteenth) {
  // Catches: an edge that is open where it should be closed, or the reverse.
  ExpectBoth({{"1000000000000000000", "1000000000000000000"},
              {"-1000000000000000000", "-1000000000000000000"},
              {"1000000000000000000.000000000000", "1000000000000000000"},
              {"1000000000000000000.000000000001", "out_of_range"},
              {"-1000000000000000000.000000000001", "out_of_range"},
              {"1000000000000000001", "out_of_range"},
              {"9999999999999999999", "out_of_range"},
              {"10000000000000000000", "out_of_range"},
              {"10e17", "1000000000000000000"},
              {"1000000000000000000000e-3", "1000000000000000000"},
              {"1000000000000000000001e-3", "out_of_range"},
              {"1e19", "out_of_range"},
              {"0.1e19", "1000000000000000000"},
              {"0.2e19", "out_of_range"}});
}

TEST(DecimalTest, RangeIsJudgedAfterRounding) {
  // Catches: an amount that rounds to the edge, and one that rounds beyond it.
  EXPECT_EQ(ParsedJson("999999999999999999.9999999999995"), "1000000000000000000");
  EXPECT_EQ(ParsedJson("1000000000000000000.0000000000005"), "1000000000000000000");
  EXPECT_EQ(ParsedJson("1000000000000000000.00000000000051"), "out_of_range");
  EXPECT_EQ(ParsedJson("1000000000000000000.0000000000006"), "out_of_range");
  EXPECT_EQ(ParsedJson("-1000000000000000000.0000000000006"), "out_of_range");
  EXPECT_EQ(ParsedJson("9999999999999999999.9999999999999"), "out_of_range");
}

TEST(DecimalTest, HugeExponents) {
  // Catches: overflow or endless work where the exponent is absurd.
  ExpectBoth({{"1e999", "out_of_range"},
              {"-1e999", "out_of_range"},
              {"1e99999999999999999999", "out_of_range"},
              {"1e9223372036854775807", "out_of_range"},
              {"0e999", "0"},
              {"0e99999999999999999999", "0"},
              {"0.000e99999999999999999999", "0"}});
  for (const char* text : {"1e-999", "-1e-999", "1e-99999999999999999999",
                           "1e-9223372036854775808", "9.9e-13", "0e-13", "0e-999"}) {
    EXPECT_EQ(Parsed(text), "malformed") << text;
  }
  for (const char* text :
       {"1e-999", "-1e-999", "1e-99999999999999999999", "1e-9223372036854775808", "4e-13",
        "5e-13", "9e-14", "0e-13", "0e-999"}) {
    EXPECT_EQ(ParsedJson(text), "0") << text;
  }
}

TEST(DecimalTest, LongInputs) {
  // Catches: more digits than any integer holds, and time that is not linear.
  const std::string nines(400, '9');
  EXPECT_EQ(Parsed(nines), "out_of_range");
  EXPECT_EQ(ParsedJson(nines), "out_of_range");
  EXPECT_EQ(Parsed(absl::StrCat("1.", nines)), "malformed");
  EXPECT_EQ(ParsedJson(absl::StrCat("1.", nines)), "2");
  EXPECT_EQ(ParsedJson(absl::StrCat(nines, "e-400")), "1");
  EXPECT_EQ(ParsedJson(absl::StrCat("1", Zeros(400), "e-400")), "1");
  EXPECT_EQ(Parsed(absl::StrCat("1", Zeros(400), "e-400")), "malformed");
  EXPECT_EQ(Parsed(absl::StrCat("0.", Zeros(400))), "malformed");
  EXPECT_EQ(ParsedJson(absl::StrCat("0.", Zeros(400), "1")), "0");
  const std::string million(1'000'000, '7');
  EXPECT_EQ(ParsedJson(million), "out_of_range");
  EXPECT_EQ(ParsedJson(absl::StrCat(million, "e-1000000")), "0.777777777778");
  EXPECT_EQ(ParsedJson(absl::StrCat("1e", million)), "out_of_range");
}

TEST(DecimalTest, ParseCountsFractionalDigitsAsWritten) {
  // Catches: Parse that rounds, or that lets a thirteenth digit pass as it is 0.
  EXPECT_EQ(Parsed("0.0000000000001"), "malformed");
  EXPECT_EQ(Parsed("1.0000000000000"), "malformed");
  EXPECT_EQ(Parsed("1.0e-12"), "malformed");
  EXPECT_EQ(Parsed("10e-13"), "malformed");
  // Twelve once the exponent is applied.
  EXPECT_EQ(Parsed("1.0000000000000e1"), "10");
  EXPECT_EQ(Parsed("1.2345678901234e1"), "12.345678901234");
  EXPECT_EQ(Parsed("1.2345678901234e0"), "malformed");
}

TEST(DecimalTest, JsonNumbersRoundHalfToEven) {
  // Catches: half up, half away from zero, and a tie missed or seen too early.
  const std::vector<Case> cases = {
      {"0.0000000000005", "0"},
      {"0.0000000000015", "0.000000000002"},
      {"0.0000000000025", "0.000000000002"},
      {"0.0000000000035", "0.000000000004"},
      {"-0.0000000000005", "0"},
      {"-0.0000000000015", "-0.000000000002"},
      {"-0.0000000000025", "-0.000000000002"},
      {"0.00000000000050000000000000000001", "0.000000000001"},
      {"0.0000000000005000000000000000000", "0"},
      {"0.00000000000049999999999999999999", "0"},
      {"0.0000000000025000000000000000000001", "0.000000000003"},
      {"1.0000000000005", "1"},
      {"1.0000000000015", "1.000000000002"},
      {"0.9999999999995", "1"},
      {"9.9999999999994999", "9.999999999999"},
      {"9.9999999999995", "10"},
      {"15e-13", "0.000000000002"},
      {"25e-13", "0.000000000002"},
      {"6e-13", "0.000000000001"},
      {"95e-14", "0.000000000001"},
      {"5000000000000e-25", "0"},
      {"5000000000001e-25", "0.000000000001"},
      {"0.30000000000000004", "0.3"},
      {"19.989999999999998", "19.99"}};
  for (const Case& c : cases) EXPECT_EQ(ParsedJson(c.text), c.outcome) << c.text;
}

TEST(DecimalTest, OneUnitAroundAThreshold) {
  // Catches: neighbours of a threshold that are read or compared as equal to it.
  const Decimal threshold = *Decimal::Parse("5000");
  const Decimal below = *Decimal::Parse("4999.999999999999");
  const Decimal above = *Decimal::Parse("5000.000000000001");
  EXPECT_LT(below, threshold);
  EXPECT_GT(above, threshold);
  EXPECT_EQ(threshold, *Decimal::Parse("5.000e3"));
  EXPECT_EQ(threshold.units() - below.units(), 1);
  EXPECT_EQ(above.units() - threshold.units(), 1);
  EXPECT_LT(Decimal::FromInteger(-1), Decimal());
}

TEST(DecimalTest, ErrorsNameTheValue) {
  // Catches: a message that does not say what was wrong, or a wrong code.
  const absl::Status form = Decimal::Parse("1,5").status();
  EXPECT_EQ(form.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(form.message().find("\"1,5\""), absl::string_view::npos) << form;
  const absl::Status digits = Decimal::Parse("0.1234567890123").status();
  EXPECT_EQ(digits.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(digits.message().find("12 fractional digits"), absl::string_view::npos)
      << digits;
  const absl::Status range = Decimal::Parse("1e19").status();
  EXPECT_EQ(range.code(), absl::StatusCode::kOutOfRange);
  EXPECT_NE(range.message().find("\"1e19\""), absl::string_view::npos) << range;
}

TEST(DecimalTest, PrintsSumsBeyondAmounts) {
  // Catches: a 128-bit value that does not fit the buffer or loses its middle.
  EXPECT_EQ(Decimal::FromUnits(kUnitsMax).ToString(),
            "170141183460469231731687303.715884105727");
  EXPECT_EQ(Decimal::FromUnits(kUnitsMin).ToString(),
            "-170141183460469231731687303.715884105728");
  EXPECT_EQ(Decimal::FromUnits(kAmountUnitsMax + 1).ToString(),
            "1000000000000000000.000000000001");
  EXPECT_EQ(Decimal::FromUnits(20 * kAmountUnitsMax).ToString(), "20000000000000000000");
  EXPECT_EQ(Decimal::FromUnits(20'000'001 * kAmountUnitsMax).ToString(),
            "20000001000000000000000000");
}

TEST(DecimalTest, PrintsAroundTheWordBoundary) {
  // Catches: a fault where printing changes from 64 to 128 bits.
  const Int128 word = static_cast<Int128>(1) << 64;
  EXPECT_EQ(Decimal::FromUnits(word - 1).ToString(), "18446744.073709551615");
  EXPECT_EQ(Decimal::FromUnits(word).ToString(), "18446744.073709551616");
  EXPECT_EQ(Decimal::FromUnits(-word).ToString(), "-18446744.073709551616");
  // The whole part exceeds 64 bits from here on.
  EXPECT_EQ(Decimal::FromUnits(word * kOne).ToString(), "18446744073709551616");
  EXPECT_EQ(Decimal::FromUnits(word * kOne - 1).ToString(),
            "18446744073709551615.999999999999");
}

TEST(DecimalTest, AppendsBehindWhatIsThere) {
  // Catches: AppendTo that overwrites.
  std::string text = "value ";
  Decimal::Parse("-1.25")->AppendTo(&text);
  EXPECT_EQ(text, "value -1.25");
}

TEST(DecimalTest, CheckedSumsTellOverflow) {
  // Catches: a sum that wraps, or one refused though it fits.
  const Decimal max = Decimal::FromUnits(kUnitsMax);
  const Decimal min = Decimal::FromUnits(kUnitsMin);
  const Decimal unit = Decimal::FromUnits(1);
  EXPECT_EQ(CheckedAdd(max, unit), std::nullopt);
  EXPECT_EQ(CheckedSub(min, unit), std::nullopt);
  EXPECT_EQ(CheckedSub(unit, min), std::nullopt);
  EXPECT_EQ(CheckedAdd(max, min), Decimal::FromUnits(-1));
  EXPECT_EQ(CheckedSub(max, unit), Decimal::FromUnits(kUnitsMax - 1));
}

TEST(DecimalTest, IsAmountIsClosedAtBothEnds) {
  // Catches: an edge of the amounts that is left out.
  EXPECT_TRUE(Decimal::FromInteger(Decimal::kAmountMax).IsAmount());
  EXPECT_TRUE(Decimal::FromInteger(-Decimal::kAmountMax).IsAmount());
  EXPECT_FALSE(Decimal::FromUnits(kAmountUnitsMax + 1).IsAmount());
  EXPECT_FALSE(Decimal::FromUnits(-kAmountUnitsMax - 1).IsAmount());
  EXPECT_FALSE(Decimal::FromUnits(kUnitsMin).IsAmount());
}

TEST(DecimalTest, HashFollowsEquality) {
  // Catches: a half of the 128 bits left out of the hash or the comparison.
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(
      {Decimal(), Decimal::FromUnits(1), Decimal::FromUnits(-1), Decimal::FromInteger(1),
       Decimal::FromUnits(static_cast<Int128>(1) << 64), Decimal::FromUnits(kUnitsMin)}));
}

}  // namespace
}  // namespace tocsin
