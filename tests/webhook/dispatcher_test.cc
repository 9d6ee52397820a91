// Would catch a receiver's wish that is not respected, or respected too much; one that is
// asked on and on; and one that takes from the others.
#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/sqlite/database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tests/webhook/simulated_world.h"

namespace tocsin {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::SampleNotification;
using testing::SimulatedWorld;
using ::testing::SizeIs;
using Answer = SimulatedWorld::Answer;
using Arrived = SimulatedWorld::Arrived;

constexpr char kHook[] = "https://receiver.example/hook";
constexpr absl::Duration kMoment = absl::Seconds(1);

std::vector<absl::Duration> WaitsBetween(const std::vector<Arrived>& arrived) {
  std::vector<absl::Duration> waits;
  for (std::size_t i = 1; i < arrived.size(); ++i) {
    waits.push_back(arrived[i].at - arrived[i - 1].at);
  }
  return waits;
}

// The first answers so, the others well.
SimulatedWorld::Receiver OnceThenWell(Answer first) {
  return [first, asked = 0](const Arrived&) mutable {
    return asked++ == 0 ? first : Answer();
  };
}

TEST(Dispatcher, WaitsDoubleUpToAQuarterOfAnHourAndAreNotTheSame) {
  SimulatedWorld world;
  world.AddEndpoint(kHook);
  world.Answers(kHook, [](const Arrived&) { return Answer{.status = 500}; });
  world.Give(SampleNotification(1, 1, 1));
  world.RunFor(absl::Hours(47));
  const std::vector<absl::Duration> waits = WaitsBetween(world.arrived());
  ASSERT_GT(waits.size(), 190u);
  absl::Duration whole = absl::Seconds(1);
  for (const absl::Duration wait : waits) {
    EXPECT_GE(wait, whole / 2);
    EXPECT_LE(wait, whole + absl::Milliseconds(10));
    whole = std::min(whole * 2, absl::Minutes(15));
  }
  EXPECT_NE(waits[100], waits[101]);
  world.RunFor(absl::Hours(2));
  const std::size_t tried = world.arrived().size();
  world.RunFor(absl::Hours(24));
  EXPECT_EQ(world.arrived().size(), tried) << "dead is dead";
}

struct Asked {
  absl::Duration retry_after;
  absl::Duration comes_after;
};

TEST(Dispatcher, RetryAfterIsHonouredWithinItsBounds) {
  for (const Asked asked : {Asked{absl::Seconds(90), absl::Seconds(90)},
                            Asked{absl::ZeroDuration(), absl::Seconds(1)},
                            Asked{absl::Hours(24 * 365), absl::Minutes(15)}}) {
    for (const int status : {429, 503}) {
      SimulatedWorld world;
      world.AddEndpoint(kHook);
      world.Answers(kHook,
                    OnceThenWell({.status = status, .retry_after = asked.retry_after}));
      world.Give(SampleNotification(1, 1, 1));
      world.RunFor(kMoment / 2);
      // It speaks of the receiver: another customer waits as long.
      world.Give(SampleNotification(2, 1, 1));
      world.RunFor(absl::Hours(1));
      ASSERT_THAT(world.arrived(), SizeIs(3));
      EXPECT_EQ(world.arrived()[1].at - world.arrived()[0].at,
                asked.comes_after + absl::Milliseconds(10));
      EXPECT_GE(world.arrived()[2].at, world.arrived()[1].at);
    }
  }
}

TEST(Dispatcher, WhatTheReceiverAsksForEndsNoLaterThanItsTime) {
  SimulatedWorld world({.keep_trying = absl::Minutes(20)});
  const EndpointId id = world.AddEndpoint(kHook);
  world.Answers(kHook, [](const Arrived&) {
    return Answer{.status = 503, .retry_after = absl::Hours(24)};
  });
  world.Give(SampleNotification(1, 1, 1));
  world.RunFor(absl::Minutes(20));
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->dead, 1u);
}

