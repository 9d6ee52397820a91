#include "engine/http/tokens.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "openssl/crypto.h"
#include "openssl/evp.h"

namespace tocsin {
namespace {

constexpr std::size_t kTokenBytesMin = 16;
constexpr std::size_t kTokenBytesMax = 256;

constexpr std::pair<absl::string_view, HttpRight> kRightNames[] = {
    {"read", HttpRight::kRead},
    {"write", HttpRight::kWrite},
    {"admin", HttpRight::kAdmin},
};

constexpr std::uint32_t kAllRights = static_cast<std::uint32_t>(HttpRight::kRead) |
                                     static_cast<std::uint32_t>(HttpRight::kWrite) |
                                     static_cast<std::uint32_t>(HttpRight::kAdmin);

// What is wrong with a token, and never the token; empty: nothing.
std::string WrongWithToken(absl::string_view token) {
  if (token.size() < kTokenBytesMin || token.size() > kTokenBytesMax) {
    return absl::StrCat("has ", token.size(), " characters, must have ", kTokenBytesMin,
                        " to ", kTokenBytesMax);
  }
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(token.begin(), token.end(), is_visible)) {
    return "has a character that is not visible ASCII";
  }
  return "";
}

absl::StatusOr<std::uint32_t> RightsFromText(absl::string_view text) {
  std::uint32_t rights = 0;
  for (const absl::string_view word : absl::StrSplit(text, ',')) {
    const auto* const named =
        std::find_if(std::begin(kRightNames), std::end(kRightNames),
                     [word](const auto& right) { return right.first == word; });
    // The word itself may be a part of the token.
    if (named == std::end(kRightNames)) {
      return absl::InvalidArgumentError(
          "the rights must be a comma list of read, write and admin, without spaces");
    }
    rights |= static_cast<std::uint32_t>(named->second);
  }
  return rights;
}

absl::StatusOr<HttpToken> TokenFromLine(absl::string_view line) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.size() != 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", words.size(), " words, must be TOKEN RIGHTS"));
  }
  const std::string wrong = WrongWithToken(words[0]);
  if (!wrong.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("the token ", wrong));
  }
  absl::StatusOr<std::uint32_t> rights = RightsFromText(words[1]);
  if (!rights.ok()) return rights.status();
  return HttpToken{.token = std::string(words[0]), .rights = *rights};
}

}  // namespace

absl::StatusOr<std::vector<HttpToken>> HttpTokensFromText(absl::string_view text) {
  std::vector<HttpToken> tokens;
  absl::flat_hash_set<std::string> seen;
  std::size_t number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    absl::StatusOr<HttpToken> token = TokenFromLine(line);
    if (!token.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, ": ", token.status().message()));
    }
    if (!seen.insert(token->token).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          "line ", number, ": the token stands on a line before; give all its rights"));
    }
    tokens.push_back(*std::move(token));
  }
  return tokens;
}

namespace http {

Digest Sha256(absl::string_view text) {
  // `SHA256` looks for it by its name each time, under a lock of the process.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Digest digest;
  if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, sha256, nullptr) !=
      1) {
    std::abort();  // one token could not be told from another
  }
  return digest;
}

std::optional<absl::string_view> BearerToken(absl::string_view authorization) {
  constexpr absl::string_view kScheme = "Bearer ";
  if (!absl::StartsWithIgnoreCase(authorization, kScheme)) return std::nullopt;
  const absl::string_view token =
      absl::StripLeadingAsciiWhitespace(authorization.substr(kScheme.size()));
  if (token.empty()) return std::nullopt;
  return token;
}

absl::StatusOr<TokenTable> TokenTable::Of(const std::vector<HttpToken>& tokens) {
  TokenTable table;
  absl::flat_hash_set<std::string> seen;
  for (const HttpToken& token : tokens) {
    const std::string place = absl::StrCat("tokens[", table.entries_.size(), "]: ");
    if (const std::string wrong = WrongWithToken(token.token); !wrong.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(place, wrong));
    }
    if (token.rights == 0 || (token.rights & ~kAllRights) != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(place, "the rights are ", token.rights, ", must be of HttpRight"));
    }
    if (!seen.insert(token.token).second) {
      return absl::InvalidArgumentError(absl::StrCat(place, "stands there twice"));
    }
    table.entries_.push_back({.digest = Sha256(token.token), .rights = token.rights});
  }
  return table;
}

std::optional<std::uint32_t> TokenTable::RightsOf(absl::string_view token) const {
  const Digest digest = Sha256(token);
  std::uint32_t rights = 0;
  for (const Entry& entry : entries_) {
    const int differs = CRYPTO_memcmp(entry.digest.data(), digest.data(), digest.size());
    // All bits if they are the same: no branch that depends on it.
    const std::uint32_t mask = static_cast<std::uint32_t>(differs != 0) - 1;
    rights |= entry.rights & mask;
  }
  if (rights == 0) return std::nullopt;
  return rights;
}

}  // namespace http
}  // namespace tocsin
