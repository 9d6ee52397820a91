// Would catch answers out of order, a body read before it is known who sends it, an
// answer that is written before what it says is durable, and memory that grows with what
// a client sends without reading.
#include "engine/http/conversation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace tocsin::testing {
namespace {

using http::Conversation;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Wants = http::Conversation::Wants;

// Answers with what it was asked. A path says how it is to be answered.
class EchoApi final : public HttpApi {
 public:
  HttpResponse HandleRequest(const HttpRequest& request) override {
    return Answer(request);
  }
  Admission Admit(const HttpRequest& head) override {
    if (head.target == "/nobody") return {.response = {.status = 401}};
    return {.admitted = true,
            .body_bytes_max = 16,
            .lane = absl::StrContains(head.target, "slow") ? Lane::kLook : Lane::kAtOnce,
            .changes = absl::StrContains(head.target, "change")};
  }
  HttpResponse Answer(const HttpRequest& request) override {
    answered.push_back(request.target);
    std::string body =
        absl::StrCat(request.method, " ", request.target, " ", request.body);
    if (request.target == "/large") body.assign(10'000, 'x');
    return {.body = std::move(body)};
  }
  absl::Status SetTokens(std::vector<HttpToken>) override { return absl::OkStatus(); }
  void Stop() override {}
  std::string OpenApi() const override { return ""; }

  std::vector<std::string> answered;
};

class ConversationTest : public ::testing::Test {
 protected:
  ConversationTest() {
    shared_.api = &api_;
    shared_.flush_before_answer = true;
    shared_.on_access = [this](const HttpFrontOptions::Access& access) {
      told_.push_back(absl::StrCat(access.method, " ", access.path, " ", access.status));
    };
  }

  static std::string Get(const std::string& target) {
    return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  static std::string Post(const std::string& target, const std::string& body,
                          const std::string& fields = "") {
    return absl::StrCat("POST ", target, " HTTP/1.1\r\nHost: a\r\n", fields,
                        "Content-Length: ", body.size(), "\r\n\r\n", body);
  }
  // What is to be written, without its dates.
  std::string TakeOut() {
    std::string out = std::exchange(*talk_.out(), {});
    for (std::size_t at = 0; (at = out.find("Date: ", at)) != std::string::npos;) {
      out.erase(at, out.find("\r\n", at) + 2 - at);
    }
    return out;
  }
  static std::string Ok(const std::string& body) {
    return absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", body.size(), "\r\n\r\n",
                        body);
  }

