// Would catch what other programs have done to a store, or in its directory, and an
// engine that goes on with it: a trigger that throws facts away, or a database and a log
// of somebody else that are changed before they are refused.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/support/kept_story.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/store_files.h"
#include "tocsin/engine.h"
#include "tocsin/store.h"

namespace tocsin {
namespace {

using testing::AllIn;
using ::testing::AllOf;
using testing::ChangeBySql;
using testing::ExpectStory;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TempDirectory;

class StoreOfOthers : public testing::StoreFilesFixture {
 protected:
  // By all that open one, which say these words.
  void ExpectUnusable(const std::string& what, const std::vector<std::string>& words) {
    TempDirectory temp;
    for (const absl::Status& status :
         {Engine::Open({.directory = directory(), .worker_threads = 0}).status(),
          InspectStore(directory()).status(), VerifyStore(directory()).status(),
          BackupStore(directory(), temp / "copy").status()}) {
      EXPECT_EQ(ReasonOf(status), Reason::kStoreUnusable) << what << ": " << status;
      for (const std::string& word : words) {
        EXPECT_THAT(std::string(status.message()), HasSubstr(word)) << what;
      }
    }
  }
  void ExpectWhole(const std::string& what) {
    ExpectStory(VerifyStore(directory()));
    const auto engine = Open(directory());
    ASSERT_NE(engine, nullptr) << what;
    EXPECT_TRUE(engine->Close(absl::ZeroDuration()).ok());
  }
  // A database of somebody who was killed, with a log.
  void LeaveWithLog(const std::string& sql) {
    const std::string was = temp_ / "was.db";
    ChangeBySql(was, "PRAGMA journal_mode = WAL; CREATE TABLE a (b)");
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(was.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database,
                           absl::StrCat(sql,
                                        "; PRAGMA wal_checkpoint; INSERT INTO a "
                                        "VALUES (1); INSERT INTO a VALUES (2)")
                               .c_str(),
                           nullptr, nullptr, nullptr),
              SQLITE_OK);
    std::filesystem::create_directory(directory());
    for (const char* end : {"", "-wal"}) {
      std::filesystem::copy_file(was + end, file() + end);
    }
    // As it was cut off amid a frame.
    std::filesystem::resize_file(file() + "-wal",
                                 std::filesystem::file_size(file() + "-wal") - 100);
    sqlite3_close(database);
    std::filesystem::remove(was);
  }
};

TEST_F(StoreOfOthers, WhatHangsOnItsTablesIsNamedAndRefused) {
  TellAndClose();
  const std::string whole = testing::ReadFile(file());
  for (const std::string table :
       {"journal", "checkpoint", "image", "position", "alert", "outbox", "fact_ids",
        "history", "receipt", "journal_end", "POSITION"}) {
    for (const auto& [type, sql] :
         {std::pair("trigger", " BEFORE INSERT ON "), std::pair("index", " ON ")}) {
      testing::WriteFile(file(), whole);
      const bool is_trigger = std::string(type) == "trigger";
      ChangeBySql(file(), absl::StrCat("CREATE ", type, " \"their \"\"own\"", sql, table,
                                       is_trigger ? " BEGIN SELECT raise(ignore); END"
                                                  : " (checksum)"));
      const std::string remedy = absl::StrCat("DROP ", type, " \"their \"\"own\"");
      ExpectUnusable(absl::StrCat(type, " on ", table), {remedy, file()});
      ChangeBySql(file(), remedy);
      ExpectWhole(remedy);
    }
  }
}

// Nobody may write there while it is open; who does all the same throws nothing away.
TEST_F(StoreOfOthers, ATriggerThatIsMadeWhileItIsOpenDoesNothing) {
  {
    const auto engine = Open(directory());
    ChangeBySql(file(),
                "CREATE TRIGGER theirs BEFORE INSERT ON journal BEGIN SELECT "
                "raise(ignore); END");
    ASSERT_TRUE(testing::TellStory(*engine).ok());
    EXPECT_TRUE(engine->Close(absl::ZeroDuration()).ok());
  }
  ChangeBySql(file(), "DROP TRIGGER theirs");
  ExpectWhole("without it");
}

// Would catch a store of before that is called whole, and copied, and then not opened.
TEST_F(StoreOfOthers, AnOlderOneThatWasDeclaredOtherwiseIsDamaged) {
  for (const char* format : {"1", "2"}) {
    const std::string older = testing::ReadFile(
        absl::StrCat(TOCSIN_SOURCE_DIR, "/tests/unit/format_", format, ".sql"));
    for (const char* sql :
         {"ALTER TABLE journal ADD COLUMN more", "DROP TABLE position",
          "ALTER TABLE outbox RENAME COLUMN body TO bodi",
          "ALTER TABLE meta RENAME COLUMN value TO valu", "DROP TABLE meta"}) {
      std::filesystem::remove_all(directory());
      std::filesystem::create_directory(directory());
      ChangeBySql(file(), older);
      ChangeBySql(file(), sql);
      const auto before = testing::ReadFile(file());
      for (const absl::Status& refused :
           {Engine::Open({.directory = directory()}).status(),
            VerifyStore(directory()).status(), InspectStore(directory()).status(),
            BackupStore(directory(), temp_ / "copy").status()}) {
        EXPECT_EQ(ReasonOf(refused), Reason::kDamaged) << sql << ": " << refused;
      }
      EXPECT_EQ(testing::ReadFile(file()), before);
    }
    std::filesystem::remove_all(directory());
    std::filesystem::create_directory(directory());
    ChangeBySql(file(), older);
    EXPECT_NE(Open(directory()), nullptr);
  }
}

TEST_F(StoreOfOthers, WhatIsBesideItsTablesIsTheirs) {
  for (const char* sql :
       {"CREATE TABLE theirs (a CHECK (a > 0)); PRAGMA ignore_check_constraints = 1; "
        "INSERT INTO theirs VALUES (0)",
        "CREATE TABLE theirs (a); CREATE INDEX of_theirs ON theirs (a); CREATE TRIGGER "
        "on_theirs AFTER INSERT ON theirs BEGIN DELETE FROM theirs; END",
        "CREATE TABLE meta (a); CREATE INDEX of_theirs ON meta (a)",
        "CREATE VIEW theirs AS SELECT * FROM alert; CREATE TRIGGER on_theirs INSTEAD OF "
        "INSERT ON theirs BEGIN SELECT 1; END"}) {
    std::filesystem::remove_all(directory());
    TellAndClose();
    ChangeBySql(file(), sql);
    ExpectWhole(sql);
  }
}

// Would catch a table that keeps SQLite from checking the pages, and is taken for a disk
// that fails.
TEST_F(StoreOfOthers, AnOrderThatOnlyTheyHaveIsNamed) {
  TellAndClose();
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
  const auto compare = +[](void*, int, const void*, int, const void*) { return 0; };
  sqlite3_create_collation(database, "by_them", SQLITE_UTF8, nullptr, compare);
  EXPECT_EQ(sqlite3_exec(database,
                         "CREATE TABLE theirs (a); "
                         "CREATE INDEX of_theirs ON theirs (a COLLATE by_them)",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  for (const absl::Status& status : {Engine::Open({.directory = directory()}).status(),
                                     VerifyStore(directory()).status()}) {
    EXPECT_EQ(ReasonOf(status), Reason::kStoreUnusable) << status;
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("by_them"), HasSubstr("remove that table")));
  }
}

TEST_F(StoreOfOthers, AnEmptyOneWithTextsInUtf16IsNotAdopted) {
  std::filesystem::create_directory(directory());
  ChangeBySql(file(),
              "PRAGMA encoding = 'UTF-16'; CREATE TABLE a (b); DROP TABLE a; VACUUM");
  const auto before = AllIn(directory());
  ExpectUnusable("UTF-16", {file(), "UTF-16le"});
  EXPECT_TRUE(AllIn(directory()) == before);
  std::filesystem::remove(file());
  ChangeBySql(file(), "CREATE TABLE a (b); DROP TABLE a");
  TellAndClose();
  ExpectWhole("one in UTF-8");
}

// Their log too: it is not recovered, cut off, copied or removed.
TEST_F(StoreOfOthers, ADatabaseOfAnotherProgramStaysAsItIs) {
  struct Left {
    const char* sql;
    const char* named;
  };
  for (const Left& left :
       {Left{"SELECT 1", "another program (application_id 0)"},
        Left{"PRAGMA application_id = 77", "another program (application_id 77)"},
        Left{"PRAGMA application_id = 1953457011; PRAGMA user_version = 4",
             "format 4"}}) {
    std::filesystem::remove_all(directory());
    LeaveWithLog(left.sql);
    const auto before = AllIn(directory());
    ASSERT_EQ(before.size(), 2U);
    ExpectUnusable(left.sql, {left.named, file()});
    EXPECT_TRUE(AllIn(directory()) == before) << left.sql;
  }
}

// Would catch one that is taken for empty as no table stands in its first page itself, or
// for amid a change as some journal is beside it that counts for nothing.
TEST_F(StoreOfOthers, NorDoesWhatIsNotInTheFirstPageChangeThat) {
  std::string sql = "PRAGMA page_size = 512";
  for (int i = 0; i < 12; ++i) {
    absl::StrAppend(&sql, "; CREATE TABLE t", i, " (", std::string(300, 'c'), ")");
  }
  LeaveWithLog("SELECT 1");
  testing::WriteFile(file() + "-journal", std::string(512, '\0'));
  auto before = AllIn(directory());
  ExpectUnusable("a journal of zeros", {"another program"});
  EXPECT_TRUE(AllIn(directory()) == before);
  std::filesystem::remove_all(directory());
  std::filesystem::create_directory(directory());
  ChangeBySql(file(), sql + "; DROP TABLE t0; DROP TABLE t1");
  constexpr std::size_t kKind = 100;
  constexpr char kInterior = 5;
  ASSERT_EQ(testing::ReadFile(file())[kKind], kInterior);
  before = AllIn(directory());
  ExpectUnusable("an interior page", {"another program"});
  EXPECT_TRUE(AllIn(directory()) == before);
}

// As those have it who encrypt what SQLite writes: the log is whole to SQLite, which
// would copy it, and remove it, before it looks at what it is a log of.
TEST_F(StoreOfOthers, WhatBeginsAsNoDatabaseStaysAsItIs) {
  constexpr std::size_t kHeader = 100;
  LeaveWithLog("SELECT 1");
  std::string bytes = testing::ReadFile(file());
  testing::WriteFile(file(), bytes.replace(0, kHeader, kHeader, 'x'));
  const auto before = AllIn(directory());
  const absl::Status refused = Engine::Open({.directory = directory()}).status();
  EXPECT_EQ(ReasonOf(refused), Reason::kDamaged) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("begins as no database does"));
  EXPECT_TRUE(AllIn(directory()) == before);
}