TEST(Dispatcher, AnEndpointThatIsGoneIsNotAskedUntilItIsEnabled) {
  SimulatedWorld world;
  const EndpointId id = world.AddEndpoint(kHook);
  world.Answers(kHook, OnceThenWell({.status = 410}));
  world.Give(SampleNotification(1, 1, 1));
  world.RunFor(kMoment);
  world.Give(SampleNotification(1, 1, 2));
  world.RunFor(absl::Hours(24 * 30));
  EXPECT_THAT(world.arrived(), SizeIs(1));
  const WebhookEndpoint gone = *world.dispatcher().Get(id, world.now());
  EXPECT_EQ(gone.status, WebhookStatus::kGone);
  EXPECT_EQ(gone.waiting, 2u) << "nothing of it dies meanwhile";
  EXPECT_EQ(gone.dead, 0u);
  WebhookSettings settings = gone.settings;
  settings.enabled = true;
  ASSERT_TRUE(world.dispatcher().Update(id, settings, world.now()).ok());
  world.RunFor(kMoment);
  EXPECT_THAT(world.TakenBy(kHook), SizeIs(2));
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->status, WebhookStatus::kEnabled);
}

TEST(Dispatcher, AReceiverThatFailsIsAskedOneAtATimeUntilItIsBack) {
  SimulatedWorld world;
  world.AddEndpoint(kHook);
  const absl::Time back = world.now() + absl::Hours(3);
  world.Answers(kHook, [back](const Arrived& request) {
    return Answer{.status = request.at < back ? 0 : 200, .took = absl::Seconds(10)};
  });
  for (int customer = 1; customer <= 200; ++customer) {
    world.Give(SampleNotification(customer, 1, 1));
  }
  world.RunFor(absl::Seconds(11));
  // As many as one may have, one for each of the four that do not pause it, and a probe.
  EXPECT_EQ(world.arrived().size(), 16u + 4 + 1);
  world.RunUntil(back);
  // At 10 s each, one by one, at longer and longer intervals.
  EXPECT_LT(world.arrived().size(), 21u + 60u);
  world.RunFor(absl::Minutes(16) + absl::Seconds(10 * 200 / 16 + 20));
  EXPECT_THAT(world.TakenBy(kHook), SizeIs(200));
}

std::string UrlOf(int endpoint) {
  return absl::StrCat("https://r", endpoint, ".example/hook");
}

// The delays of the 50 last, from when it was given to when it came, the shortest first.
std::vector<absl::Duration> DelaysWithHanging(int hanging, std::size_t attempts_max) {
  constexpr int kEndpoints = 100;
  SimulatedWorld world({.attempts_max = attempts_max});
  std::set<std::string> looked_at;
  for (int i = 0; i < kEndpoints; ++i) {
    world.AddEndpoint(UrlOf(i));
    if (i >= kEndpoints / 2) looked_at.insert(UrlOf(i));
  }
  for (int i = 0; i < hanging; ++i) {
    world.Answers(UrlOf(i), [](const Arrived&) {
      return Answer{.status = 0, .took = absl::Seconds(10)};
    });
  }
  std::vector<absl::Duration> delays;
  std::size_t seen = 0;
  for (int round = 1; round <= 30; ++round) {
    const absl::Time given = world.now();
    for (int customer = 1; customer <= 5; ++customer) {
      world.Give(SampleNotification(customer, 1, static_cast<std::uint64_t>(round)));
    }
    world.RunFor(kMoment);
    for (; seen < world.arrived().size(); ++seen) {
      const Arrived& one = world.arrived()[seen];
      if (looked_at.contains(one.url)) delays.push_back(one.at - given);
    }
  }
  std::sort(delays.begin(), delays.end());
  return delays;
}

