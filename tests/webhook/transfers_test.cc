// Would catch a body that arrives otherwise than it was given, an answer taken for what
// it is not, and a request that goes where the environment or an answer wants it.
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/webhook/transfers_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(TransfersTest, PostsWhatItWasGiven) {
  ReceivedRequest got;
  Receiver receiver(Receiver::Answering([&got](const ReceivedRequest& request) {
    got = request;
    return AnswerOf(204);
  }));
  // Long enough for curl to ask whether it may send it, if it were let.
  std::string body(3'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7 / 3);
  const webhook::Ended ended = Post(receiver.Url(), body);
  EXPECT_EQ(ended.status, 204);
  EXPECT_EQ(ended.failure, "");
  EXPECT_GT(ended.took, absl::ZeroDuration());
  EXPECT_THAT(got.head, StartsWith("POST /hook HTTP/1.1\r\n"));
  EXPECT_EQ(got.Header("Content-Type"), "application/json");
  EXPECT_EQ(got.Header("User-Agent"), "tocsin");
  EXPECT_EQ(got.Header("X-Told"), "so");
  EXPECT_THAT(got.head, HasSubstr("\r\nX-Empty:\r\n"));
  EXPECT_EQ(got.Header("Expect"), "");
  EXPECT_TRUE(got.body == body);
}

TEST_F(TransfersTest, AStatusDecides) {
  Receiver receiver(Receiver::Answering(
      [](const ReceivedRequest& request) { return AnswerOf(std::stoi(request.body)); }));
  for (const int taken : {200, 201, 202, 204, 299}) {
    EXPECT_EQ(Post(receiver.Url(), absl::StrCat(taken)).failure, "") << taken;
  }
  for (const int refused : {304, 400, 401, 404, 410, 500, 599}) {
    const webhook::Ended ended = Post(receiver.Url(), absl::StrCat(refused));
    EXPECT_EQ(ended.status, refused);
    EXPECT_THAT(ended.failure, StartsWith(absl::StrCat("the answer was ", refused)));
  }
}

TEST_F(TransfersTest, KeepsConnections) {
  Receiver receiver(Receiver::Answering(AnswerOf(200, "", "thanks")));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Post(receiver.Url()).failure, "");
  EXPECT_EQ(receiver.connections(), 1);
}

TEST_F(TransfersTest, AKeptConnectionThatHasEndedIsMadeAnew) {
  Receiver receiver([](Conversation& conversation) {
    conversation.Read();
    conversation.Send(AnswerOf(200));
  });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Post(receiver.Url()).failure, "");
  EXPECT_EQ(receiver.connections(), 5);
}

TEST_F(TransfersTest, RedirectsAreNotFollowed) {
  Receiver other(Receiver::Answering(AnswerOf(200)));
  for (const int status : {301, 302, 303, 307, 308}) {
    Receiver receiver(Receiver::Answering(
        AnswerOf(status, absl::StrCat("Location: ", other.Url(), "\r\n"))));
    const webhook::Ended ended = Post(receiver.Url());
    EXPECT_EQ(ended.status, status);
    EXPECT_THAT(ended.failure, HasSubstr("redirects are not followed"));
  }
  EXPECT_EQ(other.connections(), 0);
}

TEST_F(TransfersTest, RetryAfterIsOfTheAnswerThatAsksForIt) {
  Receiver receiver(Receiver::Answering([](const ReceivedRequest& request) {
    return absl::StrCat(
        "HTTP/1.1 103 Early\r\nRetry-After: 77\r\n\r\n",
        AnswerOf(std::stoi(request.body),
                 request.Header("X-Told") == "so" ? "retry-AFTER:  120 \r\n" : ""));
  }));
  for (const int status : {429, 503}) {
    EXPECT_EQ(Post(receiver.Url(), absl::StrCat(status)).retry_after, absl::Seconds(120));
  }
  EXPECT_EQ(Post(receiver.Url(), "500").retry_after, std::nullopt);
  EXPECT_EQ(Post(receiver.Url(), "200").retry_after, std::nullopt);
  const std::vector<std::pair<std::string, absl::Duration>> others = {
      {"-5", absl::ZeroDuration()},
      {"99999999999999999999", absl::Hours(24 * 365)},
      {"Fri, 15 Jan 2027 08:01:00 GMT", absl::Minutes(1)},
      {"Fri, 15 Jan 2027 07:59:00 GMT", absl::ZeroDuration()}};
  for (const auto& [value, wait] : others) {
    const Receiver other(
        Receiver::Answering(AnswerOf(503, absl::StrCat("Retry-After: ", value, "\r\n"))));
    EXPECT_EQ(Post(other.Url()).retry_after, wait) << value;
  }
  Receiver silent(Receiver::Answering(
      absl::StrCat("HTTP/1.1 103 Early\r\nRetry-After: 77\r\n\r\n", AnswerOf(503))));
  EXPECT_EQ(Post(silent.Url()).retry_after, std::nullopt);
}

