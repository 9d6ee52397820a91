// Would catch an administrator's wish that keeps everybody else waiting, or is left half
// done without a word.
#include <cstdint>
#include <optional>
#include <string>

#include "engine/sqlite/database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tests/webhook/simulated_world.h"
#include "tocsin/status.h"

namespace tocsin {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::SampleNotification;
using testing::SimulatedWorld;
using ::testing::SizeIs;
using Answer = SimulatedWorld::Answer;
using Arrived = SimulatedWorld::Arrived;

constexpr char kFull[] = "https://full.example/hook";
constexpr char kOther[] = "https://other.example/hook";
constexpr int kLetters = 2'500;
constexpr std::uint64_t kAtOnce = 1'000;

class LongWorkTest : public ::testing::Test {
 protected:
  LongWorkTest()
      : world_({.directory = directory_ / "sink", .keep_trying = absl::Minutes(5)}) {
    full_ = world_.AddEndpoint(kFull);
    world_.Answers(
        kFull, [this](const Arrived&) { return Answer{.status = is_down_ ? 500 : 200}; });
    for (int customer = 1; customer <= kLetters; ++customer) {
      world_.Give(SampleNotification(customer, 1, 1));
    }
    world_.RunFor(absl::Hours(1));
    EXPECT_EQ(Full().dead, std::uint64_t{kLetters});
  }

  WebhookEndpoint Full() { return *world_.dispatcher().Get(full_, world_.now()); }
  std::int64_t Count(const std::string& sql) {
    const auto file = sqlite::Database::OpenToRead(directory_ / "sink/webhooks.db", "");
    EXPECT_TRUE(file.ok()) << file.status();
    return *(*file)->QueryInteger(sql);
  }
  std::int64_t Rows() { return Count("SELECT count(*) FROM delivery"); }
  // What is sent again, once that is known.
  void SendAllAgain() {
    world_.dispatcher().SendAllAgain(
        full_, [this](absl::StatusOr<std::uint64_t> all) { sent_ = all; });
  }
  void Work() { ASSERT_TRUE(world_.dispatcher().Work(world_.now()).ok()); }

