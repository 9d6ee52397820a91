// Would catch a log that begins anew after a copy of it was lost: Linux tells a failed
// sync once, and takes what it could not write for written.
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "engine/core/open.h"
#include "engine/sqlite/sqlite_store.h"
#include "engine/work/worker_pool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"

namespace tocsin::testing {
namespace {

// The system's files, whose database loses what is written between two syncs if the
// second one fails, which each file is told once.
//
// Thread safety: any threads.
class ForgetfulFiles {
 public:
  ForgetfulFiles();
  ~ForgetfulFiles() { sqlite3_vfs_unregister(&files_); }
  ForgetfulFiles(const ForgetfulFiles&) = delete;
  ForgetfulFiles& operator=(const ForgetfulFiles&) = delete;

  const char* name() const { return files_.zName; }
  // The so-manieth of those that come.
  void FailSync(int nth) {
    absl::MutexLock lock(&mu_);
    fails_in_ = nth;
  }
  // Has no room for what is written to the database.
  void SetFull(bool full) {
    absl::MutexLock lock(&mu_);
    full_ = full;
  }

 private:
  static int Open(sqlite3_vfs* files, sqlite3_filename name, sqlite3_file* file,
                  int flags, int* out_flags);
  static int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at);
  static int Sync(sqlite3_file* file, int flags);

  static inline ForgetfulFiles* one_ = nullptr;  // SQLite gives a file no context
  sqlite3_vfs* const system_ = sqlite3_vfs_find(nullptr);
  sqlite3_vfs files_ = *system_;
  const sqlite3_io_methods* system_methods_ = nullptr;
  sqlite3_io_methods methods_ = {};
  absl::Mutex mu_;
  int fails_in_ = 0;
  bool full_ = false;
  std::map<sqlite3_int64, std::string> before_;  // what was written since the last sync
};

ForgetfulFiles::ForgetfulFiles() {
  one_ = this;
  files_.zName = "forgetful";
  files_.xOpen = Open;
  sqlite3_vfs_register(&files_, 0);
}

int ForgetfulFiles::Open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file,
                         int flags, int* out_flags) {
  const int result = one_->system_->xOpen(one_->system_, name, file, flags, out_flags);
  if (result != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0) return result;
  absl::MutexLock lock(&one_->mu_);
  if (one_->system_methods_ == nullptr) {
    one_->system_methods_ = file->pMethods;
    one_->methods_ = *file->pMethods;
    one_->methods_.xWrite = Write;
    one_->methods_.xSync = Sync;
  }
  file->pMethods = &one_->methods_;
  return result;
}

int ForgetfulFiles::Write(sqlite3_file* file, const void* bytes, int size,
                          sqlite3_int64 at) {
  absl::MutexLock lock(&one_->mu_);
  if (one_->full_) return SQLITE_FULL;
  std::string before(static_cast<std::size_t>(size), '\0');
  one_->system_methods_->xRead(file, before.data(), size, at);  // zeros behind the end
  one_->before_.try_emplace(at, std::move(before));
  return one_->system_methods_->xWrite(file, bytes, size, at);
}

int ForgetfulFiles::Sync(sqlite3_file* file, int flags) {
  absl::MutexLock lock(&one_->mu_);
  const auto written = std::exchange(one_->before_, {});
  if (one_->fails_in_ == 0 || --one_->fails_in_ > 0) {
    return one_->system_methods_->xSync(file, flags);
  }
  for (const auto& [at, before] : written) {
    one_->system_methods_->xWrite(file, before.data(), static_cast<int>(before.size()),
                                  at);
  }
  return SQLITE_IOERR_FSYNC;
}

class FailingCopy : public ::testing::Test {
 protected:
  static constexpr int kCallers = 3;
  static constexpr int kCallsMost = 100'000;
  static constexpr int kCallsFew = 400;
  static constexpr int kRounds = 12;