TEST(Dispatcher, OneThatHangsTakesNothingFromTheOthers) {
  EXPECT_EQ(DelaysWithHanging(1, 1'000), DelaysWithHanging(0, 1'000));
}

TEST(Dispatcher, ManyThatHangLeaveTheOthersTheirShare) {
  // They could have 160 attempts, all that there are.
  const std::vector<absl::Duration> delays = DelaysWithHanging(10, 160);
  EXPECT_THAT(delays, SizeIs(30 * 50 * 5));
  // With one attempt at a time each, five take 40 ms until the last begins.
  EXPECT_LE(delays.back(), absl::Milliseconds(40));
}

TEST(Dispatcher, NoMoreAttemptsThanMayBe) {
  SimulatedWorld world({.attempts_max_of_endpoint = 3, .attempts_max = 10});
  for (int i = 0; i < 5; ++i) world.AddEndpoint(UrlOf(i));
  for (int customer = 1; customer <= 50; ++customer) {
    world.Give(SampleNotification(customer, 1, 1));
  }
  world.RunFor(absl::Minutes(1));
  EXPECT_EQ(world.most_in_all(), 10u);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(world.most_of(UrlOf(i)), 2u) << "the same for each";
    EXPECT_THAT(world.TakenBy(UrlOf(i)), SizeIs(50));
  }
}

TEST(Dispatcher, NoMoreAttemptsThanMayBeThoughEndpointsComeAndGo) {
  SimulatedWorld world({.attempts_max = 20});
  for (int times = 0; times < 15; ++times) {
    const EndpointId id = world.AddEndpoint(UrlOf(times));
    world.Answers(UrlOf(times), [](const Arrived&) {
      return Answer{.status = 0, .took = absl::Hours(1)};
    });
    for (int customer = 1; customer <= 20; ++customer) {
      world.Give(SampleNotification(customer, 1, static_cast<std::uint64_t>(times)));
    }
    world.RunFor(kMoment);
    if (times == 14) break;
    ASSERT_TRUE(world.dispatcher().Remove(id, world.now()).ok());
  }
  EXPECT_LE(world.most_in_all(), 20u);
  EXPECT_EQ(world.most_of(UrlOf(14)), 16u) << "the others let go of theirs";
}

TEST(Dispatcher, ATestOfWhatIsRemovedIsToldOf) {
  SimulatedWorld world;
  const EndpointId id = world.AddEndpoint(kHook);
  int told = 0;
  ASSERT_TRUE(
      world.dispatcher().SendTest(id, world.now(), [&](const auto&) { ++told; }).ok());
  ASSERT_TRUE(world.dispatcher().Remove(id, world.now()).ok());
  world.RunFor(kMoment);
  EXPECT_EQ(told, 1);
}

TEST(Dispatcher, NoMoreAttemptsOfOneEndpointThanMayBe) {
  SimulatedWorld world({.attempts_max_of_endpoint = 3, .attempts_max = 10});
  world.AddEndpoint(kHook);
  for (int customer = 1; customer <= 50; ++customer) {
    world.Give(SampleNotification(customer, 1, 1));
  }
  world.RunFor(absl::Minutes(1));
  EXPECT_EQ(world.most_of(kHook), 3u);
  EXPECT_THAT(world.TakenBy(kHook), SizeIs(50));
}

TEST(Dispatcher, WhatIsTooMuchIsDeadAtOnceAndSaysWhy) {
  SimulatedWorld world({.waiting_max = 3});
  const EndpointId id = world.AddEndpoint(kHook);
  world.Answers(kHook, [](const Arrived&) { return Answer{.status = 500}; });
  for (std::uint64_t n = 1; n <= 5; ++n) world.Give(SampleNotification(1, 1, n));
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->waiting, 3u);
  const auto letters = *world.dispatcher().DeadLetters(id, 0, 100, world.now());
  ASSERT_THAT(letters, SizeIs(2));
  EXPECT_THAT(letters[0].reason, HasSubstr("too many"));
  EXPECT_EQ(world.dispatcher().SendAgain(id, letters[0].number, world.now()).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(*world.SendAllAgain(id), 0u);
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->dead, 2u);
}