  testing::TempDirectory directory_;
  SimulatedWorld world_;
  bool is_down_ = true;
  EndpointId full_;
  std::optional<absl::StatusOr<std::uint64_t>> sent_;
};

TEST_F(LongWorkTest, OthersHaveTheirTurnWhileAllIsSentAgain) {
  world_.AddEndpoint(kOther, {.customers = {testing::Customer(1)}});
  is_down_ = false;
  SendAllAgain();
  Work();
  EXPECT_EQ(Full().waiting, kAtOnce);
  EXPECT_FALSE(sent_.has_value());
  EXPECT_LE(world_.dispatcher().NextEvent(), world_.now())
      << "it is gone on with at once";
  const Notification notification = SampleNotification(1, 1, 2);
  world_.Give(notification);
  EXPECT_GT(world_.dispatcher().Begin(world_.now()), 0u);
  world_.RunFor(absl::Minutes(1));
  ASSERT_TRUE(sent_.has_value());
  ASSERT_TRUE(sent_->ok()) << sent_->status();
  EXPECT_EQ(**sent_, std::uint64_t{kLetters});
  EXPECT_THAT(world_.TakenBy(kFull), SizeIs(kLetters + 1));
  EXPECT_THAT(world_.TakenBy(kOther), SizeIs(1));
}

TEST_F(LongWorkTest, WhoIsStoppedAmidItSaysHowFarItCame) {
  SendAllAgain();
  Work();
  world_.dispatcher().EndWork();
  ASSERT_TRUE(sent_.has_value());
  EXPECT_EQ(ReasonOf(sent_->status()), Reason::kClosing);
  EXPECT_THAT(std::string(sent_->status().message()), HasSubstr("1000 were sent again"));
  world_.Restart(/*keeps_first=*/true);
  EXPECT_EQ(Full().waiting, kAtOnce);
  EXPECT_EQ(Full().dead, kLetters - kAtOnce);
}

TEST_F(LongWorkTest, AnEndpointThatIsRemovedAmidItEndsIt) {
  SendAllAgain();
  Work();
  ASSERT_TRUE(world_.dispatcher().Remove(full_, world_.now()).ok());
  Work();
  ASSERT_TRUE(sent_.has_value());
  EXPECT_EQ(sent_->status().code(), absl::StatusCode::kNotFound);
}

TEST_F(LongWorkTest, WhatDiesAgainMeanwhileIsNotSentAgainAndAgain) {
  SendAllAgain();
  for (int i = 0; i < 2; ++i) Work();
  world_.RunFor(absl::Hours(1));
  ASSERT_TRUE(sent_.has_value());
  EXPECT_EQ(**sent_, std::uint64_t{kLetters});
  EXPECT_EQ(Full().dead, std::uint64_t{kLetters});
}

TEST_F(LongWorkTest, WhatIsForgottenGoesLittleByLittle) {
  const std::uint64_t old = kLetters;
  world_.RunFor(absl::Hours(24 * 30) - absl::Hours(2));
  world_.Give(SampleNotification(1, 1, 2));
  world_.RunFor(absl::Minutes(40));
  ASSERT_TRUE(world_.Keep().ok());
  ASSERT_EQ(Full().dead, old + 1);
  const absl::Time later = world_.now() + absl::Hours(3);
  std::uint64_t left = Full().dead;
  for (int turns = 0; left > 1 && turns < 10; ++turns) {
    ASSERT_TRUE(world_.dispatcher().Work(later).ok());
    EXPECT_LE(left - Full().dead, kAtOnce);
    left = Full().dead;
    EXPECT_EQ(Rows(), static_cast<std::int64_t>(left));
    EXPECT_TRUE(left == 1 || world_.dispatcher().NextEvent() <= later);
  }
  EXPECT_EQ(left, 1u) << "what died later stays";
  world_.Restart(/*keeps_first=*/true, absl::Hours(3));
  EXPECT_EQ(Full().dead, 1u);
}

TEST_F(LongWorkTest, WhatAClockThatWasAheadTookForOldIsNotForgotten) {
  const absl::Time ahead = world_.now() + absl::Hours(24 * 40);
  ASSERT_TRUE(world_.dispatcher().Work(ahead).ok());
  ASSERT_LE(world_.dispatcher().NextEvent(), ahead) << "it is to be forgotten";
  world_.dispatcher().ClockWentBack(world_.now());
  world_.RunFor(absl::Minutes(30));
  EXPECT_EQ(Full().dead, std::uint64_t{kLetters});
  EXPECT_EQ(Rows(), kLetters);
}

TEST_F(LongWorkTest, WhatIsOverdueIsGivenUpLittleByLittle) {
  const EndpointId id = world_.AddEndpoint(kOther);
  world_.Answers(kOther, [](const Arrived&) { return Answer{.status = 500}; });
  const absl::Time deadline = world_.now() + absl::Minutes(5);
  for (int customer = 1; customer <= kLetters; ++customer) {
    world_.Give(SampleNotification(customer, 2, 1));
  }
  world_.RunUntil(deadline - absl::Milliseconds(1));
  const auto dead = [&] { return world_.dispatcher().Get(id, world_.now())->dead; };
  ASSERT_TRUE(world_.dispatcher().Get(id, world_.now())->paused_until.has_value());
  ASSERT_EQ(dead(), 0u);
  // Both endpoints want all of it, and both are paused.
  const std::uint64_t before = Full().dead;
  world_.dispatcher().Begin(deadline);
  const std::uint64_t given_up = dead() + Full().dead - before;
  EXPECT_GT(given_up, 0u);
  EXPECT_LE(given_up, kAtOnce);
  EXPECT_LE(world_.dispatcher().NextEvent(), deadline) << "it is gone on with at once";
  world_.RunFor(absl::Hours(1));
  EXPECT_EQ(dead(), std::uint64_t{kLetters});
}

TEST_F(LongWorkTest, WhatFailedAndIsNotDueAnyMoreDoesNotFailAnyMore) {
  world_.RunFor(absl::Hours(1));
  ASSERT_TRUE(world_.Keep().ok());
  auto other = sqlite::Database::Open(directory_ / "sink/webhooks.db", "");
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_TRUE((*other)->Execute("BEGIN IMMEDIATE").ok());
  // What is not written is written before anything is forgotten.
  world_.Give(SampleNotification(1, 1, 2));
  const absl::Time due = world_.now() + absl::Hours(2);
  EXPECT_FALSE(world_.dispatcher().Work(due).ok());
  ASSERT_TRUE((*other)->Execute("ROLLBACK").ok());
  // What was to be forgotten is put off.
  world_.dispatcher().ClockJumpedAhead(due + absl::Hours(3), absl::Hours(3));
  EXPECT_TRUE(world_.dispatcher().Work(due + absl::Hours(3)).ok());
}

// The one that was full has rows that cannot be deleted, and another one a dead letter.
class DamagedWorkTest : public LongWorkTest {
 protected:
  DamagedWorkTest() {
    other_ = world_.AddEndpoint(kOther);
    world_.Answers(kOther, [](const Arrived&) { return Answer{.status = 500}; });
    world_.Give(SampleNotification(1, 2, 1));
    world_.RunFor(absl::Hours(1));
    EXPECT_TRUE(world_.Keep().ok());
    Execute(
        "CREATE TRIGGER damage BEFORE DELETE ON delivery WHEN old.endpoint = 1 "
        "BEGIN SELECT RAISE(ABORT, 'damaged'); END");
  }
  void Execute(const std::string& sql) {
    auto file = sqlite::Database::Open(directory_ / "sink/webhooks.db", "");
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE((*file)->Execute(sql).ok());
  }
  std::int64_t RowsOfOther() {
    return Count("SELECT count(*) FROM delivery WHERE endpoint = 2");
  }
  // So often, with a pause before each.
  void WorkTurns(int turns, bool fails) {
    for (int turn = 0; turn < turns; ++turn) {
      later_ += absl::Seconds(10);
      EXPECT_EQ(world_.dispatcher().Work(later_).ok(), !fails) << turn;
    }
  }
  // What is damaged is well again: that is known once all was gone through.
  void WorksOnceItIsWell() {
    Execute("DROP TRIGGER damage");
    for (int turn = 0; turn < 10; ++turn) {
      world_.dispatcher().Work(later_ += absl::Seconds(10)).IgnoreError();
    }
    WorkTurns(1, /*fails=*/false);
  }

