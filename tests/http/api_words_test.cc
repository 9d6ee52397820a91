// Would catch a refusal that speaks to a client of what only a host has: C++ names of
// options, instead of what the client can do.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/http/api_fixture.h"
#include "tests/support/temp_directory.h"

namespace tocsin {
namespace {

using testing::ApiFixture;
using ::testing::HasSubstr;
using testing::Message;
using ::testing::Not;

std::string FactOf(const std::string& members) {
  return absl::StrCat(R"([{"customer_id":"c0ffee00-0000-4000-8000-000000000001",)",
                      members, "}]");
}

// The message of the refused fact, or of the refused request.
std::string RefusedText(const HttpResponse& response) {
  if (response.status != 200) return Message(response);
  const boost::json::value data = testing::Json(response).at("data");
  return std::string(data.at("refused").at(0).at("message").as_string());
}

constexpr char kBalance[] =
    R"("type":"balance","balance_type":"commit","granted":10,"remaining":10,)"
    R"("balance_id":"b0000000-0000-4000-8000-00000000000)";

TEST(ApiWords, OfALimitAreTheClients) {
  const ApiFixture api({.instances_per_customer_max = 1, .due_max = 1});
  const std::string first = FactOf(absl::StrCat(kBalance, "1\""));
  ASSERT_THAT(api.Post("/v1/facts", first).body, HasSubstr("\"applied\":1"));
  const std::string many =
      RefusedText(api.Post("/v1/facts", FactOf(absl::StrCat(kBalance, "2\""))));
  EXPECT_THAT(many, HasSubstr("has 1 balances, the most that are remembered for one"));
  const std::string late = RefusedText(api.Post(
      "/v1/facts",
      FactOf(R"("type":"spend","amount":1,"timestamp":"2030-01-01T00:00:00Z")")));
  EXPECT_THAT(late, HasSubstr("it must be no further"));
  ASSERT_EQ(api.Post("/v1/customer-alerts/reset", api.Body()).status, 200);
  const AlertId other =
      *api.engine->CreateAlert({.name = "other", .threshold = testing::D("50")});
  const std::string full =
      Message(api.Post("/v1/customer-alerts/reset-many",
                       absl::StrCat("{\"alert_id\":\"", other.ToString(), "\"}")));
  EXPECT_THAT(full, HasSubstr("try again"));
  const std::string resume = Message(api.Post(
      "/v1/customer-alerts/reset-many",
      absl::StrCat("{\"alert_id\":\"", other.ToString(), "\",\"resume\":\"nowhere\"}")));
  EXPECT_THAT(resume, HasSubstr("what `resume` was of the same reset"));
  for (const std::string& text : {many, late, full, resume}) {
    EXPECT_THAT(text, Not(HasSubstr("::"))) << text;
    EXPECT_THAT(text, Not(HasSubstr("()"))) << text;
  }
}

TEST(ApiWords, OfAFullOutboxAreTheClients) {
  struct : NotificationSink {
    absl::Status Deliver(const Notification&) override {
      return absl::UnavailableError("not now");
    }
  } sink;
  const ApiFixture api({.sink = &sink, .outbox_max = 1});
  ASSERT_THAT(api.Post("/v1/facts", FactOf(R"("type":"spend","amount":200)")).body,
              HasSubstr("\"applied\":1"));
  const HttpResponse full = api.Post("/v1/facts", FactOf(R"("type":"spend","amount":1)"));
  EXPECT_EQ(full.status, 429);
  EXPECT_THAT(Message(full), HasSubstr("1 notifications wait to be delivered"));
  EXPECT_THAT(Message(full), Not(HasSubstr("::")));
}

TEST(ApiWords, OfWhatIsNotKeptAreTheClients) {
  const ApiFixture api;
  const std::string history =
      Message(api.Post("/v1/customer-alerts/history", api.Body()));
  EXPECT_EQ(history, "no history is kept here");
  const std::string ids = Message(
      api.Post("/v1/facts", FactOf(R"("type":"spend","amount":1,"fact_id":"a")")));
  EXPECT_EQ(ids, "the batch has fact_ids, but none are kept here; leave them out");
}

// A value that looks like such a name is not taken out of what the client sent.
TEST(ApiWords, AreLeftAsTheyAreInAValue) {
  const ApiFixture api;
  const std::string text = RefusedText(
      api.Post("/v1/facts", FactOf(R"x("type":"spend","amount":"1 (a::b)")x")));
  EXPECT_THAT(text, HasSubstr("1 (a::b)"));
}

}  // namespace
}  // namespace tocsin