TEST(Dispatcher, DeadLettersAreForgottenAfterTheirTime) {
  SimulatedWorld world({.keep_trying = absl::Hours(1), .keep_dead = absl::Hours(24)});
  const EndpointId id = world.AddEndpoint(kHook);
  world.Answers(kHook, [](const Arrived&) { return Answer{.status = 500}; });
  world.Give(SampleNotification(1, 1, 1));
  world.RunFor(absl::Hours(20));
  ASSERT_TRUE(world.Keep().ok());
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->dead, 1u);
  world.RunFor(absl::Hours(7));
  ASSERT_TRUE(world.Keep().ok());
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->dead, 0u);
  EXPECT_THAT(*world.dispatcher().DeadLetters(id, 0, 10, world.now()), IsEmpty());
}

TEST(Dispatcher, WhoHasNothingToDoForgetsInTimeToo) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink",
                        .keep_trying = absl::Hours(1),
                        .keep_dead = absl::Hours(24)});
  const EndpointId id = world.AddEndpoint(kHook);
  world.Answers(kHook, [](const Arrived&) { return Answer{.status = 500}; });
  world.Give(SampleNotification(1, 1, 1));
  const absl::Duration overlap = absl::Hours(20);
  ASSERT_TRUE(world.dispatcher().RotateSecret(id, "", overlap, world.now()).ok());
  world.RunFor(absl::Hours(23));
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->dead, 1u);
  world.RunFor(absl::Hours(4));
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->dead, 0u);
  const auto file = sqlite::Database::OpenToRead(directory / "sink/webhooks.db", "");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*(*file)->QueryInteger("SELECT count(previous_secret) FROM endpoint"), 0);
}

TEST(Dispatcher, FiltersSayWhatAnEndpointGets) {
  SimulatedWorld world;
  world.AddEndpoint(UrlOf(0));
  world.AddEndpoint(UrlOf(1), {.customers = {testing::Customer(1)}});
  world.AddEndpoint(UrlOf(2), {.alerts = {testing::AlertNumber(2)}});
  world.AddEndpoint(UrlOf(3), {.alert_types = {AlertType::kUsageThresholdReached}});
  world.AddEndpoint(UrlOf(4), {.alerts = {testing::AlertNumber(2)},
                               .customers = {testing::Customer(1)}});
  for (int customer = 1; customer <= 2; ++customer) {
    for (int alert = 1; alert <= 3; ++alert) {
      world.Give(SampleNotification(customer, alert, 1));
    }
  }
  Notification of_usage = SampleNotification(9, 9, 1);
  of_usage.alert_type = AlertType::kUsageThresholdReached;
  world.Give(of_usage);
  world.RunFor(kMoment);
  EXPECT_THAT(world.TakenBy(UrlOf(0)), SizeIs(7));
  EXPECT_THAT(world.TakenBy(UrlOf(1)), SizeIs(3));
  EXPECT_THAT(world.TakenBy(UrlOf(2)), SizeIs(2));
  EXPECT_THAT(world.TakenBy(UrlOf(3)), SizeIs(1));
  EXPECT_THAT(world.TakenBy(UrlOf(4)), SizeIs(1));
}

