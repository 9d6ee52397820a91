// Would catch an engine that tells the sink, or keeps, what a full disk did not take,
// that loses what it had taken before, and one with a reserve that meets the full disk at
// all.
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/disk/small_disk.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin::testing {
namespace {

// Of a batch, in which each customer spends 1, and one more reaches the threshold.
constexpr int kCustomersOfABatch = 50;
constexpr std::uint64_t kReserve = 300'000;

class FullDisk : public ::testing::TestWithParam<int> {
 protected:
  absl::Status Open(std::uint64_t reserve) {
    engine_ = nullptr;
    auto opened = Engine::Open({.directory = disk_ / "data",
                                .journal_bytes_max = 20'000,
                                .disk_reserve = reserve,
                                .sink = &sink_,
                                .worker_threads = GetParam()});
    if (!opened.ok()) return opened.status();
    engine_ = *std::move(opened);
    return absl::OkStatus();
  }
  void OpenNew(std::uint64_t reserve) {
    ASSERT_TRUE(Open(reserve).ok());
    ASSERT_TRUE(
        engine_
            ->CreateAlert({.id = AlertNumber(1), .name = "x", .threshold = D("1000000")})
            .ok());
  }
  static CustomerId WhoReachesIt(std::uint64_t batch) {
    return Named<CustomerId>(absl::StrCat("r", batch));
  }
  // The next one; its position is one more than that of the last that was acknowledged.
  absl::Status Send() {
    const std::uint64_t batch = acknowledged_ + 1;
    std::vector<Fact> facts;
    for (int n = 1; n <= kCustomersOfABatch; ++n)
      facts.push_back(Spend(Customer(n), "1"));
    facts.push_back(Spend(WhoReachesIt(batch), "1000000"));
    absl::Status status =
        engine_->Apply(facts, {.position = Position{.source = "bills", .offset = batch}})
            .status;
    if (status.ok()) acknowledged_ = batch;
    return status;
  }
  // Sends until one is not taken, and says why.
  absl::Status SendUntilRefused() {
    absl::Status status;
    while (status.ok()) status = Send();
    return status;
  }

  // A worker's write may have made the last batch durable before a later one failed, and
  // with it the call that waited.
  void TakeWhatWasUnderWay() {
    const std::uint64_t last = (*engine_->LastPosition("bills")).value_or(0);
    if (GetParam() > 0 && last == acknowledged_ + 1) acknowledged_ = last;
  }
  void ExpectWhatWasAcknowledged() {
    EXPECT_EQ(*engine_->LastPosition("bills"), acknowledged_);
    for (int n = 1; n <= kCustomersOfABatch; ++n) {
      const auto view = engine_->GetCustomerAlert(Customer(n), AlertNumber(1));
      ASSERT_TRUE(view.ok()) << view.status();
      ASSERT_EQ(view->value->ToString(), absl::StrCat(acknowledged_)) << n;
    }
    EXPECT_EQ(engine_->GetStats().decisions_differed, 0u);
  }
  // That nothing was delivered but of what was acknowledged, each with one content.
  void ExpectNoneToldTooMuch() {
    for (const Notification& notification : sink_.Take()) {
      const std::string content = ToJson(notification);
      EXPECT_EQ(told_.try_emplace(notification.customer, content).first->second, content);
    }
    EXPECT_LE(told_.size(), acknowledged_);
    for (const auto& [customer, content] : told_) {
      const std::uint64_t batch = std::stoull(NameOf(customer).substr(1));
      EXPECT_LE(batch, acknowledged_) << content;
    }
  }
  void ExpectAllTold() {
    ASSERT_TRUE(engine_->Drain().ok());
    ExpectNoneToldTooMuch();
    EXPECT_EQ(told_.size(), acknowledged_);
  }

  const SmallDisk disk_{"1m"};
  std::map<CustomerId, std::string> told_;  // by who reached it
  std::uint64_t acknowledged_ = 0;          // batches, and the offset of the last
  CollectingSink sink_;
  std::unique_ptr<Engine> engine_;
};

TEST_P(FullDisk, EndsAnEngineWithoutAReserveAndTakesNothingThatWasAcknowledged) {
  OpenNew(0);
  const absl::Status full = SendUntilRefused();
  EXPECT_EQ(full.code(), absl::StatusCode::kUnavailable) << full;
  EXPECT_EQ(ReasonOf(full), Reason::kStoreFailed) << full;
  EXPECT_THAT(std::string(full.message()),
              ::testing::AllOf(::testing::HasSubstr(disk_ / "data/tocsin.db"),
                               ::testing::HasSubstr("disk is full")));
  EXPECT_GT(acknowledged_, 5u);
  EXPECT_EQ(Send(), full) << "forgot that it has ended";
  EXPECT_EQ(engine_->Close().status(), full);
  // As far as there is room for the few bytes that opening writes.
  const absl::Status opened = Open(0);
  EXPECT_TRUE(opened.ok() || ReasonOf(opened) == Reason::kStoreFailed) << opened;
  disk_.SetSize("8m");
  ASSERT_TRUE(Open(0).ok());
  TakeWhatWasUnderWay();
  ExpectWhatWasAcknowledged();
  ExpectAllTold();
  EXPECT_TRUE(Send().ok());
}

// Would catch an error that has the whole schema in it.
TEST_P(FullDisk, WithoutRoomForAStoreIsToldInALine) {
  disk_.SetSize("24k");
  const absl::Status full = Open(0);
  EXPECT_EQ(ReasonOf(full), Reason::kDiskFull) << full;
  EXPECT_THAT(std::string(full.message()),
              ::testing::AllOf(::testing::HasSubstr(disk_ / "data/tocsin.db"),
                               ::testing::HasSubstr("disk is full"),
                               ::testing::Not(::testing::HasSubstr("CREATE"))));
  disk_.SetSize("1m");
  OpenNew(0);
  EXPECT_TRUE(Send().ok());
}

TEST_P(FullDisk, IsNotMetByAnEngineWithAReserve) {
  OpenNew(kReserve);
  const absl::Status full = SendUntilRefused();
  EXPECT_EQ(ReasonOf(full), Reason::kDiskFull) << full;
  EXPECT_GT(acknowledged_, 5u);
  ExpectWhatWasAcknowledged();
  ExpectAllTold();
  disk_.SetSize("8m");
  EXPECT_TRUE(Send().ok()) << "did not see that there is room again";
  EXPECT_TRUE(engine_->Close().ok());
  ASSERT_TRUE(Open(kReserve).ok());
  ExpectWhatWasAcknowledged();
  ExpectAllTold();
}

TEST_P(FullDisk, IsOpenedWithTooLittleRoom) {
  OpenNew(kReserve);
  EXPECT_EQ(ReasonOf(SendUntilRefused()), Reason::kDiskFull);
  EXPECT_TRUE(engine_->Close().ok());
  disk_.SetSize("300k");
  ASSERT_TRUE(Open(kReserve).ok());
  EXPECT_EQ(ReasonOf(Send()), Reason::kDiskFull);
  ExpectWhatWasAcknowledged();
  ExpectAllTold();
  disk_.SetSize("8m");
  EXPECT_TRUE(Send().ok());
  ExpectWhatWasAcknowledged();
}

TEST_P(FullDisk, IsNotMetByCheckpointsThatBecomeLargerThanTheReserve) {
  OpenNew(kReserve);
  disk_.SetSize("700k");
  // Closing moves what is written into the database, which makes room, and less each
  // time.
  std::uint64_t before = 0;
  do {
    before = acknowledged_;
    EXPECT_EQ(ReasonOf(SendUntilRefused()), Reason::kDiskFull);
    EXPECT_TRUE(engine_->Close().ok());
    ASSERT_TRUE(Open(kReserve).ok());
    ExpectWhatWasAcknowledged();
    ExpectAllTold();
  } while (before < acknowledged_);
}

INSTANTIATE_TEST_SUITE_P(Threads, FullDisk, ::testing::Values(0, 2));

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) {
  if (!tocsin::testing::MountForOneself()) {
    std::cout << "[  SKIPPED ] not run: this machine lets nobody mount a small disk\n";
    return 0;
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
