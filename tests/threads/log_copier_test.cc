// Would catch a log that is copied beside who commits and then written over too soon, or
// never, and a copy that disturbs who reads the history meanwhile.
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/core/open.h"
#include "engine/sqlite/database.h"
#include "engine/sqlite/sqlite_store.h"
#include "engine/work/worker_pool.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tests/support/wal_bytes.h"

namespace tocsin::testing {
namespace {

constexpr int kPagesPerCopy = 8;
constexpr int kCallers = 2;
constexpr int kCallsEach = 250;
constexpr int kCustomersInAll = 40;

class LogCopier : public ::testing::Test {
 protected:
  void Open() {
    engine_ = nullptr;
    auto store =
        sqlite::OpenStore(temp_ / "store", "",
                          {.by = sqlite::Copying::By::kThread, .pages = kPagesPerCopy});
    ASSERT_TRUE(store.ok()) << store.status();
    auto opened =
        core::OpenWith({.directory = temp_ / "store",
                        .journal_bytes_max = 20'000,
                        .sink = &sink_,
                        .shards = 4},
                       std::make_unique<work::WorkerPool>(2), nullptr, *std::move(store));
    ASSERT_TRUE(opened.ok()) << opened.status();
    engine_ = *std::move(opened);
  }
  void ApplyAll(int caller) {
    for (int i = 0; i < kCallsEach; ++i) {
      const int customer = 1 + (caller + i * kCallers) % kCustomersInAll;
      if (!engine_->Apply({Spend(Customer(customer), "1")}).status.ok()) ++refused_;
      if (i % 8 == 0 && !engine_->Reset(Customer(customer), AlertNumber(1)).ok()) {
        ++refused_;
      }
    }
  }
  // How often the log has begun anew. https://www.sqlite.org/fileformat2.html#walformat
  std::uint32_t RoundsOfLog() {
    return BigEndianAt(ReadFile(temp_ / "store/tocsin.db-wal"), 12);
  }
  std::string Sums() {
    std::string sums;
    for (int n = 1; n <= kCustomersInAll; ++n) {
      const auto view = engine_->GetCustomerAlert(Customer(n), AlertNumber(1));
      absl::StrAppend(&sums, view.ok() ? view->value.value_or(Decimal()).ToString() : "?",
                      " ");
    }
    return sums;
  }

  TempDirectory temp_;
  CollectingSink sink_;
  std::unique_ptr<Engine> engine_;
  std::atomic<int> refused_{0};
};

TEST_F(LogCopier, LosesNothingAndLetsTheLogBeginAnewWhileOthersCommit) {
  Open();
  ASSERT_TRUE(
      engine_->CreateAlert({.id = AlertNumber(1), .name = "x", .threshold = D("15")})
          .ok());
  const std::uint32_t rounds_before = RoundsOfLog();
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const auto history = engine_->History(Customer(1), AlertNumber(1));
      if (!history.ok() && ReasonOf(history.status()) != Reason::kUnknownCustomer) {
        ++refused_;
      }
    }
  });
  std::vector<std::thread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([this, caller] { ApplyAll(caller); });
  }
  for (std::thread& caller : callers) caller.join();
  done = true;
  reader.join();
  EXPECT_EQ(refused_, 0);
  EXPECT_GT(RoundsOfLog(), rounds_before);
  const std::string sums = Sums();
  Open();
  EXPECT_EQ(Sums(), sums);
}

// Would catch a log that stays in the way when the reader has gone who made it grow, as
// nobody commits any more: no room is seen, and so nothing is accepted.
TEST_F(LogCopier, CopiesWithoutACommitWhatAReaderHeldUp) {
  Open();
  const auto reader = sqlite::Database::Open(temp_ / "store/tocsin.db", "");
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE((*reader)->Execute("BEGIN; SELECT count(*) FROM journal").ok());
  ApplyAll(0);
  const auto bytes = [&] {
    return std::filesystem::file_size(temp_ / "store/tocsin.db");
  };
  const std::uintmax_t before = bytes();
  ASSERT_TRUE((*reader)->Execute("ROLLBACK").ok());
  while (bytes() == before) std::this_thread::yield();
  EXPECT_EQ(refused_, kCallsEach / 8 + 1) << "but for resets of an alert that is none";
}

}  // namespace
}  // namespace tocsin::testing
