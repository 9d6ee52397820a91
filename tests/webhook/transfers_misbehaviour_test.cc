// Would catch a receiver that can hold a request for ever, have it read without an end,
// or have what it did not take look as if it were taken.
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "tests/webhook/transfers_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kEndless[] = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";

// Answers each request with some bytes, and then does something else.
Receiver::Handler Then(std::string bytes, void (*then)(Conversation&)) {
  return [bytes = std::move(bytes), then](Conversation& conversation) {
    if (conversation.Read() && conversation.Send(bytes)) then(conversation);
  };
}
void SendEndlessly(Conversation& conversation) {
  conversation.SendForever(std::string(4'096, 'x'));
}
void SendSlowly(Conversation& conversation) { conversation.TrickleForever("x"); }
void HangThen(Conversation& conversation) { conversation.AwaitEnd(); }
void EndThen(Conversation& /*conversation*/) {}
void AbortThen(Conversation& conversation) { conversation.Reset(); }

TEST_F(TransfersTest, AnEndlessBodyIsReadNoFurther) {
  const Receiver taken(Then(kEndless, SendEndlessly));
  EXPECT_EQ(Post(taken.Url()).failure, "");
  const Receiver chunked(Then("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                              [](Conversation& conversation) {
                                conversation.SendForever(
                                    "1000\r\n" + std::string(4'096, 'x') + "\r\n");
                              }));
  EXPECT_EQ(Post(chunked.Url()).failure, "");
  const Receiver until_its_end(Then("HTTP/1.1 200 OK\r\n\r\n", SendEndlessly));
  EXPECT_EQ(Post(until_its_end.Url()).failure, "");
  const Receiver refused(
      Then("HTTP/1.1 500 No\r\nContent-Length: 99999999999\r\n\r\n", SendEndlessly));
  EXPECT_EQ(Post(refused.Url()).failure, "the answer was 500");
}

TEST_F(TransfersTest, ASlowBodyEndsAtTheDeadline) {
  OpenBriefly();
  const Receiver taken(Then(kEndless, SendSlowly));
  EXPECT_EQ(Post(taken.Url()).failure, "");
  const Receiver refused(
      Then("HTTP/1.1 410 Gone\r\nContent-Length: 99999999999\r\n\r\n", HangThen));
  EXPECT_EQ(Post(refused.Url()).failure, "the answer was 410");
}

TEST_F(TransfersTest, ASlowHeadIsNoAnswer) {
  OpenBriefly();
  const Receiver slow(Then("HTTP/1.1 200 OK\r\nX: ", SendSlowly));
  EXPECT_EQ(Post(slow.Url()).failure, "no answer within 300ms");
  EXPECT_EQ(Post(slow.Url()).status, 0);
}

TEST_F(TransfersTest, SilenceIsNoAnswer) {
  OpenBriefly();
  const Receiver silent(Then("", HangThen));
  EXPECT_EQ(Post(silent.Url()).failure, "no answer within 300ms");
  const Receiver deaf(HangThen);
  EXPECT_EQ(Post(deaf.Url(), std::string(20'000'000, 'x')).failure,
            "no answer within 300ms");
}

TEST_F(TransfersTest, AnEndlessHeadIsReadNoFurther) {
  const Receiver headers(Then("HTTP/1.1 200 OK\r\n", [](Conversation& conversation) {
    conversation.SendForever("X-More: and more\r\n");
  }));
  EXPECT_THAT(Post(headers.Url()).failure, HasSubstr("65536"));
  const Receiver hints(Then("", [](Conversation& conversation) {
    conversation.SendForever("HTTP/1.1 103 Early\r\nLink: x\r\n\r\n");
  }));
  EXPECT_THAT(Post(hints.Url()).failure, HasSubstr("65536"));
  const Receiver line(Then("HTTP/1.1 200 ", SendEndlessly));
  const webhook::Ended ended = Post(line.Url());
  EXPECT_THAT(ended.failure, Not(IsEmpty()));
  EXPECT_EQ(ended.status, 0);
}

TEST_F(TransfersTest, AnEndBeforeTheHeadIsWholeIsNoAnswer) {
  for (const auto then : {EndThen, AbortThen}) {
    for (const std::string sent : {"", "HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\nX: y\r\n",
                                   "HTTP/1.1 100 Continue\r\n\r\n"}) {
      const Receiver receiver(Then(sent, then));
      const webhook::Ended ended = Post(receiver.Url());
      EXPECT_EQ(ended.failure, "the connection ended before the answer") << sent;
      EXPECT_EQ(ended.status, 0) << sent;
    }
  }
}

TEST_F(TransfersTest, AnEndAmidTheBodyChangesNothing) {
  for (const auto then : {EndThen, AbortThen}) {
    const Receiver receiver(
        Then("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome", then));
    EXPECT_EQ(Post(receiver.Url()).failure, "");
    const Receiver chunked(
        Then("HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", then));
    EXPECT_EQ(Post(chunked.Url()).failure, "the answer was 503");
  }
}

TEST_F(TransfersTest, OtherAnswersThanUsual) {
  const Receiver chunked(
      Then("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: "
           "y\r\n\r\n",
           HangThen));
  EXPECT_EQ(Post(chunked.Url()).failure, "");
  const Receiver hints(
      Then("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 "
           "OK\r\nContent-Length: 0\r\n\r\n",
           HangThen));
  EXPECT_EQ(Post(hints.Url()).failure, "");
  const Receiver old(Then("HTTP/1.0 200 OK\r\n\r\nhello", EndThen));
  EXPECT_EQ(Post(old.Url()).failure, "");
  OpenBriefly();
  const Receiver switching(Then(
      "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", HangThen));
  EXPECT_THAT(Post(switching.Url()).failure, Not(IsEmpty()));
}

TEST_F(TransfersTest, WhatIsNotHttpIsNoAnswer) {
  for (const std::string sent :
       {"SSH-2.0-OpenSSH\r\n", "hello\r\n\r\n", "\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n"}) {
    const Receiver receiver(Then(sent, EndThen));
    const webhook::Ended ended = Post(receiver.Url());
    EXPECT_THAT(ended.failure, Not(IsEmpty())) << sent;
    EXPECT_EQ(ended.status, 0) << sent;
  }
}

TEST_F(TransfersTest, ASuccessBeforeTheBodyIsNone) {
  const Receiver receiver([](Conversation& conversation) {
    if (!conversation.ReadHead()) return;
    conversation.Send(AnswerOf(200));
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(Post(receiver.Url(), std::string(20'000'000, 'x')).failure,
                AnyOf(HasSubstr("before the body was sent"),
                      HasSubstr("ended before the answer")));
  }
}

TEST_F(TransfersTest, ARefusalBeforeTheBodyIsOne) {
  const Receiver receiver([](Conversation& conversation) {
    if (!conversation.ReadHead()) return;
    conversation.Send(AnswerOf(413, "Connection: close\r\n"));
    conversation.AwaitEnd();
  });
  EXPECT_EQ(Post(receiver.Url(), std::string(20'000'000, 'x')).failure,
            "the answer was 413");
}

TEST_F(TransfersTest, NobodyListens) {
  std::string url;
  {
    const Receiver gone(HangThen);
    url = gone.Url();
  }
  EXPECT_EQ(Post(url).failure, "no connection: refused");
}

TEST_F(TransfersTest, WhatIsCancelledEndsItsConnectionAndNothingElse) {
  absl::Notification has_come, is_over;
  const Receiver hangs([&](Conversation& conversation) {
    conversation.Read();
    has_come.Notify();
    conversation.AwaitEnd();
    is_over.Notify();
  });
  const Receiver answers(Receiver::Answering(AnswerOf(200)));
  Open();
  Begin(hangs.Url(), 1);
  std::vector<webhook::Ended> ended;
  while (!has_come.HasBeenNotified()) transfers_->Run(absl::Milliseconds(10), &ended);
  Begin(answers.Url(), 2);
  transfers_->Cancel(1);
  is_over.WaitForNotification();
  EXPECT_EQ(transfers_->under_way(), 1U);
  ended = AwaitAll();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended.front().key, 2U);
  transfers_->Cancel(2);
}

}  // namespace
}  // namespace tocsin::testing
