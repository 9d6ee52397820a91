#ifndef TOCSIN_TESTS_HTTP_API_FIXTURE_H_
#define TOCSIN_TESTS_HTTP_API_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "boost/json.hpp"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"
#include "tocsin/http.h"

namespace tocsin::testing {

inline constexpr char kReadToken[] = "read-token-0123456789";
inline constexpr char kWriteToken[] = "write-token-0123456789";
inline constexpr char kAdminToken[] = "admin-token-0123456789";
inline constexpr char kAllToken[] = "all-rights-token-0123456789";

// An engine without threads behind the endpoints, with a customer that has spent 10 and
// an alert at 100.
struct ApiFixture {
  explicit ApiFixture(Options with = {}, HttpOptions http = {}) {
    with.worker_threads = 0;
    with.clock = &clock;
    with.random_seed = 1;
    engine = *Engine::Open(std::move(with));
    http.clock = &clock;
    http.tokens = {{.token = kReadToken, .rights = 1},
                   {.token = kWriteToken, .rights = 2},
                   {.token = kAdminToken, .rights = 4},
                   {.token = kAllToken, .rights = 7}};
    api = *HttpApi::Make(engine.get(), std::move(http));
    EXPECT_EQ(engine->Apply({Spend(customer, "10")}).applied, 1u);
    alert = *engine->CreateAlert(
        {.id = AlertNumber(1), .name = "limit", .threshold = D("100")});
    Drain();
  }

  void Drain() const { EXPECT_TRUE(engine->Drain().ok()); }

  static HttpRequest RequestOf(std::string target, std::string body,
                               std::vector<HttpField> more = {}) {
    HttpRequest request = {
        .method = "POST",
        .target = std::move(target),
        .fields = {{"Authorization", absl::StrCat("Bearer ", kAllToken)},
                   {"Content-Type", "application/json"}},
        .body = std::move(body)};
    for (HttpField& field : more) request.fields.push_back(std::move(field));
    return request;
  }
  HttpResponse Post(std::string target, std::string body,
                    std::vector<HttpField> more = {}) const {
    return api->HandleRequest(
        RequestOf(std::move(target), std::move(body), std::move(more)));
  }
  HttpResponse Get(std::string target) const {
    return api->HandleRequest(
        {.method = "GET",
         .target = std::move(target),
         .fields = {{"Authorization", absl::StrCat("Bearer ", kAllToken)}}});
  }
  // `{"customer_id":...,"alert_id":...}`, and more members that begin with a comma.
  std::string Body(absl::string_view more = "") const {
    return absl::StrCat("{\"customer_id\":\"", customer.ToString(), "\",\"alert_id\":\"",
                        alert.ToString(), "\"", more, "}");
  }

  // All that a request could have changed.
  std::string Everything() const {
    const Stats s = engine->GetStats();
    std::string all = absl::StrCat(
        s.facts_applied, " ", s.facts_refused, " ", s.facts_stale, " ", s.facts_late, " ",
        s.facts_duplicate, " ", s.notifications_decided, " ", s.resets, " ", s.customers,
        " ", s.alerts, " ", s.due, " ", s.outbox);
    EXPECT_TRUE(engine
                    ->ForEachAlert([&](const Alert& one) {
                      absl::StrAppend(&all, "\n", one.id.ToString(), " ", one.spec.name,
                                      " ", one.spec.threshold->ToString(), " ",
                                      AlertStatusName(one.status));
                    })
                    .ok());
    EXPECT_TRUE(engine
                    ->ForEachCustomerAlert(customer,
                                           [&](const CustomerAlert& one) {
                                             absl::StrAppend(
                                                 &all, "\n", one.alert.ToString(), " ",
                                                 CustomerStatusName(*one.status), " ",
                                                 one.epoch, " ", one.value->ToString());
                                           })
                    .ok());
    return all;
  }

  ManualClock clock = ManualClock(At("2026-01-10T00:00:00Z"));
  std::unique_ptr<Engine> engine;
  std::unique_ptr<HttpApi> api;
  CustomerId customer = Customer(1);
  AlertId alert;
};

// A body as JSON; a test that gets none ends with it.
inline boost::json::value Json(const HttpResponse& response) {
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(response.body, error);
  EXPECT_FALSE(error) << response.body;
  return value;
}

inline std::string Message(const HttpResponse& response) {
  const boost::json::value value = Json(response);
  const auto* object = value.if_object();
  const auto* message = object == nullptr ? nullptr : object->if_contains("message");
  EXPECT_TRUE(message != nullptr && message->is_string()) << response.body;
  return message == nullptr ? "" : std::string(message->get_string());
}

inline std::optional<std::string> FieldOf(const HttpResponse& response,
                                          absl::string_view name) {
  for (const HttpField& field : response.fields) {
    if (field.first == name) return field.second;
  }
  return std::nullopt;
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_HTTP_API_FIXTURE_H_
