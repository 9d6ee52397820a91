#ifndef TOCSIN_TESTS_WEBHOOK_HTTP_WEBHOOK_API_FIXTURE_H_
#define TOCSIN_TESTS_WEBHOOK_HTTP_WEBHOOK_API_FIXTURE_H_

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/http/api_fixture.h"
#include "tests/receiver/inbox.h"
#include "tocsin/webhook.h"

namespace tocsin::testing {

inline WebhookOptions ToThisMachine(WebhookOptions options = {}) {
  options.allow_http = true;
  options.allowed_networks = {"127.0.0.0/8"};
  return options;
}

// The endpoints with webhooks behind them, and somebody to be sent to.
struct WebhookApiFixture {
  explicit WebhookApiFixture(WebhookOptions options = {})
      : sink(*WebhookSink::Open(ToThisMachine(std::move(options)))),
        api({.sink = sink.get()}, {.webhooks = sink.get()}) {}

  HttpResponse Post(const std::string& name, std::string body,
                    std::vector<HttpField> more = {}) const {
    return api.Post("/v1/webhooks/" + name, std::move(body), std::move(more));
  }
  // The `data` of an answer that is 200.
  boost::json::value Data(const std::string& name, std::string body) const {
    const HttpResponse response = Post(name, std::move(body));
    EXPECT_EQ(response.status, 200) << name << " " << response.body;
    const boost::json::value json = Json(response);
    return response.status == 200 ? json.at("data") : boost::json::value();
  }
  // Makes an endpoint that is `inbox`; `more` are members that begin with a comma.
  std::string Create(absl::string_view more = "") const {
    const boost::json::value data =
        Data("create", absl::StrCat("{\"url\":\"", inbox.Url(), "\",\"secret\":\"",
                                    kSecret, "\"", more, "}"));
    return std::string(data.at("id").as_string());
  }
  static std::string Of(const std::string& id, absl::string_view more = "") {
    return absl::StrCat("{\"id\":\"", id, "\"", more, "}");
  }
  boost::json::value Endpoint(const std::string& id) const { return Data("get", Of(id)); }
  // Asks for an endpoint until a count of it is as it should become.
  void AwaitCount(const std::string& id, const std::string& count, int want) const {
    const absl::Time end = absl::Now() + absl::Seconds(30);
    while (Endpoint(id).at(count).to_number<int>() != want) {
      if (absl::Now() > end) FAIL() << count << " is not " << want << " within 30 s";
      std::this_thread::yield();
    }
  }
  // Has a customer cross the alert at 100.
  void Cross(int customer) const {
    EXPECT_EQ(api.engine->Apply({Spend(Customer(customer), "150")}).applied, 1u);
    api.Drain();
  }

  static constexpr char kSecret[] = "a-secret-that-nobody-would-guess";
  mutable Inbox inbox;
  std::unique_ptr<WebhookSink> sink;
  ApiFixture api;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_WEBHOOK_HTTP_WEBHOOK_API_FIXTURE_H_
