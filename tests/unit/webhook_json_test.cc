// Catches a request about webhooks that says something else than was written, one that is
// too wide where a word was misspelt, and an endpoint that is written without what is
// known of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/json_cases.h"
#include "tocsin/webhook_requests.h"

namespace tocsin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

template <typename Request>
std::string ErrorOf(absl::StatusOr<Request> (*read)(absl::string_view),
                    const std::string& json) {
  const absl::StatusOr<Request> request = read(Fill(json));
  EXPECT_FALSE(request.ok()) << json;
  return std::string(request.status().message());
}

TEST(WebhookJson, ACreationSaysAllThatAnEndpointCanBe) {
  const absl::StatusOr<CreateWebhookRequest> request = CreateWebhookRequestFromJson(
      Fill(R"({"url":"https://a.example/h","name":"billing",)"
           R"("signature":"standard_webhooks","alert_types":["usage_threshold_reached"],)"
           R"("alert_ids":["$A"],"customer_ids":["$C","$O"],)"
           R"("headers":{"X-Team":"a","X-Of":"b"},"enabled":false,)"
           R"("secret":"a-secret-of-24-characters"})"));
  ASSERT_TRUE(request.ok()) << request.status();
  const WebhookSettings& settings = request->settings;
  EXPECT_EQ(settings.url, "https://a.example/h");
  EXPECT_EQ(settings.name, "billing");
  EXPECT_EQ(settings.scheme, WebhookScheme::kStandard);
  EXPECT_THAT(settings.filter.alert_types,
              ElementsAre(AlertType::kUsageThresholdReached));
  EXPECT_THAT(settings.filter.alerts, ElementsAre(IdOf<AlertId>(kAlertText)));
  EXPECT_THAT(settings.filter.customers,
              ElementsAre(IdOf<CustomerId>(kCustomerText), IdOf<CustomerId>(kOtherText)));
  EXPECT_THAT(settings.headers, ElementsAre(Pair("X-Team", "a"), Pair("X-Of", "b")));
  EXPECT_FALSE(settings.enabled);
  EXPECT_EQ(request->secret, "a-secret-of-24-characters");
}

