// Would catch a look into a store that changes it, disturbs its engine, or shows what is
// not there; and a copy that is not what the store was at one instant.
#include "tests/unit/store_files.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "engine/sqlite/as_found.h"
#include "gtest/gtest.h"
#include "tests/support/facts.h"
#include "tests/support/kept_story.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"
#include "tocsin/store.h"

namespace tocsin {
namespace {

using testing::AllIn;
using testing::ExpectStory;

class StoreFiles : public testing::StoreFilesFixture {};

TEST_F(StoreFiles, SayWhatTheEngineSaid) {
  options_.fact_ids_max = 10;
  const Stats stats = TellAndClose();
  ASSERT_GT(stats.outbox, 0U) << "nothing waits that could be shown";
  {
    const std::unique_ptr<Engine> engine = Open(directory());
    const Fact fact = testing::Spend(testing::Customer(2), "1");
    ASSERT_TRUE(engine->Apply({fact, fact}, {.fact_ids = {"x", "y"}}).status.ok());
    ASSERT_TRUE(engine->Close(absl::ZeroDuration()).ok());
  }
  const absl::StatusOr<StoreSummary> seen = InspectStore(directory());
  ExpectStory(seen);
  EXPECT_EQ(seen->outbox, stats.outbox);
  EXPECT_GT(seen->outbox_first_number, 0U);
  EXPECT_EQ(seen->outbox_oldest, stats.last_instant);
  EXPECT_EQ(seen->fact_ids, 2U);
  EXPECT_GT(seen->history, 0U);
  EXPECT_EQ(seen->history_oldest, stats.last_instant);
  EXPECT_GT(seen->journal_rows, testing::Story().size());
  EXPECT_EQ(seen->journal_first_step, 1U);
  EXPECT_GE(seen->journal_last_step, seen->journal_rows);
  EXPECT_EQ(seen->checkpoint, 0U);
  ASSERT_EQ(seen->files.size(), 2U);
  EXPECT_EQ(seen->files[0].name, "lock");
  EXPECT_EQ(seen->files[1].name, "tocsin.db");
  EXPECT_EQ(seen->files[1].bytes, std::filesystem::file_size(file()));
  EXPECT_FALSE(seen->customers.has_value());

  const absl::StatusOr<StoreSummary> verified = VerifyStore(directory());
  ExpectStory(verified);
  EXPECT_EQ(verified->customers, stats.customers);
  EXPECT_EQ(verified->due, stats.due);
}

TEST_F(StoreFiles, SayWhereTheCheckpointIs) {
  options_.journal_bytes_max = 500;
  {
    const std::unique_ptr<Engine> engine = Open(directory());
    ASSERT_TRUE(testing::TellStory(*engine).ok());
    EXPECT_TRUE(engine->Drain().ok());
    ASSERT_TRUE(engine->Close(absl::ZeroDuration()).ok());
  }
  const absl::StatusOr<StoreSummary> seen = VerifyStore(directory());
  ExpectStory(seen);
  EXPECT_GT(seen->checkpoint, 0U);
  EXPECT_GT(seen->checkpoint_step, 0U);
  EXPECT_GT(seen->image_rows, 0U);
  EXPECT_GT(seen->image_bytes, 0U);
}

TEST_F(StoreFiles, AreReadByTheRulesOfTheirEngine) {
  options_.period_policy = PeriodPolicy::kCalendarMonth;
  options_.tracked_group_keys = {{"region", "model"}};
  TellAndClose();
  ExpectStory(VerifyStore(directory()));
}

TEST_F(StoreFiles, OfAnEngineThatHasDiedAreLeftAsTheyAre) {
  TellAndDie();
  for (const bool with_index : {true, false}) {
    if (!with_index) std::filesystem::remove(file() + "-shm");
    ASSERT_EQ(std::filesystem::exists(file() + "-shm"), with_index);
    const auto before = AllIn(directory());
    ExpectStory(InspectStore(directory()));
    ExpectStory(VerifyStore(directory()));
    ExpectStory(BackupStore(directory(), temp_ / absl::StrCat("copy", with_index)));
    EXPECT_TRUE(AllIn(directory()) == before);
  }
  EXPECT_EQ(Open(directory())->LastPosition("bills")->value_or(0), 9U);
}

TEST_F(StoreFiles, ThatAreClosedAreLeftAsTheyAre) {
  TellAndClose();
  const auto before = AllIn(directory());
  ExpectStory(InspectStore(directory()));
  ExpectStory(VerifyStore(directory()));
  ExpectStory(BackupStore(directory(), temp_ / "copy"));
  EXPECT_TRUE(AllIn(directory()) == before);
}

// Whether another process sees that this one reads the database.
bool IsReadByThisProcess(const std::string& file) {
  const pid_t child = fork();
  if (child == 0) {
    const int opened = open(file.c_str(), O_RDWR | O_CLOEXEC);
    // https://www.sqlite.org/src/doc/trunk/src/os.h: SHARED_FIRST and SHARED_SIZE.
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x40000000 + 2;
    lock.l_len = 510;
    const bool asked = opened >= 0 && fcntl(opened, F_GETLK, &lock) == 0;
    _exit(asked && lock.l_type != F_UNLCK && lock.l_pid == getppid() ? 0 : 1);
  }
  int ended = 0;
  EXPECT_EQ(waitpid(child, &ended, 0), child);
  return ended == 0;
}

TEST_F(StoreFiles, OfAnEngineOfThisProcessKeepItsLocks) {
  const std::unique_ptr<Engine> engine = Open(directory());
  ASSERT_TRUE(testing::TellStory(*engine).ok());
  ASSERT_TRUE(IsReadByThisProcess(file()));
  ExpectStory(InspectStore(directory()));
  ExpectStory(VerifyStore(directory()));
  ExpectStory(BackupStore(directory(), temp_ / "copy"));
  EXPECT_TRUE(IsReadByThisProcess(file()));
  const Fact more = testing::Spend(testing::Customer(2), "1");
  EXPECT_TRUE(engine->Apply({more}, {.position = Position{"bills", 10}}).status.ok());
  EXPECT_EQ(InspectStore(directory())->positions.at(0).offset, 10U);
}

TEST_F(StoreFiles, AreReadOnceMoreWhereTheEngineWroteMeanwhile) {
  const std::unique_ptr<Engine> engine = Open(directory());
  std::uint64_t offset = 0;
  const auto write = [&] {
    ASSERT_TRUE(engine
                    ->Apply({testing::Spend(testing::Customer(1), "1")},
                            {.position = Position{"bills", ++offset}})
                    .status.ok());
  };
  write();
  constexpr char kOffset[] = "SELECT source_offset FROM position";
  int calls = 0;
  std::int64_t first = 0, second = 0;
  const auto read = sqlite::ReadAsFound(file(), [&](sqlite::Database* database) {
    ++calls;
    first = database->QueryInteger(kOffset).value_or(0);
    write();
    second = database->QueryInteger(kOffset).value_or(0);
    return calls == 1 ? absl::InternalError("counts for nothing") : absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(first, 2) << "what was there when the second reading began";
  EXPECT_EQ(second, 2) << "and stays so in it";
}

TEST_F(StoreFiles, CannotBeWrittenByWhoReads) {
  TellAndDie();
  const auto read = sqlite::ReadAsFound(file(), [](sqlite::Database* database) {
    EXPECT_FALSE(database->Execute("DELETE FROM outbox").ok());
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read.status();
}

// Each batch adds 1, and its offset says how many there were.
TEST_F(StoreFiles, AreCopiedAsTheyWereAtOneInstantWhileAnEngineWrites) {
  options_.journal_bytes_max = 5'000;
  std::unique_ptr<Engine> engine = Open(directory());
  const AlertId alert =
      engine->CreateAlert({.name = "all", .threshold = testing::D("1000000")}).value();
  std::atomic<std::uint64_t> acknowledged{0};
  std::atomic<bool> ends{false};
  std::thread writer([&] {
    while (!ends.load()) {
      const std::uint64_t next = acknowledged.load() + 1;
      EXPECT_TRUE(engine
                      ->Apply({testing::Spend(testing::Customer(1), "1")},
                              {.position = Position{"bills", next}})
                      .status.ok());
      acknowledged.store(next);
    }
  });
  constexpr int kCopies = 5;
  for (int i = 0; i < kCopies; ++i) {
    while (acknowledged.load() < 10U * static_cast<unsigned>(i + 1))
      std::this_thread::yield();
    const std::uint64_t before = acknowledged.load();
    const std::string to = temp_ / absl::StrCat("copy", i);
    const absl::StatusOr<StoreSummary> copied = BackupStore(directory(), to);
    ASSERT_TRUE(copied.ok()) << copied.status();
    const std::uint64_t offset = copied->positions.at(0).offset;
    EXPECT_GE(offset, before);
    const absl::StatusOr<StoreSummary> seen = InspectStore(directory());
    ASSERT_TRUE(seen.ok()) << seen.status();
    EXPECT_GE(seen->positions.at(0).offset, offset);
    const std::unique_ptr<Engine> copy = Open(to);
    EXPECT_EQ(copy->LastPosition("bills")->value_or(0), offset);
    EXPECT_EQ(copy->GetCustomerAlert(testing::Customer(1), alert)->value,
              Decimal::FromInteger(static_cast<std::int64_t>(offset)));
  }
  ends.store(true);
  writer.join();
}

}  // namespace
}  // namespace tocsin
