// Would catch a sink that says that it keeps what it does not, that waits for ever, or
// that forgets its endpoints.
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "engine/sqlite/database.h"
#include "engine/webhook/make_sink.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tests/webhook/prompt_transfers.h"
#include "tests/webhook/simulated_world.h"
#include "tests/webhook/sink_fixture.h"
#include "tocsin/engine.h"
#include "tocsin/status.h"

namespace tocsin {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PromptTransfers;
using testing::SampleNotification;
using ::testing::SizeIs;

constexpr char kTarget[] = "https://receiver.example/hook";

class WebhookSinkTest : public testing::SinkFixture {};
TEST_F(WebhookSinkTest, WhatIsTakenAndSyncedIsThereForTheNext) {
  const Notification notification = SampleNotification(1, 1, 1);
  {
    const auto sink = Open(/*hangs=*/true);
    ASSERT_TRUE(sink->Create({.name = "first", .url = kTarget}, "").ok());
    ASSERT_TRUE(sink->Deliver(notification).ok());
    ASSERT_TRUE(sink->Sync().ok());
    EXPECT_EQ(sink->List()[0].waiting, 1u);
  }
  EXPECT_THAT(receiver_.bodies(), IsEmpty());
  const auto sink = Open();
  EXPECT_THAT(receiver_.Await(1), ElementsAre(ToJson(notification)));
  EXPECT_EQ(sink->List()[0].settings.name, "first");
}

TEST_F(WebhookSinkTest, ManyThreadsGiveAndAskAtOnce) {
  const auto sink = Open();
  const EndpointId id = sink->Create({.url = kTarget}, "")->id;
  constexpr int kThreads = 4;
  constexpr std::uint64_t kEach = 250;
  std::vector<std::thread> threads;
  for (int thread = 1; thread <= kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::uint64_t n = 1; n <= kEach; ++n) {
        EXPECT_TRUE(sink->Deliver(SampleNotification(thread, 1, n)).ok());
        if (n % 50 == 0) {
          EXPECT_TRUE(sink->Sync().ok());
          EXPECT_TRUE(sink->Get(id).ok());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(receiver_.Await(kThreads * kEach), SizeIs(kThreads * kEach));
}

TEST_F(WebhookSinkTest, WhoStopsItWaitsNoLongerThanHeSays) {
  const auto sink = Open(/*hangs=*/true);
  ASSERT_TRUE(sink->Create({.url = kTarget}, "").ok());
  ASSERT_TRUE(sink->Deliver(SampleNotification(1, 1, 1)).ok());
  sink->Stop(absl::ZeroDuration());
  const absl::Status after = sink->Deliver(SampleNotification(1, 1, 2));
  EXPECT_EQ(after.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(after), Reason::kClosing);
  EXPECT_EQ(sink->Create({.url = kTarget}, "").status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(WebhookSinkTest, WhatIsDueWhileItStopsDoesNotHurryIt) {
  auto owner = std::make_unique<testing::HangingTransfers>();
  testing::HangingTransfers* const transfers = owner.get();
  const auto sink =
      webhook::MakeWebhookSink({.directory = directory_ / "sink"}, std::move(owner));
  ASSERT_TRUE(sink.ok()) << sink.status();
  ASSERT_TRUE((*sink)->Create({.url = kTarget}, "").ok());
  for (int customer = 1; customer <= 2; ++customer) {
    ASSERT_TRUE((*sink)->Deliver(SampleNotification(customer, 1, 1)).ok());
  }
  transfers->AwaitBegun(2);
  transfers->Arm();
  (*sink)->Stop(absl::InfiniteDuration());
  EXPECT_LE(transfers->hurried(), 2);
}

TEST_F(WebhookSinkTest, ATestOfWhoDoesNotAnswerEndsWithTheSink) {
  const auto sink = Open(/*hangs=*/true);
  const EndpointId id = sink->Create({.url = kTarget}, "")->id;
  std::thread other([&] {
    EXPECT_EQ(sink->SendTest(id).status().code(), absl::StatusCode::kUnavailable);
  });
  sink->Stop(absl::ZeroDuration());
  other.join();
}

TEST_F(WebhookSinkTest, ATestIsSentOnceAndTellsWhatCameOfIt) {
  const auto sink = Open();
  const EndpointId id = sink->Create({.url = kTarget}, "")->id;
  receiver_.Answer(500);
  const auto attempt = sink->SendTest(id);
  ASSERT_TRUE(attempt.ok()) << attempt.status();
  EXPECT_EQ(attempt->status, 500);
  EXPECT_EQ(attempt->endpoint, id);
  ASSERT_THAT(receiver_.bodies(), SizeIs(1));
  EXPECT_THAT(receiver_.bodies()[0], HasSubstr(R"("type":"webhook.test")"));
  EXPECT_EQ(sink->Get(id)->waiting, 0u);
  EXPECT_EQ(sink->SendTest(testing::Named<EndpointId>("x")).status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(WebhookSinkTest, WhoGivesToASinkThatTakesNothingIsToldSo) {
  absl::Notification is_held, goes_on;
  WebhookOptions options;
  options.on_attempt = [&](const WebhookOptions::Attempt&) {
    if (!is_held.HasBeenNotified()) is_held.Notify();
    goes_on.WaitForNotification();
  };
  const auto sink = Open(/*hangs=*/false, std::move(options));
  ASSERT_TRUE(sink->Create({.url = kTarget}, "").ok());
  ASSERT_TRUE(sink->Deliver(SampleNotification(1, 1, 1)).ok());
  is_held.WaitForNotification();
  absl::Status status;
  std::uint64_t given = 1;
  while ((status = sink->Deliver(SampleNotification(1, 1, ++given))).ok()) {
    ASSERT_LT(given, 100'000U);
  }
  EXPECT_EQ(ReasonOf(status), Reason::kLimitReached);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no room for another one"));
  goes_on.Notify();
  // It is taken once there is room.
  while (!sink->Deliver(SampleNotification(1, 1, given)).ok()) {
  }
  sink->Stop(absl::ZeroDuration());
}

TEST_F(WebhookSinkTest, WhatWasTakenFromWhoGaveItIsKeptHoweverSoonItEnds) {
  absl::Notification is_held, goes_on;
  WebhookOptions options;
  options.on_attempt = [&](const WebhookOptions::Attempt&) {
    if (!is_held.HasBeenNotified()) is_held.Notify();
    goes_on.WaitForNotification();
  };
  std::uint64_t given = 0;
  {
    const auto sink = Open(/*hangs=*/false, std::move(options));
    ASSERT_TRUE(sink->Create({.url = kTarget}, "").ok());
    const auto give = [&] {
      return sink->Deliver(SampleNotification(1, 1, ++given)).ok();
    };
    ASSERT_TRUE(give());
    is_held.WaitForNotification();
    // More than are taken at once.
    while (given < 10'000) ASSERT_TRUE(give());
    std::thread stops([&] { sink->Stop(absl::ZeroDuration()); });
    while (give()) ASSERT_LT(given, 60'000U);
    --given;
    goes_on.Notify();
    stops.join();
  }
  const auto sink = Open(/*hangs=*/true);
  EXPECT_EQ(sink->List()[0].waiting + receiver_.bodies().size(), given);
}

TEST_F(WebhookSinkTest, ASecondSinkIsRefusedTheDirectory) {
  const auto first = Open();
  const auto second = webhook::MakeWebhookSink(
      {.directory = directory_ / "sink"}, std::make_unique<PromptTransfers>(&receiver_));
  EXPECT_EQ(ReasonOf(second.status()), Reason::kStoreInUse) << second.status();
}

TEST_F(WebhookSinkTest, WhatCannotBeKeptIsSaidAndKeptLater) {
  const Notification notification = SampleNotification(1, 1, 1);
  {
    const auto sink = Open(/*hangs=*/true);
    ASSERT_TRUE(sink->Create({.url = kTarget}, "").ok());
    // What the thread does by itself when it begins is over then.
    EXPECT_THAT(sink->List(), SizeIs(1));
    auto other = sqlite::Database::Open(directory_ / "sink/webhooks.db", "");
    ASSERT_TRUE(other.ok()) << other.status();
    ASSERT_TRUE((*other)->Execute("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE").ok());
    ASSERT_TRUE(sink->Deliver(notification).ok());
    EXPECT_FALSE(sink->Sync().ok());
    EXPECT_FALSE(sink->Create({.url = kTarget}, "").ok());
    EXPECT_THAT(sink->List(), SizeIs(1)) << "what was refused is not there";
    ASSERT_TRUE((*other)->Execute("ROLLBACK").ok());
    EXPECT_TRUE(sink->Sync().ok());
  }
  const auto sink = Open();
  EXPECT_THAT(receiver_.Await(1), ElementsAre(ToJson(notification)));
}

TEST_F(WebhookSinkTest, TheDateOfASignatureIsThatOfTheClockAlsoWhenItGoesBack) {
  const absl::Time right = absl::FromUnixSeconds(1'767'225'600);
  testing::ManualClock clock(right + absl::Hours(2));
  WebhookOptions options;
  options.clock = &clock;
  const auto sink = Open(/*hangs=*/false, std::move(options));
  const EndpointId id = sink->Create({.url = kTarget}, "")->id;
  ASSERT_TRUE(sink->SendTest(id).ok());
  EXPECT_THAT(receiver_.headers(), Contains("Date: Thu, 01 Jan 2026 02:00:00 GMT"));
  clock.Set(right);
  ASSERT_TRUE(sink->SendTest(id).ok());
  EXPECT_THAT(receiver_.headers(), Contains("Date: Thu, 01 Jan 2026 00:00:00 GMT"));
}

TEST_F(WebhookSinkTest, NothingDiesAtOnceWhenTheClockJumps) {
  testing::ManualClock clock(absl::FromUnixSeconds(1'767'225'600));
  WebhookOptions options;
  options.clock = &clock;
  receiver_.Answer(500);
  const auto sink = Open(/*hangs=*/false, std::move(options));
  const EndpointId id = sink->Create({.url = kTarget}, "")->id;
  ASSERT_TRUE(sink->Deliver(SampleNotification(1, 1, 1)).ok());
  receiver_.Await(1);
  clock.Advance(absl::Hours(24 * 3));
  // A turn, in which it would die, and the next one.
  ASSERT_TRUE(sink->SendTest(id).ok());
  EXPECT_EQ(sink->List()[0].waiting, 1u);
  EXPECT_EQ(sink->List()[0].dead, 0u);
}

TEST_F(WebhookSinkTest, WhatIsTriedOftenDiesInItsTimeToo) {
  testing::ManualClock clock(absl::FromUnixSeconds(1'767'225'600));
  WebhookOptions options;
  options.clock = &clock;
  options.retry_max = absl::Seconds(1);
  options.keep_trying = absl::Minutes(10);
  receiver_.Answer(500);
  const auto sink = Open(/*hangs=*/false, std::move(options));
  const EndpointId id = sink->Create({.url = kTarget}, "")->id;
  ASSERT_TRUE(sink->Deliver(SampleNotification(1, 1, 1)).ok());
  // It is looked at less often than it is tried.
  for (int i = 0; i < 50 && sink->List()[0].dead == 0; ++i) {
    clock.Advance(absl::Seconds(30));
    ASSERT_TRUE(sink->SendTest(id).ok());
  }
  EXPECT_EQ(sink->List()[0].dead, 1u);
}

TEST_F(WebhookSinkTest, WhoLooksOnMustNotAsk) {
  WebhookSink* asked = nullptr;
  Reason reason = Reason::kNone;
  WebhookOptions options;
  options.on_attempt = [&](const WebhookOptions::Attempt& attempt) {
    reason = ReasonOf(asked->Get(attempt.endpoint).status());
  };
  const auto sink = Open(/*hangs=*/false, std::move(options));
  asked = sink.get();
  ASSERT_TRUE(sink->Create({.url = kTarget}, "").ok());
  ASSERT_TRUE(sink->Deliver(SampleNotification(1, 1, 1)).ok());
  receiver_.Await(1);
  sink->Stop(absl::InfiniteDuration());
  EXPECT_EQ(reason, Reason::kCalledFromSink);
}

TEST_F(WebhookSinkTest, OfAnEndpointThatIsRemovedNothingMoreIsTold) {
  auto owner = std::make_unique<testing::HangingTransfers>();
  testing::HangingTransfers* const transfers = owner.get();
  int told = 0;
  WebhookOptions options;
  options.on_attempt = [&](const WebhookOptions::Attempt&) { ++told; };
  const auto sink = webhook::MakeWebhookSink(std::move(options), std::move(owner));
  ASSERT_TRUE(sink.ok()) << sink.status();
  const EndpointId id = (*sink)->Create({.url = kTarget}, "")->id;
  ASSERT_TRUE((*sink)->Deliver(SampleNotification(1, 1, 1)).ok());
  transfers->AwaitBegun(1);
  EXPECT_TRUE((*sink)->Remove(id).ok());
  (*sink)->Stop(absl::ZeroDuration());
  EXPECT_EQ(transfers->under_way(), 0u);
  EXPECT_EQ(told, 0);
}

TEST_F(WebhookSinkTest, AnEngineHasItsStoreInTheSameDirectory) {
  const auto sink = Open();
  ASSERT_TRUE(sink->Create({.url = kTarget}, "").ok());
  for (int life = 1; life <= 2; ++life) {
    auto engine = Engine::Open({.directory = directory_ / "sink", .sink = sink.get()});
    ASSERT_TRUE(engine.ok()) << engine.status();
    if (life == 1) {
      ASSERT_TRUE((*engine)
                      ->CreateAlert({.name = "limit", .threshold = *Decimal::Parse("10")})
                      .ok());
    }
    const SpendAdded fact{.customer = testing::Customer(life),
                          .amount = *Decimal::Parse("10")};
    ASSERT_TRUE((*engine)->Apply({{fact}}).status.ok());
    EXPECT_THAT(receiver_.Await(static_cast<std::size_t>(life)),
                SizeIs(static_cast<std::size_t>(life)));
    ASSERT_TRUE((*engine)->Close(absl::InfiniteDuration()).ok());
  }
}

}  // namespace
}  // namespace tocsin
