// Would catch a request that is done twice under one key, an answer that is given to
// somebody else, and a key that is forgotten before its time.
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "engine/http/idempotency.h"
#include "tests/http/api_fixture.h"

namespace tocsin {
namespace {

using testing::ApiFixture;
using testing::FieldOf;
using testing::Message;

constexpr char kResetOnce[] = "/v1/customer-alerts/reset";
constexpr char kCreate[] = "/v1/alerts/create";
constexpr char kNew[] = R"({"alert_type":"spend_threshold_reached","name":"n",
                           "threshold":5})";

std::vector<HttpField> Key(const std::string& key) { return {{"Idempotency-Key", key}}; }

TEST(ApiIdempotency, TheFirstAnswerIsGivenAgain) {
  const ApiFixture api;
  const HttpResponse first = api.Post(kCreate, kNew, Key("k"));
  ASSERT_EQ(first.status, 200);
  const HttpResponse again = api.Post(kCreate, kNew, Key("k"));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.fields, first.fields);
  EXPECT_EQ(api.engine->GetStats().alerts, 2u);
  EXPECT_NE(api.Post(kCreate, kNew, Key("l")).body, first.body);
  EXPECT_NE(api.Post(kCreate, kNew).body, first.body);
  EXPECT_EQ(api.engine->GetStats().alerts, 4u);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(api.Post(kResetOnce, api.Body(), Key("r")).status, 200);
  }
  EXPECT_EQ(api.engine->GetStats().resets, 1u);
}

// Who may only look must not keep others from what they may.
TEST(ApiIdempotency, OfRequestsThatChangeNothingTakeNoRoom) {
  const ApiFixture api({}, {.idempotency_keys_max = 1});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(
        api.Post("/v1/customer-alerts/get", api.Body(), Key(absl::StrCat("g", i))).status,
        200);
  }
  EXPECT_EQ(api.Post(kResetOnce, api.Body(), Key("r")).status, 200);
  EXPECT_EQ(api.Post(kResetOnce, api.Body(), Key("s")).status, 429);
}

TEST(ApiIdempotency, AnotherRequestWithTheKeyIsRefused) {
  const ApiFixture api;
  ASSERT_EQ(api.Post(kResetOnce, api.Body(), Key("k")).status, 200);
  const std::string before = api.Everything();
  for (const auto& [target, body] :
       {std::pair<std::string, std::string>(kResetOnce, api.Body(",\"x\":1")),
        {kResetOnce, api.Body() + " "},
        {std::string(kResetOnce) + "?x", api.Body()},
        {"/v1/customer-alerts/get", api.Body()},
        {kResetOnce, ""}}) {
    const HttpResponse other = api.Post(target, body, Key("k"));
    EXPECT_EQ(other.status, 409) << target << body;
    EXPECT_EQ(FieldOf(other, "x-should-retry"), "false");
    EXPECT_NE(Message(other), "");
  }
  EXPECT_EQ(api.Everything(), before);
}

TEST(ApiIdempotency, KeysOfOthersAreOthers) {
  const ApiFixture api;
  ASSERT_EQ(api.Post(kResetOnce, api.Body(), Key("k")).status, 200);
  HttpRequest request = ApiFixture::RequestOf(kResetOnce, api.Body(), Key("k"));
  request.fields.front().second = absl::StrCat("Bearer ", testing::kWriteToken);
  EXPECT_EQ(api.api->HandleRequest(request).status, 200);
  EXPECT_EQ(api.engine->GetStats().resets, 2u);
}

TEST(ApiIdempotency, WhatWasRefusedMayBeAskedForAgain) {
  const ApiFixture api({.due_max = 1});
  const AlertId other =
      *api.engine->CreateAlert({.name = "other", .threshold = testing::D("50")});
  api.Drain();
  ASSERT_EQ(api.Post(kResetOnce, api.Body()).status, 200);
  const std::string body = absl::StrCat("{\"customer_id\":\"", api.customer.ToString(),
                                        "\",\"alert_id\":\"", other.ToString(), "\"}");
  EXPECT_EQ(api.Post(kResetOnce, body, Key("k")).status, 429);
  api.Drain();
  EXPECT_EQ(api.Post(kResetOnce, body, Key("k")).status, 200);
  EXPECT_EQ(api.Post(kResetOnce, "{", Key("l")).status, 400);
  EXPECT_EQ(api.Post(kResetOnce, body, Key("l")).status, 200);
}

