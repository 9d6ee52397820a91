#ifndef TOCSIN_BENCH_PEERS_HTTP_H_
#define TOCSIN_BENCH_PEERS_HTTP_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tocsin::peers {

struct HttpRequest {
  std::string method = "GET";
  std::string path = "/";
  std::string headers = {};  // each with its line end
  std::string body = {};
};

// The body of what the server on this port of 127.0.0.1 answers.
// Errors: kInternal also for a status that is not 2xx, with the body.
absl::StatusOr<std::string> CallHttp(std::uint16_t port, const HttpRequest& request);

// A port of 127.0.0.1 on which nobody listens at the moment.
absl::StatusOr<std::uint16_t> FreePort();

// As in the query of a URL.
std::string PercentEncoded(absl::string_view text);

}  // namespace tocsin::peers

#endif  // TOCSIN_BENCH_PEERS_HTTP_H_
