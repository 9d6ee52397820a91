#include "engine/http/head_syntax.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace tocsin::http {
namespace {

constexpr absl::string_view kVersion = "HTTP/1.1";
// Of a length that any limit of ours is below: all with more are too large.
constexpr std::size_t kLengthDigitsMax = 18;

bool IsTokenByte(char byte) {
  return absl::ascii_isalnum(static_cast<unsigned char>(byte)) ||
         absl::StrContains("!#$%&'*+-.^_`|~", byte);
}

bool IsToken(absl::string_view text) {
  for (const char byte : text) {
    if (!IsTokenByte(byte)) return false;
  }
  return !text.empty();
}

// Without the blanks and tabs around it.
absl::string_view WithoutBlanks(absl::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == absl::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

// Of a path with a query, as RFC 3986 has them. How `%` goes on is the router's affair.
bool IsTargetByte(char byte) {
  return absl::ascii_isalnum(static_cast<unsigned char>(byte)) ||
         absl::StrContains("-._~!$&'()*+,;=:@/?%", byte);
}

bool IsHostByte(char byte) {
  return absl::ascii_isalnum(static_cast<unsigned char>(byte)) ||
         absl::StrContains("-._~!$&'()*+,;=:[]%", byte);
}

bool IsVersion(absl::string_view text) {
  return text.size() == kVersion.size() && absl::StartsWith(text, "HTTP/") &&
         absl::ascii_isdigit(static_cast<unsigned char>(text[5])) && text[6] == '.' &&
         absl::ascii_isdigit(static_cast<unsigned char>(text[7]));
}

std::optional<Refusal> ReadContentLength(absl::string_view value, Head* head) {
  if (head->framing != Framing::kNone) {
    return Refusal{400, "the body's length is said twice"};
  }
  for (const char byte : value) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(byte))) {
      return Refusal{400, "Content-Length must be digits"};
    }
  }
  if (value.empty()) return Refusal{400, "Content-Length is empty, must be digits"};
  if (value.size() > kLengthDigitsMax) return Refusal{413, "the body is too long"};
  if (!absl::SimpleAtoi(value, &head->content_length)) {
    return Refusal{400, "Content-Length must be digits"};
  }
  head->framing = Framing::kLength;
  return std::nullopt;
}

std::optional<Refusal> ReadTransferEncoding(absl::string_view value, Head* head) {
  if (head->framing != Framing::kNone) {
    return Refusal{400, "the body's length is said twice"};
  }
  if (value != "chunked") {
    return Refusal{501, "Transfer-Encoding must be chunked and nothing else"};
  }
  head->framing = Framing::kChunked;
  return std::nullopt;
}

std::optional<Refusal> ReadHost(absl::string_view value) {
  for (const char byte : value) {
    if (!IsHostByte(byte)) return Refusal{400, "Host is no host"};
  }
  if (value.empty()) return Refusal{400, "Host is empty"};
  return std::nullopt;
}

std::optional<Refusal> ReadConnection(absl::string_view value, Head* head) {
  for (absl::string_view option : absl::StrSplit(value, ',')) {
    option = WithoutBlanks(option);
    if (!IsToken(option)) return Refusal{400, "Connection must be a list of tokens"};
    if (absl::EqualsIgnoreCase(option, "close")) head->keep_alive = false;
  }
  return std::nullopt;
}

std::optional<Refusal> ReadExpect(absl::string_view value, Head* head) {
  if (!absl::EqualsIgnoreCase(value, "100-continue")) {
    return Refusal{417, "Expect must be 100-continue"};
  }
  head->expects_continue = true;
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> ReadRequestLine(absl::string_view line, Head* head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == absl::string_view::npos || first == last) {
    return Refusal{400, "the request line must be method, target and version"};
  }
  const absl::string_view method = line.substr(0, first);
  const absl::string_view target = line.substr(first + 1, last - first - 1);
  const absl::string_view version = line.substr(last + 1);
  if (!IsToken(method)) return Refusal{400, "the method is no token"};
  if (!IsVersion(version)) return Refusal{400, "the version must be HTTP/1.1"};
  if (version != kVersion) return Refusal{505, "the version must be HTTP/1.1"};
  if (!absl::StartsWith(target, "/")) {
    return Refusal{400, "the target must be a path, beginning with /"};
  }
  for (const char byte : target) {
    if (!IsTargetByte(byte)) {
      return Refusal{400, "the target has a byte that no path or query has"};
    }
  }
  head->request.method = std::string(method);
  head->request.target = std::string(target);
  return std::nullopt;
}

std::optional<Refusal> ReadFieldLine(absl::string_view line, Head* head) {
  // One that begins with a blank would go on with the field before it.
  const std::size_t colon = line.find(':');
  if (colon == absl::string_view::npos || !IsToken(line.substr(0, colon))) {
    return Refusal{400, "a field must be a name, a colon right behind it, and a value"};
  }
  const absl::string_view value = WithoutBlanks(line.substr(colon + 1));
  for (const char byte : value) {
    if (byte != '\t' && absl::ascii_iscntrl(static_cast<unsigned char>(byte))) {
      return Refusal{400, "a field has a control character"};
    }
  }
  if (head->request.fields.size() == kHeadFieldsMax) {
    return Refusal{431, "too many fields"};
  }
  head->request.fields.emplace_back(line.substr(0, colon), value);
  return std::nullopt;
}

std::optional<Refusal> ReadMeaning(Head* head) {
  int hosts = 0;
  for (const auto& [name, value] : head->request.fields) {
    std::optional<Refusal> refusal;
    if (absl::EqualsIgnoreCase(name, "Host")) {
      refusal = ++hosts > 1 ? Refusal{400, "Host is there twice"} : ReadHost(value);
    } else if (absl::EqualsIgnoreCase(name, "Content-Length")) {
      refusal = ReadContentLength(value, head);
    } else if (absl::EqualsIgnoreCase(name, "Transfer-Encoding")) {
      refusal = ReadTransferEncoding(value, head);
    } else if (absl::EqualsIgnoreCase(name, "Connection")) {
      refusal = ReadConnection(value, head);
    } else if (absl::EqualsIgnoreCase(name, "Expect")) {
      refusal = ReadExpect(value, head);
    }
    if (refusal.has_value()) return refusal;
  }
  if (hosts == 0) return Refusal{400, "Host is missing"};
  if (head->framing == Framing::kLength && head->content_length == 0) {
    head->framing = Framing::kNone;
  }
  return std::nullopt;
}

}  // namespace tocsin::http
