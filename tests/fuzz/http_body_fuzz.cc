// Any bytes as a request to the endpoints: one for the route, one for the head, a line
// that is put behind the path, and the body. Whatever they are, the answer is one that is
// documented, and one that refuses has changed nothing.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "boost/json.hpp"
#include "engine/http/route.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tocsin/engine.h"
#include "tocsin/http.h"
#include "tocsin/webhook.h"

namespace tocsin::testing {
namespace {

void Must(bool holds, const char* what, const HttpResponse& response) {
  if (holds) return;
  std::fprintf(stderr, "%s: %d %s\n", what, response.status, response.body.c_str());
  std::abort();
}

// What no request that is refused may have moved.
struct Sums {
  std::uint64_t facts = 0;
  std::uint64_t resets = 0;
  std::size_t customers = 0;
  std::size_t alerts = 0;
  std::size_t due = 0;
  std::uint64_t decided = 0;

  friend bool operator==(const Sums&, const Sums&) = default;
};

Sums SumsOf(Engine& engine) {
  const Stats stats = engine.GetStats();
  return {stats.facts_applied, stats.resets, stats.customers,
          stats.alerts,        stats.due,    stats.notifications_decided};
}

void Check(const HttpResponse& response, const Sums& before, Engine& engine) {
  boost::json::error_code error;
  // What is for people and for browsers is of other types, and never a refusal.
  const bool is_json = response.status != 200 ||
                       (!response.fields.empty() &&
                        response.fields.front().second.find("application/json") == 0);
  if (!response.body.empty() && is_json) {
    const boost::json::value json = boost::json::parse(response.body, error);
    Must(!error, "the answer is no JSON", response);
    const auto* object = json.if_object();
    Must(object != nullptr, "the answer is no object", response);
    if (response.status == 200) return;
    const auto* message = object->if_contains("message");
    Must(message != nullptr && message->is_string() && !message->get_string().empty(),
         "an error without a message", response);
  }
  if (response.status == 200) return;
  Must(!response.body.empty(), "an error without a body", response);
  switch (response.status) {
    case 400:
    case 404:
    case 405:
    case 409:
    case 413:
    case 415:
    case 429:
      return Must(SumsOf(engine) == before, "refused, and something changed", response);
    default:
      Must(false, "a status that is not documented", response);
  }
}

const http::Route& RouteOf(std::uint8_t which) {
  return http::Routes()[which % http::Routes().size()];
}

HttpRequest RequestOf(const std::uint8_t* data, std::string_view rest) {
  const http::Route& route = RouteOf(data[0]);
  HttpRequest request = {.method = std::string(route.method),
                         .target = std::string(route.path)};
  const std::uint8_t head = data[1];
  if ((head & 1) != 0) {
    // Each its own: the world of the one before may be this one's, too.
    static std::uint64_t keys = 0;
    request.fields.emplace_back("Idempotency-Key", std::to_string(++keys));
  }
  const char* const types[] = {"application/json", "application/x-ndjson",
                               "application/json; charset=utf-8", "text/plain"};
  request.fields.emplace_back("Content-Type", types[(head >> 1) & 3]);
  if ((head & 8) != 0) request.method = "PUT";
  const std::size_t line = rest.find('\n');
  request.target += std::string(rest.substr(0, line));
  if (line != std::string_view::npos) request.body = std::string(rest.substr(line + 1));
  return request;
}

// An engine with a customer and an alert, and the endpoints.
struct World {
  explicit World(WebhookSink* webhooks) {
    const CustomerId customer(*ParseUuid("11111111-1111-4111-8111-111111111111"));
    const AlertId alert(*ParseUuid("22222222-2222-4222-8222-222222222222"));
    if (engine->Apply({Spend(customer, "10")}).applied != 1) std::abort();
    if (!engine->CreateAlert({.id = alert, .name = "limit", .threshold = D("100")})
             .ok()) {
      std::abort();
    }
    if (!engine->Drain().ok()) std::abort();
    api = *HttpApi::Make(engine.get(),
                         {.no_auth = true, .clock = &clock, .webhooks = webhooks});
  }

  ManualClock clock = ManualClock(At("2026-01-10T00:00:00Z"));
  std::unique_ptr<Engine> engine = *Engine::Open({.fact_ids_max = 100,
                                                  .clock = &clock,
                                                  .worker_threads = 0,
                                                  .shards = 1,
                                                  .random_seed = 1});
  std::unique_ptr<HttpApi> api;
};

void Serve(const HttpRequest& request, bool may_change) {
  // Who refuses, or only looks, leaves it as it was, so that it is good for the next one,
  // too: to make another takes longer than to answer.
  static auto* webhooks = new std::unique_ptr<WebhookSink>();
  static auto* world = new std::unique_ptr<World>();
  if (*webhooks == nullptr) *webhooks = *WebhookSink::Open({});
  if (*world == nullptr) *world = std::make_unique<World>(webhooks->get());
  Engine& engine = *(*world)->engine;
  HttpApi& api = *(*world)->api;
  const Sums before = SumsOf(engine);
  const HttpResponse first = api.HandleRequest(request);
  Check(first, before, engine);
  if (first.status != 200) return;
  const Sums between = SumsOf(engine);
  const HttpResponse second = api.HandleRequest(request);
  Check(second, between, engine);
  const bool has_key = request.fields.front().first == "Idempotency-Key";
  if (has_key && request.method == "POST") {
    Must(second.body == first.body && SumsOf(engine) == between,
         "done twice under one key", second);
  }
  if (may_change) {
    world->reset();
    if (request.target.find("/webhooks/") != std::string::npos) webhooks->reset();
  } else {
    Must(SumsOf(engine) == before, "looked, and something changed", second);
  }
}

}  // namespace
}  // namespace tocsin::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data + 2), size - 2);
  const std::uint32_t right = tocsin::testing::RouteOf(data[0]).right;
  const bool may_change =
      right != 0 && right != static_cast<std::uint32_t>(tocsin::HttpRight::kRead);
  tocsin::testing::Serve(tocsin::testing::RequestOf(data, rest), may_change);
  return 0;
}
