#include "tocsin/ids.h"

#include <cstddef>
#include <random>
#include <string>

#include "absl/hash/hash_testing.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "boost/uuid/string_generator.hpp"
#include "boost/uuid/uuid_io.hpp"
#include "gtest/gtest.h"
#include "tocsin/status.h"

namespace tocsin {
namespace {

constexpr char kText[] = "2714e483-4ff1-48e4-9e25-ac732e8f24f2";

boost::uuids::uuid RandomUuid(std::mt19937_64& random) {
  boost::uuids::uuid uuid;
  for (auto& byte : uuid.data) byte = static_cast<unsigned char>(random());
  return uuid;
}

TEST(IdsTest, ReadsEitherCase) {
  // Catches: digits above 9 that are read in one case only, or as another value.
  const std::string upper = absl::AsciiStrToUpper(kText);
  ASSERT_TRUE(ParseUuid(kText).ok());
  ASSERT_TRUE(ParseUuid(upper).ok());
  EXPECT_EQ(*ParseUuid(kText), *ParseUuid(upper));
  EXPECT_EQ(AlertId::Parse(upper)->ToString(), kText);
}

TEST(IdsTest, AgreesWithBoost) {
  // Catches: bytes in the wrong place, by another implementation of the text.
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const boost::uuids::uuid uuid = RandomUuid(random);
    const std::string text = boost::uuids::to_string(uuid);
    ASSERT_EQ(CustomerId(uuid).ToString(), text);
    const absl::StatusOr<boost::uuids::uuid> read = ParseUuid(text);
    ASSERT_TRUE(read.ok()) << text;
    ASSERT_EQ(*read, uuid) << text;
  }
}

TEST(IdsTest, EveryByteAtEveryPlace) {
  // Catches: a character accepted that is no digit, or a hyphen not looked at.
  for (std::size_t at = 0; at < 36; ++at) {
    const bool hyphen = at == 8 || at == 13 || at == 18 || at == 23;
    for (int c = 0; c < 256; ++c) {
      std::string text = kText;
      text[at] = static_cast<char>(c);
      const bool digit = c < 128 && absl::ascii_isxdigit(static_cast<unsigned char>(c));
      EXPECT_EQ(ParseUuid(text).ok(), hyphen ? c == '-' : digit) << at << ": " << c;
    }
  }
}

TEST(IdsTest, RefusesOtherForms) {
  // Catches: braces, missing hyphens, space around, lengths off by one.
  for (const std::string& text :
       {std::string(), std::string("0"), std::string(kText) + "0",
        std::string(kText).substr(1), std::string("{") + kText + "}",
        std::string("2714e4834ff148e49e25ac732e8f24f2"), std::string(" ") + kText,
        std::string(36, '-'), std::string(36, '0')}) {
    const absl::Status status = ParseUuid(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(ReasonOf(status), Reason::kMalformed) << text;
  }
  EXPECT_EQ(AlertId::Parse("nil").status().message(),
            "\"nil\" is not a UUID; it must have 36 characters, as in "
            "\"2714e483-4ff1-48e4-9e25-ac732e8f24f2\"");
}

TEST(IdsTest, AWrongCharacterIsNamedWithItsPlace) {
  // Catches: 36 characters that are told to be 36; the first or last not looked at.
  struct Row {
    std::size_t at;
    const char* character;
    const char* says;
  };
  const Row rows[] = {
      {0, "g", "character 1 is \"g\" and must be a hexadecimal digit, as in \"2714"},
      {8, "0", "character 9 is \"0\" and must be a hyphen, as in \"2714"},
      {35, "-", "character 36 is \"-\" and must be a hexadecimal digit, as in \"2714"},
      {20, "\xc3", "character 21 is \"\\xc3\" and must be a hexadecimal digit"},
  };
  for (const Row& row : rows) {
    std::string text = kText;
    text.replace(row.at, 1, row.character);
    const absl::Status status = ParseUuid(text).status();
    EXPECT_NE(status.message().find(row.says), absl::string_view::npos) << status;
  }
}

TEST(IdsTest, NilIsReadAndSaysSo) {
  // Catches: nil refused as text, which is for the caller to judge.
  const absl::StatusOr<PlanId> nil =
      PlanId::Parse("00000000-0000-0000-0000-000000000000");
  ASSERT_TRUE(nil.ok());
  EXPECT_TRUE(nil->is_nil());
  EXPECT_EQ(*nil, PlanId());
  EXPECT_FALSE(UsdCents().is_nil());
}

TEST(IdsTest, OrderIsThatOfTheText) {
  // Catches: bytes compared as signed, or words in machine order.
  std::mt19937_64 random(2);
  for (int i = 0; i < 2'000; ++i) {
    const CustomerId a(RandomUuid(random));
    const CustomerId b(RandomUuid(random));
    EXPECT_EQ(a < b, a.ToString() < b.ToString());
    EXPECT_EQ(a == b, a.ToString() == b.ToString());
  }
}

TEST(IdsTest, HashFollowsEquality) {
  // Catches: bytes left out of the hash or the comparison.
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(
      {CreditTypeId(), UsdCents(),
       *CreditTypeId::Parse("2714e483-4ff1-48e4-9e25-ac732e8f24f3"),
       *CreditTypeId::Parse("3714e483-4ff1-48e4-9e25-ac732e8f24f2")}));
}

TEST(IdsTest, UsdCentsIsTheDefaultCreditType) {
  // Catches: a wrong digit in the constant.
  EXPECT_EQ(UsdCents().ToString(), kText);
}

}  // namespace
}  // namespace tocsin
