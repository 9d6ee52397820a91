#include "bench/http_setting.h"

#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/bench_setting.h"

namespace tocsin {
namespace {

constexpr absl::string_view kToken = "a-token-of-the-benchmarks";

std::string FactText(std::uint64_t customer) {
  return absl::StrCat(R"({"type":"spend","customer_id":")",
                      IdOfNumber<CustomerId>(customer).ToString(),
                      R"(","amount":"0.01"})");
}

}  // namespace

Served::Served(const Setting& setting, benchmark::State* state) {
  if (setting.hanging) {
    if (!RaiseFileLimit(state)) return;
    hanging_.emplace();
  }
  Options options{.random_seed = 1};
  if (setting.durable) {
    folder_.emplace(state);
    options.directory = *folder_ / "store";
    options.durability = Durability::kGrouped;
  }
  absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Open(options);
  if (!IsGood(engine.status(), state)) return;
  engine_ = *std::move(engine);
  HttpFrontOptions front;
  front.api.tokens = {{.token = std::string(kToken),
                       .rights = static_cast<std::uint32_t>(HttpRight::kRead) |
                                 static_cast<std::uint32_t>(HttpRight::kWrite)}};
  front.port = 0;
  front.connections_max = 2 * (kIdleConnections + kSlowConnections);
  // Idle ones are to stay.
  front.idle_timeout = absl::Hours(1);
  front.flush_before_answer = setting.durable;
  absl::StatusOr<std::unique_ptr<HttpFront>> served =
      HttpFront::Start(engine_.get(), std::move(front));
  if (IsGood(served.status(), state)) front_ = *std::move(served);
}

Served::~Served() {
  // Before the front, which would wait for the heads of the slow ones.
  if (hanging_.has_value()) hanging_->End();
}

void Served::Begin() {
  if (hanging_.has_value()) hanging_->Connect(port());
}

std::string RenderPost(absl::string_view target, absl::string_view type,
                       absl::string_view body) {
  return absl::StrCat(
      "POST ", target, " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ", kToken,
      "\r\nContent-Type: ", type, "\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

std::vector<std::string> RenderFacts(std::size_t requests, std::size_t facts_each,
                                     std::uint64_t customers, bool lines) {
  std::mt19937_64 random(1);
  std::vector<std::string> rendered;
  for (std::size_t i = 0; i < requests; ++i) {
    std::string body = lines ? "" : "[";
    for (std::size_t fact = 0; fact < facts_each; ++fact) {
      if (fact > 0) body.push_back(lines ? '\n' : ',');
      body += FactText(random() % customers);
    }
    if (!lines) body.push_back(']');
    rendered.push_back(RenderPost(
        "/v1/facts", lines ? "application/x-ndjson" : "application/json", body));
  }
  return rendered;
}

std::vector<std::string> RenderResets(std::size_t requests, std::uint64_t customers,
                                      const AlertId& alert) {
  std::mt19937_64 random(1);
  std::vector<std::string> rendered;
  for (std::size_t i = 0; i < requests; ++i) {
    const auto customer = IdOfNumber<CustomerId>(random() % customers);
    rendered.push_back(
        RenderPost("/v1/customer-alerts/reset", "application/json",
                   absl::StrCat(R"({"customer_id":")", customer.ToString(),
                                R"(","alert_id":")", alert.ToString(), R"("})")));
  }
  return rendered;
}

}  // namespace tocsin
