#ifndef TOCSIN_TESTS_HTTP_FRONT_FRONT_FIXTURE_H_
#define TOCSIN_TESTS_HTTP_FRONT_FRONT_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/http_front/raw_client.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tocsin/engine.h"
#include "tocsin/http.h"

namespace tocsin::testing {

// An engine with an alert and a customer, and a front before it.
class FrontTest : public ::testing::Test {
 protected:
  static constexpr char kReader[] = "a-token-of-someone-who-reads";
  static constexpr char kWriter[] = "a-token-of-someone-who-writes";

  FrontTest() : FrontTest(Options{}) {}
  explicit FrontTest(Options options) {
    options.sink = &sink_;
    options.clock = &clock_;
    options.worker_threads = 0;
    options.random_seed = 1;
    engine_ = Engine::Open(options).value();
    const AlertSpec spec = {
        .id = limit_, .name = "limit", .threshold = D("100"), .notify_resolved = true};
    EXPECT_TRUE(engine_->CreateAlert(spec).ok());
    EXPECT_TRUE(engine_->Apply({{Spend(acme_, "150")}}).status.ok());
    EXPECT_TRUE(engine_->Drain().ok());
    sink_.Take();
  }

  void StartFront() { StartFront({}); }
  void StartFront(HttpFrontOptions options) {
    options.api.tokens = {{kReader, static_cast<std::uint32_t>(HttpRight::kRead)},
                          {kWriter, static_cast<std::uint32_t>(HttpRight::kRead) |
                                        static_cast<std::uint32_t>(HttpRight::kWrite)}};
    options.port = 0;
    absl::StatusOr<std::unique_ptr<HttpFront>> front =
        HttpFront::Start(engine_.get(), std::move(options));
    ASSERT_TRUE(front.ok()) << front.status();
    front_ = *std::move(front);
  }
  std::uint16_t port() const { return front_->port(); }

  static std::string Post(const std::string& target, const std::string& body,
                          const std::string& fields) {
    return absl::StrCat("POST ", target, " HTTP/1.1\r\nHost: a\r\n", fields,
                        "Content-Type: application/json\r\nContent-Length: ", body.size(),
                        "\r\n\r\n", body);
  }
  static std::string Bearer(const std::string& token) {
    return absl::StrCat("Authorization: Bearer ", token, "\r\n");
  }
  std::string ResetBody() const {
    return absl::StrCat(R"({"customer_id":")", acme_.ToString(), R"(","alert_id":")",
                        limit_.ToString(), R"("})");
  }
  std::string Reset(const std::string& more_fields = "") const {
    return Post("/v1/customer-alerts/reset", ResetBody(), Bearer(kWriter) + more_fields);
  }
  static std::string Get(const std::string& target = "/healthz") {
    return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: a\r\n", Bearer(kReader),
                        "\r\n");
  }

  std::uint64_t Epoch() { return engine_->GetCustomerAlert(acme_, limit_)->epoch; }

  // All that a request could have changed.
  std::string State() {
    const Stats stats = engine_->GetStats();
    std::string state = absl::StrCat(
        "facts ", stats.facts_applied, " ", stats.facts_refused, " resets ", stats.resets,
        " decided ", stats.notifications_decided, " customers ", stats.customers,
        " alerts ", stats.alerts, " due ", stats.due);
    EXPECT_TRUE(engine_
                    ->ForEachAlert([&](const Alert& alert) {
                      absl::StrAppend(&state, " alert ", alert.id.ToString(), " ",
                                      alert.spec.name, " ",
                                      alert.spec.threshold->ToString(), " ",
                                      AlertStatusName(alert.status));
                    })
                    .ok());
    const CustomerAlert stands = engine_->GetCustomerAlert(acme_, limit_).value();
    absl::StrAppend(&state, " epoch ", stands.epoch, " ",
                    CustomerStatusName(*stands.status), " ", stands.value->ToString());
    return state;
  }

  const CustomerId acme_ =
      CustomerId::Parse("11111111-1111-4111-8111-111111111111").value();
  const AlertId limit_ = AlertId::Parse("22222222-2222-4222-8222-222222222222").value();
  ManualClock clock_{At("2026-02-01T00:00:00Z")};
  CollectingSink sink_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<HttpFront> front_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_HTTP_FRONT_FRONT_FIXTURE_H_
