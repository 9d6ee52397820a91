// Would catch a receiver that comes back and does not get what it missed, in order and
// soon; and one that stays away for which somebody waits for ever, or loses what it
// missed.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_directory.h"
#include "tests/webhook/simulated_world.h"

namespace tocsin {
namespace {

using ::testing::IsEmpty;
using testing::SampleNotification;
using testing::SimulatedWorld;
using ::testing::SizeIs;

constexpr char kUrl[] = "https://receiver.example/hook";
constexpr int kCustomers = 7;
constexpr int kAlerts = 3;
constexpr int kRounds = 40;

// Down from the beginning until then.
SimulatedWorld::Receiver DownUntil(absl::Time back) {
  return [back](const SimulatedWorld::Arrived& request) {
    SimulatedWorld::Answer answer;
    if (request.at < back) answer.status = 503;
    return answer;
  };
}

std::map<std::string, std::vector<std::string>> ByLine(
    const std::vector<SimulatedWorld::Arrived>& arrived) {
  std::map<std::string, std::vector<std::string>> lines;
  for (const SimulatedWorld::Arrived& one : arrived) {
    const std::size_t at = one.body.find("\"customer_id\"");
    lines[one.body.substr(at, one.body.find("\"alert_name\"") - at)].push_back(one.body);
  }
  return lines;
}

// Some each hour, of each customer alert in turn.
std::vector<std::string> GiveAll(SimulatedWorld* world, absl::Duration between) {
  std::vector<std::string> bodies;
  for (int round = 1; round <= kRounds; ++round) {
    for (int customer = 1; customer <= kCustomers; ++customer) {
      for (int alert = 1; alert <= kAlerts; ++alert) {
        const Notification notification =
            SampleNotification(customer, alert, static_cast<std::uint64_t>(round));
        world->Give(notification);
        bodies.push_back(ToJson(notification));
      }
    }
    world->RunFor(between);
  }
  return bodies;
}

TEST(Outage, WhoIsBackAfter47HoursGetsAllOfItInOrderWithin15Minutes) {
  SimulatedWorld world;
  world.AddEndpoint(kUrl);
  const absl::Time back = world.now() + absl::Hours(47);
  world.Answers(kUrl, DownUntil(back));
  const std::vector<std::string> given = GiveAll(&world, absl::Hours(1));
  world.RunUntil(back);
  ASSERT_THAT(world.TakenBy(kUrl), IsEmpty());
  const std::size_t tried = world.arrived().size();
  world.RunUntil(back + absl::Minutes(16));

  std::vector<std::string> taken;
  for (const auto& one : world.TakenBy(kUrl)) taken.push_back(one.body);
  EXPECT_THAT(taken, ::testing::UnorderedElementsAreArray(given));
  EXPECT_EQ(ByLine(world.TakenBy(kUrl)).size(), std::size_t{kCustomers * kAlerts});
  for (const auto& [line, bodies] : ByLine(world.TakenBy(kUrl))) {
    std::vector<std::string> in_order;
    for (const std::string& body : given) {
      if (body.find(line) != std::string::npos) in_order.push_back(body);
    }
    EXPECT_EQ(bodies, in_order);
  }
  // Neither hammered at nor forgotten: four times an hour, and more at the beginning.
  EXPECT_GT(tried, 47u * 4);
  EXPECT_LT(tried, 47u * 4 * 2 + 60);
}

TEST(Outage, WhoIsAwayFor49HoursHasDeadLettersThatAreSentAgain) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  const EndpointId id = world.AddEndpoint(kUrl);
  const absl::Time back = world.now() + absl::Hours(49);
  world.Answers(kUrl, DownUntil(back));
  const std::vector<std::string> given = GiveAll(&world, absl::Seconds(1));
  world.RunUntil(back);
  world.Restart(/*keeps_first=*/true);

  webhook::Dispatcher* dispatcher = &world.dispatcher();
  EXPECT_EQ(dispatcher->Get(id, world.now())->waiting, 0u);
  EXPECT_EQ(dispatcher->Get(id, world.now())->dead, given.size());
  auto letters = *dispatcher->DeadLetters(id, 0, 10, world.now());
  ASSERT_THAT(letters, SizeIs(10));
  for (const DeadLetter& letter : letters) {
    EXPECT_GE(letter.died_at - letter.accepted_at, absl::Hours(48));
    EXPECT_LT(letter.died_at - letter.accepted_at, absl::Hours(48) + absl::Seconds(1));
    EXPECT_EQ(letter.type, "alerts.spend_threshold_reached");
    EXPECT_THAT(letter.reason, ::testing::HasSubstr("the answer is 503"));
  }
  const std::uint64_t third = letters[2].number;
  EXPECT_TRUE(dispatcher->SendAgain(id, third, world.now()).ok());
  EXPECT_EQ(dispatcher->SendAgain(id, third, world.now()).code(),
            absl::StatusCode::kNotFound);
  world.RunFor(absl::Minutes(16));
  ASSERT_THAT(world.TakenBy(kUrl), SizeIs(1));
  EXPECT_EQ(world.TakenBy(kUrl)[0].body, given[2]);

