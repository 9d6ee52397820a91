// Would catch a store that is damaged and taken for whole.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/kept_story.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/random.h"
#include "tests/support/temp_directory.h"
#include "tocsin/engine.h"
#include "tocsin/store.h"

namespace tocsin {
namespace {

using testing::CollectingSink;
using testing::ManualClock;
using testing::TempDirectory;

// What is in the first column of the rows that come of a statement.
std::vector<std::string> Query(const std::string& path, const std::string& sql) {
  std::vector<std::string> found;
  sqlite3* database = nullptr;
  EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  const auto add = +[](void* to, int, char** values, char**) {
    static_cast<std::vector<std::string>*>(to)->emplace_back(values[0]);
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), add, &found, nullptr), SQLITE_OK) << sql;
  sqlite3_close(database);
  return found;
}

// Runs statements on a database, as another program may.
void Alter(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK)
      << sql << ": " << error;
  sqlite3_close(database);
}

// A store with a story in it, of which some waits for the sink, and what is right of it.
class StoreDamage : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string directory = MakeDirectory("whole");
    // Small pages: more of the file is something.
    Alter(directory + "/tocsin.db", "PRAGMA page_size = 512; PRAGMA journal_mode = WAL");
    sink_.SetMood(CollectingSink::Mood::kFails);
    absl::StatusOr<std::unique_ptr<Engine>> engine = Open(directory);
    ASSERT_TRUE(engine.ok()) << engine.status();
    ASSERT_TRUE(testing::TellStory(**engine).ok());
    // Once all have seen the alerts there is a checkpoint, and something behind it.
    ASSERT_TRUE((*engine)->Drain().ok());
    const Fact more = testing::Spend(testing::Customer(2), "1");
    const std::vector<std::string> ids = {"only once"};
    ASSERT_TRUE((*engine)
                    ->Apply({more}, {.position = Position{"bills", 10}, .fact_ids = ids})
                    .status.ok());
    const Receipt receipt = {.key = "request 7", .content = "200"};
    const auto reset = [&] {
      ASSERT_TRUE((*engine)->Reset(testing::Customer(2), testing::AlertNumber(1)).ok());
    };
    ASSERT_TRUE((*engine)->WithReceipt(receipt, reset).ok());
    ASSERT_TRUE((*engine)->Close(absl::ZeroDuration()).ok());
    sink_.SetMood(CollectingSink::Mood::kTakes);
    ASSERT_FALSE(std::filesystem::exists(directory + "/tocsin.db-wal"));
    for (const std::string& table :
         Query(directory + "/tocsin.db",
               "SELECT name FROM sqlite_schema WHERE type = 'table'")) {
      EXPECT_FALSE(Query(directory + "/tocsin.db", "SELECT 1 FROM " + table).empty())
          << table << " has nothing that could be damaged";
    }
    whole_ = testing::ReadFile(directory + "/tocsin.db");
    engine = Open(directory);
    ASSERT_TRUE(engine.ok()) << engine.status();
    right_ = testing::ShownStateAndRest(**engine, sink_);
  }

  std::string MakeDirectory(const std::string& name) {
    std::string directory = temp_ / name;
    std::filesystem::create_directory(directory);
    return directory;
  }
  absl::StatusOr<std::unique_ptr<Engine>> Open(const std::string& directory) {
    return Engine::Open({.directory = directory,
                         // So that a checkpoint stands before a part of the story.
                         .journal_bytes_max = 500,
                         .fact_ids_max = 10,
                         .receipts_keep = absl::Hours(24),
                         .sink = &sink_,
                         .clock = &clock_,
                         .worker_threads = 0,
                         .shards = 1,
                         .random_seed = 1});
  }

  // What is wrong with what becomes of the store in the directory; empty where it is
  // right, or refused and the file named.
  std::string WhatIsWrong(const std::string& directory) {
    absl::StatusOr<std::unique_ptr<Engine>> engine = Open(directory);
    if (!engine.ok()) {
      ++refused_;
      const bool named =
          absl::StrContains(engine.status().message(), directory + "/tocsin.db") &&
          ReasonOf(engine.status()) != Reason::kNone;
      return named ? "" : engine.status().ToString();
    }
    const std::string shown = testing::ShownStateAndRest(**engine, sink_);
    return shown == right_ ? "" : shown;
  }
  // Of one with these bytes.
  std::string WhatIsWrongWith(const std::string& bytes) {
    const std::string directory = MakeDirectory("copy");
    testing::WriteFile(directory + "/tocsin.db", bytes);
    std::string wrong = WhatIsWrong(directory);
    std::filesystem::remove_all(directory);
    return wrong;
  }

  TempDirectory temp_{testing::InMemory()};
  CollectingSink sink_;
  ManualClock clock_{testing::At("2026-02-01T00:00:00Z")};
  std::string whole_;
  std::string right_;
  int refused_ = 0;
};