  EndpointId other_;
  absl::Time later_ = world_.now() + absl::Hours(24 * 31);
};

TEST_F(DamagedWorkTest, WhatCannotBeForgottenKeepsNothingThatIsRemoved) {
  ASSERT_TRUE(world_.dispatcher().Remove(other_, world_.now()).ok());
  EXPECT_TRUE(world_.dispatcher().Work(later_).ok());
  for (int turns = 0; turns < 3; ++turns) {
    EXPECT_FALSE(world_.dispatcher().Work(later_).ok()) << "it is not forgotten itself";
  }
  EXPECT_EQ(RowsOfOther(), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM endpoint WHERE number = 2"), 0);
  WorksOnceItIsWell();
  EXPECT_EQ(Full().dead, 0u);
}

TEST_F(DamagedWorkTest, WhatCannotBeForgottenKeepsNothingElseThatIsOld) {
  EXPECT_TRUE(world_.dispatcher().Work(later_).ok());
  WorkTurns(6, /*fails=*/true);
  EXPECT_EQ(RowsOfOther(), 0);
  EXPECT_EQ(world_.dispatcher().Get(other_, later_)->dead, 0u);
  EXPECT_EQ(Full().dead, std::uint64_t{kLetters} + 1);
  WorksOnceItIsWell();
  EXPECT_EQ(Full().dead, 0u);
}

TEST_F(DamagedWorkTest, WhatCannotBeRemovedKeepsNothingElseThatIsRemoved) {
  later_ = world_.now();
  ASSERT_TRUE(world_.dispatcher().Remove(full_, later_).ok());
  ASSERT_TRUE(world_.dispatcher().Remove(other_, later_).ok());
  WorkTurns(6, /*fails=*/true);
  EXPECT_EQ(RowsOfOther(), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM endpoint"), 1);
  WorksOnceItIsWell();
  EXPECT_EQ(Rows(), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM endpoint"), 0);
}

TEST_F(DamagedWorkTest, OfEachEndpointForWhichItFailsThatIsSaid) {
  Execute(
      "CREATE TRIGGER more BEFORE DELETE ON delivery WHEN old.endpoint = 2 "
      "BEGIN SELECT RAISE(ABORT, 'damaged'); END");
  EXPECT_TRUE(world_.dispatcher().Work(later_).ok());
  WorkTurns(2, /*fails=*/true);
  const std::string full = "what is old of webhook " + full_.ToString();
  const absl::Status old = world_.dispatcher().Work(later_);
  EXPECT_THAT(old.message(), AllOf(HasSubstr(full), HasSubstr("what is old of webhook " +
                                                              other_.ToString())));
  ASSERT_TRUE(world_.dispatcher().Remove(other_, later_).ok());
  WorkTurns(2, /*fails=*/true);
  const absl::Status left = world_.dispatcher().Work(later_);
  EXPECT_THAT(
      left.message(),
      AllOf(HasSubstr(full), HasSubstr("what is left of webhook " + other_.ToString())));
  Execute("DROP TRIGGER more");
  WorkTurns(4, /*fails=*/true);
  EXPECT_THAT(world_.dispatcher().Work(later_).message(),
              AllOf(HasSubstr(full), Not(HasSubstr(other_.ToString()))));
}

TEST_F(LongWorkTest, WhatIsRemovedIsGoneAtOnceAndItsRowsLittleByLittle) {
  ASSERT_TRUE(world_.dispatcher().Remove(full_, world_.now()).ok());
  EXPECT_EQ(world_.dispatcher().Get(full_, world_.now()).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Rows(), kLetters);
  EXPECT_LE(world_.dispatcher().NextEvent(), world_.now());
  Work();
  EXPECT_EQ(Rows(), kLetters - std::int64_t{kAtOnce});
  // The process dies amid it.
  world_.Restart(/*keeps_first=*/false);
  const EndpointId next = world_.AddEndpoint(kOther);
  world_.Restart(/*keeps_first=*/true);
  EXPECT_EQ(world_.dispatcher().Get(next, world_.now())->dead, 0u)
      << "none of it is another one's";
  world_.RunFor(absl::Seconds(1));
  EXPECT_EQ(Rows(), 0);
  EXPECT_EQ(Count("SELECT count(*) FROM endpoint"), 1);
  EXPECT_LT(world_.now(), world_.dispatcher().NextEvent());
}

}  // namespace
}  // namespace tocsin
