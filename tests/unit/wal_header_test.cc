// Would catch a header whose damage is passed over, and one that is refused though
// nothing is wrong but that the power went when the log began anew.
#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/database.h"
#include "engine/sqlite/files.h"
#include "engine/sqlite/vfs_file.h"
#include "engine/sqlite/wal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/support/temp_directory.h"
#include "tests/support/wal_bytes.h"
#include "tests/unit/written_wal.h"

namespace tocsin::sqlite {
namespace {

using testing::CheckBytes;
using testing::EndsInWal;
using testing::ExpectDamaged;
using testing::ExpectEnds;
using testing::WrittenWal;

// Of the databases here.
constexpr Application kAny = {.id = 0, .newest = 1};
constexpr std::size_t kWalSector = 512;

TEST(Wal, AnyBitOfAHeaderWithOneFrameBehindItIsDamage) {
  for (const char* const mode : {"TRUNCATE", "PASSIVE"}) {
    WrittenWal written(512);
    written.Write(10);
    written.Write(900);
    written.Run(absl::StrCat("PRAGMA wal_checkpoint(", mode, ")"));
    written.Run("INSERT INTO u VALUES (1)");
    const std::string whole = written.wal();
    ASSERT_THAT(EndsInWal(whole), ::testing::ElementsAre(32, 32 + 24 + 512));
    for (std::size_t place = 0; place < 32; ++place) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string bytes = whole;
        bytes[place] = static_cast<char>(bytes[place] ^ (1 << bit));
        ExpectDamaged(CheckBytes(bytes, written.database()),
                      absl::StrCat(mode, ": bit ", bit, " of byte ", place));
      }
    }
  }
}

// Would catch a round of one frame that is passed over for what an earlier one left, in
// which pages are as they were before.
TEST(Wal, TornHeaderBehindARoundOfOneFrameIsTakenIfTheDatabaseHasIt) {
  WrittenWal written(512);
  written.Write(10);
  written.Write(900);
  written.MoveIntoDatabase();
  written.Run("INSERT INTO u VALUES (1)");
  const std::string before = written.wal();
  ASSERT_THAT(EndsInWal(before), ::testing::ElementsAre(32, 32 + 24 + 512));
  const std::string without = written.database();
  written.MoveIntoDatabase();
  const std::string with = written.database();
  written.Run("INSERT INTO u VALUES (2)");
  const std::string header = written.wal().substr(0, 32);
  int torn_count = 0;
  for (std::size_t size = 1; size < header.size(); ++size) {
    const std::string torn = header.substr(0, size) + before.substr(size);
    const std::string what = absl::StrCat("torn at ", size);
    if (torn == before || torn.substr(0, 32) == header) continue;
    ++torn_count;
    ExpectEnds(CheckBytes(torn, with), 0, true, what);
    ExpectDamaged(CheckBytes(torn, without), what);
  }
  EXPECT_GT(torn_count, 10);
}

// The header of the next round, torn at any byte or with all its sector, is met before
// anything else of that round is written.
TEST(Wal, TornWhereItBeginsAgainIsNoDamageAsTheDatabaseHasIt) {
  WrittenWal written(512);
  for (int i = 0; i < 4; ++i) written.Write(1000);
  const std::string first_round = written.wal();
  const std::string not_moved = written.database();
  written.MoveIntoDatabase();
  const std::string moved = written.database();
  written.Write(10);
  const std::string header = written.wal().substr(0, 32);
  int torn_cases = 0;
  for (std::size_t written_size = 0; written_size <= 32; ++written_size) {
    const std::string torn =
        header.substr(0, written_size) + first_round.substr(written_size);
    if (torn == first_round || written_size == 32) continue;
    ++torn_cases;
    const std::string what = absl::StrCat("torn at ", written_size);
    ExpectEnds(CheckBytes(torn, moved), 0, true, what);
    ExpectDamaged(CheckBytes(torn, not_moved), what);
  }
  EXPECT_GT(torn_cases, 8);
  std::string garbage = first_round;
  std::fill_n(garbage.begin(), kWalSector, '\x5a');
  ExpectEnds(CheckBytes(garbage, moved), 0, true, "garbage");
  ExpectDamaged(CheckBytes(garbage, not_moved), "garbage");
}

