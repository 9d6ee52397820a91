#include "engine/wire/syntax_error.h"

#include <algorithm>
#include <functional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/base/text.h"

namespace tocsin {
namespace {

using boost::json::error;

std::size_t BehindSpace(absl::string_view json, std::size_t at) {
  while (at < json.size() && IsJsonSpace(json[at])) ++at;
  return at;
}

// `NaN`, `-12`, `1.5e3` are made of these.
bool IsNumberLike(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' ||
         c == '.';
}

absl::string_view NumberLikeAt(absl::string_view json, std::size_t begin) {
  std::size_t end = begin;
  while (end < json.size() && IsNumberLike(json[end])) ++end;
  return json.substr(begin, end - begin);
}

// Whether somebody meant a number.
bool IsMeantAsNumber(absl::string_view token) {
  if (token.empty()) return false;
  if (!absl::ascii_isalpha(static_cast<unsigned char>(token[0]))) return true;
  return absl::EqualsIgnoreCase(token, "nan") || absl::EqualsIgnoreCase(token, "inf") ||
         absl::EqualsIgnoreCase(token, "infinity");
}

struct Token {
  absl::string_view text;  // empty: the fault is in no number
  absl::string_view key;
};

// What stands as the value of the key that is being read.
Token ValueOfKey(const SyntaxFault& fault) {
  const absl::string_view json = fault.json;
  const std::less<const char*> before;
  // A key with escapes lies elsewhere.
  if (fault.key.empty() || before(fault.key.data(), json.data()) ||
      !before(fault.key.data(), json.data() + json.size())) {
    return {};
  }
  std::size_t at = static_cast<std::size_t>(fault.key.data() - json.data());
  at = BehindSpace(json, at + fault.key.size() + 1);  // the quote
  if (at >= json.size() || json[at] != ':') return {};
  at = BehindSpace(json, at + 1);
  return {.text = NumberLikeAt(json, at), .key = fault.key};
}

// The number that the text was given up in, or right behind: `007` is given up
// behind its first digit.
Token NumberAt(const SyntaxFault& fault) {
  const char* const at = fault.json.data() + fault.at;
  if (fault.key.empty() && fault.last != nullptr) {
    const JsonValue& last = *fault.last;
    if (last.kind != JsonKind::kNumber || last.text_data + last.text_size != at) {
      return {};
    }
    const std::size_t begin =
        static_cast<std::size_t>(last.text_data - fault.json.data());
    const absl::string_view text = NumberLikeAt(fault.json, begin);
    if (text.size() == last.text_size) return {};
    return {.text = text, .key = last.key()};
  }
  const Token token = ValueOfKey(fault);
  if (!IsMeantAsNumber(token.text) || token.text.data() + token.text.size() < at) {
    return {};
  }
  return token;
}

// Whether the text ends in `\ud800` to `\udbff`, the backslash being none that is
// escaped itself.
bool EndsInHighSurrogate(absl::string_view text) {
  constexpr std::size_t kEscapeSize = 6;
  if (text.size() < kEscapeSize) return false;
  const std::string escape =
      absl::AsciiStrToLower(text.substr(text.size() - kEscapeSize));
  if (escape[0] != '\\' || escape[1] != 'u' || escape[2] != 'd') return false;
  if (escape[3] != '8' && escape[3] != '9' && escape[3] != 'a' && escape[3] != 'b') {
    return false;
  }
  text.remove_suffix(kEscapeSize);
  std::size_t escaping = 0;
  while (absl::EndsWith(text, "\\")) {
    text.remove_suffix(1);
    ++escaping;
  }
  return escaping % 2 == 0;
}

// Whether the first half of a pair stands before the fault: the parser looks for the
// backslash, the `u` and the digits of the other.
bool IsBehindHighSurrogate(absl::string_view text) {
  for (const std::size_t looked_for : {0u, 1u, 2u, 6u}) {
    if (text.size() < looked_for) break;
    if (EndsInHighSurrogate(text.substr(0, text.size() - looked_for))) return true;
  }
  return false;
}

// Whether what the text was given up at, or in, is no UTF-8.
bool IsAtNoUtf8(const SyntaxFault& fault) {
  std::size_t end = std::min(fault.at + 1, fault.json.size());
  while (end < fault.json.size() && (fault.json[end] & 0xC0) == 0x80) ++end;
  return !IsValidUtf8(fault.json.substr(0, end));
}

bool IsAtControlCharacter(const SyntaxFault& fault) {
  return fault.at < fault.json.size() &&
         static_cast<unsigned char>(fault.json[fault.at]) < 0x20;
}

absl::string_view DescribeFault(const SyntaxFault& fault) {
  // A cut multi-byte character is said to be a syntax error; say what it is.
  if (IsAtNoUtf8(fault)) return "a byte that is not UTF-8";
  if (IsAtControlCharacter(fault)) return "a control character that is not escaped";
  switch (fault.error) {
    case error::incomplete:
      return "it ends too early";
    case error::too_deep:
      return "more than 16 levels";
    case error::illegal_leading_surrogate:
    case error::illegal_trailing_surrogate:
    case error::expected_utf16_escape:
      return "half of a surrogate pair";
    case error::expected_hex_digit:
      if (IsBehindHighSurrogate(fault.json.substr(0, fault.at))) {
        return "half of a surrogate pair";
      }
      return "\\u without four hexadecimal digits";
    default:
      if (IsBehindHighSurrogate(fault.json.substr(0, fault.at))) {
        return "half of a surrogate pair";
      }
      return "a syntax error";
  }
}

std::string InValueOf(absl::string_view key) {
  return key.empty() ? "" : absl::StrCat(", in the value of ", Quote(key));
}

}  // namespace

absl::Status SyntaxError(const SyntaxFault& fault) {
  if (absl::StartsWith(fault.json, "\xEF\xBB\xBF")) {
    return MakeStatus(Reason::kMalformed,
                      "begins with a byte order mark; JSON is UTF-8 without one");
  }
  if (fault.error == error::exponent_overflow) {
    std::size_t begin = fault.at;
    while (begin > 0 && IsNumberLike(fault.json[begin - 1])) --begin;
    return MakeStatus(
        Reason::kOutOfRange,
        absl::StrCat("the number ", Quote(NumberLikeAt(fault.json, begin)),
                     " is out of range; its exponent must lie within -2147483647 and ",
                     "2147483647", InValueOf(fault.key)));
  }
  const std::size_t place = fault.at + 1;
  if (fault.error == error::syntax && !IsAtNoUtf8(fault)) {
    const Token number = NumberAt(fault);
    if (!number.text.empty()) {
      return MakeStatus(
          Reason::kMalformed,
          absl::StrCat("not JSON: ", Quote(number.text), " is not a number as in JSON, ",
                       "such as -12.5, 12 or 1.5e3, at byte ", place,
                       InValueOf(number.key)));
    }
  }
  std::string message =
      absl::StrCat("not JSON: ", DescribeFault(fault), " at byte ", place);
  if (fault.at < fault.json.size()) {
    absl::StrAppend(&message, ", before ",
                    Quote(fault.json.substr(fault.at, kSyntaxShownMax)));
  }
  return MakeStatus(Reason::kMalformed, absl::StrCat(message, InValueOf(fault.key)));
}

}  // namespace tocsin