  EchoApi api_;
  http::FrontShared shared_;
  http::DateText date_;
  std::vector<std::string> told_;
  Conversation talk_{&shared_, &date_, "peer"};
};

TEST_F(ConversationTest, AnswersInOrderHoweverTheBytesAreCut) {
  const std::string requests =
      Get("/1") + Post("/2", "two") + Get("/3?a=b") +
      "POST /4 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nfo\r\n2\r\nur\r\n0\r\n\r\n" +
      Get("/5");
  const std::string answers = Ok("GET /1 ") + Ok("POST /2 two") + Ok("GET /3?a=b ") +
                              Ok("POST /4 four") + Ok("GET /5 ");
  EXPECT_EQ(talk_.GoOn(requests), Wants::kBytes);
  EXPECT_EQ(TakeOut(), answers);
  for (std::size_t step = 1; step < 40; ++step) {
    for (std::size_t at = 0; at < requests.size(); at += step) {
      ASSERT_EQ(talk_.GoOn(std::string(requests.substr(at, step))), Wants::kBytes);
    }
    EXPECT_EQ(TakeOut(), answers) << "in pieces of " << step;
  }
}

TEST_F(ConversationTest, ReadsNoBodyOfWhomItDoesNotAdmit) {
  EXPECT_EQ(talk_.GoOn(Post("/nobody", "hello") + Get("/1")), Wants::kClose);
  EXPECT_EQ(
      TakeOut(),
      "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(talk_.GoOn(Get("/2")), Wants::kClose);
  EXPECT_THAT(api_.answered, ElementsAre());
}

TEST_F(ConversationTest, GoesOnBehindARefusalWithoutABody) {
  EXPECT_EQ(talk_.GoOn(Get("/nobody") + Get("/1")), Wants::kBytes);
  EXPECT_EQ(TakeOut(),
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n" + Ok("GET /1 "));
}

TEST_F(ConversationTest, RefusesALongBodyByItsHead) {
  EXPECT_EQ(talk_.GoOn("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n"),
            Wants::kClose);
  EXPECT_THAT(TakeOut(), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(api_.answered, ElementsAre());
}

TEST_F(ConversationTest, AsksForABodyThatWaitsToBeAskedFor) {
  const std::string fields = "Expect: 100-continue\r\n";
  const std::string request = Post("/1", "two", fields);
  EXPECT_EQ(talk_.GoOn(request.substr(0, request.size() - 3)), Wants::kBytes);
  EXPECT_EQ(TakeOut(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(talk_.GoOn("two"), Wants::kBytes);
  EXPECT_EQ(TakeOut(), Ok("POST /1 two"));
  // One that has come already.
  EXPECT_EQ(talk_.GoOn(request), Wants::kBytes);
  EXPECT_EQ(TakeOut(), Ok("POST /1 two"));
  // One that nobody wants.
  EXPECT_EQ(talk_.GoOn("POST /nobody HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n" +
                       fields + "\r\n"),
            Wants::kClose);
  EXPECT_THAT(TakeOut(), StartsWith("HTTP/1.1 401 "));
}

TEST_F(ConversationTest, NothingOvertakesASlowAnswer) {
  EXPECT_EQ(talk_.GoOn(Get("/1") + Get("/slow") + Get("/2")), Wants::kSlowAnswer);
  EXPECT_EQ(TakeOut(), Ok("GET /1 "));
  EXPECT_EQ(talk_.TakeAnswer(talk_.AnswerSlowly()), Wants::kWrite);
  EXPECT_EQ(TakeOut(), Ok("GET /slow "));
  EXPECT_EQ(talk_.GoOn({}), Wants::kBytes);
  EXPECT_EQ(TakeOut(), Ok("GET /2 "));
}

TEST_F(ConversationTest, OnlyWhatChangesWaitsToBeDurable) {
  EXPECT_EQ(talk_.GoOn(Get("/1")), Wants::kBytes);
  EXPECT_FALSE(talk_.waits_for_flush());
  EXPECT_EQ(talk_.GoOn(Post("/change", "") + Get("/2")), Wants::kBytes);
  EXPECT_TRUE(talk_.waits_for_flush());
  talk_.Flushed();
  EXPECT_FALSE(talk_.waits_for_flush());
  EXPECT_EQ(TakeOut(), Ok("GET /1 ") + Ok("POST /change ") + Ok("GET /2 "));
}

TEST_F(ConversationTest, WhatDidNotBecomeDurableIsNotSaidToBeDone) {
  EXPECT_EQ(talk_.GoOn(Get("/1") + Post("/change", "") + Get("/2")), Wants::kBytes);
  EXPECT_EQ(talk_.FlushFailed(), Wants::kClose);
  const std::string out = TakeOut();
  EXPECT_THAT(out, StartsWith(Ok("GET /1 ") + "HTTP/1.1 503 "));
  EXPECT_THAT(out, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(out, EndsWith("whether anything was done is not known\"}"));
  EXPECT_EQ(talk_.GoOn(Get("/3")), Wants::kClose);
}

TEST_F(ConversationTest, WhatWaitsIsCountedOnceItIsKnownToBeTheAnswer) {
  const auto counted = [&] {
    std::string all;
    shared_.counts.answers.ForEach(
        [&](absl::string_view path, int status, std::uint64_t count) {
          absl::StrAppend(&all, path, " ", status, " ", count, "\n");
        });
    return all;
  };
  EXPECT_EQ(talk_.GoOn(Post("/change", "") + Post("/change", "")), Wants::kBytes);
  EXPECT_EQ(counted(), "");
  talk_.Flushed();
  EXPECT_EQ(counted(), "other 200 2\n");
  EXPECT_EQ(talk_.GoOn(Post("/change", "")), Wants::kBytes);
  EXPECT_EQ(talk_.FlushFailed(), Wants::kClose);
  EXPECT_EQ(counted(), "other 200 2\nother 503 1\n");
  // Who asked has gone meanwhile.
  Conversation other(&shared_, &date_, "peer");
  EXPECT_EQ(other.GoOn(Post("/slow-change", "")), Wants::kSlowAnswer);
  other.CountUnsaid(other.AnswerSlowly());
  EXPECT_EQ(counted(), "other 200 3\nother 503 1\n");
}

TEST_F(ConversationTest, WritesBeforeItAnswersMore) {
  constexpr std::size_t kRequests = 100;
  constexpr std::size_t kMost = (std::size_t{1} << 16) + 11'000;
  std::string requests;
  for (std::size_t i = 0; i < kRequests; ++i) requests += Get("/large");
  Wants wants = talk_.GoOn(requests);
  int pauses = 0;
  for (; wants == Wants::kWrite; wants = talk_.GoOn({})) {
    ++pauses;
    EXPECT_LT(TakeOut().size(), kMost);
  }
  EXPECT_EQ(wants, Wants::kBytes);
  EXPECT_GT(pauses, 10);
  EXPECT_EQ(api_.answered.size(), kRequests);
}

TEST_F(ConversationTest, SaysTheLengthOfWhatHeadDoesNotGet) {
  EXPECT_EQ(talk_.GoOn("HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\n"), Wants::kBytes);
  EXPECT_EQ(TakeOut(), "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n");
}

TEST_F(ConversationTest, SaysWhatCameTooLate) {
  EXPECT_EQ(talk_.GoOn("GET /1 HTTP/1.1\r\nHo"), Wants::kBytes);
  EXPECT_EQ(talk_.awaits(), Conversation::Awaits::kHead);
  EXPECT_EQ(talk_.TimeIsUp(), Wants::kClose);
  EXPECT_EQ(TakeOut(), "");

  Conversation other(&shared_, &date_, "peer");
  EXPECT_EQ(other.awaits(), Conversation::Awaits::kRequest);
  EXPECT_EQ(other.GoOn("POST /change HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nt"),
            Wants::kBytes);
  EXPECT_EQ(other.awaits(), Conversation::Awaits::kBody);
  EXPECT_EQ(other.TimeIsUp(), Wants::kClose);
  EXPECT_THAT(*other.out(), StartsWith("HTTP/1.1 408 "));
  EXPECT_FALSE(other.waits_for_flush());
  EXPECT_THAT(api_.answered, ElementsAre());
}

TEST_F(ConversationTest, EndsWhereTheClientOrTheFrontWantsIt) {
  EXPECT_EQ(
      talk_.GoOn("GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + Get("/2")),
      Wants::kClose);
  EXPECT_THAT(TakeOut(), HasSubstr("Connection: close\r\n"));
  shared_.stopping = true;
  Conversation other(&shared_, &date_, "peer");
  EXPECT_EQ(other.GoOn(Get("/3") + Get("/4")), Wants::kClose);
  EXPECT_THAT(*other.out(), HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(api_.answered, ElementsAre("/1", "/3"));
}

TEST_F(ConversationTest, TellsWhatBecameOfAnAnswerAndNotWhatWasHoped) {
  EXPECT_EQ(talk_.GoOn(Get("/1") + Post("/change", "") + Get("/2")), Wants::kBytes);
  EXPECT_THAT(told_, ElementsAre("GET /1 200"));
  talk_.Flushed();
  EXPECT_THAT(told_, ElementsAre("GET /1 200", "POST /change 200", "GET /2 200"));
  TakeOut();
  told_.clear();
  EXPECT_EQ(talk_.GoOn(Post("/change", "") + Get("/2")), Wants::kBytes);
  EXPECT_EQ(talk_.FlushFailed(), Wants::kClose);
  // Of the second nobody was told anything.
  EXPECT_THAT(told_, ElementsAre("POST /change 503"));
}

TEST_F(ConversationTest, TellsWhatWasAskedWithoutTheQuery) {
  EXPECT_EQ(talk_.GoOn(Get("/1?token=secret") + Post("/nobody", "x")), Wants::kClose);
  Conversation other(&shared_, &date_, "peer");
  EXPECT_EQ(other.GoOn("GET /3?token=secret HTTP/1.1\r\n\r\n"), Wants::kClose);
  Conversation last(&shared_, &date_, "peer");
  EXPECT_EQ(last.GoOn("nonsense\r\n"), Wants::kClose);
  EXPECT_THAT(told_,
              ElementsAre("GET /1 200", "POST /nobody 401", "GET /3 400", "  400"));
}

}  // namespace
}  // namespace tocsin::testing
