// Would catch a wait that is too long or too short, a circuit that lets two by, and slots
// that are given away twice.
#include <cstdint>
#include <string>

#include "engine/webhook/attempt_slots.h"
#include "engine/webhook/circuit.h"
#include "engine/webhook/endpoint_queue.h"
#include "engine/webhook/retry.h"
#include "gtest/gtest.h"
#include "tests/support/names.h"

namespace tocsin::webhook {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'767'225'600);
constexpr std::uint64_t kNoJitter = 0;
constexpr std::uint64_t kMostJitter = 1'023;

TEST(Retry, DoublesUpToItsMostAndIsShorterByHalfAtMost) {
  const RetrySchedule schedule;
  EXPECT_EQ(RetryDelay(schedule, 1, kNoJitter), absl::Seconds(1));
  EXPECT_EQ(RetryDelay(schedule, 5, kNoJitter), absl::Seconds(16));
  EXPECT_EQ(RetryDelay(schedule, 11, kNoJitter), absl::Minutes(15));
  EXPECT_EQ(RetryDelay(schedule, 2'000'000'000, kNoJitter), absl::Minutes(15));
  EXPECT_EQ(RetryDelay(schedule, 0, kNoJitter), absl::Seconds(1));
  EXPECT_GE(RetryDelay(schedule, 1, kMostJitter), absl::Milliseconds(500));
  EXPECT_LT(RetryDelay(schedule, 1, kMostJitter), absl::Milliseconds(501));
  EXPECT_EQ(RetryDelay(schedule, 1, 1'024 * 77), absl::Seconds(1));
}

TEST(Circuit, PausesAfterSomeFailuresInARowAndLetsOneByAtATime) {
  const RetrySchedule schedule;
  Circuit circuit;
  for (int i = 1; i < kFailuresUntilPause; ++i) {
    circuit.Fail(kStart, schedule, false, std::nullopt, kNoJitter);
  }
  EXPECT_TRUE(circuit.MayBegin(kStart));
  EXPECT_FALSE(circuit.Begin());
  circuit.Fail(kStart, schedule, false, std::nullopt, kNoJitter);
  EXPECT_FALSE(circuit.MayBegin(kStart));
  const absl::Time later = kStart + absl::Seconds(1);
  ASSERT_TRUE(circuit.MayBegin(later));
  EXPECT_TRUE(circuit.Begin());
  EXPECT_FALSE(circuit.MayBegin(later));
  // Of those that were under way when it was paused.
  circuit.Fail(later, schedule, false, std::nullopt, kNoJitter);
  EXPECT_FALSE(circuit.MayBegin(later));
  circuit.Fail(later, schedule, true, std::nullopt, kNoJitter);
  EXPECT_EQ(circuit.state().paused_until, later + absl::Seconds(2));
  EXPECT_TRUE(circuit.Succeed());
  EXPECT_FALSE(circuit.Succeed());
  EXPECT_EQ(circuit.state().failures_in_a_row, 0);
  EXPECT_TRUE(circuit.MayBegin(later));
}

TEST(Circuit, AFailureThatIsNotInARowIsForgotten) {
  Circuit circuit;
  for (int i = 0; i < 100; ++i) {
    circuit.Fail(kStart, {}, false, std::nullopt, kNoJitter);
    circuit.Succeed();
  }
  EXPECT_TRUE(circuit.MayBegin(kStart));
}

TEST(Circuit, ALongerWaitThatWasAskedForStays) {
  Circuit circuit;
  circuit.Fail(kStart, {}, false, absl::Minutes(5), kNoJitter);
  circuit.Fail(kStart, {}, false, absl::Minutes(1), kNoJitter);
  EXPECT_EQ(circuit.state().paused_until, kStart + absl::Minutes(5));
}

TEST(AttemptSlots, WhatIsOnesOwnIsNotForOthers) {
  AttemptSlots slots(/*max=*/8, /*max_of_endpoint=*/8);
  slots.Divide(2);  // two each, and four for who comes first
  std::size_t first = 0;
  while (slots.MayTake(first)) slots.Take(first++);
  EXPECT_EQ(first, 6u);
  EXPECT_TRUE(slots.IsStarved(first));
  std::size_t second = 0;
  while (slots.MayTake(second)) slots.Take(second++);
  EXPECT_EQ(second, 2u);
  slots.Give(first--);
  EXPECT_TRUE(slots.MayTake(second)) << "it was none of the first one's own";
  slots.Take(second++);
  EXPECT_FALSE(slots.MayTake(first));
  EXPECT_EQ(slots.taken(), 8u);
}

TEST(AttemptSlots, AreEnoughForNobodyOrMore) {
  AttemptSlots slots(/*max=*/2, /*max_of_endpoint=*/16);
  slots.Divide(0);
  EXPECT_TRUE(slots.MayTake(0));
  slots.Divide(10);
  slots.Take(0);
  slots.Take(0);
  EXPECT_FALSE(slots.MayTake(0));
}

LineKey LineOf(int customer) {
  return {.customer = testing::Customer(customer), .alert = testing::AlertNumber(1)};
}

TEST(EndpointQueue, GivesTheOldestOfThoseThatAreDueAndOneOfALine) {
  EndpointQueue queue;
  queue.Push(LineOf(1), {.number = 1}, kStart + absl::Hours(1));
  queue.Push(LineOf(1), {.number = 2}, absl::InfinitePast());
  queue.Push(LineOf(2), {.number = 3}, kStart);
  queue.Push(LineOf(3), {.number = 4}, kStart);
  queue.BringUpTo(kStart);
  EXPECT_EQ(queue.Take()->waiting.number, 3u);
  EXPECT_EQ(queue.Take()->waiting.number, 4u);
  EXPECT_FALSE(queue.Take().has_value());
  EXPECT_EQ(queue.NextDue(), kStart + absl::Hours(1));
  queue.MakeAllDue();
  EXPECT_EQ(queue.Take()->waiting.number, 1u);
  queue.MakeAllDue();
  EXPECT_FALSE(queue.Take().has_value()) << "the second waits for the first";
  queue.Return(LineOf(1), kStart);
  queue.BringUpTo(kStart);
  EXPECT_EQ(queue.Oldest()->attempts, 1u);
  EXPECT_EQ(queue.Take()->waiting.number, 1u);
  queue.Finish(LineOf(1));
  queue.BringUpTo(kStart);
  EXPECT_EQ(queue.Take()->waiting.number, 2u);
  queue.Finish(LineOf(1));
  queue.Finish(LineOf(2));
  queue.Finish(LineOf(3));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(EndpointQueue, ALongLineIsGoneThroughInOrder) {
  EndpointQueue queue;
  constexpr std::uint64_t kLength = 10'000;
  for (std::uint64_t n = 1; n <= kLength; ++n) {
    queue.Push(LineOf(1), {.number = n}, absl::InfinitePast());
  }
  for (std::uint64_t n = 1; n <= kLength; ++n) {
    queue.BringUpTo(kStart);
    ASSERT_EQ(queue.Take()->waiting.number, n);
    queue.Finish(LineOf(1));
  }
  EXPECT_EQ(queue.size(), 0u);
}

}  // namespace
}  // namespace tocsin::webhook