  EXPECT_EQ(*world.SendAllAgain(id), given.size() - 1);
  world.RunFor(absl::Minutes(1));
  std::vector<std::string> taken;
  for (const auto& one : world.TakenBy(kUrl)) taken.push_back(one.body);
  EXPECT_THAT(taken, ::testing::UnorderedElementsAreArray(given));
  const WebhookEndpoint after = *dispatcher->Get(id, world.now());
  EXPECT_EQ(after.dead, 0u);
  EXPECT_EQ(after.waiting, 0u);
  EXPECT_EQ(after.delivered, given.size());
}

TEST(Outage, OneAnswerThatFailsHoldsUpItsOwnCustomerAlertOnly) {
  SimulatedWorld world;
  world.AddEndpoint(kUrl);
  const std::string poison = ToJson(SampleNotification(1, 1, 1));
  world.Answers(kUrl, [&](const SimulatedWorld::Arrived& request) {
    SimulatedWorld::Answer answer;
    if (request.body == poison) answer.status = 500;
    return answer;
  });
  GiveAll(&world, absl::Seconds(10));
  world.RunFor(absl::Minutes(1));
  const std::size_t others = kRounds * (kCustomers * kAlerts - 1);
  EXPECT_THAT(world.TakenBy(kUrl), SizeIs(others));
  world.RunFor(absl::Hours(49));
  EXPECT_THAT(world.TakenBy(kUrl), SizeIs(others + kRounds - 1)) << "all but the poison";
}

TEST(Outage, WhenOneIsTakenTheOthersFollowAtOnce) {
  SimulatedWorld world;
  world.AddEndpoint(kUrl);
  const absl::Time back = world.now() + absl::Hours(10);
  world.Answers(kUrl, DownUntil(back));
  // Some at a time, so that they do not all become due together.
  for (int customer = 1; customer <= 100; ++customer) {
    world.Give(SampleNotification(customer, 1, 1));
    world.RunFor(absl::Minutes(1));
  }
  world.RunUntil(back + absl::Minutes(16));
  const auto taken = world.TakenBy(kUrl);
  ASSERT_THAT(taken, SizeIs(100));
  EXPECT_LT(taken.back().at - taken.front().at, absl::Seconds(1));
}

TEST(Outage, WhatWasTakenIsNotSentAgainAfterAnOrderlyEnd) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  world.AddEndpoint(kUrl);
  world.Give(SampleNotification(1, 1, 1));
  ASSERT_TRUE(world.Keep().ok());
  world.RunFor(absl::Seconds(1));
  ASSERT_THAT(world.TakenBy(kUrl), SizeIs(1));
  world.Restart(/*keeps_first=*/true);
  world.RunFor(absl::Hours(1));
  EXPECT_THAT(world.arrived(), SizeIs(1));
}

TEST(Outage, WhoWaitsIsTriedWhenItIsDueAfterARestartToo) {
  testing::TempDirectory directory;
  SimulatedWorld world({.directory = directory / "sink"});
  world.AddEndpoint(kUrl);
  world.Answers(kUrl, [](const auto&) { return SimulatedWorld::Answer{.status = 500}; });
  world.Give(SampleNotification(1, 1, 1));
  world.RunFor(absl::Hours(1));
  const absl::Time last = world.arrived().back().at;
  world.Restart(/*keeps_first=*/true);
  const std::size_t before = world.arrived().size();
  world.RunFor(absl::Minutes(16));
  ASSERT_GT(world.arrived().size(), before);
  EXPECT_GT(world.arrived()[before].at - last, absl::Minutes(7));
}

TEST(Outage, WhatComesBackIsKnownWhileItWaitsOrIsDead) {
  SimulatedWorld world;
  const EndpointId id = world.AddEndpoint(kUrl);
  world.Answers(kUrl, [](const auto&) { return SimulatedWorld::Answer{.status = 500}; });
  const Notification notification = SampleNotification(1, 1, 1);
  world.Give(notification);
  world.Give(notification);
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->waiting, 1u) << "not written yet";
  ASSERT_TRUE(world.Keep().ok());
  world.Give(notification);
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->waiting, 1u) << "written";
  world.RunFor(absl::Hours(49));
  world.Give(notification);
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->dead, 1u);
  ASSERT_TRUE(world.Keep().ok());
  world.Give(notification);
  EXPECT_EQ(world.dispatcher().Get(id, world.now())->waiting, 0u);
}

}  // namespace
}  // namespace tocsin