// Of a change that was not finished: to look at it without it would show what never was.
TEST_F(StoreOfOthers, AJournalOfTheirsIsNamed) {
  const std::string was = temp_ / "was.db";
  ChangeBySql(was, "CREATE TABLE a (b)");
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(was.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database,
                         "PRAGMA cache_size = 1; BEGIN; INSERT INTO a VALUES "
                         "(zeroblob(100000)); INSERT INTO a VALUES (zeroblob(100000))",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  std::filesystem::create_directory(directory());
  for (const char* end : {"", "-journal"}) {
    std::filesystem::copy_file(was + end, file() + end);
  }
  sqlite3_close(database);
  const auto before = AllIn(directory());
  for (const absl::Status& status :
       {InspectStore(directory()).status(), VerifyStore(directory()).status()}) {
    EXPECT_EQ(ReasonOf(status), Reason::kStoreUnusable) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("the journal beside it"));
  }
  // Nor is it taken back.
  const absl::Status refused = Engine::Open({.directory = directory()}).status();
  EXPECT_EQ(ReasonOf(refused), Reason::kStoreUnusable) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("another program"));
  EXPECT_TRUE(AllIn(directory()) == before);
}

// Would catch a file of theirs that says, by being there, that a store was made.
TEST_F(StoreOfOthers, ALockThatIsTheirsIsNotOurs) {
  const std::string lock = directory() + "/lock";
  for (const std::string theirs : {"4711\n",
                                   "a line that is longer than what tocsin "
                                   "itself would write into it, by some\n"}) {
    std::filesystem::remove_all(directory());
    std::filesystem::create_directory(directory());
    testing::WriteFile(lock, theirs);
    const auto before = AllIn(directory());
    const absl::Status refused = Engine::Open({.directory = directory()}).status();
    EXPECT_EQ(ReasonOf(refused), Reason::kStoreUnusable) << refused;
    EXPECT_THAT(std::string(refused.message()),
                AllOf(HasSubstr(lock), HasSubstr("directory of its own")));
    EXPECT_EQ(InspectStore(directory()).status(), refused);
    EXPECT_TRUE(AllIn(directory()) == before);
  }
  // A store that is there is one, whatever is written into it.
  std::filesystem::remove_all(directory());
  TellAndClose();
  const std::string note = testing::ReadFile(lock);
  testing::WriteFile(lock, "4711\n");
  ExpectWhole("with a lock of theirs");
  // One that tears as it is written says that a store was made.
  std::filesystem::remove(file());
  for (const std::string& torn :
       {note.substr(0, 9), std::string(note.size(), '\0'),
        note.substr(0, 9) + std::string(note.size() - 9, '\0'), note}) {
    testing::WriteFile(lock, torn);
    const absl::Status missed = Engine::Open({.directory = directory()}).status();
    EXPECT_EQ(ReasonOf(missed), Reason::kDamaged) << missed;
    EXPECT_EQ(InspectStore(directory()).status(), missed);
  }
  testing::WriteFile(lock, "");
  EXPECT_NE(Open(directory()), nullptr) << "an empty one says nothing";
}

