#include "engine/http/front_options.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <initializer_list>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace tocsin::http {
namespace {

constexpr int kFrontThreadsMax = 64;
constexpr std::size_t kConnectionsMost = 1'000'000;
// As good as for ever, and still a number that can be added to an instant.
constexpr absl::Duration kLimitMost = absl::Hours(24);
constexpr absl::Duration kLingerMost = absl::Seconds(2);

absl::Status CheckAddress(const HttpFrontOptions& options) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(options.address, error);
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("address: is \"", options.address,
                     "\", must be an IP address, 127.0.0.1 or ::1 for one"));
  }
  if (!options.api.no_auth || address.is_loopback()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "no_auth: everybody who reaches ", options.address,
      " could do everything; it is for addresses of the loopback only, as 127.0.0.1"));
}

absl::Status CheckDurations(const HttpFrontOptions& options) {
  const std::initializer_list<std::pair<absl::string_view, absl::Duration>> limits = {
      {"head_timeout", options.head_timeout},
      {"body_timeout", options.body_timeout},
      {"write_timeout", options.write_timeout},
      {"idle_timeout", options.idle_timeout}};
  for (const auto& [name, limit] : limits) {
    if (limit > absl::ZeroDuration()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": is ", absl::FormatDuration(limit), ", must be above 0"));
  }
  return absl::OkStatus();
}

std::chrono::nanoseconds LimitOf(absl::Duration limit) {
  return absl::ToChronoNanoseconds(std::min(limit, kLimitMost));
}

}  // namespace

absl::Status CheckFrontOptions(const HttpFrontOptions& options) {
  absl::Status status = CheckAddress(options);
  if (!status.ok()) return status;
  if (options.threads < 1 || options.threads > kFrontThreadsMax) {
    return absl::InvalidArgumentError(absl::StrCat("threads: is ", options.threads,
                                                   ", must be 1 to ", kFrontThreadsMax));
  }
  if (options.connections_max < 1 || options.connections_max > kConnectionsMost) {
    return absl::InvalidArgumentError(absl::StrCat("connections_max: is ",
                                                   options.connections_max,
                                                   ", must be 1 to ", kConnectionsMost));
  }
  if (options.tls_certificate_file.empty() != options.tls_key_file.empty()) {
    const bool has_key = options.tls_certificate_file.empty();
    return absl::InvalidArgumentError(absl::StrCat(
        "tls: ", has_key ? "a key without a certificate" : "a certificate without a key",
        "; give both, or none"));
  }
  return CheckDurations(options);
}

TimeLimits TimeLimitsOf(const HttpFrontOptions& options) {
  return {.head = LimitOf(options.head_timeout),
          .body = LimitOf(options.body_timeout),
          .write = LimitOf(options.write_timeout),
          .idle = LimitOf(options.idle_timeout),
          .linger = LimitOf(std::min(options.write_timeout, kLingerMost))};
}

}  // namespace tocsin::http
