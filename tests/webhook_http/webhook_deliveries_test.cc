// Would catch a notification that does not come to who asked for it, or not signed as was
// settled, a test event that tells another outcome, and a dead letter that cannot be
// found or sent again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/sqlite/database.h"
#include "tests/support/temp_directory.h"
#include "tests/webhook_http/webhook_api_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kOther[] = "another-that-nobody-would-guess";

TEST(WebhookDeliveries, ACrossingComesSignedToWhoAskedForIt) {
  const WebhookApiFixture f;
  Inbox other;
  const std::string all = f.Create(R"(,"headers":{"X-Of":"tocsin"})");
  const std::string none = std::string(
      f.Data("create", absl::StrCat("{\"url\":\"", other.Url(),
                                    "\",\"alert_types\":[\"usage_threshold_reached\"]}"))
          .at("id")
          .as_string());
  f.Cross(1);
  const ReceivedRequest request = f.inbox.Await(0);
  const boost::json::value body = boost::json::parse(request.body);
  EXPECT_EQ(body.at("type").as_string(), "alerts.spend_threshold_reached");
  EXPECT_EQ(body.at("properties").at("customer_id").as_string(), Customer(1).ToString());
  EXPECT_EQ(request.Header("X-Of"), "tocsin");
  EXPECT_TRUE(Verified(request, WebhookScheme::kMetronome, f.kSecret).ok());
  EXPECT_FALSE(Verified(request, WebhookScheme::kMetronome, kOther).ok());
  f.AwaitCount(all, "delivered", 1);
  EXPECT_EQ(f.Endpoint(all).at("waiting").to_number<int>(), 0);
  // Had it been sent, it would have been accepted in the same breath.
  EXPECT_EQ(f.Endpoint(none).at("waiting").to_number<int>(), 0);
  EXPECT_EQ(f.Endpoint(none).at("delivered").to_number<int>(), 0);
  EXPECT_EQ(other.count(), 0u);
  const std::string metrics = f.api.Get("/metrics").body;
  EXPECT_THAT(metrics,
              HasSubstr(absl::StrCat("tocsin_webhook_deliveries_total{endpoint=\"", all,
                                     "\"} 1\n")));
  EXPECT_THAT(metrics, HasSubstr("\ntocsin_webhooks_not_kept 0\n"));
  EXPECT_THAT(metrics, HasSubstr("\ntocsin_webhooks_not_cleared 0\n"));
  EXPECT_THAT(metrics, HasSubstr(absl::StrCat("tocsin_webhook_waiting{endpoint=\"", none,
                                              "\"} 0\n")));
}

TEST(WebhookDeliveries, ATestTellsWhatCameOfIt) {
  const WebhookApiFixture f;
  const std::string id = f.Create();
  boost::json::value outcome = f.Data("test", f.Of(id));
  EXPECT_EQ(outcome.at("status").to_number<int>(), 204);
  EXPECT_TRUE(outcome.at("failure").is_null());
  const ReceivedRequest request = f.inbox.Await(0);
  const boost::json::value body = boost::json::parse(request.body);
  EXPECT_EQ(body.at("type").as_string(), "webhook.test");
  EXPECT_EQ(body.at("id"), outcome.at("notification_id"));
  EXPECT_TRUE(Verified(request, WebhookScheme::kMetronome, f.kSecret).ok());
  f.inbox.AnswerFromNowOn(500);
  outcome = f.Data("test", f.Of(id));
  EXPECT_EQ(outcome.at("status").to_number<int>(), 500);
  EXPECT_EQ(outcome.at("failure").as_string(), "the answer was 500");
}

TEST(WebhookDeliveries, ARotatedSecretSignsBesideTheOneOfBefore) {
  const WebhookApiFixture f;
  const std::string id = f.Create();
  const std::string rotate = f.Of(id, absl::StrCat(",\"secret\":\"", kOther, "\""));
  EXPECT_EQ(f.Data("rotate-secret", rotate).at("secret").as_string(), kOther);
  EXPECT_TRUE(f.Endpoint(id).at("previous_secret_until").is_string());
  f.Data("test", f.Of(id));
  const ReceivedRequest both = f.inbox.Await(0);
  EXPECT_TRUE(Verified(both, WebhookScheme::kMetronome, f.kSecret).ok());
  EXPECT_TRUE(Verified(both, WebhookScheme::kMetronome, kOther).ok());
  f.Data("end-overlap", f.Of(id));
  EXPECT_TRUE(f.Endpoint(id).at("previous_secret_until").is_null());
  f.Data("test", f.Of(id));
  const ReceivedRequest one = f.inbox.Await(1);
  EXPECT_FALSE(Verified(one, WebhookScheme::kMetronome, f.kSecret).ok());
  EXPECT_TRUE(Verified(one, WebhookScheme::kMetronome, kOther).ok());
}