TEST_F(StoreDamage, OfAnyByteIsSeenOrChangesNothing) {
  testing::Random random(1);
  // Eight bits of all bytes take minutes. Every byte of the headers of pages has its
  // turn, and of the others a third.
  const bool every_bit = std::getenv("TOCSIN_EVERY_BIT") != nullptr;
  int damaged = 0;
  for (std::size_t place = 0; place < whole_.size(); ++place) {
    const bool of_header = place < 108 || place % 512 < 12;
    const unsigned chosen = random.Below(of_header ? 8 : 24);
    for (unsigned bit = 0; bit < 8; ++bit) {
      if (!every_bit && bit != chosen) continue;
      std::string bytes = whole_;
      bytes[place] = static_cast<char>(bytes[place] ^ (1 << bit));
      ++damaged;
      const std::string wrong = WhatIsWrongWith(bytes);
      EXPECT_EQ(wrong, "") << "bit " << bit << " of byte " << place % 512 << " of page "
                           << place / 512 + 1;
    }
  }
  EXPECT_GT(refused_, damaged / 4);
}

TEST_F(StoreDamage, OfAPageThatIsGoneIsSeen) {
  EXPECT_EQ(WhatIsWrongWith(whole_), "");
  EXPECT_EQ(refused_, 0);
  for (std::size_t page = 0; page < whole_.size(); page += 512) {
    std::string bytes = whole_;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page), 512, '\0');
    EXPECT_EQ(WhatIsWrongWith(bytes), "") << "page " << page / 512 + 1;
    if (page == 0) continue;
    EXPECT_EQ(WhatIsWrongWith(whole_.substr(0, page)), "") << "from " << page << " on";
  }
}

// As another program would that means well. All of it is a store to SQLite.
TEST_F(StoreDamage, ByHandIsSeen) {
  for (const char* sql : {
           "UPDATE journal SET at = '2027-01-01T00:00:00+00:00' "
           "WHERE number = (SELECT max(number) FROM journal)",
           "UPDATE journal SET sum = sum + 1",
           "DELETE FROM journal_end",
           "UPDATE journal_end SET number = number - 1",
           "DELETE FROM journal WHERE number = (SELECT max(number) FROM journal)",
           "DELETE FROM journal WHERE number = (SELECT min(number) FROM journal)",
           "DELETE FROM journal",
           "UPDATE journal SET number = -number",
           "INSERT INTO journal SELECT number + 100, checksum, first_step, entries, at, "
           "sum "
           "FROM journal",
           "UPDATE journal SET first_step = first_step + 1",
           "DELETE FROM checkpoint",
           "UPDATE checkpoint SET step = step + 1",
           "UPDATE checkpoint SET rules = alerts, alerts = rules",
           "INSERT INTO checkpoint SELECT number + 1, checksum, step, generation, rules, "
           "alerts FROM checkpoint",
           "DELETE FROM image",
           "DELETE FROM image WHERE number = (SELECT max(number) FROM image)",
           "UPDATE image SET checkpoint = checkpoint + 1",
           "UPDATE image SET as_of = as_of + 1",
           "UPDATE position SET source_offset = '8' WHERE source = 'bills'",
           "UPDATE position SET source = 'nobody''s' WHERE source = 'bills'",
           "DELETE FROM position WHERE source = 'bills'",
           "INSERT INTO position SELECT 'nobody''s', checksum, source_offset "
           "FROM position WHERE source = 'bills'",
           "DELETE FROM outbox WHERE number = (SELECT max(number) FROM outbox)",
           "DELETE FROM outbox WHERE number = (SELECT min(number) FROM outbox)",
           "DELETE FROM outbox",
           "UPDATE outbox SET number = -number",
           "UPDATE outbox SET number = number + 10",
           "UPDATE outbox SET customer_id = alert_id",
           "UPDATE outbox SET body = '{}'",
           "UPDATE outbox SET content = x'00'",
           "UPDATE alert SET threshold = '1'",
           "UPDATE alert SET customer_id = NULL",
           "UPDATE alert SET uniqueness_key = ''",
           "DELETE FROM alert WHERE customer_id IS NULL",
           "DELETE FROM history WHERE number = (SELECT min(number) FROM history)",
           "UPDATE history SET status = 'ok'",
           "DELETE FROM receipt",
           "UPDATE history SET customer_id = ''",
           "UPDATE history SET customer_id = CAST(customer_id AS BLOB)",
           "UPDATE position SET source = CAST(source AS BLOB)",
           "UPDATE alert SET id = CAST(id AS BLOB)",
           "UPDATE outbox SET content = CAST(content AS TEXT)",
           "UPDATE fact_ids SET ids = x'00'",
           "DELETE FROM fact_ids",
       }) {
    const std::string directory = MakeDirectory("altered");
    testing::WriteFile(directory + "/tocsin.db", whole_);
    Alter(directory + "/tocsin.db", sql);
    refused_ = 0;
    EXPECT_EQ(WhatIsWrong(directory), "") << sql;
    EXPECT_EQ(refused_, 1) << sql;
    std::filesystem::remove_all(directory);
  }
}

