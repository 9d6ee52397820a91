#include "engine/http/target.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace tocsin::http {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> PercentDecode(absl::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return decoded;
}

}  // namespace

absl::string_view PathOf(absl::string_view target) {
  return target.substr(0, target.find('?'));
}

absl::Status CheckQueryNames(absl::string_view target,
                             absl::Span<const absl::string_view> names) {
  const std::size_t begin = target.find('?');
  if (begin == absl::string_view::npos) return absl::OkStatus();
  for (const absl::string_view pair : absl::StrSplit(target.substr(begin + 1), '&')) {
    if (pair.empty()) continue;
    const absl::string_view name = pair.substr(0, pair.find('='));
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("the query may have ", absl::StrJoin(names, " and "),
                     "; it has a parameter of another name"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> QueryParameter(absl::string_view target,
                                                          absl::string_view name) {
  std::optional<std::string> found;
  const std::size_t begin = target.find('?');
  if (begin == absl::string_view::npos) return found;
  for (const absl::string_view pair : absl::StrSplit(target.substr(begin + 1), '&')) {
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    if (found.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the query has ", name, " twice; give it once"));
    }
    if (equals != absl::string_view::npos) {
      found = PercentDecode(pair.substr(equals + 1));
    }
    if (!found.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the query's ", name, " must be ", name, "= and a percent-encoded text"));
    }
  }
  return found;
}

}  // namespace tocsin::http
