// Would catch a notification that the engine gives once more, as it does after a crash,
// and that is sent twice for it, or keeps all endpoints waiting.
#include <string>

#include "engine/sqlite/database.h"
#include "engine/webhook/letter.h"
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

constexpr char kTaker[] = "https://taker.example/hook";
constexpr int kGiven = 50;

void GiveAll(SimulatedWorld* world) {
  for (int customer = 1; customer <= kGiven; ++customer) {
    world->Give(SampleNotification(customer, 1, 1));
  }
}

TEST(GivenAgain, WhatWasTakenAndIsNotWrittenYetIsKnown) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  world.AddEndpoint(kTaker);
  GiveAll(&world);
  ASSERT_TRUE(world.Keep().ok());
  world.RunFor(absl::Seconds(1));
  ASSERT_THAT(world.TakenBy(kTaker), SizeIs(kGiven));
  // From now on it fails: a second copy of any would wait.
  world.Answers(kTaker, [](const Arrived&) { return Answer{.status = 500}; });
  GiveAll(&world);
  EXPECT_EQ(world.dispatcher().List(world.now())[0].waiting, 0u);
  world.RunFor(absl::Seconds(1));
  EXPECT_TRUE(world.Keep().ok());
  EXPECT_THAT(world.arrived(), SizeIs(kGiven));
}

TEST(GivenAgain, WhatCannotBeAcceptedForOneIsSentToNobodyYet) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  world.AddEndpoint(kTaker);
  world.AddEndpoint("https://fails.example/hook");
  world.Answers("https://fails.example/hook",
                [](const Arrived&) { return Answer{.status = 500}; });
  world.Give(SampleNotification(1, 1, 1));
  ASSERT_TRUE(world.Keep().ok());
  world.RunFor(absl::Milliseconds(100));
  ASSERT_THAT(world.TakenBy(kTaker), SizeIs(1));
  ASSERT_TRUE(world.Keep().ok());
  auto other = sqlite::Database::Open(directory / "sink/webhooks.db", "");
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_TRUE((*other)->Execute("ALTER TABLE delivery RENAME TO elsewhere").ok());
  // Of the one that has something it cannot be known whether it has this one.
  const auto letter = webhook::MakeLetter(SampleNotification(2, 1, 1));
  EXPECT_FALSE(world.dispatcher().Accept(letter, world.now()).ok());
  EXPECT_EQ(world.dispatcher().List(world.now())[0].waiting, 0u);
  ASSERT_TRUE((*other)->Execute("ALTER TABLE elsewhere RENAME TO delivery").ok());
  EXPECT_TRUE(world.dispatcher().Accept(letter, world.now()).ok());
  EXPECT_EQ(world.dispatcher().List(world.now())[0].waiting, 1u);
}

TEST(GivenAgain, WhatWaitsOrDiedIsKnown) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink", .keep_trying = absl::Hours(1)});
  world.AddEndpoint(kTaker);
  world.Answers(kTaker, [](const Arrived&) { return Answer{.status = 500}; });
  GiveAll(&world);
  GiveAll(&world);
  EXPECT_EQ(world.dispatcher().List(world.now())[0].waiting, unsigned{kGiven});
  world.RunFor(absl::Hours(2));
  GiveAll(&world);
  EXPECT_TRUE(world.Keep().ok());
  GiveAll(&world);
  const WebhookEndpoint shown = world.dispatcher().List(world.now())[0];
  EXPECT_EQ(shown.waiting, 0u);
  EXPECT_EQ(shown.dead, unsigned{kGiven});
}

}  // namespace
}  // namespace tocsin