// Two stores would share it, or a file would be made elsewhere.
TEST_F(StoreOfOthers, ALinkIsNoLock) {
  std::filesystem::create_directory(directory());
  for (const bool is_there : {false, true}) {
    const std::string elsewhere = temp_ / "elsewhere";
    if (is_there) testing::WriteFile(elsewhere, "");
    std::filesystem::create_symlink(elsewhere, directory() + "/lock");
    const absl::Status refused = Engine::Open({.directory = directory()}).status();
    EXPECT_EQ(ReasonOf(refused), Reason::kStoreUnusable) << refused;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("lock: it is no regular file"));
    EXPECT_EQ(std::filesystem::exists(elsewhere), is_there);
    EXPECT_FALSE(std::filesystem::exists(file()));
    std::filesystem::remove(directory() + "/lock");
  }
}

// Would catch a copy that is blamed, and is removed, where what it was made of is bad.
TEST_F(StoreOfOthers, ACopyOfADamagedOneNamesThatOne) {
  TellAndClose();
  ChangeBySql(file(), "UPDATE alert SET name = 'x'");
  const absl::Status refused = BackupStore(directory(), temp_ / "copy").status();
  EXPECT_EQ(ReasonOf(refused), Reason::kDamaged);
  EXPECT_THAT(std::string(refused.message()),
              AllOf(HasSubstr(file()), Not(HasSubstr(".part"))));
}

}  // namespace
}  // namespace tocsin