// Would catch a log that is taken for empty, as a frame's salts, which no sum covers, are
// those of another round.
TEST(Wal, BitOfAHeaderAndOneOfAFramesSaltsAreDamage) {
  WrittenWal written(512);
  for (int i = 0; i < 5; ++i) written.Write(10);
  const std::string whole = written.wal();
  const std::size_t frame = 24 + 512;
  ASSERT_GT(whole.size(), 32 + 4 * frame);
  for (std::size_t number = 0; number < 4; ++number) {
    for (std::size_t bit = 0; bit < 64; ++bit) {
      std::string bytes = whole;
      bytes[14] = static_cast<char>(bytes[14] ^ 8);
      char& salt = bytes[32 + number * frame + 8 + bit / 8];
      salt = static_cast<char>(salt ^ (1 << bit % 8));
      ExpectDamaged(CheckBytes(bytes, written.database()),
                    absl::StrCat("bit ", bit, " of frame ", number + 1));
    }
  }
}

// Would catch frames that are half of one round and half of another, and a header in
// front of them that is torn then.
TEST(Wal, WhatEarlierRoundsLeftIsCutOffWhenItIsTaken) {
  WrittenWal written(512);
  for (int i = 0; i < 4; ++i) written.Write(1000);
  written.MoveIntoDatabase();
  written.Run("INSERT INTO u VALUES (1)");
  const std::string wal = written.wal();
  const std::size_t end = EndsInWal(wal).back();
  ASSERT_LT(end, wal.size() / 2);
  const testing::TempDirectory temp(testing::InMemory());
  const LeftFiles left{.database = temp / "a.db", .application = kAny};
  testing::WriteFile(left.database, written.database());
  testing::WriteFile(left.database + "-wal", wal);
  const absl::StatusOr<std::string> cut_off = TakeFiles(left, "");
  ASSERT_TRUE(cut_off.ok()) << cut_off.status();
  EXPECT_EQ(*cut_off, "") << "it was not torn";
  EXPECT_EQ(testing::ReadFile(left.database + "-wal"), wal.substr(0, end));
}

// Files that somebody has open, with a log that another has gone on with.
struct WithOthers {
  WrittenWal others{512};
  std::string more;  // the log with a transaction that these know nothing of

  WithOthers() {
    others.Write(10);
    others.Write(10);
    const testing::TempDirectory temp(testing::InMemory());
    testing::WriteFile(temp / "a.db", others.database());
    testing::WriteFile(temp / "a.db-wal", others.wal());
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open((temp / "a.db").c_str(), &database), SQLITE_OK);
    EXPECT_EQ(
        sqlite3_exec(database, "INSERT INTO u VALUES (2)", nullptr, nullptr, nullptr),
        SQLITE_OK);
    more = testing::ReadFile(temp / "a.db-wal");
    sqlite3_close(database);
  }
  void ExpectTaken(const std::string& wal, bool cut_off) {
    testing::WriteFile(others.path() + "-wal", wal);
    const absl::StatusOr<std::string> taken =
        TakeFiles({.database = others.path(), .application = kAny}, "");
    ASSERT_TRUE(taken.ok()) << taken.status();
    EXPECT_EQ(!taken->empty(), cut_off) << *taken;
  }
  // Of those have one of them write another; so many are there for somebody else then.
  std::int64_t RowsAfterAnother() {
    others.Write(10);
    EXPECT_TRUE(CheckBytes(others.wal(), others.database()).ok());
    const auto database = Database::Open(others.path(), "");
    EXPECT_TRUE(database.ok()) << database.status();
    return (*database)->QueryInteger("SELECT count(*) FROM u").value_or(-1);
  }
};

TEST(Wal, IsTakenWhereOthersKnowOfAllOfIt) {
  WithOthers with;
  const std::string wal = with.others.wal();
  with.ExpectTaken(wal, false);
  EXPECT_EQ(with.RowsAfterAnother(), 3);
}

// Would catch a transaction that was whole when its process was killed, of which others
// know nothing: what is written next would stand before the rest of it.
TEST(Wal, IsTakenWhereOthersKnowOfLess) {
  WithOthers with;
  ASSERT_GT(with.more.size(), with.others.wal().size());
  with.ExpectTaken(with.more, false);
  EXPECT_EQ(with.RowsAfterAnother(), 4);
}

