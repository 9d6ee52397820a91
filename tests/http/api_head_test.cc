// Would catch a request that is let in, or kept out, by its head alone and should not be:
// a wrong path, method, token, type or length, each with the status that belongs to it.
#include <string>
#include <vector>

#include "tests/http/api_fixture.h"

namespace tocsin {
namespace {

using testing::ApiFixture;
using testing::FieldOf;
using testing::Message;

struct HeadCase {
  std::string name;
  HttpRequest request;
  int status = 0;
};

HttpRequest ResetWith(std::vector<HttpField> fields) {
  return {.method = "POST",
          .target = "/v1/customer-alerts/reset",
          .fields = std::move(fields)};
}

const HttpField kJsonType = {"Content-Type", "application/json"};
HttpField Bearer(const char* token) {
  return {"Authorization", absl::StrCat("Bearer ", token)};
}
const HttpField kMay = Bearer(testing::kAllToken);

HttpRequest At(const char* method, const char* target) {
  return {.method = method, .target = target, .fields = {kMay, kJsonType}};
}

std::vector<HeadCase> WrongPaths() {
  return {
      {"no path", At("POST", ""), 404},
      {"page", At("POST", "/"), 405},
      {"unknown", At("POST", "/v1/customer-alerts/reset2"), 404},
      {"slash behind", At("POST", "/v1/customer-alerts/reset/"), 404},
      {"two slashes", At("POST", "//v1/customer-alerts/reset"), 404},
      {"dots encoded", At("POST", "/v1/%2e%2e/v1/facts"), 404},
      {"dots", At("POST", "/v1/../v1/facts"), 404},
      {"nul encoded", At("POST", "/v1/facts%00"), 404},
      {"letter encoded", At("POST", "/v1/f%61cts"), 404},
      {"capital", At("POST", "/V1/facts"), 404},
      {"absolute form", At("POST", "http://localhost/v1/facts"), 404},
      {"get", At("GET", "/v1/customer-alerts/reset"), 405},
      {"head", At("HEAD", "/v1/facts"), 405},
      {"put", At("PUT", "/v1/alerts/create"), 405},
      {"small post", At("post", "/v1/alerts/create"), 405},
      {"options", At("OPTIONS", "/v1/alerts/list"), 405},
      {"post of health", At("POST", "/healthz"), 405},
      {"post of metrics", At("POST", "/metrics"), 405},
  };
}

std::vector<HeadCase> WrongTokens() {
  std::string other_token = testing::kAllToken;
  other_token.back() = 'x';
  return {
      {"no authorization", ResetWith({kJsonType}), 401},
      {"empty authorization", ResetWith({{"Authorization", ""}, kJsonType}), 401},
      {"bearer alone", ResetWith({{"Authorization", "Bearer"}, kJsonType}), 401},
      {"bearer and nothing", ResetWith({{"Authorization", "Bearer "}, kJsonType}), 401},
      {"basic", ResetWith({{"Authorization", "Basic dTpw"}, kJsonType}), 401},
      {"basic with a token",
       ResetWith(
           {{"Authorization", absl::StrCat("Basic ", testing::kAllToken)}, kJsonType}),
       401},
      {"token without a scheme",
       ResetWith({{"Authorization", testing::kAllToken}, kJsonType}), 401},
      {"other token", ResetWith({Bearer(other_token.c_str()), kJsonType}), 401},
      {"token and more",
       ResetWith({Bearer(absl::StrCat(testing::kAllToken, "1").c_str()), kJsonType}),
       401},
      {"part of a token", ResetWith({Bearer("all-rights-token-012345678"), kJsonType}),
       401},
      {"doubled", ResetWith({kMay, kMay, kJsonType}), 400},
      {"doubled in another case",
       ResetWith({kMay, {"authorization", kMay.second}, kJsonType}), 400},
  };
}

std::vector<HeadCase> WrongFields() {
  return {
      {"no type", ResetWith({kMay}), 415},
      {"form", ResetWith({kMay, {"Content-Type", "application/x-www-form-urlencoded"}}),
       415},
      {"text", ResetWith({kMay, {"Content-Type", "text/json"}}), 415},
      {"lines on a route without",
       ResetWith({kMay, {"Content-Type", "application/x-ndjson"}}), 415},
      {"another charset",
       ResetWith({kMay, {"Content-Type", "application/json; charset=latin1"}}), 415},
      {"prefix of a type", ResetWith({kMay, {"Content-Type", "application/jsonx"}}), 415},
      {"two types", ResetWith({kMay, kJsonType, kJsonType}), 400},
      {"gzip", ResetWith({kMay, kJsonType, {"Content-Encoding", "gzip"}}), 415},
      {"identity", ResetWith({kMay, kJsonType, {"Content-Encoding", "identity"}}), 415},
      {"too long", ResetWith({kMay, kJsonType, {"Content-Length", "16385"}}), 413},
      {"far too long",
       ResetWith({kMay, kJsonType, {"Content-Length", "99999999999999999999999"}}), 413},
      {"signed length", ResetWith({kMay, kJsonType, {"Content-Length", "+2"}}), 400},
      {"negative length", ResetWith({kMay, kJsonType, {"Content-Length", "-1"}}), 400},
      {"hexadecimal length", ResetWith({kMay, kJsonType, {"Content-Length", "0x2"}}),
       400},
      {"empty length", ResetWith({kMay, kJsonType, {"Content-Length", ""}}), 400},
      {"two lengths",
       ResetWith({kMay, kJsonType, {"Content-Length", "2"}, {"Content-Length", "2"}}),
       400},
      {"empty key", ResetWith({kMay, kJsonType, {"Idempotency-Key", ""}}), 400},
      {"two keys",
       ResetWith({kMay, kJsonType, {"Idempotency-Key", "a"}, {"Idempotency-Key", "a"}}),
       400},
      {"key with a space", ResetWith({kMay, kJsonType, {"Idempotency-Key", "a b"}}), 400},
      {"long key",
       ResetWith({kMay, kJsonType, {"Idempotency-Key", std::string(257, 'k')}}), 400},
  };
}

TEST(ApiHead, IsRefusedBeforeTheBody) {
  const ApiFixture api;
  const std::string before = api.Everything();
  std::vector<HeadCase> cases = WrongPaths();
  for (const auto& more : {WrongTokens(), WrongFields()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  for (HeadCase& one : cases) {
    const HttpApi::Admission admission = api.api->Admit(one.request);
    EXPECT_FALSE(admission.admitted) << one.name;
    EXPECT_EQ(admission.response.status, one.status) << one.name;
    EXPECT_NE(Message(admission.response), "") << one.name;
    EXPECT_EQ(admission.response.body.find("token-0123456789"), std::string::npos);
    one.request.body = api.Body();
    EXPECT_EQ(api.api->HandleRequest(one.request).status, one.status) << one.name;
  }
  EXPECT_EQ(api.Everything(), before);
}

TEST(ApiHead, SaysWhatWouldBeRight) {
  const ApiFixture api;
  EXPECT_EQ(FieldOf(api.Get("/v1/facts"), "Allow"), "POST");
  EXPECT_EQ(FieldOf(api.Post("/healthz", ""), "Allow"), "GET, HEAD");
  const HttpResponse unknown = api.api->HandleRequest(ResetWith({kJsonType}));
  EXPECT_EQ(FieldOf(unknown, "WWW-Authenticate"), "Bearer");
  EXPECT_TRUE(api.Post("/v1/alerts/list", std::string(16'385, ' ')).close);
}

TEST(ApiHead, ATokenInTheQueryIsNone) {
  const ApiFixture api;
  for (const char* name : {"token", "access_token", "Authorization"}) {
    HttpRequest request = ResetWith({kJsonType});
    request.target += absl::StrCat("?", name, "=", testing::kAllToken);
    request.body = api.Body();
    EXPECT_EQ(api.api->HandleRequest(request).status, 401) << name;
  }
}

TEST(ApiHead, TypesAndSchemesMayBeWrittenOtherwise) {
  const ApiFixture api;
  for (const char* type :
       {"application/json", "Application/JSON", "application/json;charset=utf-8",
        "application/json; charset=UTF-8", "application/json ; charset=\"utf-8\""}) {
    HttpRequest request = ResetWith({kMay, {"content-type", type}});
    request.body = api.Body();
    EXPECT_EQ(api.api->HandleRequest(request).status, 200) << type;
  }
  for (const char* scheme : {"bearer ", "BEARER ", "Bearer   "}) {
    HttpRequest request = ResetWith(
        {{"AUTHORIZATION", absl::StrCat(scheme, testing::kAllToken)}, kJsonType});
    request.body = api.Body();
    EXPECT_EQ(api.api->HandleRequest(request).status, 200) << scheme;
  }
}

TEST(ApiHead, TheBodyMayBeAsLongAsItIsSaid) {
  const ApiFixture api;
  const auto admit = [&api](const char* target, const char* bytes) {
    HttpRequest head = At("POST", target);
    head.fields.emplace_back("Content-Length", bytes);
    return api.api->Admit(head);
  };
  EXPECT_TRUE(admit("/v1/alerts/list", "16384").admitted);
  EXPECT_EQ(admit("/v1/alerts/list", "16384").body_bytes_max, 16'384u);
  EXPECT_TRUE(admit("/v1/facts", "1048576").admitted);
  EXPECT_EQ(admit("/v1/facts", "1048577").response.status, 413);
  EXPECT_TRUE(admit("/v1/facts", "1048577").response.close);
  EXPECT_EQ(
      api.Post("/v1/alerts/list", absl::StrCat("{}", std::string(16'382, ' '))).status,
      200);
  EXPECT_EQ(
      api.Post("/v1/alerts/list", absl::StrCat("{}", std::string(16'383, ' '))).status,
      413);
  HttpRequest get = At("GET", "/healthz");
  EXPECT_EQ(api.api->Admit(get).body_bytes_max, 0u);
  get.body = "x";
  EXPECT_EQ(api.api->HandleRequest(get).status, 413);
}

TEST(ApiHead, WithoutAuthEverybodyMay) {
  ApiFixture api;
  api.api = *HttpApi::Make(api.engine.get(), {.no_auth = true});
  HttpRequest request = ResetWith({kJsonType});
  request.body = api.Body();
  EXPECT_EQ(api.api->HandleRequest(request).status, 200);
  api.api = *HttpApi::Make(api.engine.get(), {});
  request.fields.push_back(kMay);
  EXPECT_EQ(api.api->HandleRequest(request).status, 401);
}

TEST(ApiHead, WhatStopsTakesNothingMore) {
  const ApiFixture api;
  const std::string before = api.Everything();
  EXPECT_EQ(api.Get("/readyz").status, 200);
  const HttpRequest admitted =
      ApiFixture::RequestOf("/v1/customer-alerts/reset", api.Body());
  ASSERT_TRUE(api.api->Admit(admitted).admitted);
  api.api->Stop();
  // Its head was let in before; its body came after.
  EXPECT_EQ(api.api->Answer(admitted).status, 503);
  EXPECT_EQ(api.Post("/v1/customer-alerts/reset", api.Body()).status, 503);
  EXPECT_EQ(api.Post("/v1/unknown", "").status, 503);
  EXPECT_EQ(api.Get("/metrics").status, 503);
  EXPECT_EQ(api.Get("/healthz").status, 200);
  EXPECT_EQ(api.Get("/readyz").status, 503);
  EXPECT_EQ(api.Everything(), before);
}

}  // namespace
}  // namespace tocsin
