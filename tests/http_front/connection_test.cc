// Would catch a client that holds up others or is waited for without end, answers in
// another order than the requests, and connections without number.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/http_front/front_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;

using ConnectionTest = FrontTest;

constexpr absl::Duration kSoon = absl::Milliseconds(50);
constexpr absl::Duration kNever = absl::Hours(1);

// In which only what a test is about has a limit that it can reach.
HttpFrontOptions Patient() {
  return {.head_timeout = kNever,
          .body_timeout = kNever,
          .write_timeout = kNever,
          .idle_timeout = kNever};
}

TEST_F(ConnectionTest, ManyRequestsAtOnceAreAnsweredInOrder) {
  StartFront();
  RawClient client(port());
  std::string requests;
  constexpr std::uint64_t kResets = 200;
  for (std::uint64_t i = 0; i < kResets; ++i) {
    requests += Reset() + Get("/nowhere") + Get();
  }
  client.Send(requests);
  for (std::uint64_t i = 0; i < kResets; ++i) {
    ASSERT_EQ(client.Read().status, 200) << i;
    ASSERT_EQ(client.Read().status, 404) << i;
    ASSERT_EQ(client.Read().status, 200) << i;
  }
  EXPECT_EQ(Epoch(), kResets);
}

TEST_F(ConnectionTest, ARequestByteByByteIsOne) {
  StartFront();
  RawClient client(port());
  for (const char byte : Reset()) ASSERT_TRUE(client.Send({&byte, 1}));
  EXPECT_EQ(client.Read().status, 200);
  EXPECT_EQ(Epoch(), 1U);
}

TEST_F(ConnectionTest, AsksForABodyThatWaitsToBeAskedFor) {
  StartFront();
  RawClient client(port());
  const std::string request = Reset("Expect: 100-continue\r\n");
  const std::size_t body = request.find("\r\n\r\n") + 4;
  EXPECT_EQ(client.Ask(request.substr(0, body)).status, 100);
  EXPECT_EQ(client.Ask(request.substr(body)).status, 200);
  EXPECT_EQ(Epoch(), 1U);
}

TEST_F(ConnectionTest, WhoSaysThatItSendsNoMoreStillGetsItsAnswer) {
  StartFront();
  RawClient client(port());
  client.Send(Reset());
  client.EndSending();
  EXPECT_THAT(client.ReadToEnd(), HasSubstr("HTTP/1.1 200 OK"));
}

TEST_F(ConnectionTest, ASlowHeadIsClosedAndOthersAreServed) {
  HttpFrontOptions options = Patient();
  options.threads = 1;
  options.head_timeout = kSoon;
  StartFront(std::move(options));
  RawClient slow(port());
  // A byte now and then is not enough to go on for ever.
  const std::string head = "GET /healthz HTTP/1.1\r\nHost: " + std::string(8'000, 'a');
  slow.Send("G");
  std::size_t sent = 1;
  while (sent < head.size() && slow.Send(head.substr(sent++, 1))) {
    RawClient other(port());
    ASSERT_EQ(other.Ask(Get()).status, 200);
  }
  EXPECT_LT(sent, head.size());
  EXPECT_TRUE(slow.IsEnded());
}

TEST_F(ConnectionTest, ASlowBodyIsToldAndChangesNothing) {
  HttpFrontOptions options = Patient();
  options.body_timeout = kSoon;
  StartFront(std::move(options));
  const std::string before = State();
  RawClient slow(port());
  const std::string request = Reset();
  slow.Send(request.substr(0, request.size() - 1));
  const RawAnswer answer = slow.Read();
  EXPECT_EQ(answer.status, 408);
  EXPECT_THAT(answer.head, HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(slow.IsEnded());
  // What comes too late is no request any more.
  slow.Send("}");
  EXPECT_EQ(State(), before);
}

TEST_F(ConnectionTest, WhoSaysNothingIsNotWaitedForLong) {
  HttpFrontOptions options = Patient();
  options.idle_timeout = kSoon;
  StartFront(std::move(options));
  RawClient silent(port());
  EXPECT_TRUE(silent.IsEnded());
  RawClient satisfied(port());
  EXPECT_EQ(satisfied.Ask(Get()).status, 200);
  EXPECT_TRUE(satisfied.IsEnded());
}

TEST_F(ConnectionTest, WhoDoesNotReadItsAnswersIsNotWaitedForLong) {
  HttpFrontOptions options = Patient();
  options.write_timeout = kSoon;
  StartFront(std::move(options));
  RawClient client(port());
  // More than all buffers on the way hold.
  std::string requests;
  for (int i = 0; i < 1'000; ++i) requests += Get("/openapi.json") + Get();
  while (client.Send(requests)) {
  }
  RawClient other(port());
  EXPECT_EQ(other.Ask(Get()).status, 200);
}

TEST_F(ConnectionTest, ThereAreAsManyAsMayBeAndThoseAreServed) {
  constexpr std::size_t kMost = 20;
  HttpFrontOptions options = Patient();
  options.connections_max = kMost;
  StartFront(std::move(options));
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < kMost; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    ASSERT_EQ(clients.back()->Ask(Get()).status, 200) << i;
  }
  for (int i = 0; i < 50; ++i) {
    RawClient more(port());
    ASSERT_TRUE(more.IsEnded());
  }
  for (const auto& client : clients) ASSERT_EQ(client->Ask(Get()).status, 200);
  // There is room again, once the front knows.
  clients.clear();
  bool is_served = false;
  for (int i = 0; i < 100'000 && !is_served; ++i) {
    RawClient client(port());
    is_served = client.Ask(Get()).status == 200;
  }
  EXPECT_TRUE(is_served);
}

TEST_F(ConnectionTest, HeadIsTheHeadOfGet) {
  StartFront();
  RawClient client(port());
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/openapi.json"}) {
    const std::string get = Get(path);
    // What has a length but no body would be taken for the answer to the next.
    client.Send("HEAD" + get.substr(3) + Get("/nowhere"));
    const std::string head = client.ReadHead();
    EXPECT_THAT(head, HasSubstr(" 200 OK\r\n")) << path;
    EXPECT_EQ(client.Read().status, 404) << path;
    const RawAnswer whole = client.Ask(get);
    EXPECT_THAT(head, HasSubstr(path == std::string("/metrics")
                                    ? std::string("Content-Length: ")
                                    : absl::StrCat("Content-Length: ", whole.body.size(),
                                                   "\r\n")));
  }
}

TEST_F(ConnectionTest, TellsWhoAskedAndNeverTheQuery) {
  absl::Mutex mu;
  std::vector<std::string> told;
  HttpFrontOptions options;
  options.on_access = [&](const HttpFrontOptions::Access& access) {
    absl::MutexLock lock(&mu);
    EXPECT_TRUE(absl::StartsWith(access.peer, "127.0.0.1:")) << access.peer;
    told.push_back(absl::StrCat(access.method, " ", access.path, " ", access.status));
  };
  StartFront(std::move(options));
  RawClient client(port());
  EXPECT_EQ(client.Ask(Get("/healthz?token=secret")).status, 200);
  EXPECT_EQ(client.Ask("GET /?token=secret HTTP/1.1\r\n\r\n").status, 400);
  client.Close();
  front_.reset();
  EXPECT_THAT(told, ::testing::ElementsAre("GET /healthz 200", "GET / 400"));
}

}  // namespace
}  // namespace tocsin::testing
