// Would catch a batch that is half durable, one that was acknowledged and is gone, and
// anything that threads do to the journal beside each other.
#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/core/open.h"
#include "engine/sqlite/sqlite_store.h"
#include "engine/work/worker_pool.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/memory_store.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tests/threads/holder.h"

namespace tocsin::testing {
namespace {

constexpr int kSources = 2;
constexpr int kCustomersOfAll = 200;

class StoreThreads : public ::testing::TestWithParam<Durability> {
 protected:
  void Open() {
    auto opened = core::OpenWith({.durability = GetParam(),
                                  .journal_bytes_max = 20'000,
                                  .sink = &sink_,
                                  .shards = 8},
                                 std::make_unique<work::WorkerPool>(2), nullptr,
                                 std::make_unique<MemoryStore>(&disk_));
    ASSERT_TRUE(opened.ok()) << opened.status();
    engine_ = *std::move(opened);
  }

  // Sends batches that add one to every customer until a call is refused.
  void SendBatches(int source) {
    const std::string name = absl::StrCat("source", source);
    std::vector<Fact> facts;
    for (int n = 1; n <= kCustomersOfAll; ++n) facts.push_back(Spend(Customer(n), "1"));
    const auto last = engine_->LastPosition(name);
    if (!last.ok()) return;
    std::uint64_t offset = last->value_or(0);
    while (true) {
      ++offset;
      const ApplyResult result =
          engine_->Apply(facts, {.position = Position{.source = name, .offset = offset}});
      if (!result.status.ok()) return;
      if (GetParam() == Durability::kGrouped && !engine_->Flush().ok()) return;
      acknowledged_[static_cast<std::size_t>(source)] = offset;
    }
  }

  void ResetAndChangeAlerts() {
    for (int i = 0;; ++i) {
      const absl::Status reset = engine_->Reset(Customer(1 + i % 10), AlertNumber(1));
      if (ReasonOf(reset) == Reason::kStoreFailed) return;
      if (i % 20 != 0) continue;
      const auto alert = engine_->CreateAlert({.name = "more", .threshold = D("100")});
      if (alert.ok()) engine_->ArchiveAlert(*alert).IgnoreError();
    }
  }

  // Each batch that came through is in every sum, and those that were acknowledged did.
  void ExpectWhole() {
    std::uint64_t batches = 0;
    for (std::size_t source = 0; source < kSources; ++source) {
      const auto last = engine_->LastPosition(absl::StrCat("source", source));
      ASSERT_TRUE(last.ok());
      EXPECT_GE(last->value_or(0), acknowledged_[source]);
      batches += last->value_or(0);
    }
    for (int n = 1; n <= kCustomersOfAll; ++n) {
      const auto view = engine_->GetCustomerAlert(Customer(n), AlertNumber(1));
      ASSERT_TRUE(view.ok()) << view.status();
      ASSERT_EQ(view->value.value_or(Decimal()).ToString(), absl::StrCat(batches)) << n;
    }
    EXPECT_EQ(engine_->GetStats().decisions_differed, 0U);
  }

  MemoryDisk disk_;
  CollectingSink sink_;
  std::array<std::atomic<std::uint64_t>, kSources> acknowledged_{};
  std::unique_ptr<Engine> engine_;
};

TEST_P(StoreThreads, LoseNothingThatWasAcknowledgedWhenTheDiskFails) {
  Open();
  ASSERT_TRUE(
      engine_->CreateAlert({.id = AlertNumber(1), .name = "x", .threshold = D("10")})
          .ok());
  std::vector<Fact> facts;
  for (int n = 1; n <= kCustomersOfAll; ++n) facts.push_back(Spend(Customer(n), "0"));
  ASSERT_TRUE(engine_->Apply(facts).status.ok());
  for (std::uint64_t life = 1; life <= 10; ++life) {
    std::vector<std::thread> threads;
    for (int source = 0; source < kSources; ++source) {
      threads.emplace_back([this, source] { SendBatches(source); });
    }
    threads.emplace_back([this] { ResetAndChangeAlerts(); });
    const std::uint64_t enough = acknowledged_[0] + 20 + 7 * life;
    while (acknowledged_[0] < enough) std::this_thread::yield();
    disk_.off = true;
    for (std::thread& thread : threads) thread.join();
    engine_ = nullptr;
    disk_.off = false;
    Open();
    ExpectWhole();
  }
  EXPECT_TRUE(disk_.checkpoint.has_value());
}

INSTANTIATE_TEST_SUITE_P(Each, StoreThreads,
                         ::testing::Values(Durability::kEach, Durability::kGrouped));

// The one that is kept out is not in, and its turn comes later.
TEST(SourceThreads, WhoseBatchIsUnderWayKeepsAnotherOfItsSourceOut) {
  const TempDirectory temp;
  Holder holder;
  std::unique_ptr<Engine> engine;
  const auto open = [&] {
    engine = nullptr;
    auto opened = core::OpenWith({.shards = 1}, std::make_unique<work::WorkerPool>(1),
                                 &holder, *sqlite::OpenStore(temp / "store"));
    ASSERT_TRUE(opened.ok()) << opened.status();
    engine = *std::move(opened);
  };
  const auto apply = [&](std::uint64_t offset, const char* amount) {
    return engine->Apply({Spend(Customer(1), amount)},
                         {.position = Position{.source = "log", .offset = offset}});
  };
  open();
  ASSERT_TRUE(
      engine->CreateAlert({.id = AlertNumber(1), .name = "x", .threshold = D("10")})
          .ok());
  holder.Hold(core::Moment::kFactDecided);
  auto first = std::async(std::launch::async, [&] { return apply(5, "12"); });
  holder.AwaitHeld(core::Moment::kFactDecided);
  const ApplyResult second = apply(6, "100");
  EXPECT_EQ(ReasonOf(second.status), Reason::kSourceBusy) << second.status;
  EXPECT_EQ(second.applied, 0U);
  EXPECT_EQ(*engine->LastPosition("log"), std::nullopt);
  holder.Release(core::Moment::kFactDecided);
  EXPECT_EQ(first.get().applied, 1U);
  EXPECT_EQ(apply(6, "100").applied, 1U);
  EXPECT_TRUE(apply(5, "12").ignored);
  open();
  EXPECT_EQ(**engine->LastPosition("log"), 6U);
  EXPECT_EQ(engine->GetCustomerAlert(Customer(1), AlertNumber(1))->value, D("112"));
}

}  // namespace
}  // namespace tocsin::testing