// Would catch a row that is whole, and is not found by its key as it stands in a place
// that is not its.
TEST_F(StoreDamage, OfTheOrderOfRowsIsSeen) {
  constexpr std::size_t kPageSize = 512;
  constexpr char kLeafOfKeys = 0x0a;
  constexpr std::size_t kCellsAt = 8;  // two bytes each
  const std::string directory = MakeDirectory("ordered");
  testing::WriteFile(directory + "/tocsin.db", whole_);
  for (const char* table : {"position", "alert", "history"}) {
    std::size_t turned = 0;
    for (const std::string& number :
         Query(directory + "/tocsin.db",
               absl::StrCat("SELECT pageno FROM dbstat WHERE ncell > 1 AND name = '",
                            table, "' AND pagetype = 'leaf'"))) {
      const std::size_t page = (std::stoul(number) - 1) * kPageSize;
      ASSERT_EQ(whole_[page], kLeafOfKeys);
      std::string bytes = whole_;
      std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(page + kCellsAt),
                       bytes.begin() + static_cast<std::ptrdiff_t>(page + kCellsAt + 2),
                       bytes.begin() + static_cast<std::ptrdiff_t>(page + kCellsAt + 2));
      refused_ = 0;
      EXPECT_EQ(WhatIsWrongWith(bytes), "") << table << ", page " << number;
      EXPECT_EQ(refused_, 1) << table << ", page " << number;
      ++turned;
    }
    EXPECT_GE(turned, 1u) << table;
  }
}

// Would catch a declaration of a table that is damaged, and shown only to who asks for
// what is in it, or not as damage.
TEST_F(StoreDamage, OfATablesDeclarationIsSeen) {
  for (const char* sql : {
           "ALTER TABLE history RENAME COLUMN alert_id TO alert_ie",
           "ALTER TABLE receipt RENAME COLUMN content TO contents",
           "ALTER TABLE journal RENAME COLUMN first_step TO first",
           "ALTER TABLE position RENAME COLUMN checksum TO check_sum",
           "ALTER TABLE alert ADD COLUMN more",
           "ALTER TABLE receipt DROP COLUMN key",
           "DROP TABLE receipt",
           "DROP TABLE journal_end",
           "ALTER TABLE outbox RENAME TO inbox",
           "PRAGMA user_version = 2",
           "PRAGMA user_version = 1",
       }) {
    const std::string directory = MakeDirectory("altered");
    testing::WriteFile(directory + "/tocsin.db", whole_);
    Alter(directory + "/tocsin.db", sql);
    EXPECT_EQ(ReasonOf(Open(directory).status()), Reason::kDamaged)
        << sql << ": " << Open(directory).status();
    EXPECT_EQ(ReasonOf(VerifyStore(directory).status()), Reason::kDamaged) << sql;
    std::filesystem::remove_all(directory);
  }
  // A version of the file format that SQLite would only read.
  const std::string header = MakeDirectory("header");
  std::string read_only = whole_;
  read_only[18] = 3;
  testing::WriteFile(header + "/tocsin.db", read_only);
  EXPECT_EQ(ReasonOf(Open(header).status()), Reason::kDamaged);
  EXPECT_EQ(ReasonOf(VerifyStore(header).status()), Reason::kDamaged);
  EXPECT_EQ(ReasonOf(InspectStore(header).status()), Reason::kDamaged);
  // What others have made beside is theirs.
  for (const char* sql :
       {"CREATE TABLE theirs (a)", "CREATE TABLE theirs (a CHECK (a > 0))",
        "CREATE VIEW theirs AS SELECT * FROM alert", "ANALYZE", "VACUUM"}) {
    const std::string directory = MakeDirectory("altered");
    testing::WriteFile(directory + "/tocsin.db", whole_);
    Alter(directory + "/tocsin.db", sql);
    EXPECT_TRUE(Open(directory).ok()) << sql << ": " << Open(directory).status();
    std::filesystem::remove_all(directory);
  }
}

}  // namespace
}  // namespace tocsin
