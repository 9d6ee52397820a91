#ifndef TOCSIN_ENGINE_HTTP_ROUTE_H_
#define TOCSIN_ENGINE_HTTP_ROUTE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "engine/http/fields.h"
#include "engine/http/kept_answers.h"
#include "tocsin/engine.h"
#include "tocsin/http.h"

namespace tocsin::http {

// What an endpoint is given besides the request. A request comes to it whole, with a
// body of the right type and length, from somebody who may.
struct Call {
  Engine& engine;
  const HttpRequest& request;
  MediaType body = MediaType::kNone;
  // How many facts a request may have.
  std::size_t facts_max = 0;
  // What the whole server has to say of itself.
  const std::function<std::string()>& open_api;
  const std::function<std::string()>& metrics;
  bool ready = true;
  // Set once the server stops: what takes long ends then.
  const std::atomic<bool>* stopping = nullptr;
  // Null: there are none.
  WebhookSink* webhooks = nullptr;
  // Counts facts that could not be read.
  std::atomic<std::uint64_t>& facts_unread;
  // Held by who changes one of their endpoints.
  absl::Mutex& webhook_changes;
  // With an `Idempotency-Key`, of a request that is the first with it.
  std::optional<OnceKey> once = std::nullopt;

  // Makes the change that it asks for, which if accepted is to be answered so.
  void Change(const HttpResponse& answer, absl::FunctionRef<void()> change) const {
    ChangeOnce(engine, once, answer, change);
  }
};

enum class BodyKind {
  kNone,
  kJson,   // JSON
  kFacts,  // JSON or NDJSON, and long
};

// What the query may have.
enum class QueryKind { kNone, kPaged, kPosition };

// One row of the table of endpoints. Who may ask, what is taken, what is answered and
// what /openapi.json says of it all follow from the row.
struct Route {
  absl::string_view method = {};
  absl::string_view path = {};
  std::uint32_t right = 0;  // of HttpRight; 0: no token is asked for
  BodyKind body = BodyKind::kNone;
  QueryKind query = QueryKind::kNone;
  HttpApi::Lane lane = HttpApi::Lane::kAtOnce;
  // Its answer is the beginning of what goes on for as long as the client likes.
  bool is_stream = false;
  // Also answered while the host stops.
  bool is_always_open = false;
  absl::string_view summary = {};
  // Names of schemas of /openapi.json; empty: no body, or none that is JSON.
  absl::string_view request_schema = {};
  absl::string_view response_schema = {};
  // The content type of an answer that is not JSON.
  absl::string_view media = {};
  HttpResponse (*answer)(const Call& call) = nullptr;
};

absl::Span<const Route> Routes();

// Null: there is no such path. All files of the console are one route.
const Route* FindRoute(absl::string_view path);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_ROUTE_H_