TEST_F(TransfersTest, NoProxyOfTheEnvironmentIsAsked) {
  Receiver proxy(Receiver::Answering(AnswerOf(200)));
  const std::string url = absl::StrCat("http://127.0.0.1:", proxy.port());
  const std::vector<std::string> names = {"http_proxy", "https_proxy", "HTTPS_PROXY",
                                          "all_proxy", "ALL_PROXY"};
  for (const std::string& name : names) setenv(name.c_str(), url.c_str(), 1);
  Receiver receiver(Receiver::Answering(AnswerOf(201)));
  EXPECT_EQ(Post(receiver.Url()).status, 201);
  const Receiver tls(Receiver::Answering(AnswerOf(201)), certificates_.Make("good", {}));
  EXPECT_EQ(Post(tls.Url("localhost")).status, 201);
  for (const std::string& name : names) unsetenv(name.c_str());
  EXPECT_EQ(proxy.connections(), 0);
}

TEST_F(TransfersTest, AHeaderCannotBeginAnother) {
  Open();
  Receiver receiver(Receiver::Answering(AnswerOf(200)));
  for (const char end : {'\r', '\n', '\0'}) {
    transfers_->Begin({.key = 9,
                       .url = receiver.Url(),
                       .headers = {absl::StrCat("A: b", std::string(1, end), "C: d")},
                       .body = std::make_shared<const std::string>("{}")});
    EXPECT_EQ(transfers_->under_way(), 1U);
    const std::vector<webhook::Ended> ended = AwaitAll();
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended.front().key, 9U);
    EXPECT_THAT(ended.front().failure, HasSubstr("line end"));
  }
  EXPECT_EQ(receiver.connections(), 0);
}

TEST_F(TransfersTest, NoSchemeButThoseOfHttp) {
  for (const bool allow : {true, false}) {
    allow_http_ = allow;
    Open();
    EXPECT_THAT(Post("file:///etc/hostname").failure, Not(IsEmpty()));
    EXPECT_THAT(Post("gopher://127.0.0.1:1/x").failure, Not(IsEmpty()));
    EXPECT_THAT(Post("dict://127.0.0.1:1/x").failure, Not(IsEmpty()));
  }
  Receiver receiver(Receiver::Answering(AnswerOf(200)));
  EXPECT_THAT(Post(receiver.Url()).failure, Not(IsEmpty()));
  EXPECT_EQ(receiver.connections(), 0);
}

TEST_F(TransfersTest, WakeEndsAWait) {
  Open();
  transfers_->Wake();
  transfers_->Wake();
  std::vector<webhook::Ended> ended;
  transfers_->Run(absl::InfiniteDuration(), &ended);
  EXPECT_THAT(ended, IsEmpty());
}

TEST_F(TransfersTest, ManyAtATime) {
  std::atomic<int> together{0};
  Receiver receiver(Receiver::Answering([&together](const ReceivedRequest&) {
    ++together;
    return AnswerOf(200);
  }));
  Receiver hanging([](Conversation& conversation) { conversation.AwaitEnd(); });
  Open(absl::Hours(1));
  for (std::uint64_t i = 0; i < 50; ++i) Begin(hanging.Url(), 1'000 + i);
  for (std::uint64_t i = 0; i < 200; ++i) Begin(receiver.Url(), i);
  std::vector<webhook::Ended> ended;
  while (ended.size() < 200) transfers_->Run(absl::Seconds(60), &ended);
  std::vector<bool> seen(200);
  for (const webhook::Ended& each : ended) {
    EXPECT_EQ(each.failure, "");
    ASSERT_LT(each.key, 200U);
    seen[each.key] = true;
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), 200);
  EXPECT_EQ(together, 200);
  EXPECT_EQ(transfers_->under_way(), 50U);
  // Those that hang are ended by its own end.
  transfers_.reset();
}

}  // namespace
}  // namespace tocsin::testing