TEST(ApiIdempotency, IsKeptForItsTime) {
  ApiFixture api;
  ASSERT_EQ(api.Post(kResetOnce, api.Body(), Key("k")).status, 200);
  api.clock.Advance(absl::Hours(24) - absl::Nanoseconds(1));
  ASSERT_EQ(api.Post(kResetOnce, api.Body(), Key("k")).status, 200);
  EXPECT_EQ(api.engine->GetStats().resets, 1u);
  // A clock that is put back makes nothing younger, nor older.
  api.clock.Advance(-absl::Hours(100));
  ASSERT_EQ(api.Post(kResetOnce, api.Body(), Key("k")).status, 200);
  EXPECT_EQ(api.engine->GetStats().resets, 1u);
  api.clock.Advance(absl::Hours(100) + absl::Nanoseconds(1));
  ASSERT_EQ(api.Post(kResetOnce, api.Body(), Key("k")).status, 200);
  EXPECT_EQ(api.engine->GetStats().resets, 2u);
}

TEST(ApiIdempotency, WhereNoneCanBeKeptNothingIsDone) {
  ApiFixture api({}, {.idempotency_keys_max = 4});
  ASSERT_EQ(api.Post(kResetOnce, api.Body(), Key("1")).status, 200);
  ASSERT_EQ(api.Post(kResetOnce, api.Body(), Key("2")).status, 200);
  const std::string before = api.Everything();
  const HttpResponse full = api.Post(kResetOnce, api.Body(), Key("3"));
  EXPECT_EQ(full.status, 429);
  EXPECT_EQ(FieldOf(full, "Retry-After"), "86400");
  EXPECT_EQ(api.Post(kResetOnce, api.Body(), Key("1")).status, 200);
  EXPECT_EQ(api.Everything(), before);
  api.clock.Advance(absl::Hours(24) - absl::Milliseconds(1'500));
  EXPECT_EQ(FieldOf(api.Post(kResetOnce, api.Body(), Key("3")), "Retry-After"), "2");
  api.clock.Advance(absl::Milliseconds(1'500) - absl::Hours(24));
  EXPECT_EQ(api.Post(kResetOnce, api.Body()).status, 200);
  api.clock.Advance(absl::Hours(24));
  EXPECT_EQ(api.Post(kResetOnce, api.Body(), Key("3")).status, 200);
  const ApiFixture few({}, {.idempotency_bytes_max = 1'000});
  int done = 0;
  while (few.Post(kResetOnce, few.Body(), Key(absl::StrCat(done))).status == 200) {
    ASSERT_LT(++done, 100);
  }
  EXPECT_GT(done, 1);
}

// Whoever takes all that is to be had leaves as much for the next.
TEST(ApiIdempotency, OneHolderLeavesRoomForOthers) {
  ApiFixture api({}, {.idempotency_keys_max = 64});
  const auto taken_by = [&api](const std::string& token) {
    int taken = 0;
    for (;; ++taken) {
      HttpRequest request =
          ApiFixture::RequestOf(kResetOnce, api.Body(), Key(absl::StrCat("k", taken)));
      request.fields.front().second = absl::StrCat("Bearer ", token);
      if (api.api->HandleRequest(request).status != 200) return taken;
    }
  };
  EXPECT_EQ(taken_by(testing::kAllToken), 32);
  EXPECT_EQ(taken_by(testing::kWriteToken), 16);
  // Its own are what it waits for.
  api.clock.Advance(absl::Hours(1));
  EXPECT_EQ(FieldOf(api.Post(kResetOnce, api.Body(), Key("x")), "Retry-After"), "82800");
  api.clock.Advance(absl::Hours(23));
  EXPECT_EQ(taken_by(testing::kWriteToken), 32);
}

TEST(ApiIdempotency, OfManyAtOnceOneIsDone) {
  const ApiFixture api;
  constexpr int kThreads = 4;
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    absl::Notification go;
    std::vector<HttpResponse> responses(kThreads);
    std::vector<std::thread> threads;
    for (HttpResponse& response : responses) {
      threads.emplace_back([&api, &go, &response, round] {
        go.WaitForNotification();
        response = api.Post(kCreate, kNew, Key(absl::StrCat("k", round)));
      });
    }
    go.Notify();
    for (std::thread& thread : threads) thread.join();
    const HttpResponse kept = api.Post(kCreate, kNew, Key(absl::StrCat("k", round)));
    EXPECT_EQ(kept.status, 200);
    for (const HttpResponse& response : responses) {
      // Who comes while the first is under way is told so, and may ask again.
      if (response.status == 409) {
        EXPECT_EQ(FieldOf(response, "x-should-retry"), std::nullopt);
      } else {
        EXPECT_EQ(response.body, kept.body);
      }
    }
  }
  EXPECT_EQ(api.engine->GetStats().alerts, kRounds + 1u);
}

TEST(IdempotencyKeys, OneUnderWayIsSeen) {
  testing::ManualClock clock(testing::At("2026-01-10T00:00:00Z"));
  http::IdempotencyKeys keys(&clock, {.keys_max = 1, .bytes_max = 1'000});
  using Kind = http::IdempotencyKeys::Kind;
  const http::Digest key = http::Sha256("key");
  const http::Digest request = http::Sha256("request");
  {
    const http::IdempotencyKeys::Begun begun = keys.Begin(key, request);
    ASSERT_EQ(begun.kind, Kind::kFirst);
    EXPECT_EQ(keys.Begin(key, request).kind, Kind::kUnderWay);
    EXPECT_EQ(keys.Begin(key, http::Sha256("other")).kind, Kind::kOther);
    EXPECT_EQ(keys.Begin(http::Sha256("other"), request).kind, Kind::kFull);
    EXPECT_EQ(keys.size(), 1u);
  }
  EXPECT_EQ(keys.size(), 0u);
  http::IdempotencyKeys::Begun begun = keys.Begin(key, request);
  ASSERT_EQ(begun.kind, Kind::kFirst);
  begun.turn->Keep({.status = 200, .body = "x"});
  http::IdempotencyKeys::Begun again = keys.Begin(key, request);
  ASSERT_EQ(again.kind, Kind::kAnswered);
  EXPECT_EQ(again.response.body, "x");
}

// As where keys are kept for longer than they were when the first was forgotten.
TEST(IdempotencyKeys, OneThatIsLoadedTwiceIsForgottenOnce) {
  testing::ManualClock clock(testing::At("2026-01-10T00:00:00Z"));
  http::IdempotencyKeys keys(
      &clock, {.keep = absl::Hours(24), .keys_max = 10, .bytes_max = 10'000});
  const http::Digest key = http::Sha256("key");
  keys.Load(key, http::Sha256("first"), {.body = "1"}, clock.Now() - absl::Hours(20));
  keys.Load(key, http::Sha256("second"), {.body = "2"}, clock.Now() - absl::Hours(10));
  EXPECT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys.Begin(key, http::Sha256("first")).response.body, "1");
  clock.Advance(absl::Hours(4));
  EXPECT_EQ(keys.Begin(http::Sha256("other"), key).kind,
            http::IdempotencyKeys::Kind::kFirst);
  EXPECT_EQ(keys.size(), 0u);
  clock.Advance(absl::Hours(24));
  EXPECT_EQ(keys.Begin(key, http::Sha256("second")).kind,
            http::IdempotencyKeys::Kind::kFirst);
}

}  // namespace
}  // namespace tocsin
