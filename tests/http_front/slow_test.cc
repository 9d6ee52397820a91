// Would catch a reset of very many that outlives a stop of the server, and one for which
// a request that only looks has to wait; and one that waits for another one's endpoint.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "engine/http/side_threads.h"
#include "tests/http_front/front_fixture.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;

// A clock that holds the thread that next asks it, once it is told to.
class HoldingClock final : public ManualClock {
 public:
  using ManualClock::ManualClock;
  absl::Time Now() override {
    if (holds_next.exchange(false)) {
      is_held.Notify();
      goes_on.WaitForNotification();
    }
    return ManualClock::Now();
  }
  std::atomic<bool> holds_next = false;
  absl::Notification is_held;
  absl::Notification goes_on;
};

class SlowTest : public FrontTest {
 protected:
  static constexpr int kMany = 1'000;

  SlowTest() {
    engine_ = Engine::Open({.clock = &holding_, .worker_threads = 0}).value();
    EXPECT_TRUE(
        engine_->CreateAlert({.id = limit_, .name = "limit", .threshold = D("9")}).ok());
    std::vector<Fact> facts;
    for (int c = 0; c < kMany; ++c) facts.push_back(Spend(Customer(c), "1"));
    EXPECT_EQ(engine_->Apply(facts).applied, facts.size());
    EXPECT_TRUE(engine_->Drain().ok());
  }
  ~SlowTest() override {
    front_.reset();
    engine_.reset();
  }

  std::string Ask(const std::string& path, const std::string& body) const {
    return Post("/v1/customer-alerts/" + path, body, Bearer(kWriter));
  }
  std::string ResetMany() const {
    return Ask("reset-many", absl::StrCat(R"({"alert_id":")", limit_.ToString(), "\"}"));
  }

  HoldingClock holding_{At("2026-02-01T00:00:00Z")};
};

TEST_F(SlowTest, AStopEndsAResetOfManyAndSaysHowFarItCame) {
  StartFront();
  holding_.holds_next = true;
  RawClient client(port());
  client.Send(ResetMany());
  holding_.is_held.WaitForNotification();
  std::thread stops([this] { front_->Stop(absl::InfiniteDuration()); });
  // Nobody listens any more: the stop has begun.
  while (RawClient(port()).is_connected()) {
  }
  holding_.goes_on.Notify();
  const RawAnswer answer = client.Read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr(R"("done":false,"resume":null)"));
  EXPECT_THAT(answer.body, HasSubstr(R"("stopped_by":"closing")"));
  const std::uint64_t resets = engine_->GetStats().resets;
  EXPECT_THAT(answer.body, HasSubstr(absl::StrCat("\"taken\":", resets, ",")));
  EXPECT_GT(resets, 0U);
  EXPECT_LT(resets, static_cast<std::uint64_t>(kMany));
  client.Close();
  stops.join();
}

TEST_F(SlowTest, WhoLooksDoesNotWaitForAResetOfMany) {
  StartFront();
  holding_.holds_next = true;
  RawClient resets(port());
  resets.Send(ResetMany());
  holding_.is_held.WaitForNotification();
  // Of a customer in another shard than the one that is held.
  RawClient looker(port());
  const RawAnswer answer = looker.Ask(
      Ask("history", absl::StrCat(R"({"customer_id":")", Customer(kMany - 1).ToString(),
                                  R"(","alert_id":")", limit_.ToString(), "\"}")));
  // A memory keeps none, which is seen last.
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("no history is kept"));
  holding_.goes_on.Notify();
  EXPECT_EQ(resets.Read().status, 200);
}

TEST(SlowLanesTest, WhoWaitsForWhatHangsHoldsUpNobodyWhoWaitsForAnother) {
  absl::Notification is_done, goes_on;
  http::SlowLanes lanes;
  http::SlowLane& lane = lanes.Of(HttpApi::Lane::kWebhookLong);
  for (int i = 0; i < 50; ++i) lane.Do([&] { goes_on.WaitForNotification(); });
  lane.Do([&] { is_done.Notify(); });
  EXPECT_TRUE(is_done.WaitForNotificationWithTimeout(absl::Seconds(30)));
  goes_on.Notify();
}

TEST(SlowLanesTest, WhatFindsNoThreadFreeWaitsForOne) {
  constexpr int kTasks = 100;
  for (const std::size_t threads : {1u, 3u}) {
    absl::BlockingCounter left(kTasks);
    std::atomic<std::size_t> under_way = 0, most = 0;
    http::SlowLane lane(threads);
    for (int i = 0; i < kTasks; ++i) {
      lane.Do([&] {
        std::size_t now = ++under_way, seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        --under_way;
        left.DecrementCount();
      });
    }
    left.Wait();
    EXPECT_LE(most, threads);
  }
}

}  // namespace
}  // namespace tocsin::testing
