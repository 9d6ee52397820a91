#include "engine/webhook/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace tocsin::webhook {
namespace {

constexpr absl::string_view kDate = "Date";
constexpr absl::string_view kMetronomeDate = "X-Metronome-Date";
constexpr absl::string_view kMetronomeSignature = "Metronome-Webhook-Signature";
constexpr absl::string_view kMetronomeNext = "Metronome-Webhook-Signature-Next";
constexpr absl::string_view kStandardId = "webhook-id";
constexpr absl::string_view kStandardTimestamp = "webhook-timestamp";
constexpr absl::string_view kStandardSignature = "webhook-signature";

constexpr absl::string_view kStandardPrefix = "whsec_";
constexpr std::size_t kTextMin = 24;
constexpr std::size_t kTextMax = 256;
constexpr std::size_t kKeyMin = 24;
constexpr std::size_t kKeyMax = 64;
constexpr std::size_t kChanceBytes = 32;

bool IsVisibleAscii(char c) { return c > ' ' && c <= '~'; }

// The bytes that the HMAC takes. The secret must be one.
std::string KeyOf(WebhookScheme scheme, absl::string_view secret) {
  std::string key(secret);
  if (scheme == WebhookScheme::kStandard) {
    absl::ConsumePrefix(&secret, kStandardPrefix);
    absl::Base64Unescape(secret, &key);
  }
  return key;
}

// The HMAC-SHA256 of the parts, one behind the other.
std::string MacOf(const std::string& key, const std::vector<absl::string_view>& parts) {
  const std::string all = absl::StrJoin(parts, "");
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(all.data()), all.size(),
       reinterpret_cast<unsigned char*>(mac.data()), &size);
  mac.resize(size);
  return mac;
}

std::string MetronomeSignature(absl::string_view secret, absl::string_view date,
                               absl::string_view body) {
  return absl::BytesToHexString(
      MacOf(KeyOf(WebhookScheme::kMetronome, secret), {date, "\n", body}));
}

std::string StandardSignature(absl::string_view secret, absl::string_view id,
                              absl::string_view timestamp, absl::string_view body) {
  const std::string mac =
      MacOf(KeyOf(WebhookScheme::kStandard, secret), {id, ".", timestamp, ".", body});
  return absl::StrCat("v1,", absl::Base64Escape(mac));
}

// How long it takes tells nothing of where they differ.
bool IsSame(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

absl::StatusOr<absl::string_view> Find(const Headers& headers, absl::string_view name) {
  for (const auto& [key, value] : headers) {
    if (absl::EqualsIgnoreCase(key, name)) return absl::string_view(value);
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no header ", name));
}

absl::Status CheckAge(absl::Time at, absl::Time now, absl::Duration tolerance) {
  if (at >= now - tolerance && at <= now + tolerance) return absl::OkStatus();
  return absl::UnauthenticatedError(absl::StrCat(
      "it was signed at ", absl::FormatTime(absl::RFC3339_sec, at, absl::UTCTimeZone()),
      ", which is more than ", absl::FormatDuration(tolerance), " from now, ",
      absl::FormatTime(absl::RFC3339_sec, now, absl::UTCTimeZone())));
}

absl::Status NotSignedSo() {
  return absl::UnauthenticatedError(
      "no signature is that of this body, its headers and this secret");
}

absl::Status VerifyMetronome(absl::string_view secret, const Headers& headers,
                             absl::string_view body, absl::Time now,
                             absl::Duration tolerance) {
  // Who stands in between may write a `Date` of its own.
  absl::StatusOr<absl::string_view> date = Find(headers, kMetronomeDate);
  if (!date.ok()) date = Find(headers, kDate);
  if (!date.ok()) return Find(headers, kMetronomeDate).status();
  const absl::StatusOr<absl::string_view> given = Find(headers, kMetronomeSignature);
  if (!given.ok()) return given.status();
  const std::string expected = MetronomeSignature(secret, *date, body);
  bool is_same = IsSame(*given, expected);
  const absl::StatusOr<absl::string_view> next = Find(headers, kMetronomeNext);
  if (next.ok() && IsSame(*next, expected)) is_same = true;
  if (!is_same) return NotSignedSo();
  absl::Time at;
  std::string ignored;
  if (!absl::ParseTime("%a, %d %b %E4Y %H:%M:%S GMT", *date, &at, &ignored)) {
    return absl::UnauthenticatedError("the date that was signed is no HTTP-date");
  }
  return CheckAge(at, now, tolerance);
}

absl::Status VerifyStandard(absl::string_view secret, const Headers& headers,
                            absl::string_view body, absl::Time now,
                            absl::Duration tolerance) {
  const absl::StatusOr<absl::string_view> id = Find(headers, kStandardId);
  if (!id.ok()) return id.status();
  const absl::StatusOr<absl::string_view> timestamp = Find(headers, kStandardTimestamp);
  if (!timestamp.ok()) return timestamp.status();
  const absl::StatusOr<absl::string_view> given = Find(headers, kStandardSignature);
  if (!given.ok()) return given.status();
  const std::string expected = StandardSignature(secret, *id, *timestamp, body);
  bool is_same = false;
  for (const absl::string_view one : absl::StrSplit(*given, ' ')) {
    is_same = IsSame(one, expected) || is_same;
  }
  if (!is_same) return NotSignedSo();
  std::int64_t seconds = 0;
  if (!absl::SimpleAtoi(*timestamp, &seconds)) {
    return absl::UnauthenticatedError(
        "the timestamp that was signed is no whole number of seconds");
  }
  return CheckAge(absl::FromUnixSeconds(seconds), now, tolerance);
}

}  // namespace

absl::Status CheckSecret(WebhookScheme scheme, absl::string_view secret) {
  if (scheme == WebhookScheme::kStandard) {
    std::string key;
    const absl::string_view text = absl::StripPrefix(secret, kStandardPrefix);
    // Only as everybody reads it: with its padding and nothing in between.
    if (!absl::StartsWith(secret, kStandardPrefix) || !absl::Base64Unescape(text, &key) ||
        absl::Base64Escape(key) != text) {
      return absl::InvalidArgumentError(
          "the secret must be whsec_ and base64, as for all of Standard Webhooks");
    }
    if (key.size() >= kKeyMin && key.size() <= kKeyMax) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("the base64 of the secret stands for ",
                                                   key.size(), " bytes, must be ",
                                                   kKeyMin, " to ", kKeyMax));
  }
  if (secret.size() < kTextMin || secret.size() > kTextMax) {
    return absl::InvalidArgumentError(absl::StrCat("the secret has ", secret.size(),
                                                   " bytes, must have ", kTextMin, " to ",
                                                   kTextMax));
  }
  if (std::all_of(secret.begin(), secret.end(), IsVisibleAscii)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "the secret has a space, a line end or another character that is not of the "
      "visible ones of ASCII");
}

