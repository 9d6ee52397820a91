#include "engine/webhook/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/base/text.h"

namespace tocsin::webhook {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using ParsedUrl = std::unique_ptr<CURLU, FreeUrl>;

// Nothing if the URL has no such part.
std::optional<std::string> PartOf(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return std::nullopt;
  std::string copy(text);
  curl_free(text);
  return copy;
}

absl::Status CheckScheme(absl::string_view url, bool allow_http) {
  const absl::string_view scheme = url.substr(0, url.find(':'));
  const bool is_known = absl::EqualsIgnoreCase(scheme, "https") ||
                        (allow_http && absl::EqualsIgnoreCase(scheme, "http"));
  if (!is_known || scheme.size() == url.size()) {
    return absl::InvalidArgumentError(absl::StrCat("the url's scheme is ", Quote(scheme),
                                                   ", must be https",
                                                   allow_http ? " or http" : ""));
  }
  // Not `https:/` either, nor `https:///`, which some read as if it were right.
  absl::string_view rest = url.substr(scheme.size());
  if (!absl::ConsumePrefix(&rest, "://") || absl::StartsWith(rest, "/")) {
    return absl::InvalidArgumentError(
        "the url must have :// and a host behind its scheme");
  }
  // Whose authority ends at the first of these.
  const absl::string_view authority = rest.substr(0, rest.find_first_of("/?#\\"));
  if (authority.find('@') != absl::string_view::npos) {
    return absl::InvalidArgumentError(
        "the url has a user; what must be said to be let in belongs into a header");
  }
  return absl::OkStatus();
}

// The address, if a host is one in any spelling that resolvers take: `2130706433`,
// `0x7f.1`, `[::1]`.
std::optional<IpAddress> LiteralAddress(absl::string_view host) {
  if (absl::ConsumePrefix(&host, "[")) {
    absl::ConsumeSuffix(&host, "]");
    return IpAddress::Parse(host);
  }
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  const std::string text(absl::StripSuffix(host, "."));
  if (inet_aton(text.c_str(), &v4.sin_addr) == 0) return std::nullopt;
  return IpAddress::Of(reinterpret_cast<const sockaddr&>(v4));
}

// By RFC 6761 these are this machine, whatever a resolver says.
bool IsLocalhost(absl::string_view host) {
  host = absl::StripSuffix(host, ".");
  return absl::EqualsIgnoreCase(host, "localhost") ||
         absl::EndsWithIgnoreCase(host, ".localhost");
}

absl::Status CheckHost(const std::string& host, const AddressPolicy& policy) {
  const std::optional<IpAddress> address = LiteralAddress(host);
  if (address && !policy.MaySendTo(*address)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the url's host is ", address->ToString(),
                     ", which is not public, nor in a network that is allowed"));
  }
  if (IsLocalhost(host) && !policy.MaySendTo(*IpAddress::Parse("127.0.0.1")) &&
      !policy.MaySendTo(*IpAddress::Parse("::1"))) {
    return absl::InvalidArgumentError(
        "the url's host is this machine, which is not public, nor in a network that is "
        "allowed");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckWebhookUrl(absl::string_view url, bool allow_http,
                             const AddressPolicy& policy) {
  if (url.empty() || url.size() > kUrlBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the url has ", url.size(), " bytes, must have 1 to ", kUrlBytesMax));
  }
  if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; })) {
    return absl::InvalidArgumentError(
        "the url has a space, a control character or one that is not of ASCII; these "
        "must be percent-encoded, in the host by punycode");
  }
  absl::Status status = CheckScheme(url, allow_http);
  if (!status.ok()) return status;
  if (url.find('#') != absl::string_view::npos) {
    return absl::InvalidArgumentError("the url has a fragment, which is never sent");
  }
  const ParsedUrl parsed(curl_url());
  if (parsed == nullptr) return absl::ResourceExhaustedError("no memory for a url");
  const CURLUcode code = curl_url_set(parsed.get(), CURLUPART_URL,
                                      std::string(url).c_str(), CURLU_DISALLOW_USER);
  const std::optional<std::string> host = PartOf(parsed.get(), CURLUPART_HOST);
  if (code != CURLUE_OK || !host || host->empty()) {
    return absl::InvalidArgumentError(
        "the url cannot be read: it has no host, or a port "
        "or a character that cannot be");
  }
  if (PartOf(parsed.get(), CURLUPART_ZONEID)) {
    return absl::InvalidArgumentError("the url's host has a zone, which is not public");
  }
  if (PartOf(parsed.get(), CURLUPART_PORT) == "0") {
    return absl::InvalidArgumentError("the url's port is 0, must be 1 to 65535");
  }
  return CheckHost(*host, policy);
}

}  // namespace tocsin::webhook