TEST(WebhookJson, AFilterThatIsMisspeltIsNotPassedOver) {
  EXPECT_THAT(ErrorOf(CreateWebhookRequestFromJson,
                      R"({"url":"https://a.example/h","customer_id":"$C"})"),
              ::testing::HasSubstr("customer_id"));
  EXPECT_THAT(ErrorOf(UpdateWebhookRequestFromJson, R"({"id":"$A","alert_type":[]})"),
              ::testing::HasSubstr("alert_type"));
}

TEST(WebhookJson, ACreationNeedsNoMoreThanAnAddress) {
  const absl::StatusOr<CreateWebhookRequest> request = CreateWebhookRequestFromJson(
      R"({"url":"https://a.example/","alert_types":null,"secret":null})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->settings, WebhookSettings{.url = "https://a.example/"});
  EXPECT_EQ(request->secret, "");
}

TEST(WebhookJson, WhatIsWrongIsNamed) {
  for (const auto& [json, error] : std::vector<std::pair<std::string, std::string>>{
           {R"({})", "url: is missing"},
           {R"({"url":1})", "url: is a number"},
           {R"({"url":"u","signature":"plain"})",
            R"(signature: is "plain", must be metronome or standard_webhooks)"},
           {R"({"url":"u","alert_types":["spend"]})", R"(alert_types: has "spend")"},
           {R"({"url":"u","alert_types":"spend"})", "alert_types: is a string"},
           {R"({"url":"u","alert_ids":["$A","x"]})", R"(alert_ids: has "x")"},
           {R"({"url":"u","customer_ids":["00000000-0000-0000-0000-000000000000"]})",
            "customer_ids: has"},
           {R"({"url":"u","customer_ids":[1]})", "customer_ids[0]: is a number"},
           {R"({"url":"u","headers":["a"]})", "headers: is an array"},
           {R"({"url":"u","headers":{"a":1}})", R"(headers: the value of "a")"},
           {R"({"url":"u","enabled":"no"})", "enabled: is a string"},
           {R"([])", "the body is an array"},
           {R"()", "the body is empty"}}) {
    EXPECT_THAT(ErrorOf(CreateWebhookRequestFromJson, json), HasSubstr(error)) << json;
  }
}

TEST(WebhookJson, AnUpdateLeavesWhatItDoesNotName) {
  WebhookSettings settings = {.name = "a",
                              .url = "https://a.example/",
                              .scheme = WebhookScheme::kStandard,
                              .headers = {{"X-A", "b"}},
                              .enabled = false};
  settings.filter.customers = {IdOf<CustomerId>(kCustomerText)};
  const WebhookSettings before = settings;
  const absl::StatusOr<UpdateWebhookRequest> nothing =
      UpdateWebhookRequestFromJson(Fill(R"({"id":"$O"})"));
  ASSERT_TRUE(nothing.ok()) << nothing.status();
  nothing->ApplyTo(&settings);
  EXPECT_EQ(settings, before);
  const absl::StatusOr<UpdateWebhookRequest> some = UpdateWebhookRequestFromJson(
      Fill(R"({"id":"$O","customer_ids":[],"enabled":true,"headers":{}})"));
  ASSERT_TRUE(some.ok()) << some.status();
  EXPECT_EQ(some->id, IdOf<EndpointId>(kOtherText));
  some->ApplyTo(&settings);
  EXPECT_THAT(settings.filter.customers, IsEmpty());
  EXPECT_THAT(settings.headers, IsEmpty());
  EXPECT_TRUE(settings.enabled);
  EXPECT_EQ(settings.url, before.url);
}

TEST(WebhookJson, ASecretIsReplacedForADayUnlessItSaysOtherwise) {
  const absl::StatusOr<RotateSecretRequest> usual =
      RotateSecretRequestFromJson(Fill(R"({"id":"$O"})"));
  ASSERT_TRUE(usual.ok()) << usual.status();
  EXPECT_EQ(usual->overlap, absl::Hours(24));
  EXPECT_EQ(usual->secret, "");
  const absl::StatusOr<RotateSecretRequest> at_once =
      RotateSecretRequestFromJson(Fill(R"({"id":"$O","overlap_seconds":0})"));
  ASSERT_TRUE(at_once.ok()) << at_once.status();
  EXPECT_EQ(at_once->overlap, absl::ZeroDuration());
  EXPECT_THAT(
      ErrorOf(RotateSecretRequestFromJson, R"({"id":"$O","overlap_seconds":2592001})"),
      HasSubstr("must be 2592000 at most"));
  EXPECT_THAT(ErrorOf(RotateSecretRequestFromJson, R"({"id":"$O","overlap_seconds":-1})"),
              HasSubstr("overlap_seconds"));
}

TEST(WebhookJson, EverythingIsSentAgainOnlyWhereItSaysSo) {
  EXPECT_THAT(ErrorOf(SendAgainRequestFromJson, R"({"id":"$O","numbr":7})"),
              HasSubstr("number: is missing"));
  EXPECT_THAT(ErrorOf(SendAgainRequestFromJson, R"({"id":"$O","everything":false})"),
              HasSubstr("number: is missing"));
  EXPECT_THAT(
      ErrorOf(SendAgainRequestFromJson, R"({"id":"$O","number":7,"everything":true})"),
      HasSubstr("everything: stands beside number"));
  const absl::StatusOr<SendAgainRequest> one =
      SendAgainRequestFromJson(Fill(R"({"id":"$O","number":7})"));
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->number, 7u);
  const absl::StatusOr<SendAgainRequest> all =
      SendAgainRequestFromJson(Fill(R"({"id":"$O","everything":true})"));
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_FALSE(all->number.has_value());
}

TEST(WebhookJson, AConfigurationIsReadToTheLetter) {
  const absl::StatusOr<ConfiguredWebhook> webhook = ConfiguredWebhookFromJson(
      R"({"name":"a","url":"https://a.example/","secret_file":"/etc/secret"})");
  ASSERT_TRUE(webhook.ok()) << webhook.status();
  EXPECT_EQ(webhook->settings.name, "a");
  EXPECT_EQ(webhook->secret_file, "/etc/secret");
  // Passed over, it would send everything to everybody.
  EXPECT_THAT(ErrorOf(ConfiguredWebhookFromJson,
                      R"({"name":"a","url":"u","secret_file":"s","alert_type":[]})"),
              HasSubstr(R"(the field "alert_type" is not one of a configured webhook)"));
  EXPECT_THAT(ErrorOf(ConfiguredWebhookFromJson, R"({"url":"u","secret_file":"s"})"),
              HasSubstr("name: is missing"));
  EXPECT_THAT(
      ErrorOf(ConfiguredWebhookFromJson, R"({"name":"","url":"u","secret_file":"s"})"),
      HasSubstr("name: is empty"));
  EXPECT_THAT(ErrorOf(ConfiguredWebhookFromJson, R"({"name":"a","url":"u"})"),
              HasSubstr("secret_file: is missing"));
  EXPECT_THAT(ErrorOf(ConfiguredWebhookFromJson,
                      R"({"name":"a","url":"u","secret_file":"s","secret":"t"})"),
              HasSubstr(R"(the field "secret" is not one)"));
}

TEST(WebhookJson, AnEndpointIsWrittenWithAllThatIsKnownOfIt) {
  const absl::Time noon = absl::FromUnixSeconds(1'767'960'000);
  WebhookEndpoint endpoint = {
      .id = IdOf<EndpointId>(kOtherText),
      .settings = {.name = "a \"b\"", .url = "https://a.example/?x=1"},
      .status = WebhookStatus::kGone,
      .created_at = noon};
  std::string text;
  AppendWebhookJson(endpoint, &text);
  EXPECT_EQ(
      text,
      Fill(R"({"id":"$O","name":"a \"b\"","url":"https://a.example/?x=1",)"
           R"("signature":"metronome","alert_types":[],"alert_ids":[],)"
           R"("customer_ids":[],"headers":{},"status":"gone",)"
           R"("created_at":"2026-01-09T12:00:00.000Z","previous_secret_until":null,)"
           R"("waiting":0,"dead":0,"delivered":0,"failed":0,"failures_in_a_row":0,)"
           R"("last_failure":null,"last_success_at":null,"paused_until":null})"));
  endpoint.settings.scheme = WebhookScheme::kStandard;
  endpoint.settings.filter = {.alert_types = {AlertType::kUsageThresholdReached},
                              .alerts = {IdOf<AlertId>(kAlertText)},
                              .customers = {IdOf<CustomerId>(kCustomerText)}};
  endpoint.settings.headers = {{"X-A", "b"}, {"X-C", "d"}};
  endpoint.previous_secret_until = noon;
  endpoint.waiting = 1;
  endpoint.dead = 2;
  endpoint.delivered = 3;
  endpoint.failed = 4;
  endpoint.failures_in_a_row = 5;
  endpoint.last_failure_at = noon;
  endpoint.last_failure = "status 500";
  endpoint.last_success_at = noon;
  endpoint.paused_until = noon;
  text.clear();
  AppendWebhookJson(endpoint, &text);
  const std::string at = R"("2026-01-09T12:00:00.000Z")";
  EXPECT_THAT(text, HasSubstr(Fill(
                        R"("signature":"standard_webhooks",)"
                        R"("alert_types":["usage_threshold_reached"],"alert_ids":["$A"],)"
                        R"("customer_ids":["$C"],"headers":{"X-A":"b","X-C":"d"})")));
  EXPECT_THAT(text, HasSubstr(R"("previous_secret_until":)" + at +
                              R"(,"waiting":1,"dead":2,"delivered":3,"failed":4,)"
                              R"("failures_in_a_row":5,"last_failure":{"at":)" +
                              at + R"(,"reason":"status 500"},"last_success_at":)" + at +
                              R"(,"paused_until":)" + at + "}"));
}

}  // namespace
}  // namespace tocsin
