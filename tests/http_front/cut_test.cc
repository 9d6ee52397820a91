// Would catch a request of which a part has changed something, one that is done twice,
// and a front that is harmed by a client that goes away.
#include <poll.h>

#include <cstddef>
#include <string>

#include "tests/http_front/front_fixture.h"

namespace tocsin::testing {
namespace {

class CutTest : public FrontTest {
 protected:
  CutTest() { StartFront(); }
};

TEST_F(CutTest, ARequestCutAnywhereChangesNothing) {
  const std::string request = Reset();
  const std::string before = State();
  for (std::size_t cut = 0; cut < request.size(); ++cut) {
    RawClient client(port());
    client.Send(request.substr(0, cut));
    if (cut % 2 == 0) {
      // The front has seen all of it, and that nothing follows.
      client.EndSending();
      EXPECT_TRUE(client.IsEnded()) << "cut behind " << cut;
    } else {
      client.Abort();
    }
  }
  RawClient client(port());
  EXPECT_EQ(client.Ask(Get()).status, 200);
  EXPECT_EQ(State(), before);
}

// Without a key, a client that does not know whether it was heard may ask again: the
// state is right, and each reset has its epoch.
TEST_F(CutTest, AnAnswerCutAnywhereWasDoneOnceForEachRequest) {
  RawClient whole(port());
  ASSERT_EQ(whole.Ask(Reset()).status, 200);
  whole.Send(Reset());
  whole.EndSending();
  const std::size_t answer_bytes = whole.ReadToEnd().size();
  std::uint64_t resets = 2;
  for (std::size_t cut = 0; cut < answer_bytes; ++cut) {
    RawClient client(port());
    client.Send(Reset());
    // The first byte of the answer says that it was done.
    if (cut > 0) client.ReadBytes(cut);
    pollfd readable = {.fd = client.fd(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(poll(&readable, 1, 30'000), 1);
    client.Abort();
    EXPECT_EQ(Epoch(), ++resets) << "cut behind " << cut;
    RawClient again(port());
    EXPECT_EQ(again.Ask(Reset()).status, 200);
    EXPECT_EQ(Epoch(), ++resets);
  }
  EXPECT_TRUE(engine_->Drain().ok());
  const std::vector<Notification> told = sink_.Take();
  // All but the last were superseded before they were judged.
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].epoch, resets);
}

TEST_F(CutTest, WithAKeyARequestThatIsMadeAgainIsOne) {
  const std::string request = Reset("Idempotency-Key: one-reset\r\n");
  for (std::size_t cut = 1; cut < 70; cut += 7) {
    RawClient client(port());
    client.Send(request);
    client.ReadBytes(cut);
    client.Abort();
    EXPECT_EQ(Epoch(), 1U) << "cut behind " << cut;
  }
  RawClient client(port());
  EXPECT_EQ(client.Ask(request).status, 200);
  EXPECT_EQ(Epoch(), 1U);
}

TEST_F(CutTest, WhoGoesAwayAtOnceIsHeardOrNot) {
  constexpr int kClients = 200;
  for (int i = 0; i < kClients; ++i) {
    RawClient client(port());
    client.Send(Reset());
    client.Abort();
  }
  RawClient client(port());
  EXPECT_EQ(client.Ask(Reset()).status, 200);
  EXPECT_LE(Epoch(), static_cast<std::uint64_t>(kClients) + 1);
  EXPECT_GE(Epoch(), 1U);
}

}  // namespace
}  // namespace tocsin::testing
