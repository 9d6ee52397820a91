// Catches a line that is read otherwise because of how plainly it is written: what is
// read without the JSON library is read as by it, and what is no JSON by neither.
#include "engine/wire/flat_json.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <iterator>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/wire/json_tree.h"

namespace tocsin {
namespace {

// Reads from memory that ends where the text does, so that a sanitizer sees more read.
class ExactText {
 public:
  explicit ExactText(absl::string_view text) : bytes_(text.begin(), text.end()) {}
  absl::string_view view() const {
    return absl::string_view(bytes_.data(), bytes_.size());
  }

 private:
  std::vector<char> bytes_;
};

// All that a reader sees of a value and those in it.
std::string Spelled(const JsonValue& value) {
  std::string text = absl::StrCat(JsonKindName(value.kind), " key<", value.key(),
                                  "> text<", value.text(), "> extent ", value.extent);
  for (const JsonValue* inner = value.begin(); inner != value.end();
       inner = inner->next()) {
    absl::StrAppend(&text, " [", Spelled(*inner), "]");
  }
  return text;
}

// By the library alone: a tree of fewer values than a flat text may have.
std::string ByLibrary(absl::string_view json) {
  JsonTree tree(kFlatValuesMax - 1);
  const absl::Status status = tree.Parse(json);
  return status.ok() ? Spelled(tree.root()) : std::string(status.message());
}

bool IsFlat(absl::string_view json) {
  FlatValues values;
  return ReadFlatJson(json, &values);
}

// Empty if `json` is not flat.
std::string ByFlat(absl::string_view json) {
  FlatValues values;
  return ReadFlatJson(json, &values) ? Spelled(values.front()) : std::string();
}

struct Text {
  absl::string_view name;
  absl::string_view json;
  friend void PrintTo(const Text& text, std::ostream* out) { *out << text.json; }
};

template <typename Case>
std::string NameOf(const ::testing::TestParamInfo<Case>& info) {
  return std::string(info.param.name);
}

constexpr Text kFlat[] = {
    {"Empty", "{}"},
    {"Spend",
     R"({"type":"spend","customer_id":"22cfcf62-912d-59ee-912a-e1146dbb77cf","amount":"1177","timestamp":"1977-01-01T12:00:00Z"})"},
    {"SpacedOut", " {\t\"type\" :\r\"clock\" , \"n\":\n-0.50 } \r"},
    {"Words", R"({"a":true,"bc":false,"def":null})"},
    {"Numbers", R"({"a":0,"bc":-12,"def":12.340,"ghij":123456789012345678901234567890})"},
    {"InObjects", R"({"a":{},"bc":{"d":{"e":"f"},"gh":1},"ijk":"l"})"},
    {"KeysOfOneLength", R"({"a":1,"b":{"a":2,"c":3,"d":{}},"c":4})"},
    {"EmptyText", R"({"":""})"},
    {"LongText",
     R"({"k":"0123456789abcdef0123456789abcdef0123456789abcdef","kk":"0123456789abcde"})"},
    {"BracesInText", "{\"a\":\"}{\",\"bc\":\"{\x7f}\"}"},
};

class Flat : public ::testing::TestWithParam<Text> {};

TEST_P(Flat, IsReadAsByTheLibrary) {
  const ExactText text(GetParam().json);
  EXPECT_EQ(ByFlat(text.view()), ByLibrary(text.view()));
}

INSTANTIATE_TEST_SUITE_P(FlatJson, Flat, ::testing::ValuesIn(kFlat), NameOf<Text>);

constexpr Text kLeftToTheLibrary[] = {
    {"Nothing", ""},
    {"Space", "  "},
    {"Brace", "{"},
    {"OtherBrace", "}"},
    {"Array", R"({"a":[1]})"},
    {"OnlyText", R"("a")"},
    {"Escape", R"({"a":"\n"})"},
    {"EscapedQuote", R"({"a":"\"})"},
    {"NotAscii", "{\"a\":\"\xc3\xa9\"}"},
    {"NotUtf8", "{\"a\":\"0123456789abcdef\xff\"}"},
    {"ControlCharacter", "{\"a\":\"b\tc\"}"},
    {"Exponent", R"({"a":1e3})"},
    {"LeadingZero", R"({"a":01})"},
    {"LoneMinus", R"({"a":-})"},
    {"NoFraction", R"({"a":1.})"},
    {"NoWhole", R"({"a":.5})"},
    {"Plus", R"({"a":+1})"},
    {"CutWord", R"({"a":tru})"},
    {"LongerWord", R"({"a":trueish})"},
    {"CommaAtTheEnd", R"({"a":1,})"},
    {"NoComma", R"({"a":1 "bc":2})"},
    {"NoColon", R"({"a" 1})"},
    {"NoValue", R"({"a":})"},
    {"NoKey", R"({:1})"},
    {"KeyNoText", R"({a:1})"},
    {"TextWithoutEnd", R"({"a":"b})"},
    {"LongTextWithoutEnd", R"({"a":"0123456789abcdef0123456789abcde})"},
    {"KeyWithoutEnd", R"({"a})"},
    {"ObjectWithoutEnd", R"({"a":{})"},
    {"SomethingBehind", R"({}{})"},
    {"BraceTooMany", R"({"a":1}})"},
    {"KeyTwice", R"({"a":1,"a":2})"},
    {"KeyTwiceBehindOthers", R"({"ab":{"a":1,"b":2},"cd":3,"ab":4})"},
    {"KeyTwiceInside", R"({"a":{"ab":1,"cd":2,"cd":3}})"},
    {"Deep", R"({"a":{"b":{"c":{"d":1}}}})"},
};

