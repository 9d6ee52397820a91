#ifndef TOCSIN_ENGINE_HTTP_FRONT_COUNTS_H_
#define TOCSIN_ENGINE_HTTP_FRONT_COUNTS_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "engine/http/answer_counts.h"
#include "tocsin/http.h"

namespace tocsin::http {

// What the front has to say in /metrics beside what the endpoints know themselves.
struct FrontCounts {
  std::atomic<std::uint64_t> connections_accepted = 0;
  std::atomic<std::uint64_t> connections_refused = 0;  // beyond the most at a time
  std::atomic<std::uint64_t> connections_open = 0;
  std::atomic<std::uint64_t> requests_malformed = 0;  // that came to no endpoint
  std::atomic<std::uint64_t> timeouts = 0;
  AnswerCounts answers;
  // What changes something is answered once it is durable, and so counted by the front.
  bool counts_changes = false;
};

// As `HttpApi::Make`, with what a front counts; null: there is no front. `counts` must
// outlive it.
absl::StatusOr<std::unique_ptr<HttpApi>> MakeApi(Engine* engine, HttpOptions options,
                                                 FrontCounts* counts);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_FRONT_COUNTS_H_