absl::StatusOr<std::string> MakeSecret(WebhookScheme scheme) {
  std::array<unsigned char, kChanceBytes> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return absl::UnavailableError("the system has no chance to make a secret of");
  }
  const absl::string_view chance(reinterpret_cast<const char*>(bytes.data()),
                                 bytes.size());
  std::string secret = scheme == WebhookScheme::kStandard
                           ? absl::StrCat(kStandardPrefix, absl::Base64Escape(chance))
                           : absl::BytesToHexString(chance);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return secret;
}

Headers SignAttempt(WebhookScheme scheme, const Secrets& secrets, absl::string_view id,
                    absl::Time at, absl::string_view body) {
  const bool overlaps = !secrets.previous.empty();
  if (scheme == WebhookScheme::kStandard) {
    const std::string timestamp = absl::StrCat(absl::ToUnixSeconds(at));
    std::string signature = StandardSignature(secrets.current, id, timestamp, body);
    if (overlaps) {
      absl::StrAppend(&signature, " ",
                      StandardSignature(secrets.previous, id, timestamp, body));
    }
    return {{std::string(kStandardId), std::string(id)},
            {std::string(kStandardTimestamp), timestamp},
            {std::string(kStandardSignature), std::move(signature)}};
  }
  const std::string date =
      absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", at, absl::UTCTimeZone());
  std::string current = MetronomeSignature(secrets.current, date, body);
  Headers headers = {{std::string(kDate), date}, {std::string(kMetronomeDate), date}};
  if (overlaps) {
    headers.emplace_back(kMetronomeSignature,
                         MetronomeSignature(secrets.previous, date, body));
    headers.emplace_back(kMetronomeNext, std::move(current));
  } else {
    headers.emplace_back(kMetronomeSignature, std::move(current));
  }
  return headers;
}

bool IsSigningHeader(absl::string_view name) {
  const std::array<absl::string_view, 7> names = {
      kDate,       kMetronomeDate,     kMetronomeSignature, kMetronomeNext,
      kStandardId, kStandardTimestamp, kStandardSignature};
  return std::any_of(names.begin(), names.end(), [name](absl::string_view one) {
    return absl::EqualsIgnoreCase(one, name);
  });
}

}  // namespace tocsin::webhook

namespace tocsin {

std::vector<std::pair<std::string, std::string>> SignWebhook(WebhookScheme scheme,
                                                             absl::string_view secret,
                                                             absl::string_view id,
                                                             absl::Time at,
                                                             absl::string_view body) {
  if (!webhook::CheckSecret(scheme, secret).ok()) return {};
  return webhook::SignAttempt(scheme, {.current = std::string(secret)}, id, at, body);
}

absl::Status VerifyWebhook(
    WebhookScheme scheme, absl::string_view secret,
    const std::vector<std::pair<std::string, std::string>>& headers,
    absl::string_view body, absl::Time now, absl::Duration tolerance) {
  absl::Status status = webhook::CheckSecret(scheme, secret);
  if (!status.ok()) return status;
  return scheme == WebhookScheme::kStandard
             ? webhook::VerifyStandard(secret, headers, body, now, tolerance)
             : webhook::VerifyMetronome(secret, headers, body, now, tolerance);
}

}  // namespace tocsin
