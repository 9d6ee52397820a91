// Would catch an addition that arrives during a read and is lost or counted twice.
#include "engine/model/read_log.h"

#include <cstdint>
#include <optional>

#include "gtest/gtest.h"
#include "tests/support/facts.h"

namespace tocsin::model {
namespace {

using testing::D;

constexpr std::size_t kLogMany = 100;
using LogVersion = std::optional<std::uint64_t>;

Posting LogAdded(const char* amount, LogVersion version = std::nullopt) {
  return {.amount = D(amount), .is_total = false, .version = version};
}
Posting LogTotal(const char* amount, LogVersion version = std::nullopt) {
  return {.amount = D(amount), .is_total = true, .version = version};
}

// A sum of 100, of which version 10 is the newest, and what was posted to it since.
struct LogFixture {
  LogFixture() { now.Post(LogTotal("100", 10)); }
  void Apply(const Posting& posting, std::size_t additions_max = kLogMany) {
    log.Keep(key, &now);
    now.Post(posting);
    log.Add({key}, posting, additions_max);
  }
  std::string Answer(const Posting& answer) const {
    const std::optional<ReadLog::Replayed> replayed = log.Replay(key, &now, answer);
    if (!replayed.has_value()) return "again";
    return replayed->sum.value.ToString() + (replayed->superseded ? " superseded" : "");
  }

  const SumKey key{.measure = nullptr, .instance = "x"};
  Sum now;
  ReadLog log;
};

TEST(ReadLog, WithoutPostingsTheAnswerStands) {
  const LogFixture fixture;
  EXPECT_EQ(fixture.Answer(LogTotal("70", 10)), "70");
  EXPECT_EQ(fixture.Answer(LogTotal("70")), "70") << "without a version too";
  EXPECT_EQ(fixture.log.Replay(fixture.key, nullptr, LogTotal("5"))->sum.value, D("5"));
}

TEST(ReadLog, AnAnswerOlderThanWhatWasThereIsReadAgain) {
  EXPECT_EQ(LogFixture().Answer(LogTotal("70", 9)), "again");
}

TEST(ReadLog, AdditionsAboveTheAnswersVersionArePutOnTop) {
  LogFixture fixture;
  fixture.Apply(LogAdded("1", 11));
  fixture.Apply(LogAdded("2", 12));
  fixture.Apply(LogAdded("4", 14));
  EXPECT_EQ(fixture.Answer(LogTotal("1000", 12)), "1004");
  EXPECT_EQ(fixture.Answer(LogTotal("1000", 10)), "1007");
  EXPECT_EQ(fixture.Answer(LogTotal("1000", 14)), "1000");
}

TEST(ReadLog, AdditionsComeInAnyOrder) {
  LogFixture fixture;
  fixture.Apply(LogAdded("4", 14));
  fixture.Apply(LogAdded("1", 11));
  EXPECT_EQ(fixture.Answer(LogTotal("1000", 12)), "1004");
}

TEST(ReadLog, ATotalToldMeanwhileStandsIfItIsNotOlder) {
  LogFixture fixture;
  fixture.Apply(LogTotal("500", 20));
  fixture.Apply(LogAdded("1", 21));
  EXPECT_EQ(fixture.Answer(LogTotal("1000", 20)), "501 superseded");
  EXPECT_EQ(fixture.Answer(LogTotal("1000", 21)), "1000");
}

TEST(ReadLog, WithoutVersionsWhatWasAppliedMeanwhileHasItReadAgain) {
  LogFixture fixture;
  fixture.Apply(LogAdded("1", 11));
  EXPECT_EQ(fixture.Answer(LogTotal("1000")), "again") << "the answer has none";
  LogFixture other;
  other.Apply(LogAdded("1"));
  EXPECT_EQ(other.Answer(LogTotal("1000", 12)), "again") << "the addition has none";
  const SumKey neighbour{.measure = nullptr, .instance = "y"};
  EXPECT_TRUE(other.log.Replay(neighbour, nullptr, LogTotal("5")).has_value());
}

TEST(ReadLog, AboveItsLimitItIsGivenUp) {
  LogFixture fixture;
  fixture.Apply(LogAdded("1", 11), 2);
  fixture.Apply(LogAdded("1", 12), 2);
  EXPECT_EQ(fixture.Answer(LogTotal("1000", 12)), "1000");
  fixture.Apply(LogAdded("1", 13), 2);
  EXPECT_EQ(fixture.Answer(LogTotal("1000", 13)), "again");
  EXPECT_TRUE(fixture.log.spoilt());
}

}  // namespace
}  // namespace tocsin::model
