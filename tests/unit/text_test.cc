#include "engine/base/text.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "gtest/gtest.h"

namespace tocsin {
namespace {

// The bytes that a code point has in UTF-8 if it is written in `size` of them,
// whether or not that is allowed.
std::string Encoded(std::uint32_t point, int size) {
  if (size == 1) return std::string(1, static_cast<char>(point));
  constexpr std::uint32_t kLeads[] = {0, 0, 0xc0, 0xe0, 0xf0, 0xf8};
  std::string bytes;
  for (int i = size - 1; i >= 0; --i) {
    const std::uint32_t bits = point >> (6 * i);
    const std::uint32_t byte = i == size - 1 ? kLeads[size] | bits : 0x80 | (bits & 0x3f);
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

int SizeOf(std::uint32_t point) {
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

std::string JsonOf(absl::string_view text) {
  std::string json;
  AppendJsonString(text, &json);
  return json;
}

TEST(Utf8Test, EveryCodePoint) {
  // Catches: a character refused, a surrogate or an overlong form let through.
  for (std::uint32_t point = 0; point <= 0x10ffff; ++point) {
    const bool is_surrogate = point >= 0xd800 && point <= 0xdfff;
    const int size = SizeOf(point);
    ASSERT_EQ(IsValidUtf8(Encoded(point, size)), !is_surrogate) << point;
    if (size < 4) {
      ASSERT_FALSE(IsValidUtf8(Encoded(point, size + 1))) << point;
    }
  }
  for (std::uint32_t point : {0x110000u, 0x110001u, 0x13ffffu, 0x140000u, 0x1fffffu}) {
    EXPECT_FALSE(IsValidUtf8(Encoded(point, 4))) << point;
  }
}

TEST(Utf8Test, RefusesBrokenBytesAtEveryPlace) {
  // Catches: bytes that the 8-bytes-at-once path or the end of the text hides.
  const std::vector<std::string> broken = {"\x80",
                                           "\xbf",
                                           "\xc0\x80",
                                           "\xc1\xbf",
                                           "\xc3",
                                           "\xe2\x82",
                                           "\xf0\x9f\x98",
                                           "\xe2\x28\xa1",
                                           "\xed\xa0\x80",
                                           "\xf5\x80\x80\x80",
                                           "\xf8\x88\x80\x80\x80",
                                           "\xfe",
                                           "\xff",
                                           "\xc3\xc3\xa9"};
  for (std::size_t before = 0; before < 20; ++before) {
    for (const std::string& bytes : broken) {
      const std::string head(before, 'a');
      EXPECT_FALSE(IsValidUtf8(absl::StrCat(head, bytes)));
      EXPECT_FALSE(IsValidUtf8(absl::StrCat(head, bytes, "bbbbbbbbbbbb")));
      EXPECT_TRUE(IsValidUtf8(absl::StrCat(head, "é€😀", "bbbbbbbbbbbb")));
    }
  }
}

TEST(Utf8Test, NulAndNothingAreValid) {
  // Catches: text that ends at a NUL, or a null pointer that is read.
  EXPECT_TRUE(IsValidUtf8(absl::string_view()));
  EXPECT_TRUE(IsValidUtf8(absl::string_view("\0\0", 2)));
  EXPECT_FALSE(IsValidUtf8(absl::string_view("\0\xff", 2)));
}

TEST(QuoteTest, EscapesWhatWouldBreakALine) {
  // Catches: control characters or broken bytes that reach a log.
  EXPECT_EQ(Quote(""), "\"\"");
  EXPECT_EQ(Quote("plain é€😀"), "\"plain é€😀\"");
  EXPECT_EQ(Quote("a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(Quote("\n\r\t\x1b[0m\x7f"), "\"\\n\\r\\t\\x1b[0m\\x7f\"");
  EXPECT_EQ(Quote(absl::string_view("\0", 1)), "\"\\x00\"");
  EXPECT_EQ(Quote("\xff\xc3"), "\"\\xff\\xc3\"");
  EXPECT_EQ(Quote("\xc2\x85|\xc2\xa0"), "\"\\xc2\\x85|\xc2\xa0\"");
}

TEST(QuoteTest, CutsAtACharacter) {
  // Catches: a cut in the middle of a character, or one byte early or late.
  const std::string full(kQuotedMax, 'a');
  EXPECT_EQ(Quote(full), absl::StrCat("\"", full, "\""));
  EXPECT_EQ(Quote(full + "b"), absl::StrCat("\"", full, "\"..."));
  const std::string head(kQuotedMax - 2, 'a');
  EXPECT_EQ(Quote(head + "é"), absl::StrCat("\"", head, "é\""));
  EXPECT_EQ(Quote(head + "€"), absl::StrCat("\"", head, "\"..."));
  EXPECT_EQ(Quote(head + "😀"), absl::StrCat("\"", head, "\"..."));
  EXPECT_LT(Quote(std::string(1'000'000, '\xff')).size(), 5 * kQuotedMax);
}

TEST(QuoteTest, IsAlwaysOneLineOfUtf8) {
  // Catches: any bytes at all that come out as something a log cannot take.
  std::mt19937_64 random(3);
  for (int i = 0; i < 50'000; ++i) {
    std::string bytes(random() % 80, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string quoted = Quote(bytes);
    ASSERT_TRUE(IsValidUtf8(quoted));
    for (char c : quoted) ASSERT_GE(static_cast<unsigned char>(c), 0x20);
  }
}

TEST(JsonStringTest, EscapesWhatRfc8259Demands) {
  // Catches: an escape left out or one that is not needed, at any byte value.
  for (int c = 0; c < 0x80; ++c) {
    const std::string text(1, static_cast<char>(c));
    std::string escaped = text;
    if (c < 0x20) {
      constexpr char kHex[] = "0123456789abcdef";
      escaped = absl::StrCat("\\u00", c < 16 ? "0" : "1", std::string(1, kHex[c & 15]));
    }
    if (c == '\b') escaped = "\\b";
    if (c == '\f') escaped = "\\f";
    if (c == '\n') escaped = "\\n";
    if (c == '\r') escaped = "\\r";
    if (c == '\t') escaped = "\\t";
    if (c == '"') escaped = "\\\"";
    if (c == '\\') escaped = "\\\\";
    // At every place within and behind a word of 8 bytes.
    for (std::size_t before = 0; before < 18; ++before) {
      const std::string head(before, '~');
      ASSERT_EQ(JsonOf(absl::StrCat(head, text, "é tail of text", text)),
                absl::StrCat("\"", head, escaped, "é tail of text", escaped, "\""))
          << c << " at " << before;
    }
  }
}

TEST(JsonStringTest, PassesOtherCharactersOn) {
  // Catches: characters above ASCII that are taken for controls.
  EXPECT_EQ(JsonOf(""), "\"\"");
  EXPECT_EQ(JsonOf("/é€😀\x7f\xe2\x80\xa8"), "\"/é€😀\x7f\xe2\x80\xa8\"");
  EXPECT_EQ(JsonOf("ééééééééééééé"), "\"ééééééééééééé\"");
  std::string out = "[";
  AppendJsonString("a", &out);
  EXPECT_EQ(out, "[\"a\"");
}

}  // namespace
}  // namespace tocsin