// Would catch a last transaction that is cut off as torn, while others take it for there:
// what is written next would stand behind a hole.
TEST(Wal, IsTakenWhereOthersKnowOfMore) {
  WithOthers with;
  std::string damaged = with.others.wal();
  damaged[damaged.size() - 100] = static_cast<char>(damaged[damaged.size() - 100] ^ 1);
  with.ExpectTaken(damaged, true);
  EXPECT_EQ(with.RowsAfterAnother(), 2);
}

// Would catch the transaction that begins a log anew, killed before others could know of
// it: by what they share there are no frames.
TEST(Wal, IsTakenWhereOthersKnowOfNoFrame) {
  WithOthers with;
  with.others.Run("PRAGMA wal_checkpoint(TRUNCATE)");
  with.ExpectTaken(with.more, false);
  EXPECT_EQ(with.RowsAfterAnother(), 4);
}

// Would catch what a process that was killed had copied, and could not make durable, as
// others take it for copied: the log would begin anew, or be removed.
TEST(Wal, IsCopiedAgainWhateverOthersTakeForCopied) {
  WithOthers with;
  const std::string before = with.others.database();
  with.others.MoveIntoDatabase();
  ASSERT_NE(with.others.database(), before);
  testing::WriteFile(with.others.path(), before);
  with.ExpectTaken(with.others.wal(), false);
  EXPECT_EQ(with.RowsAfterAnother(), 3);
  with.others.MoveIntoDatabase();
  with.others.Run("PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_EQ(with.RowsAfterAnother(), 4);
}

// Would catch what others commit, copy or remove of a log while it is looked at, and one
// of them that is taken for the last.
TEST(Wal, OthersWriteAndCopyNothingWhileItIsTaken) {
  WithOthers with;
  const std::string wal = with.others.wal();
  {
    auto file = VfsFile::Open(with.others.path(), VfsFile::Kind::kDatabaseToTake, "");
    ASSERT_TRUE(file.ok()) << file.status();
    const absl::Status taken = (*file)->Take();
    ASSERT_TRUE(taken.ok()) << taken;
    EXPECT_EQ(with.others.Try("INSERT INTO u VALUES (3)"), SQLITE_BUSY);
    const std::string database = with.others.database();
    with.others.MoveIntoDatabase();
    EXPECT_EQ(with.others.database(), database);
    EXPECT_EQ(with.others.Try("SELECT * FROM u"), SQLITE_OK);
    sqlite3* last = nullptr;
    ASSERT_EQ(sqlite3_open(with.others.path().c_str(), &last), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(last, "SELECT * FROM u", nullptr, nullptr, nullptr),
              SQLITE_OK);
    with.others.Close();
    EXPECT_EQ(sqlite3_close(last), SQLITE_OK);
    EXPECT_EQ(with.others.wal(), wal);
  }
}

// Would catch a lock that outlives the look at the files.
TEST(Wal, NobodyElseHasTheFilesWhileTheyAreTakenAndAnyoneAfter) {
  const testing::TempDirectory temp(testing::InMemory());
  {
    WrittenWal written(512);
    written.Write(10);
    testing::WriteFile(temp / "a.db", written.database());
    testing::WriteFile(temp / "a.db-wal", written.wal());
  }
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((temp / "a.db").c_str(), &other), SQLITE_OK);
  const auto reads = [other] {
    return sqlite3_exec(other, "SELECT * FROM t", nullptr, nullptr, nullptr);
  };
  {
    auto file = VfsFile::Open(temp / "a.db", VfsFile::Kind::kDatabaseToTake, "");
    ASSERT_TRUE(file.ok()) << file.status();
    const absl::Status taken = (*file)->Take();
    ASSERT_TRUE(taken.ok()) << taken;
    EXPECT_EQ(reads(), SQLITE_BUSY);
  }
  EXPECT_EQ(reads(), SQLITE_OK);
  auto file = VfsFile::Open(temp / "a.db", VfsFile::Kind::kDatabaseToTake, "");
  ASSERT_TRUE(file.ok()) << file.status();
  const absl::Status taken = (*file)->Take();
  ASSERT_TRUE(taken.ok()) << taken;
  EXPECT_EQ(reads(), SQLITE_OK);
  sqlite3_close(other);
}

}  // namespace
}  // namespace tocsin::sqlite