TEST(Dispatcher, WhatTheFormerUrlAnswersLateIsNotOfTheNewOne) {
  for (const int status : {410, 500}) {
    SimulatedWorld world;
    const EndpointId id = world.AddEndpoint(kHook);
    world.AddEndpoint(UrlOf(1), {.customers = {testing::Customer(99)}});
    world.Answers(kHook, [status](const Arrived&) {
      return Answer{.status = status, .took = absl::Seconds(5)};
    });
    for (int customer = 1; customer <= 16; ++customer) {
      world.Give(SampleNotification(customer, 1, 1));
    }
    world.RunFor(kMoment);
    WebhookSettings settings = world.dispatcher().Get(id, world.now())->settings;
    settings.url = UrlOf(1);
    ASSERT_TRUE(world.dispatcher().Update(id, settings, world.now()).ok());
    world.RunFor(2 * absl::Seconds(5));
    const WebhookEndpoint after = *world.dispatcher().Get(id, world.now());
    EXPECT_EQ(after.status, WebhookStatus::kEnabled);
    EXPECT_EQ(after.paused_until, std::nullopt);
    EXPECT_EQ(after.failures_in_a_row, 0);
    EXPECT_EQ(after.failed, 16u) << "it was tried, though";
    EXPECT_THAT(world.TakenBy(UrlOf(1)), SizeIs(16)) << "at once";
  }
}

TEST(Dispatcher, WhatIsAnsweredFromBeforeItWasEnabledAgainChangesNothing) {
  SimulatedWorld world;
  const EndpointId id = world.AddEndpoint(kHook);
  world.Answers(kHook, OnceThenWell({.status = 410, .took = absl::Seconds(5)}));
  world.Give(SampleNotification(1, 1, 1));
  world.RunFor(kMoment);
  WebhookSettings settings = world.dispatcher().Get(id, world.now())->settings;
  for (const bool enabled : {false, true}) {
    settings.enabled = enabled;
    ASSERT_TRUE(world.dispatcher().Update(id, settings, world.now()).ok());
  }
  world.RunFor(2 * absl::Seconds(5));
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->status, WebhookStatus::kEnabled);
  EXPECT_THAT(world.TakenBy(kHook), SizeIs(1));
}

TEST(Dispatcher, WhatTheFormerUrlTookIsTakenAndSaysNothingOfTheNewOne) {
  SimulatedWorld world;
  const EndpointId id = world.AddEndpoint(kHook);
  world.AddEndpoint(UrlOf(1), {.customers = {testing::Customer(99)}});
  world.Answers(UrlOf(1), [](const Arrived&) { return Answer{.status = 500}; });
  world.Answers(kHook, [](const Arrived&) { return Answer{.took = absl::Seconds(9)}; });
  world.Give(SampleNotification(1, 1, 1));
  world.RunFor(kMoment);
  WebhookSettings settings = world.dispatcher().Get(id, world.now())->settings;
  settings.url = UrlOf(1);
  ASSERT_TRUE(world.dispatcher().Update(id, settings, world.now()).ok());
  for (int customer = 2; customer <= 9; ++customer) {
    world.Give(SampleNotification(customer, 1, 1));
  }
  world.RunFor(absl::Seconds(7));
  const std::size_t before = world.arrived().size();
  world.RunFor(absl::Seconds(2));
  EXPECT_LE(world.arrived().size(), before + 1) << "no more than a probe";
  const WebhookEndpoint after = *world.dispatcher().Get(id, world.now());
  EXPECT_EQ(after.delivered, 1u);
  EXPECT_EQ(after.waiting, 8u);
  EXPECT_GE(after.failures_in_a_row, 5);
}

TEST(Dispatcher, WhatIsRemovedAmidAnAttemptIsGoneWithIt) {
  SimulatedWorld world;
  const EndpointId id = world.AddEndpoint(kHook);
  world.AddEndpoint(UrlOf(1));
  world.Give(SampleNotification(1, 1, 1));
  world.dispatcher().Begin(world.now());
  ASSERT_TRUE(world.dispatcher().Remove(id, world.now()).ok());
  world.RunFor(absl::Hours(1));
  EXPECT_EQ(world.dispatcher().Get(id, world.now()).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_THAT(world.TakenBy(UrlOf(1)), SizeIs(1));
  EXPECT_TRUE(world.Keep().ok());
}

}  // namespace
}  // namespace tocsin
