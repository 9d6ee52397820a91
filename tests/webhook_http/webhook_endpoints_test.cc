// Would catch an endpoint that is made, changed, shown or taken away otherwise than was
// asked for, a secret that is told twice, and somebody who may although he may not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/webhook_http/webhook_api_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kAllPaths[] = {
    "create", "update",       "delete",        "get",         "list",
    "test",   "dead-letters", "rotate-secret", "end-overlap", "send-again"};

TEST(WebhookEndpoints, WithoutWebhooksThereAreNone) {
  const ApiFixture api;
  for (const char* const path : kAllPaths) {
    const HttpResponse response = api.Post(absl::StrCat("/v1/webhooks/", path), "{}");
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_THAT(Message(response), HasSubstr("sends no webhooks")) << path;
  }
}

TEST(WebhookEndpoints, AreAnAdministrators) {
  const WebhookApiFixture f;
  for (const char* const path : kAllPaths) {
    HttpRequest request =
        ApiFixture::RequestOf(absl::StrCat("/v1/webhooks/", path), "{}");
    for (const char* const token : {kReadToken, kWriteToken}) {
      request.fields[0].second = absl::StrCat("Bearer ", token);
      EXPECT_EQ(f.api.api->HandleRequest(request).status, 403) << path;
    }
    // Who asks an endpoint that hangs, or sends very many again, holds up nobody.
    const bool is_long =
        absl::string_view(path) == "test" || absl::string_view(path) == "send-again";
    EXPECT_EQ(f.api.api->Admit(ApiFixture::RequestOf(request.target, "")).lane,
              is_long ? HttpApi::Lane::kWebhookLong : HttpApi::Lane::kWebhook)
        << path;
  }
}

TEST(WebhookEndpoints, OneIsMadeShownChangedAndTakenAway) {
  const WebhookApiFixture f;
  const std::string id = f.Create(R"(,"name":"billing","headers":{"X-A":"b"})");
  const boost::json::value made = f.Endpoint(id);
  EXPECT_EQ(made.at("id").as_string(), id);
  EXPECT_EQ(made.at("name").as_string(), "billing");
  EXPECT_EQ(made.at("url").as_string(), f.inbox.Url());
  EXPECT_EQ(made.at("signature").as_string(), "metronome");
  EXPECT_EQ(made.at("status").as_string(), "enabled");
  EXPECT_EQ(f.Data("update", f.Of(id, R"(,"enabled":false)")).at("id").as_string(), id);
  const boost::json::value changed = f.Endpoint(id);
  EXPECT_EQ(changed.at("status").as_string(), "disabled");
  EXPECT_EQ(changed.at("headers"), made.at("headers"));
  EXPECT_EQ(changed.at("name"), made.at("name"));
  EXPECT_EQ(f.Data("delete", f.Of(id)).at("id").as_string(), id);
  for (const char* const path : {"get", "update", "delete", "test", "dead-letters",
                                 "rotate-secret", "end-overlap"}) {
    EXPECT_EQ(f.Post(path, f.Of(id)).status, 404) << path;
  }
  EXPECT_EQ(f.Post("send-again", f.Of(id, R"(,"everything":true)")).status, 404);
}

TEST(WebhookEndpoints, ASecretIsToldOnce) {
  const WebhookApiFixture f;
  const boost::json::value data =
      f.Data("create", absl::StrCat("{\"url\":\"", f.inbox.Url(), "\"}"));
  const std::string id(data.at("id").as_string());
  const std::string made(data.at("secret").as_string());
  EXPECT_GE(made.size(), 24u);
  const std::string given = "another-that-nobody-would-guess";
  EXPECT_EQ(f.Data("rotate-secret", f.Of(id, ",\"secret\":\"" + given + "\""))
                .at("secret")
                .as_string(),
            given);
  for (const HttpResponse& shown :
       {f.Post("get", f.Of(id)), f.Post("list", "{}"), f.Post("test", f.Of(id)),
        f.Post("end-overlap", f.Of(id)), f.api.Get("/metrics")}) {
    EXPECT_EQ(shown.status, 200) << shown.body;
    EXPECT_THAT(shown.body, Not(HasSubstr(made)));
    EXPECT_THAT(shown.body, Not(HasSubstr(given)));
  }
}

