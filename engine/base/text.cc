#include "engine/base/text.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine/base/limits.h"

namespace tocsin {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

std::uint64_t Load8(const char* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
}

// A word with `byte` in each of its bytes.
constexpr std::uint64_t Repeat(std::uint8_t byte) { return byte * 0x0101010101010101u; }
constexpr std::uint64_t kHighBits = Repeat(0x80);

// Not 0 iff some byte of `word` is 0.
constexpr std::uint64_t HasZero(std::uint64_t word) {
  return (word - Repeat(1)) & ~word & kHighBits;
}

// Not 0 iff some byte of `word` has to be escaped in JSON.
constexpr std::uint64_t HasEscaped(std::uint64_t word) {
  const std::uint64_t controls = (word - Repeat(0x20)) & ~word & kHighBits;
  return controls | HasZero(word ^ Repeat('"')) | HasZero(word ^ Repeat('\\'));
}

bool IsEscaped(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// Lead bytes of characters of several bytes, by the table of RFC 3629: how many
// bytes there are, and the range of the second one, which is what keeps overlong
// forms, surrogates and what is above U+10FFFF out.
struct Lead {
  std::uint8_t size = 0;  // 0: no lead byte
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xbf;
};

constexpr Lead LeadOf(unsigned char byte) {
  if (byte < 0xc2) return {0};
  if (byte < 0xe0) return {2};
  if (byte == 0xe0) return {3, 0xa0};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte < 0xf0) return {3};
  if (byte == 0xf0) return {4, 0x90};
  if (byte < 0xf4) return {4};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0};
}

// The bytes of the character that `text` begins with; 0 if it is not UTF-8.
// `text` must not be empty.
std::size_t CharacterSize(absl::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const Lead lead = LeadOf(first);
  if (lead.size == 0 || text.size() < lead.size) return 0;
  const auto second = static_cast<unsigned char>(text[1]);
  if (second < lead.second_min || second > lead.second_max) return 0;
  for (std::size_t i = 2; i < lead.size; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return lead.size;
}

void AppendHex(char c, std::string* out) {
  const auto byte = static_cast<unsigned char>(c);
  out->push_back(kHexDigits[byte >> 4]);
  out->push_back(kHexDigits[byte & 15]);
}

// One valid character for `Quote`.
void AppendQuotedCharacter(absl::string_view character, std::string* out) {
  const auto first = static_cast<unsigned char>(character[0]);
  const bool is_c1_control = character.size() == 2 && first == 0xc2 &&
                             static_cast<unsigned char>(character[1]) < 0xa0;
  if (first == '"' || first == '\\') {
    out->push_back('\\');
    out->append(character.data(), 1);
  } else if (first == '\n') {
    out->append("\\n");
  } else if (first == '\r') {
    out->append("\\r");
  } else if (first == '\t') {
    out->append("\\t");
  } else if (first < 0x20 || first == 0x7f || is_c1_control) {
    for (char c : character) {
      out->append("\\x");
      AppendHex(c, out);
    }
  } else {
    out->append(character.data(), character.size());
  }
}

void AppendJsonEscape(char c, std::string* out) {
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\b':
      out->append("\\b");
      return;
    case '\f':
      out->append("\\f");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      out->append("\\u00");
      AppendHex(c, out);
  }
}

// How many bytes `text` begins with that JSON takes as they are.
std::size_t PlainPrefix(absl::string_view text) {
  std::size_t i = 0;
  while (text.size() - i >= 8 && HasEscaped(Load8(text.data() + i)) == 0) i += 8;
  while (i < text.size() && !IsEscaped(text[i])) ++i;
  return i;
}

}  // namespace

bool IsValidUtf8(absl::string_view text) {
  while (!text.empty()) {
    if (text.size() >= 8 && (Load8(text.data()) & kHighBits) == 0) {
      text.remove_prefix(8);
      continue;
    }
    const std::size_t size = CharacterSize(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string Quote(absl::string_view text) {
  std::string quoted = "\"";
  std::size_t read = 0;
  while (read < text.size()) {
    const std::size_t size = CharacterSize(text.substr(read));
    const std::size_t step = size == 0 ? 1 : size;
    if (read + step > kQuotedMax) break;
    if (size == 0) {
      quoted.append("\\x");
      AppendHex(text[read], &quoted);
    } else {
      AppendQuotedCharacter(text.substr(read, size), &quoted);
    }
    read += step;
  }
  quoted.push_back('"');
  if (read < text.size()) quoted.append("...");
  return quoted;
}

void AppendJsonString(absl::string_view text, std::string* out) {
  out->push_back('"');
  while (true) {
    const std::size_t plain = PlainPrefix(text);
    out->append(text.data(), plain);
    if (plain == text.size()) break;
    AppendJsonEscape(text[plain], out);
    text.remove_prefix(plain + 1);
  }
  out->push_back('"');
}

}  // namespace tocsin
