// Catches texts that are not JSON, or more than a reader should hold, and are
// read all the same.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/json_cases.h"
#include "tocsin/json.h"
#include "tocsin/status.h"

namespace tocsin {
namespace {

using ::testing::HasSubstr;

class BadSyntax : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadSyntax, IsRefusedAndNamed) { ExpectRefused(GetParam()); }

const BadCase kBadSyntax[] = {
    {"Empty", "", Reason::kMalformed, {"ends too early"}},
    {"OnlySpace", "  ", Reason::kMalformed, {"ends too early"}},
    {"Null", "null", Reason::kMalformed, {"is null, must be an object"}},
    {"Array", "[]", Reason::kMalformed, {"is an array, must be an object"}},
    {"Number", "12", Reason::kMalformed, {"is a number, must be an object"}},
    {"EndsInTheMiddle",
     R"({"type":"spend","amo)",
     Reason::kMalformed,
     {"ends too early"}},
    {"TrailingGarbage", R"({"type":"clock"} x)", Reason::kMalformed, {"behind", "\"x\""}},
    {"TwoObjects", R"({"type":"clock"}{"type":"clock"})", Reason::kMalformed, {"behind"}},
    {"TrailingComma", R"({"type":"clock",})", Reason::kMalformed, {"syntax error"}},
    {"Comment", R"({"type":"clock"/**/})", Reason::kMalformed, {"syntax error"}},
    {"SingleQuotes",
     R"({'type':'clock'})",
     Reason::kMalformed,
     {"syntax error at byte 2"}},
    {"ByteOrderMark",
     "\xEF\xBB\xBF{\"type\":\"clock\"}",
     Reason::kMalformed,
     {"byte order mark"}},
    {"InvalidUtf8", "{\"type\":\"clock\",\"x\":\"\xFF\"}", Reason::kMalformed, {"UTF-8"}},
    {"OverlongUtf8",
     "{\"type\":\"clock\",\"x\":\"\xC0\xAF\"}",
     Reason::kMalformed,
     {"UTF-8"}},
    {"SurrogateInUtf8",
     "{\"type\":\"clock\",\"x\":\"\xED\xA0\x80\"}",
     Reason::kMalformed,
     {"UTF-8"}},
    {"AboveUnicode",
     "{\"type\":\"clock\",\"x\":\"\xF4\x90\x80\x80\"}",
     Reason::kMalformed,
     {"UTF-8"}},
    {"CutUtf8", "{\"type\":\"clock\",\"x\":\"\xE2\x82\"}", Reason::kMalformed, {"UTF-8"}},
    {"InvalidUtf8InKey",
     "{\"type\":\"clock\",\"\xFF\":1}",
     Reason::kMalformed,
     {"UTF-8"}},
    {"LoneSurrogate",
     R"({"type":"clock","x":"\ud800"})",
     Reason::kMalformed,
     {"half of a surrogate pair", "\"x\""}},
    {"LoneSurrogateBeforeAnEscape",
     R"({"type":"clock","x":"\uDBFF\n"})",
     Reason::kMalformed,
     {"half of a surrogate pair"}},
    {"LoneSurrogateInText",
     R"({"type":"clock","x":"a\\\ud83da"})",
     Reason::kMalformed,
     {"half of a surrogate pair"}},
    {"NoSurrogateButItsLetters",
     "{\"type\":\"clock\",\"x\":\"\\\\ud800\t\"}",
     Reason::kMalformed,
     {"control character"}},
    {"EscapeOfThreeDigits",
     R"({"type":"clock","x":"\u12g4"})",
     Reason::kMalformed,
     {"four hexadecimal digits"}},
    {"SurrogateWithoutPair",
     R"({"type":"clock","x":"\ud800\u0041"})",
     Reason::kMalformed,
     {"surrogate"}},
    {"LoneTrailingSurrogate",
     R"({"type":"clock","x":"\udc00"})",
     Reason::kMalformed,
     {"surrogate"}},
    {"BadEscape", R"({"type":"clock","x":"\q"})", Reason::kMalformed, {"syntax error"}},
    {"RawControl",
     "{\"type\":\"clock\",\"x\":\"a\tb\"}",
     Reason::kMalformed,
     {"a control character that is not escaped at byte 23"}},
    {"NoJsonBeforeInvalidUtf8",
     "x{\"type\":\"clock\",\"x\":\"\xc3\xa9\xFF\"}",
     Reason::kMalformed,
     {"a syntax error at byte 1,"}},
    {"LeadingZero",
     SpendJson(R"("amount":007)"),
     Reason::kMalformed,
     {"\"007\" is not a number as in JSON", "-12.5", "the value of \"amount\""}},
    {"PlusSign",
     SpendJson(R"("amount": +1)"),
     Reason::kMalformed,
     {"\"+1\" is not a number as in JSON", "the value of \"amount\""}},
    {"NoWhole",
     SpendJson(R"("amount":.5)"),
     Reason::kMalformed,
     {"\".5\" is not a number as in JSON", "the value of \"amount\""}},
    {"NoFraction",
     SpendJson(R"("amount":1.)"),
     Reason::kMalformed,
     {"\"1.\" is not a number as in JSON", "the value of \"amount\""}},
    {"NoExponent",
     SpendJson(R"("amount":1e)"),
     Reason::kMalformed,
     {"\"1e\" is not a number as in JSON"}},
    {"OnlySign",
     SpendJson(R"("amount":-)"),
     Reason::kMalformed,
     {"\"-\" is not a number as in JSON"}},
    {"Hexadecimal",
     SpendJson(R"("amount" : 0x1F)"),
     Reason::kMalformed,
     {"\"0x1F\" is not a number as in JSON", "the value of \"amount\""}},
    {"Nan",
     SpendJson(R"("amount":NaN)"),
     Reason::kMalformed,
     {"\"NaN\" is not a number as in JSON", "the value of \"amount\""}},
    {"Infinity",
     SpendJson(R"("amount":-Infinity)"),
     Reason::kMalformed,
     {"\"-Infinity\" is not a number as in JSON", "the value of \"amount\""}},
    {"EndlessNumber",
     SpendJson(absl::StrCat(R"("amount":)", std::string(5000, '0'))),
     Reason::kMalformed,
     {"\"000", "... is not a number as in JSON"}},
    {"NoNumberButAWord",
     SpendJson(R"("amount":ten)"),
     Reason::kMalformed,
     {"syntax error", "\"amount\""}},
    {"NoNumberButAString",
     "{\"type\":\"clock\",\"x\":\"y:007\t\"}",
     Reason::kMalformed,
     {"control character"}},
    {"NoColon", R"({"type" 7})", Reason::kMalformed, {"syntax error"}},
    {"KeyTwice",
     SpendJson(R"("amount":1,"amount":1)"),
     Reason::kMalformed,
     {"\"amount\" stands twice in one object, again at byte 81"}},
    {"KeyTwiceEscaped",
     SpendJson(R"("amount":1,"\u0061mount":1)"),
     Reason::kMalformed,
     {"\"amount\"", "twice"}},
    {"UnknownKeyTwice",
     SpendJson(R"("amount":1,"x":1,"x":2)"),
     Reason::kMalformed,
     {"\"x\"", "twice"}},
    {"GroupKeyTwice",
     SpendJson(R"("amount":1,"group_values":{"k":"a","k":"b"})"),
     Reason::kMalformed,
     {"\"k\"", "twice"}},
    {"CustomFieldTwice",
     R"({"type":"customer","customer_id":"$C","custom_fields":{"f":"a","f":"b"}})",
     Reason::kMalformed,
     {"\"f\"", "twice"}},
    {"KeyTwiceDeepInUnknown",
     SpendJson(R"("amount":1,"x":[[{"y":{"z":1,"z":1}}]])"),
     Reason::kMalformed,
     {"\"z\"", "twice"}},
};

