// Would catch a certificate that is trusted although it is not good, an old TLS, and a
// socket that is connected to an address to which nothing may be sent.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/webhook/transfers_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(TransfersTest, SendsByTls) {
  const Receiver receiver(Receiver::Answering(AnswerOf(200)),
                          certificates_.Make("good", {}));
  EXPECT_EQ(Post(receiver.Url("localhost")).failure, "");
  EXPECT_EQ(Post(receiver.Url("localhost"), std::string(300'000, 'x')).failure, "");
  EXPECT_EQ(receiver.connections(), 1);
}

TEST_F(TransfersTest, TrustsNoOtherCertificate) {
  int asked = 0;
  const Receiver::Handler handler = Receiver::Answering([&asked](const ReceivedRequest&) {
    ++asked;
    return AnswerOf(200);
  });
  const Receiver expired(handler, certificates_.Make("old", {.is_expired = true}));
  EXPECT_THAT(Post(expired.Url("localhost")).failure, HasSubstr("expired"));
  const Receiver by_itself(handler, certificates_.Make("own", {.signs_itself = true}));
  EXPECT_THAT(Post(by_itself.Url("localhost")).failure,
              HasSubstr("certificate is not trusted"));
  const Receiver other(handler, certificates_.Make("other", {.host = "example.org"}));
  EXPECT_THAT(Post(other.Url("localhost")).failure,
              HasSubstr("certificate is not trusted"));
  const Certificates strangers;
  const Receiver stranger(handler, strangers.Make("good", {}));
  // Of the same name as the one that is trusted, so that only its key tells them apart.
  EXPECT_THAT(Post(stranger.Url("localhost")).failure,
              AllOf(StartsWith("no connection by TLS: error:"), Not(HasSubstr("3.0"))));
  EXPECT_EQ(asked, 0);
}

TEST_F(TransfersTest, SpeaksNoOldTls) {
  Receiver::Tls tls = certificates_.Make("good", {});
  tls.version_most = TLS1_1_VERSION;
  const Receiver old(Receiver::Answering(AnswerOf(200)), tls);
  EXPECT_THAT(Post(old.Url("localhost")).failure, StartsWith("no connection by TLS"));
  tls.version_most = TLS1_2_VERSION;
  const Receiver good(Receiver::Answering(AnswerOf(200)), tls);
  EXPECT_EQ(Post(good.Url("localhost")).failure, "");
}

TEST_F(TransfersTest, IsNotTalkedOutOfTls) {
  const Receiver plain(
      [](Conversation& conversation) { conversation.Send(AnswerOf(200)); });
  EXPECT_THAT(Post(absl::StrCat("https://localhost:", plain.port())).failure,
              StartsWith("no connection by TLS"));
}

TEST_F(TransfersTest, AHandshakeThatNeverComesIsNoConnection) {
  OpenBriefly();
  const Receiver silent([](Conversation& conversation) { conversation.AwaitEnd(); });
  EXPECT_EQ(Post(absl::StrCat("https://localhost:", silent.port())).failure,
            "no connection within 300ms");
}

// Whoever writes to a connection that is no more is killed by a signal, unless it is
// asked not to be.
TEST_F(TransfersTest, AResetKillsNobody) {
  const Receiver receiver(
      [](Conversation& conversation) {
        conversation.ReadHead();
        conversation.Reset();
      },
      certificates_.Make("good", {}));
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(Post(receiver.Url("localhost"), std::string(20'000'000, 'x')).failure,
                HasSubstr("the connection ended before the answer"));
  }
}

TEST_F(TransfersTest, ConnectsToNoAddressThatIsNotAllowed) {
  networks_.clear();
  const Receiver receiver(Receiver::Answering(AnswerOf(200)));
  for (const std::string host :
       {"127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost",
        "%31%32%37.0.0.1", "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"}) {
    EXPECT_THAT(Post(receiver.Url(host)).failure, HasSubstr("not public")) << host;
  }
  // Not every resolver knows them.
  for (const std::string host : {"localhost.", "127.0.0.1."}) {
    EXPECT_THAT(Post(receiver.Url(host)).failure,
                AnyOf(HasSubstr("not public"), HasSubstr("could not be resolved")));
  }
  EXPECT_EQ(receiver.connections(), 0);
  networks_ = {"127.0.0.1/32"};
  Open();
  EXPECT_EQ(Post(receiver.Url("0x7f.1")).failure, "");
  EXPECT_EQ(receiver.connections(), 1);
}

TEST(CurlTransfers, RefusesOptionsThatCannotBe) {
  EXPECT_EQ(
      webhook::MakeCurlTransfers({.allowed_networks = {"10.0.0.1/8"}}).status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(webhook::MakeCurlTransfers({.authorities_file = "/nowhere"}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(webhook::MakeCurlTransfers({}).ok());
}

}  // namespace
}  // namespace tocsin::testing
