#include "engine/webhook/settings.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/webhook/signature.h"

namespace tocsin::webhook {
namespace {

constexpr std::size_t kNameMax = 256;
constexpr std::size_t kHeadersMax = 16;
constexpr std::size_t kHeaderNameMax = 128;
constexpr std::size_t kHeaderValueMax = 2'048;
constexpr std::size_t kFilterMax = 10'000;

// What the connection, the body and who sends it settle.
constexpr std::array<absl::string_view, 15> kSetAnyway = {"connection",
                                                          "content-encoding",
                                                          "content-length",
                                                          "content-type",
                                                          "date",
                                                          "expect",
                                                          "host",
                                                          "keep-alive",
                                                          "proxy-authorization",
                                                          "proxy-connection",
                                                          "te",
                                                          "trailer",
                                                          "transfer-encoding",
                                                          "upgrade",
                                                          "user-agent"};

// A token of RFC 9110, section 5.6.2.
bool IsToken(absl::string_view text) {
  constexpr absl::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::StrContains(kOthers, absl::string_view(&c, 1));
  });
}

bool IsHeaderValue(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
}

absl::Status CheckHeader(absl::string_view name, absl::string_view value) {
  if (!IsToken(name)) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat("the header's name ", Quote(name),
                                   " must be letters, digits and !#$%&'*+-.^_`|~"));
  }
  if (name.size() > kHeaderNameMax || value.size() > kHeaderValueMax) {
    return MakeStatus(
        Reason::kTooLong,
        absl::StrCat("the header ", Quote(name), " is too long; a name has ",
                     kHeaderNameMax, " bytes at most and a value ", kHeaderValueMax));
  }
  // The value may be secret, so it is not shown.
  if (!IsHeaderValue(value) || value != absl::StripAsciiWhitespace(value)) {
    return MakeStatus(
        Reason::kMalformed,
        absl::StrCat("the value of the header ", Quote(name),
                     " must be visible ASCII, with no space at its ends and "
                     "no end of a line"));
  }
  const std::string lower = absl::AsciiStrToLower(name);
  const bool is_set =
      std::find(kSetAnyway.begin(), kSetAnyway.end(), lower) != kSetAnyway.end();
  if (is_set || IsSigningHeader(name)) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat("the header ", Quote(name),
                                   " is set by what sends; choose another name"));
  }
  return absl::OkStatus();
}

template <typename Ids>
absl::Status CheckIds(absl::string_view of, const Ids& ids) {
  if (ids.size() > kFilterMax) {
    return MakeStatus(Reason::kTooLong, absl::StrCat("the filter has ", ids.size(), " ",
                                                     of, "; ", kFilterMax, " at most"));
  }
  for (const auto& id : ids) {
    if (!id.is_nil()) continue;
    return MakeStatus(Reason::kMissing, absl::StrCat("the filter's ", of,
                                                     " have a nil id; each must be one"));
  }
  return absl::OkStatus();
}

absl::Status OutOfRange(absl::string_view option, absl::string_view must) {
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat("WebhookOptions::", option, " must be ", must));
}

}  // namespace

absl::Status CheckSettings(const WebhookSettings& settings) {
  if (settings.name.size() > kNameMax) {
    return MakeStatus(Reason::kTooLong,
                      absl::StrCat("the name has ", settings.name.size(), " bytes; ",
                                   kNameMax, " at most"));
  }
  if (!IsValidUtf8(settings.name)) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat("the name ", Quote(settings.name), " must be UTF-8"));
  }
  if (settings.headers.size() > kHeadersMax) {
    return MakeStatus(Reason::kTooLong,
                      absl::StrCat("there are ", settings.headers.size(), " headers; ",
                                   kHeadersMax, " at most"));
  }
  std::set<std::string> names;
  for (const auto& [name, value] : settings.headers) {
    absl::Status status = CheckHeader(name, value);
    if (!status.ok()) return status;
    if (!names.insert(absl::AsciiStrToLower(name)).second) {
      return MakeStatus(
          Reason::kMalformed,
          absl::StrCat("the header ", Quote(name), " is there twice; once, please"));
    }
  }
  const WebhookFilter& filter = settings.filter;
  if (filter.alert_types.size() > kFilterMax) {
    return MakeStatus(Reason::kTooLong,
                      absl::StrCat("the filter has ", filter.alert_types.size(),
                                   " alert types; ", kFilterMax, " at most"));
  }
  absl::Status status = CheckIds("alerts", filter.alerts);
  return status.ok() ? CheckIds("customers", filter.customers) : status;
}

absl::Status CheckOptions(const WebhookOptions& options) {
  const absl::Duration zero = absl::ZeroDuration();
  if (options.attempt_timeout <= zero || options.attempt_timeout > absl::Minutes(10)) {
    return OutOfRange("attempt_timeout", "above 0 and at most 10 minutes");
  }
  if (options.retry_first <= zero || options.retry_first > options.retry_max) {
    return OutOfRange("retry_first", "above 0 and at most retry_max");
  }
  if (options.retry_max > absl::Hours(24)) {
    return OutOfRange("retry_max", "at most 24 hours");
  }
  if (options.keep_trying < zero || options.keep_trying > absl::Hours(24) * 365) {
    return OutOfRange("keep_trying", "0 to 365 days");
  }
  // So that the time that long ago is one that can be written down.
  if (options.keep_dead < zero || options.keep_dead > absl::Hours(24) * 3'650) {
    return OutOfRange("keep_dead", "0 to 3,650 days");
  }
  if (options.attempts_max < 1 || options.attempts_max > 100'000) {
    return OutOfRange("attempts_max", "1 to 100,000");
  }
  if (options.attempts_max_of_endpoint < 1) {
    return OutOfRange("attempts_max_of_endpoint", "1 or more");
  }
  if (options.waiting_max < 1) return OutOfRange("waiting_max", "1 or more");
  if (options.endpoints_max < 1) return OutOfRange("endpoints_max", "1 or more");
  return absl::OkStatus();
}

}  // namespace tocsin::webhook