INSTANTIATE_TEST_SUITE_P(Json, BadSyntax, ::testing::ValuesIn(kBadSyntax), NameOfBadCase);

TEST(JsonSyntax, TakesSixteenLevelsAndNotMore) {
  const auto nested = [](std::size_t levels) {
    return Fill(SpendJson(absl::StrCat(R"("amount":1,"x":)", std::string(levels - 1, '['),
                                       std::string(levels - 1, ']'))));
  };
  EXPECT_TRUE(StatementFromJson(nested(16)).ok());
  EXPECT_THAT(StatementFromJson(nested(17)).status().ToString(), HasSubstr("16 levels"));
  EXPECT_FALSE(StatementFromJson(std::string(100'000, '[')).ok());
}

TEST(JsonSyntax, FindsAKeyTwiceAmongMany) {
  const auto object = [](int keys, int twice) {
    std::string text = R"("amount":1)";
    for (int i = 0; i < keys; ++i) absl::StrAppend(&text, ",\"k", i, "\":0");
    if (twice >= 0) absl::StrAppend(&text, ",\"k", twice, "\":0");
    return Fill(SpendJson(text));
  };
  for (const int keys : {1, 12, 13, 14, 15, 1'000, 60'000}) {
    EXPECT_TRUE(StatementFromJson(object(keys, -1)).ok()) << keys;
    for (const int twice : {0, keys / 2, keys - 1}) {
      EXPECT_THAT(StatementFromJson(object(keys, twice)).status().ToString(),
                  HasSubstr(absl::StrCat("\"k", twice, "\" stands twice")))
          << keys;
    }
  }
}

TEST(JsonSyntax, BoundsWhatALineHolds) {
  const std::string line = R"({"type":"clock","timestamp":"1997-01-01T00:00:00Z"})";
  const std::string blank(kStatementBytesMax - line.size(), ' ');
  EXPECT_TRUE(StatementFromJson(absl::StrCat(line, blank)).ok());
  const absl::Status too_long =
      StatementFromJson(absl::StrCat(line, blank, " ")).status();
  EXPECT_EQ(ReasonOf(too_long), Reason::kTooLong);
  EXPECT_THAT(too_long.ToString(), HasSubstr("1048576"));

  std::string zeros = "0";
  for (std::size_t i = 0; i < kStatementValuesMax; ++i) zeros += ",0";
  EXPECT_EQ(
      ReasonOf(StatementFromJson(absl::StrCat(R"({"type":"clock","x":[)", zeros, "]}"))
                   .status()),
      Reason::kTooLong);
}

}  // namespace
}  // namespace tocsin
