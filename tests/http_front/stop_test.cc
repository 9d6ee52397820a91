// Would catch a stop that cuts off what was read, takes something new, does not end, or
// leaves a thread behind.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "tests/http_front/front_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;

using StopTest = FrontTest;

TEST_F(StopTest, RefusesWhatIsNewAndFinishesWhatHasBegun) {
  HttpFrontOptions options;
  options.head_timeout = absl::Hours(1);
  options.idle_timeout = absl::Hours(1);
  StartFront(std::move(options));
  const std::string request = Reset();
  const std::string before = State();
  RawClient idle(port());
  EXPECT_EQ(idle.Ask(Get()).status, 200);
  RawClient resets(port());
  RawClient asks(port());
  // Answered and begun anew, so that the front is sure to have seen the beginning.
  EXPECT_EQ(resets.Ask(Get() + request.substr(0, 10)).status, 200);
  EXPECT_EQ(asks.Ask(Get() + Get("/readyz").substr(0, 10)).status, 200);

  std::thread stops([this] { front_->Stop(absl::InfiniteDuration()); });
  EXPECT_TRUE(idle.IsEnded());
  // Nobody listens any more.
  while (RawClient(port()).is_connected()) {
  }
  const RawAnswer answer = resets.Ask(request.substr(10));
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.head, HasSubstr("Connection: close\r\n"));
  EXPECT_EQ(asks.Ask(Get("/readyz").substr(10)).status, 503);
  resets.Close();
  asks.Close();
  stops.join();
  EXPECT_EQ(State(), before);
}

TEST_F(StopTest, EndsWhatIsLeftAtTheDeadline) {
  HttpFrontOptions options;
  options.head_timeout = absl::Hours(1);
  StartFront(std::move(options));
  RawClient client(port());
  EXPECT_EQ(client.Ask(Get() + "GET /").status, 200);
  front_->Stop(absl::Milliseconds(20));
  EXPECT_TRUE(client.IsEnded());
  // Once is enough.
  front_->Stop(absl::Milliseconds(20));
}

TEST_F(StopTest, WhatWasAnsweredIsDoneAndNothingElse) {
  for (int round = 0; round < 5; ++round) {
    StartFront();
    const std::uint64_t before = Epoch();
    std::vector<std::thread> clients;
    std::atomic<std::uint64_t> answered = 0;
    std::atomic<std::uint64_t> sent = 0;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&] {
        RawClient client(port());
        while (client.is_connected()) {
          ++sent;
          const int status = client.Ask(Reset()).status;
          if (status == 200) ++answered;
          if (status != 200) break;
        }
      });
    }
    while (answered.load() < 100) std::this_thread::yield();
    front_->Stop(absl::Seconds(5));
    for (std::thread& client : clients) client.join();
    front_.reset();
    EXPECT_GE(Epoch() - before, answered.load());
    EXPECT_LE(Epoch() - before, sent.load());
  }
}

TEST_F(StopTest, OptionsOutOfTheirRangeAreRefused) {
  const auto refused = [this](HttpFrontOptions options) {
    return std::string(
        HttpFront::Start(engine_.get(), std::move(options)).status().message());
  };
  EXPECT_THAT(refused({.address = "localhost"}), HasSubstr("must be an IP address"));
  EXPECT_THAT(refused({.api = {.no_auth = true}, .address = "0.0.0.0"}),
              HasSubstr("loopback"));
  EXPECT_THAT(refused({.api = {.no_auth = true}, .address = "::"}),
              HasSubstr("loopback"));
  EXPECT_THAT(refused({.threads = 0}), HasSubstr("threads: is 0"));
  EXPECT_THAT(refused({.connections_max = 0}), HasSubstr("connections_max: is 0"));
  EXPECT_THAT(refused({.tls_key_file = "/nowhere"}), HasSubstr("without a certificate"));
  EXPECT_THAT(refused({.idle_timeout = absl::ZeroDuration()}), HasSubstr("idle_timeout"));
  EXPECT_THAT(
      refused(
          {.port = 0, .tls_certificate_file = "/nowhere", .tls_key_file = "/nowhere"}),
      HasSubstr("/nowhere cannot be used"));
  StartFront();
  EXPECT_THAT(refused({.port = port()}), HasSubstr("cannot be listened on"));
}

}  // namespace
}  // namespace tocsin::testing