class LeftToTheLibrary : public ::testing::TestWithParam<Text> {};

TEST_P(LeftToTheLibrary, IsNotFlat) {
  EXPECT_FALSE(IsFlat(ExactText(GetParam().json).view()));
}

INSTANTIATE_TEST_SUITE_P(FlatJson, LeftToTheLibrary,
                         ::testing::ValuesIn(kLeftToTheLibrary), NameOf<Text>);

// One object with so many members, of keys of different lengths.
std::string Members(std::size_t count) {
  std::string json;
  for (std::size_t i = 0; i < count; ++i) {
    absl::StrAppend(&json, i == 0 ? "{" : ",", "\"", std::string(i, 'k'), "\":1");
  }
  return json + "}";
}

TEST(FlatJson, HasNoMoreValuesThanItsArray) {
  EXPECT_TRUE(IsFlat(Members(kFlatValuesMax - 1)));
  EXPECT_FALSE(IsFlat(Members(kFlatValuesMax)));
}

// Puts in, takes out or changes a character.
void Spoil(std::string* text, std::mt19937* random) {
  constexpr absl::string_view kCharacters =
      "{}[]\":,.-+ \t\\0123456789eEtfnul\x01\x7f\xc3";
  const std::size_t at = (*random)() % text->size();
  const char c = kCharacters[(*random)() % kCharacters.size()];
  switch ((*random)() % 4) {
    case 0:
      text->insert(at, 1, c);
      return;
    case 1:
      if (text->size() > 1) text->erase(at, 1);
      return;
    case 2:
      text->resize(at + 1);
      return;
    default:
      (*text)[at] = c;
  }
}

TEST(FlatJson, SpoiltTextsAreReadAsByTheLibrary) {
  std::mt19937 random(20260501);
  int flat = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string json(kFlat[random() % std::size(kFlat)].json);
    for (std::size_t spoilt = random() % 3; spoilt > 0; --spoilt) Spoil(&json, &random);
    const ExactText text(json);
    const std::string read = ByFlat(text.view());
    if (read.empty()) continue;
    ++flat;
    ASSERT_EQ(read, ByLibrary(text.view())) << json;
  }
  // Else most of the texts would show nothing.
  EXPECT_GT(flat, 20'000);
}

}  // namespace
}  // namespace tocsin
