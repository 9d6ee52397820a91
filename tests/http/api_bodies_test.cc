// Would catch a body that is read otherwise than it stands there, or that changes
// something though it is refused.
#include <string>
#include <vector>

#include "tests/http/api_fixture.h"

namespace tocsin {
namespace {

using testing::ApiFixture;
using testing::Message;

const std::vector<std::string>& JsonRoutes() {
  static const auto* routes = new std::vector<std::string>{
      "/v1/customer-alerts/reset",   "/v1/customer-alerts/reset-many",
      "/v1/customer-alerts/get",     "/v1/customer-alerts/list",
      "/v1/customer-alerts/explain", "/v1/customer-alerts/history",
      "/v1/alerts/create",           "/v1/alerts/update",
      "/v1/alerts/archive",          "/v1/alerts/list"};
  return *routes;
}

// What no route takes.
std::vector<std::string> NoBodies(const std::string& good) {
  return {"",
          " \r\n",
          "null",
          "[]",
          "7",
          "\"text\"",
          "true",
          "nul",
          good + "x",
          good + good,
          good + " null",
          "\xef\xbb\xbf" + good,
          "{\"x\":\"\xff\"}",
          "{\"x\":\"\xc0\xaf\"}",
          "{\"x\":\"\xed\xa0\x80\"}",
          "{\"x\":\"\\ud800\"}",
          "{\"x\":\"\\udc00\\ud800\"}",
          std::string("{\"x\":\"\0\"}", 9),
          "{\"x\":\"\n\"}",
          "{'x':1}",
          "{\"x\":1,}",
          "{\"x\":01}",
          "{\"x\":NaN}",
          "{\"x\":Infinity}",
          "{\"x\":1 /* y */}",
          "{\"x\":1,\"x\":1}",
          "{\"y\":{\"x\":1,\"\\u0078\":1}}",
          good.substr(0, good.size() - 1),
          std::string(16'384, '['),
          "{\"x\":" + std::string(16, '[') + std::string(16, ']') + "}"};
}

TEST(ApiBodies, WhatIsNoObjectIsRefusedEverywhere) {
  const ApiFixture api;
  const std::string before = api.Everything();
  for (const std::string& route : JsonRoutes()) {
    for (const std::string& body : NoBodies(api.Body())) {
      const HttpResponse response = api.Post(route, body);
      EXPECT_EQ(response.status, 400) << route << " " << body;
      EXPECT_NE(Message(response), "");
    }
  }
  EXPECT_EQ(api.Post("/v1/facts", std::string(100'000, '[')).status, 400);
  for (const std::string& body : NoBodies("[{}]")) {
    EXPECT_EQ(api.Post("/v1/facts", body).status, 400) << body;
  }
  EXPECT_EQ(api.Everything(), before);
}

// One for each field that is an id.
std::vector<std::string> NoIds() {
  const std::string id = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
  return {"\"{" + id + "}\"",
          "\"" + id + "0\"",
          "\"" + id.substr(1) + "\"",
          "\"urn:uuid:" + id + "\"",
          "\"" + id.substr(0, 8) + id.substr(9) + "\"",
          "\"g" + id.substr(1) + "\"",
          "\" " + id.substr(1) + "\"",
          "\"00000000-0000-0000-0000-000000000000\"",
          "\"\"",
          "7",
          "null",
          "[\"" + id + "\"]"};
}

TEST(ApiBodies, WhatIsNoIdIsRefused) {
  const ApiFixture api;
  const std::string before = api.Everything();
  const std::string customer = "\"" + api.customer.ToString() + "\"";
  const std::string alert = "\"" + api.alert.ToString() + "\"";
  for (const std::string& id : NoIds()) {
    for (const char* route : {"reset", "get", "explain", "history"}) {
      const std::string path = absl::StrCat("/v1/customer-alerts/", route);
      for (const std::string& body :
           {absl::StrCat("{\"customer_id\":", id, ",\"alert_id\":", alert, "}"),
            absl::StrCat("{\"customer_id\":", customer, ",\"alert_id\":", id, "}")}) {
        EXPECT_EQ(api.Post(path, body).status, 400) << path << body;
      }
    }
    EXPECT_EQ(
        api.Post("/v1/customer-alerts/list", absl::StrCat("{\"customer_id\":", id, "}"))
            .status,
        400)
        << id;
    EXPECT_EQ(api.Post("/v1/alerts/archive", absl::StrCat("{\"id\":", id, "}")).status,
              400)
        << id;
  }
  EXPECT_EQ(api.Everything(), before);
}

TEST(ApiBodies, WhatIsMissingIsNamed) {
  const ApiFixture api;
  const std::string id = api.customer.ToString();
  EXPECT_EQ(Message(api.Post("/v1/customer-alerts/reset", "{}")),
            "customer_id: is missing, must be the text of a UUID");
  EXPECT_EQ(Message(api.Post("/v1/customer-alerts/reset",
                             absl::StrCat("{\"customer_id\":\"", id, "\"}"))),
            "alert_id: is missing, must be the text of a UUID");
  EXPECT_EQ(Message(api.Post("/v1/customer-alerts/reset", "[]")),
            "the body is an array, must be a JSON object");
  EXPECT_EQ(Message(api.Post("/v1/alerts/list", "")),
            "the body is empty, must be a JSON object");
  EXPECT_EQ(Message(api.Post("/v1/customer-alerts/reset-many", "{}")),
            "alert_id: is missing, must be the text of a UUID, or customer_id in its "
            "place");
  EXPECT_EQ(Message(api.Post("/v1/customer-alerts/reset-many", api.Body())),
            "customer_id: stands beside alert_id; give one of them");
}

TEST(ApiBodies, CapitalsOfIdsAreTheSameId) {
  const ApiFixture api;
  std::string body = api.Body();
  for (char& c : body) {
    if (c >= 'a' && c <= 'f' && body.find("_id") != std::string::npos) {
      const std::size_t at = static_cast<std::size_t>(&c - body.data());
      // Only inside the ids, which are the values.
      if (at > 15 && at < 15 + 37) c = static_cast<char>(c - 'a' + 'A');
    }
  }
  ASSERT_NE(body, api.Body());
  EXPECT_EQ(api.Post("/v1/customer-alerts/reset", body).status, 200) << body;
}

TEST(ApiBodies, UnknownFieldsArePassedOverAtAnyDepth) {
  const ApiFixture api;
  const std::string more =
      R"(,"plans_or_contracts":"PLANS","x":{"y":[1,{"z":null}]},"amount":"no number",)"
      R"("threshold":true,"version":-1})";
  std::string body = api.Body();
  body.pop_back();
  for (const char* route : {"reset", "get", "explain"}) {
    EXPECT_EQ(api.Post(absl::StrCat("/v1/customer-alerts/", route), body + more).status,
              200)
        << route;
  }
  const HttpResponse created = api.Post("/v1/alerts/create", R"({
    "alert_type":"spend_threshold_reached","name":"n","threshold":5,"nonsense":1,
    "group_values":[{"key":"region","extra":1}],
    "custom_field_filters":[{"entity":"Contract","key":"k","value":"v","extra":{}}]})");
  EXPECT_EQ(created.status, 200) << created.body;
  EXPECT_EQ(api.Post("/v1/alerts/create", R"({
    "alert_type":"low_remaining_contract_credit_and_commit_balance_reached","name":"n",
    "threshold":5,"alert_specifiers":[{"custom_field_filters":[{
      "entity":"ContractCreditOrCommit","key":"k","value":"v","extra":1}],"extra":2,
      "exclude":[{"extra":3,"custom_field_filters":[{
        "entity":"ContractCreditOrCommit","key":"k","value":"w","extra":4}]}]}]})")
                .status,
            200);
}

TEST(ApiBodies, ThresholdsAreReadFromTheirDigits) {
  const ApiFixture api;
  const auto create = [&api](const std::string& threshold) {
    return api.Post("/v1/alerts/create",
                    absl::StrCat(R"({"alert_type":"spend_threshold_reached","name":"n",)",
                                 R"("threshold":)", threshold, "}"));
  };
  const std::string before = api.Everything();
  for (const std::string& none :
       {std::string("1e999"), std::string("-1e999"), std::string("1e99999999999"),
        std::string(400, '9'), "0." + std::string(400, '9') + "e400",
        std::string("1000000000000000000.5"), std::string("NaN"), std::string("\"NaN\""),
        std::string("\"1e999\""), std::string("\"\""), std::string("\"0x10\""),
        std::string("true"), std::string("null"), std::string("[5]"), std::string("+5"),
        std::string("5."), std::string(".5"), std::string("\"0.1234567890123\"")}) {
    const HttpResponse response = create(none);
    EXPECT_EQ(response.status, 400) << none;
    EXPECT_NE(Message(response), "");
  }
  EXPECT_EQ(api.Everything(), before);
  for (const auto& [written, read] : std::vector<std::pair<std::string, std::string>>{
           {"9007199254740993", "9007199254740993"},
           {"\"9007199254740993\"", "9007199254740993"},
           {"0.1", "0.1"},
           {"1e3", "1000"},
           {"-0.000000000001", "-0.000000000001"},
           {"1000000000000000000", "1000000000000000000"},
           {"0.30000000000000004", "0.3"}}) {
    const HttpResponse response = create(written);
    ASSERT_EQ(response.status, 200) << written << response.body;
    const std::string id(Json(response).at("data").at("id").as_string());
    const HttpResponse got =
        api.Post("/v1/customer-alerts/get",
                 absl::StrCat("{\"customer_id\":\"", api.customer.ToString(),
                              "\",\"alert_id\":\"", id, "\"}"));
    EXPECT_THAT(got.body, ::testing::HasSubstr("\"threshold\":" + read + ",")) << written;
  }
}

TEST(ApiBodies, StatusesInEitherCase) {
  const ApiFixture api;
  for (const char* good :
       {R"(["ENABLED"])", R"(["enabled","Disabled","ARCHIVED"])", "[]", "null"}) {
    EXPECT_EQ(api.Post("/v1/alerts/list", absl::StrCat("{\"alert_statuses\":", good, "}"))
                  .status,
              200)
        << good;
  }
  for (const char* bad :
       {R"(["on"])", R"("ENABLED")", "[1]", "{}", R"(["ENABLED",null])"}) {
    EXPECT_EQ(api.Post("/v1/alerts/list", absl::StrCat("{\"alert_statuses\":", bad, "}"))
                  .status,
              400)
        << bad;
  }
}

}  // namespace
}  // namespace tocsin