TEST(WebhookDeliveries, AnotherSchemeIsSignedByWhatCanSignIt) {
  constexpr char kStandard[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const WebhookApiFixture f;
  const std::string id = f.Create();
  f.Data("rotate-secret", f.Of(id, absl::StrCat(",\"secret\":\"", kStandard, "\"")));
  f.Data("update", f.Of(id, R"(,"signature":"standard_webhooks")"));
  f.Data("test", f.Of(id));
  const ReceivedRequest request = f.inbox.Await(0);
  EXPECT_TRUE(Verified(request, WebhookScheme::kStandard, kStandard).ok());
  // One, and none that is made with a key of nothing.
  EXPECT_THAT(request.Header("webhook-signature"), ::testing::Not(HasSubstr(" ")));
}

TEST(WebhookDeliveries, DeadLettersAreListedAndSentAgain) {
  const WebhookApiFixture f({.retry_first = absl::Milliseconds(1),
                             .retry_max = absl::Milliseconds(10),
                             .keep_trying = absl::Milliseconds(200)});
  f.inbox.AnswerFromNowOn(500);
  const std::string id = f.Create();
  constexpr int kDead = 101;
  for (int customer = 1; customer <= kDead; ++customer) f.Cross(customer);
  f.AwaitCount(id, "dead", kDead);
  const boost::json::value first = Json(f.Post("dead-letters", f.Of(id)));
  ASSERT_EQ(first.at("data").as_array().size(), 100u);
  const std::string next(first.at("next_page").as_string());
  const boost::json::value second =
      Json(f.Post("dead-letters?next_page=" + next, f.Of(id)));
  ASSERT_EQ(second.at("data").as_array().size(), 1u);
  EXPECT_TRUE(second.at("next_page").is_null());
  std::set<std::string> customers;
  for (const boost::json::value* const page : {&first, &second}) {
    for (const boost::json::value& letter : page->at("data").as_array()) {
      customers.insert(std::string(letter.at("customer_id").as_string()));
      EXPECT_EQ(letter.at("type").as_string(), "alerts.spend_threshold_reached");
      EXPECT_EQ(letter.at("alert_id").as_string(), AlertNumber(1).ToString());
    }
  }
  EXPECT_EQ(customers.size(), 101u);
  EXPECT_THAT(std::string(first.at("data").at(0).at("reason").as_string()),
              HasSubstr("the answer was 500"));
  f.inbox.AnswerFromNowOn(204);
  const auto number = first.at("data").at(0).at("number").to_number<int>();
  const std::string one = f.Of(id, absl::StrCat(",\"number\":", number));
  EXPECT_EQ(f.Data("send-again", one).at("count").to_number<int>(), 1);
  f.AwaitCount(id, "delivered", 1);
  EXPECT_EQ(f.Post("send-again", one).status, 404);
  EXPECT_EQ(f.Data("send-again", f.Of(id, R"(,"everything":true)"))
                .at("count")
                .to_number<int>(),
            kDead - 1);
  f.AwaitCount(id, "delivered", kDead);
  EXPECT_EQ(f.Endpoint(id).at("dead").to_number<int>(), 0);
}

TEST(WebhookDeliveries, ADeadLetterThatCannotBeReadHidesNoOther) {
  const TempDirectory directory;
  const WebhookApiFixture f({.directory = directory / "sink",
                             .retry_first = absl::Milliseconds(1),
                             .retry_max = absl::Milliseconds(10),
                             .keep_trying = absl::ZeroDuration()});
  f.inbox.AnswerFromNowOn(500);
  const std::string id = f.Create();
  for (int customer = 1; customer <= 3; ++customer) f.Cross(customer);
  f.AwaitCount(id, "dead", 3);
  // So that they are on the disk.
  ASSERT_EQ(Json(f.Post("dead-letters", f.Of(id))).at("data").as_array().size(), 3u);
  {
    const auto file = sqlite::Database::Open(directory / "sink/webhooks.db", "");
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE((*file)->Execute("UPDATE delivery SET body = 'x' WHERE number = 1").ok());
  }
  const boost::json::value shown = Json(f.Post("dead-letters", f.Of(id)));
  EXPECT_EQ(shown.at("data").as_array().size(), 2u);
  EXPECT_EQ(boost::json::serialize(shown.at("unreadable")), "[1]");
  f.inbox.AnswerFromNowOn(204);
  EXPECT_EQ(f.Post("send-again", f.Of(id, R"(,"number":1)")).status, 409);
  EXPECT_EQ(f.Post("send-again", f.Of(id, R"(,"everything":true)")).status, 409);
  f.AwaitCount(id, "delivered", 2);
  EXPECT_EQ(f.Endpoint(id).at("dead").to_number<int>(), 1);
}

}  // namespace
}  // namespace tocsin::testing