  void Open() {
    engine_ = nullptr;
    auto store = sqlite::OpenStore(temp_ / "store", files_.name(),
                                   {.by = sqlite::Copying::By::kThread, .pages = 1024});
    ASSERT_TRUE(store.ok()) << store.status();
    auto opened =
        core::OpenWith({.directory = temp_ / "store", .shards = 2},
                       std::make_unique<work::WorkerPool>(1), nullptr, *std::move(store));
    ASSERT_TRUE(opened.ok()) << opened.status();
    engine_ = *std::move(opened);
  }
  void CreateAlert() {
    ASSERT_TRUE(
        engine_->CreateAlert({.id = AlertNumber(1), .name = "x", .threshold = D("1e9")})
            .ok());
  }
  // For several callers, each so often, or until it is refused; how many were.
  int Apply(int calls) {
    std::atomic<int> refused{0};
    std::vector<std::thread> callers;
    for (int caller = 1; caller <= kCallers; ++caller) {
      callers.emplace_back([this, calls, caller, &refused] {
        absl::Status status;
        for (int i = 0; i < calls && status.ok(); ++i) {
          status = engine_->Apply({Spend(Customer(caller), "1")}).status;
          if (status.ok()) ++applied_[caller];
        }
        if (status.ok()) return;
        ++refused;
        EXPECT_EQ(ReasonOf(status), Reason::kStoreFailed) << status;
        EXPECT_THAT(std::string(status.message()),
                    ::testing::Not(::testing::HasSubstr("not an error")));
      });
    }
    for (std::thread& caller : callers) caller.join();
    return refused;
  }
  // By the next engine. The call that was refused may be in all the same.
  void ExpectNothingIsLost() {
    Open();
    for (int caller = 1; caller <= kCallers; ++caller) {
      const std::int64_t sum = SumOf(caller);
      ASSERT_GE(sum, applied_[caller]) << "of " << caller;
      ASSERT_LE(sum, applied_[caller] + 1) << "of " << caller;
      applied_[caller] = sum;
    }
  }
  std::int64_t SumOf(int customer) {
    const auto view = engine_->GetCustomerAlert(Customer(customer), AlertNumber(1));
    if (!view.ok()) return 0;  // was told nothing yet
    return std::stoll(view->value.value_or(Decimal()).ToString());
  }

  ForgetfulFiles files_;
  TempDirectory temp_;
  std::unique_ptr<Engine> engine_;
  std::array<std::int64_t, kCallers + 1> applied_ = {};
};

TEST_F(FailingCopy, EndsTheEngineAndTheNextOneHasAllFromTheLog) {
  Open();
  CreateAlert();
  for (int round = 1; round <= kRounds; ++round) {
    files_.FailSync(round);
    ASSERT_EQ(Apply(kCallsMost), kCallers);
    ExpectNothingIsLost();
  }
}

// Would catch a failure that nobody is told of any more, and a log that goes all the
// same.
TEST_F(FailingCopy, LosesNothingWhereTheEngineIsClosedMeanwhile) {
  Open();
  CreateAlert();
  for (int round = 1; round <= 5 * kRounds; ++round) {
    files_.FailSync(1 + round % 4);
    Apply(100 + 7 * round);
    ExpectNothingIsLost();
  }
}

// Would catch a log that is removed by others, who close the database last and take for
// copied what was lost.
TEST_F(FailingCopy, LosesNothingWhereOthersCloseItLast) {
  Open();
  CreateAlert();
  for (int round = 1; round <= 2 * kRounds; ++round) {
    sqlite3* others = nullptr;
    ASSERT_EQ(sqlite3_open_v2((temp_ / "store/tocsin.db").c_str(), &others,
                              SQLITE_OPEN_READWRITE, files_.name()),
              SQLITE_OK);
    ASSERT_EQ(
        sqlite3_exec(others, "SELECT * FROM sqlite_schema", nullptr, nullptr, nullptr),
        SQLITE_OK);
    files_.FailSync(1 + round % 4);
    ASSERT_EQ(Apply(kCallsMost), kCallers);
    engine_ = nullptr;
    ASSERT_EQ(sqlite3_close(others), SQLITE_OK);
    ExpectNothingIsLost();
  }
}

TEST_F(FailingCopy, ForWantOfRoomIsMadeLater) {
  Open();
  CreateAlert();
  for (const bool full : {true, false}) {
    files_.SetFull(full);
    EXPECT_EQ(Apply(kCallsFew), 0);
  }
  files_.SetFull(true);
  EXPECT_EQ(Apply(1), 0);
  files_.SetFull(false);
  ExpectNothingIsLost();
}

}  // namespace
}  // namespace tocsin::testing
