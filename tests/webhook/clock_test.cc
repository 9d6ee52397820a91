// Would catch deliveries that a clock holds up, or buries, which was wrong for a moment;
// and such as die of that nobody was there to send them.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_directory.h"
#include "tests/webhook/simulated_world.h"

namespace tocsin {
namespace {

using testing::SampleNotification;
using testing::SimulatedWorld;
using ::testing::SizeIs;
using Answer = SimulatedWorld::Answer;
using Arrived = SimulatedWorld::Arrived;

constexpr char kReceiver[] = "https://receiver.example/clock";
constexpr absl::Duration kRetryMax = absl::Minutes(15);

WebhookEndpoint Shown(SimulatedWorld* world) {
  return world->dispatcher().List(world->now()).front();
}

void GiveToCustomers(SimulatedWorld* world, int customers) {
  for (int customer = 1; customer <= customers; ++customer) {
    world->Give(SampleNotification(customer, 1, 1));
  }
}

// While it runs, or between two processes.
void PutBack(SimulatedWorld* world, absl::Duration by, bool restarts) {
  if (restarts) {
    world->Restart(/*keeps_first=*/true, -by);
  } else {
    world->PutClock(-by);
  }
}

TEST(Clock, NobodyWaitsLongerBecauseItGoesBack) {
  for (const bool restarts : {false, true}) {
    testing::TempDirectory directory;
    SimulatedWorld world({.directory = directory / "sink"});
    world.AddEndpoint(kReceiver);
    bool is_down = true;
    world.Answers(kReceiver,
                  [&](const Arrived&) { return Answer{.status = is_down ? 500 : 200}; });
    world.PutClock(absl::Hours(24 * 30));
    GiveToCustomers(&world, 20);
    world.RunFor(absl::Seconds(2));
    is_down = false;
    PutBack(&world, absl::Hours(24 * 30), restarts);
    world.RunFor(kRetryMax + absl::Seconds(1));
    EXPECT_THAT(world.TakenBy(kReceiver), SizeIs(20)) << restarts;
    EXPECT_EQ(Shown(&world).paused_until, std::nullopt);
  }
}

TEST(Clock, WhatWaitsWhileItIsAheadHasItsTimeAfterwards) {
  SimulatedWorld world;
  world.AddEndpoint(kReceiver);
  world.Answers(kReceiver, [](const Arrived&) { return Answer{.status = 500}; });
  world.PutClock(absl::Hours(24 * 30));
  GiveToCustomers(&world, 20);
  world.PutClock(-absl::Hours(24 * 30));
  world.RunFor(absl::Hours(47));
  EXPECT_EQ(Shown(&world).waiting, 20u);
  world.RunFor(absl::Hours(2));
  EXPECT_EQ(Shown(&world).dead, 20u) << "counted from when the clock was right";
}

TEST(Clock, NothingDiesOfAClockThatIsWrongForAMoment) {
  SimulatedWorld world;
  world.AddEndpoint(kReceiver);
  const absl::Time begun = world.now();
  // As one that looks at the date of the signature.
  bool is_down = true;
  world.Answers(kReceiver, [&](const Arrived& request) {
    return Answer{.status = is_down || request.at > begun + absl::Hours(3) ? 401 : 200};
  });
  GiveToCustomers(&world, 50);
  world.RunFor(absl::Hours(1));
  world.PutClock(absl::Hours(24 * 3));
  world.RunFor(absl::Milliseconds(2'500));
  EXPECT_EQ(Shown(&world).dead, 0u);
  world.PutClock(-absl::Hours(24 * 3));
  is_down = false;
  world.RunFor(kRetryMax + absl::Seconds(1));
  EXPECT_THAT(world.TakenBy(kReceiver), SizeIs(50));
}

TEST(Clock, OneThatIsBehindForAMomentTakesNoTimeAway) {
  for (const bool restarts : {false, true}) {
    testing::TempDirectory directory;
    SimulatedWorld world({.directory = directory / "sink"});
    world.AddEndpoint(kReceiver);
    world.Answers(kReceiver, [](const Arrived&) { return Answer{.status = 500}; });
    GiveToCustomers(&world, 10);
    world.RunFor(absl::Hours(1));
    PutBack(&world, absl::Hours(24 * 30), restarts);
    world.RunFor(absl::Seconds(3));
    world.PutClock(absl::Hours(24 * 30));
    world.RunFor(absl::Hours(46));
    EXPECT_EQ(Shown(&world).waiting, 10u) << restarts;
    world.RunFor(absl::Hours(3));
    EXPECT_EQ(Shown(&world).dead, 10u) << restarts;
  }
}

TEST(Clock, AStartWithOneThatIsAheadForgetsNothing) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink", .keep_trying = absl::Hours(1)});
  const EndpointId id = world.AddEndpoint(kReceiver);
  world.Answers(kReceiver, [](const Arrived&) { return Answer{.status = 500}; });
  GiveToCustomers(&world, 3);
  world.RunFor(absl::Hours(2));
  ASSERT_EQ(Shown(&world).dead, 3u);
  ASSERT_TRUE(world.dispatcher().RotateSecret(id, "", absl::Hours(24), world.now()).ok());
  world.Restart(/*keeps_first=*/true, absl::Hours(24 * 40));
  world.RunFor(absl::Milliseconds(1'500));
  world.PutClock(-absl::Hours(24 * 40));
  world.RunFor(absl::Seconds(1));
  EXPECT_EQ(Shown(&world).dead, 3u);
  EXPECT_NE(Shown(&world).previous_secret_until, std::nullopt);
}

TEST(Clock, AnOverlapThatBeganWhileItWasAheadIsNoLongerThanItWasToBe) {
  constexpr absl::Duration kAhead = absl::Hours(24 * 30), kOverlap = absl::Hours(24);
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  const EndpointId id = world.AddEndpoint(kReceiver);
  const auto rotate = [&] {
    return world.dispatcher().RotateSecret(id, "", kOverlap, world.now()).ok();
  };
  world.PutClock(kAhead);
  ASSERT_TRUE(rotate());
  world.PutClock(-kAhead);
  EXPECT_EQ(Shown(&world).previous_secret_until, world.now() + kOverlap);
  world.Restart(/*keeps_first=*/true);
  EXPECT_EQ(Shown(&world).previous_secret_until, world.now() + kOverlap);
  world.RunFor(kOverlap);
  EXPECT_EQ(Shown(&world).previous_secret_until, std::nullopt);
  // One that began before stays as it is.
  ASSERT_TRUE(rotate());
  const absl::Time until = world.now() + kOverlap;
  world.RunFor(absl::Hours(1));
  world.PutClock(kAhead);
  world.PutClock(-kAhead);
  EXPECT_EQ(Shown(&world).previous_secret_until, until);
}

constexpr absl::Duration kYears = absl::Hours(24 * 365 * 10);

TEST(Clock, AStartCutsAnOverlapThatIsLongerThanItWasToBe) {
  constexpr absl::Duration kOverlap = absl::Hours(48);
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  const EndpointId id = world.AddEndpoint(kReceiver);
  world.PutClock(kYears);
  ASSERT_TRUE(world.dispatcher().RotateSecret(id, "", kOverlap, world.now()).ok());
  world.Restart(/*keeps_first=*/true, -kYears);
  const absl::Time until = world.now() + kOverlap;
  EXPECT_EQ(Shown(&world).previous_secret_until, until);
  world.Restart(/*keeps_first=*/true, absl::Hours(24));
  EXPECT_EQ(Shown(&world).previous_secret_until, until) << "no start makes it longer";
}

TEST(Clock, AnOverlapOutlastsOneThatIsBehindForAMoment) {
  for (const bool restarts : {false, true}) {
    testing::TempDirectory directory;
    SimulatedWorld world({.directory = directory / "sink"});
    const EndpointId id = world.AddEndpoint(kReceiver);
    constexpr absl::Duration kOverlap = absl::Hours(24);
    ASSERT_TRUE(world.dispatcher().RotateSecret(id, "", kOverlap, world.now()).ok());
    const absl::Time until = world.now() + kOverlap;
    PutBack(&world, kYears, restarts);
    EXPECT_NE(Shown(&world).previous_secret_until, std::nullopt) << restarts;
    world.PutClock(kYears);
    EXPECT_EQ(Shown(&world).previous_secret_until, until) << restarts;
  }
}

TEST(Clock, AnOverlapThatBeganWhileItWasBehindIsNoShorter) {
  constexpr absl::Duration kOverlap = absl::Hours(24);
  SimulatedWorld world;
  const EndpointId id = world.AddEndpoint(kReceiver);
  world.PutClock(-kYears);
  ASSERT_TRUE(world.dispatcher().RotateSecret(id, "", kOverlap, world.now()).ok());
  world.PutClock(kYears);
  const absl::Time until = world.now() + kOverlap;
  EXPECT_EQ(Shown(&world).previous_secret_until, until);
  // Steps back that are small ones make it neither longer nor shorter.
  world.RunFor(absl::Hours(1));
  world.PutClock(-absl::Seconds(5));
  EXPECT_EQ(Shown(&world).previous_secret_until, until);
}

TEST(Clock, AnOverlapThatBeganWhileItWasBehindOutlastsAStart) {
  constexpr absl::Duration kOverlap = absl::Hours(24);
  for (const bool starts_right : {false, true}) {
    testing::TempDirectory directory;
    SimulatedWorld world({.directory = directory / "sink"});
    const EndpointId id = world.AddEndpoint(kReceiver);
    world.PutClock(-kYears);
    ASSERT_TRUE(world.dispatcher().RotateSecret(id, "", kOverlap, world.now()).ok());
    world.RunFor(absl::Hours(1));
    world.Restart(/*keeps_first=*/true, starts_right ? kYears : absl::ZeroDuration());
    world.RunFor(absl::Hours(1));
    if (!starts_right) world.PutClock(kYears);
    // Nobody knows how much was over at a start.
    const absl::Duration over = absl::Hours(starts_right ? 1 : 2);
    const absl::Time until = world.now() + kOverlap - over;
    EXPECT_EQ(Shown(&world).previous_secret_until, until) << starts_right;
    world.Restart(/*keeps_first=*/true);
    EXPECT_EQ(Shown(&world).previous_secret_until, until) << starts_right;
    world.Restart(/*keeps_first=*/true, kOverlap);
    EXPECT_EQ(Shown(&world).previous_secret_until, std::nullopt) << starts_right;
  }
}

TEST(Clock, AnOverlapThatIsOverIsSoAgainAfterAStartWithOneThatIsBehind) {
  constexpr absl::Duration kBehind = absl::Hours(24 * 30);
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  const EndpointId id = world.AddEndpoint(kReceiver);
  world.RunFor(absl::Hours(24));
  ASSERT_TRUE(world.dispatcher().RotateSecret(id, "", absl::Hours(3), world.now()).ok());
  world.Restart(/*keeps_first=*/true, -kBehind);
  world.RunFor(absl::Hours(2));
  EXPECT_NE(Shown(&world).previous_secret_until, std::nullopt);
  world.RunFor(absl::Hours(2));
  EXPECT_EQ(Shown(&world).previous_secret_until, std::nullopt);
  world.PutClock(kBehind);
  EXPECT_EQ(Shown(&world).previous_secret_until, std::nullopt);
}

TEST(Clock, WhatItJumpedOverCountsForNothingAfterAStartEither) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  world.AddEndpoint(kReceiver);
  world.Answers(kReceiver, [](const Arrived&) { return Answer{.status = 500}; });
  world.RunFor(absl::Hours(24 * 7));
  GiveToCustomers(&world, 10);
  world.RunFor(absl::Hours(1));
  world.PutClock(kYears);
  world.Restart(/*keeps_first=*/true, absl::Hours(1));
  world.RunFor(absl::Hours(45));
  EXPECT_EQ(Shown(&world).waiting, 10u);
  world.RunFor(absl::Hours(2));
  EXPECT_EQ(Shown(&world).dead, 10u) << "nor have they longer for it";
}

TEST(Clock, DeadLettersAreNotForgottenByOneThatIsWrongForAMoment) {
  SimulatedWorld world({.keep_trying = absl::Hours(1)});
  world.AddEndpoint(kReceiver);
  world.Answers(kReceiver, [](const Arrived&) { return Answer{.status = 500}; });
  GiveToCustomers(&world, 3);
  world.RunFor(absl::Hours(2));
  ASSERT_EQ(Shown(&world).dead, 3u);
  world.PutClock(absl::Hours(24 * 60));
  world.RunFor(absl::Milliseconds(2'500));
  world.PutClock(-absl::Hours(24 * 60));
  world.RunFor(absl::Seconds(1));
  EXPECT_EQ(Shown(&world).dead, 3u);
}

TEST(Clock, WhatWaitedWhileNobodyWasThereToSendItIsTried) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  world.AddEndpoint(kReceiver);
  // One line that takes longer than the time in which nothing dies at all.
  world.Answers(kReceiver,
                [](const Arrived&) { return Answer{.took = absl::Seconds(9)}; });
  std::vector<std::string> given;
  for (std::uint64_t n = 1; n <= 1'000; ++n) {
    world.Give(SampleNotification(1, 1, n));
    given.push_back(ToJson(SampleNotification(1, 1, n)));
  }
  world.Restart(/*keeps_first=*/true, absl::Hours(49));
  world.RunFor(absl::Hours(3));
  std::vector<std::string> taken;
  for (const Arrived& one : world.TakenBy(kReceiver)) taken.push_back(one.body);
  EXPECT_EQ(taken, given);
  EXPECT_EQ(Shown(&world).dead, 0u);
}

TEST(Clock, AReceiverThatComesBackALittleLaterThanTheServerLosesNothing) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  world.AddEndpoint(kReceiver);
  world.Answers(kReceiver, [](const Arrived&) { return Answer{.status = 0}; });
  GiveToCustomers(&world, 100);
  world.RunFor(absl::Minutes(1));
  world.Restart(/*keeps_first=*/true, absl::Hours(49));
  world.RunFor(absl::Minutes(14));
  world.Answers(kReceiver, [](const Arrived&) { return Answer(); });
  world.RunFor(kRetryMax + absl::Seconds(1));
  EXPECT_THAT(world.TakenBy(kReceiver), SizeIs(100));
}

TEST(Clock, AShortPauseAmidWhatIsLateBuriesNothing) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  world.AddEndpoint(kReceiver);
  for (std::uint64_t n = 1; n <= 1'000; ++n) world.Give(SampleNotification(1, 1, n));
  GiveToCustomers(&world, 20);
  world.Restart(/*keeps_first=*/true, absl::Hours(49));
  const absl::Time fails = world.now() + absl::Hours(1);
  world.Answers(kReceiver, [fails](const Arrived& request) {
    const bool is_down = request.at >= fails && request.at < fails + absl::Minutes(2);
    return Answer{.status = is_down ? 503 : 200, .took = absl::Seconds(9)};
  });
  world.RunUntil(fails);
  // Enough of them to pause it.
  for (int customer = 2; customer <= 20; ++customer) {
    world.Give(SampleNotification(customer, 1, 2));
  }
  world.RunFor(absl::Hours(3));
  // The one that was under way when it failed had its last attempt; the others theirs.
  EXPECT_LE(Shown(&world).dead, 2u);
  EXPECT_EQ(Shown(&world).waiting, 0u);
}

TEST(Clock, WhoStaysAwayHasDeadLettersAfterALateStartToo) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  world.AddEndpoint(kReceiver);
  world.Answers(kReceiver, [](const Arrived&) { return Answer{.status = 0}; });
  GiveToCustomers(&world, 100);
  world.Restart(/*keeps_first=*/true, absl::Hours(49));
  world.RunFor(2 * kRetryMax - absl::Seconds(1));
  EXPECT_EQ(Shown(&world).waiting, 100u);
  world.RunFor(kRetryMax);
  EXPECT_EQ(Shown(&world).dead, 100u);
}

}  // namespace
}  // namespace tocsin