TEST(WebhookEndpoints, WhatCannotBeIsRefusedAndChangesNothing) {
  const WebhookApiFixture f;
  const std::string id = f.Create(R"(,"name":"billing")");
  const HttpResponse twice = f.Post(
      "create", absl::StrCat("{\"url\":\"", f.inbox.Url(), "\",\"name\":\"billing\"}"));
  EXPECT_EQ(twice.status, 409);
  EXPECT_EQ(FieldOf(twice, "x-should-retry"), "false");
  const boost::json::value before = f.Endpoint(id);
  for (const char* const change :
       {R"(,"url":"gopher://a.example/")", R"(,"url":"http://a:b@127.0.0.1/")",
        R"(,"url":"http://10.0.0.1/")", R"(,"headers":{"Host":"a"})",
        R"(,"headers":{"X-A":"a\r\nX-B: c"})", R"(,"alert_types":["none"])",
        // Passed over, it would let everything go there.
        R"(,"customer_id":"11111111-1111-4111-8111-111111111111")"}) {
    const HttpResponse response = f.Post("update", f.Of(id, change));
    EXPECT_EQ(response.status, 400) << change << response.body;
    EXPECT_THAT(Message(response), Not(HasSubstr("a:b"))) << change;
  }
  EXPECT_EQ(f.Endpoint(id), before);
  EXPECT_EQ(f.Post("create",
                   absl::StrCat("{\"url\":\"", f.inbox.Url(), "\",\"alert_type\":\"x\"}"))
                .status,
            400);
  EXPECT_EQ(f.Post("rotate-secret", f.Of(id, R"(,"secret":"short")")).status, 400);
  EXPECT_EQ(f.Endpoint(id), before);
}

TEST(WebhookEndpoints, TheSameKeyMakesOne) {
  const WebhookApiFixture f;
  const std::string body = absl::StrCat("{\"url\":\"", f.inbox.Url(), "\"}");
  const std::vector<HttpField> key = {{"Idempotency-Key", "one"}};
  const HttpResponse first = f.Post("create", body, key);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(f.Post("create", body, key).body, first.body);
  EXPECT_EQ(f.Data("list", "{}").as_array().size(), 1u);
}

TEST(WebhookEndpoints, AListHasEachOnce) {
  const WebhookApiFixture f;
  std::set<std::string> made;
  for (int i = 0; i < 201; ++i) made.insert(f.Create());
  std::vector<std::string> found;
  std::string query;
  for (int page = 0; page < 3; ++page) {
    const boost::json::value answer = Json(f.Post("list" + query, "{}"));
    for (const boost::json::value& one : answer.at("data").as_array()) {
      found.emplace_back(one.at("id").as_string());
    }
    if (page == 2) {
      EXPECT_TRUE(answer.at("next_page").is_null());
      break;
    }
    ASSERT_TRUE(answer.at("next_page").is_string()) << found.size();
    query = absl::StrCat("?next_page=", std::string(answer.at("next_page").as_string()));
    // One that is gone by then leaves the others where they are.
    if (page == 0) {
      f.Data("delete", f.Of(found.back()));
      made.erase(found.back());
      found.pop_back();
    }
  }
  EXPECT_EQ(found, std::vector<std::string>(made.begin(), made.end()));
  EXPECT_EQ(f.Post("list?next_page=x", "{}").status, 400);
}

TEST(WebhookEndpoints, TwoWhoChangeDifferentThingsBothDo) {
  const WebhookApiFixture f;
  const std::string id = f.Create();
  constexpr int kRounds = 50;
  const auto change = [&](const std::string& field) {
    for (int i = 1; i <= kRounds; ++i) {
      const std::string value = absl::StrCat(",\"", field, "\":");
      EXPECT_EQ(
          f.Post("update",
                 f.Of(id, field == "name" ? absl::StrCat(value, "\"", i, "\"")
                                          : absl::StrCat(value, "{\"X-I\":\"", i, "\"}")))
              .status,
          200);
    }
  };
  std::thread other(change, "name");
  change("headers");
  other.join();
  const boost::json::value endpoint = f.Endpoint(id);
  EXPECT_EQ(endpoint.at("name").as_string(), absl::StrCat(kRounds));
  EXPECT_EQ(endpoint.at("headers").at("X-I").as_string(), absl::StrCat(kRounds));
}

}  // namespace
}  // namespace tocsin::testing
