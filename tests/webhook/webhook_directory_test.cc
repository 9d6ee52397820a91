// Would catch a file with secrets that is made in the directory of another program, and a
// directory of a store that is taken for one.
#include <sys/stat.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/webhook/delivery_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/support/temp_directory.h"
#include "tocsin/engine.h"
#include "tocsin/status.h"
#include "tocsin/store.h"

namespace tocsin::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kRow[] = "; CREATE TABLE a (b); INSERT INTO a VALUES (1)";
constexpr char kOurs[] = "PRAGMA application_id = 1953457011";

// What a directory has, each with its bytes, or with what it is.
std::map<std::string, std::string> Has(const std::string& directory) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const bool is_file = entry.symlink_status().type() == fs::file_type::regular;
    all[entry.path().filename()] =
        is_file ? absl::StrCat("file ", ReadFile(entry.path()))
                : absl::StrCat("type ", static_cast<int>(entry.symlink_status().type()));
  }
  return all;
}

// A database of somebody who has it open.
class OpenDatabase {
 public:
  OpenDatabase(const std::string& file, const std::string& sql) {
    EXPECT_EQ(sqlite3_open(file.c_str(), &database_), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(database_);
  }
  ~OpenDatabase() { sqlite3_close(database_); }
  OpenDatabase(const OpenDatabase&) = delete;
  OpenDatabase& operator=(const OpenDatabase&) = delete;

 private:
  sqlite3* database_ = nullptr;
};

class WebhookDirectory : public ::testing::Test {
 protected:
  WebhookDirectory() { Empty(); }

  const std::string& directory() const { return directory_; }
  std::string At(const std::string& name) const {
    return absl::StrCat(directory_, "/", name);
  }
  void Empty() {
    fs::remove_all(directory_);
    fs::create_directory(directory_);
  }
  absl::Status Open() const { return webhook::DeliveryStore::Open(directory_).status(); }
  void ExpectUntouched(const std::string& what, const std::string& says) const {
    const auto before = Has(directory_);
    const absl::Status status = Open();
    const bool is_damage = says.find("begins as no") != std::string::npos ||
                           says.find("a log of it") != std::string::npos;
    EXPECT_EQ(ReasonOf(status), is_damage ? Reason::kDamaged : Reason::kStoreUnusable)
        << what << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(says)) << what;
    EXPECT_TRUE(Has(directory_) == before) << what;
  }
  // As somebody leaves it who is killed amid what this does.
  void LeaveAmid(const std::string& sql) {
    const std::string was = temp_ / "was.db";
    const OpenDatabase open(was, sql);
    for (const char* end : {"", "-wal", "-journal"}) {
      if (fs::exists(was + end)) fs::copy_file(was + end, At("tocsin.db") + end);
    }
    for (const char* end : {"", "-wal", "-shm", "-journal"}) fs::remove(was + end);
  }
  // As those have it who encrypt what SQLite writes: with a log that SQLite takes for
  // whole, which has other pages than the first.
  void LeaveEncrypted() {
    LeaveAmid(absl::StrCat("PRAGMA journal_mode = WAL", kRow,
                           "; PRAGMA wal_checkpoint; INSERT INTO a VALUES (2)"));
    ASSERT_GT(fs::file_size(At("tocsin.db-wal")), 0U);
    std::string bytes = ReadFile(At("tocsin.db"));
    bytes.replace(0, 100, std::string(100, 'x'));
    WriteFile(At("tocsin.db"), bytes);
  }

 private:
  TempDirectory temp_{InMemory()};
  const std::string directory_ = temp_ / "store";
};

TEST_F(WebhookDirectory, OfAnotherProgramStaysAsItIs) {
  const std::string row = kRow;
  const std::string amid =
      "; PRAGMA cache_size = 1; BEGIN; INSERT INTO a VALUES (zeroblob(100000)), (2)";
  for (const std::string& sql :
       {row, "PRAGMA journal_mode = PERSIST" + row,
        "PRAGMA journal_mode = WAL" + row,  // all of it is in the log
        "PRAGMA journal_mode = WAL; PRAGMA application_id = 7" + row +
            "; PRAGMA wal_checkpoint(TRUNCATE)",
        row + amid,  // a change that is to be taken back
        absl::StrCat(kOurs, "; PRAGMA user_version = 99", row)}) {
    Empty();
    LeaveAmid(sql);
    const bool is_newer = sql.find("99") != std::string::npos;
    ExpectUntouched(sql, is_newer ? "is of format 99" : "another program");
    Empty();
    LeaveAmid(sql);
    WriteFile(At("tocsin.db-journal"), "");
    WriteFile(At("webhooks.db"), "");
    ExpectUntouched(sql + ", with empty files",
                    is_newer ? "is of format 99" : "another program");
  }
}

TEST_F(WebhookDirectory, WhereAnotherProgramIsAtWorkStaysAsItIs) {
  const OpenDatabase open(
      At("tocsin.db"), "CREATE TABLE a (b); BEGIN IMMEDIATE; INSERT INTO a VALUES (1)");
  ExpectUntouched("amid a transaction", "another program");
}

TEST_F(WebhookDirectory, WithWhatIsNoFileOfAStoreStaysAsItIs) {
  struct Left {
    const char* says;
    std::function<void()> leave;
  };
  const auto link = [this](const char* to, const char* name) {
    fs::create_symlink(to, At(name));
  };
  for (const Left& left : std::vector<Left>{
           {"lock: it is no regular file", [&] { fs::create_directory(At("lock")); }},
           {"lock: it is no regular file", [&] { link("127.0.1.1:+4242", "lock"); }},
           {"lock: it is no regular file", [&] { mkfifo(At("lock").c_str(), 0600); }},
           {"it is a symbolic link", [&] { link("nowhere", "tocsin.db"); }},
           {"it is a symbolic link", [&] { link("tocsin.db", "tocsin.db"); }},
           {"tocsin.db-wal: it is no regular file", [&] { link("no", "tocsin.db-wal"); }},
           {"tocsin.db-shm: it is no regular file", [&] { link("no", "tocsin.db-shm"); }},
           {"not what tocsin writes there", [&] { WriteFile(At("lock"), "77\n"); }},
           {"not what tocsin writes there",
            [&] {
              LeaveAmid("PRAGMA user_version = 7");
              WriteFile(At("lock"), "77\n");
            }},
           {"UTF-16le",
            [&] {
              LeaveAmid("PRAGMA encoding = 'UTF-16le'; CREATE TABLE a (b); DROP TABLE a");
            }},
           {"is of format 0", [&] { LeaveAmid(absl::StrCat(kOurs, kRow)); }},
           {"begins as no database",
            [&] { WriteFile(At("tocsin.db"), "notes of mine\n"); }},
           {"begins as no database",
            [&] { WriteFile(At("tocsin.db"), std::string(9000, 'x')); }},
           {"begins as no database", [&] { LeaveEncrypted(); }},
           {"there is a log of it",
            [&] { WriteFile(At("tocsin.db-wal"), std::string(9000, 'x')); }}}) {
    Empty();
    left.leave();
    ExpectUntouched(left.says, left.says);
  }
}

TEST_F(WebhookDirectory, OfAStoreIsTaken) {
  EXPECT_TRUE(Open().ok()) << "an empty one: " << Open();
  for (const bool has_engine : {false, true}) {
    Empty();
    {
      const auto engine = Engine::Open({.directory = directory(), .worker_threads = 0});
      ASSERT_TRUE(engine.ok());
      if (has_engine) {
        EXPECT_TRUE(Open().ok()) << Open();
      }
    }
    EXPECT_TRUE(Open().ok()) << Open();
  }
  // Of the first change of one that was killed, whatever of it is there.
  for (const std::string& begin :
       {std::string(), std::string("x"), std::string(4096, '\0')}) {
    Empty();
    WriteFile(At("tocsin.db"), begin);
    WriteFile(At("tocsin.db-journal"), begin.size() > 1 ? std::string(512, 'j') : "");
    EXPECT_TRUE(Open().ok()) << Open();
  }
}

// Would catch a look that asks for a log where an empty journal lies beside.
TEST_F(WebhookDirectory, WithAJournalThatCountsForNothingIsTaken) {
  ASSERT_TRUE(Engine::Open({.directory = directory(), .worker_threads = 0}).ok());
  for (const std::string& journal : {std::string(), std::string(512, '\0')}) {
    WriteFile(At("tocsin.db-journal"), journal);
    fs::remove(At("webhooks.db"));
    fs::remove(At("webhooks.lock"));
    EXPECT_TRUE(Open().ok()) << Open();
    EXPECT_TRUE(InspectStore(directory()).ok()) << InspectStore(directory()).status();
    EXPECT_EQ(ReadFile(At("tocsin.db-journal")), journal);
    EXPECT_TRUE(Engine::Open({.directory = directory(), .worker_threads = 0}).ok());
  }
}

// SQLite would open what it takes for a URI in another directory.
TEST_F(WebhookDirectory, WhoseNameLooksLikeAUriIsThatOne) {
  const fs::path before = fs::current_path();
  fs::current_path(directory());
  fs::create_directory("x");
  EXPECT_TRUE(webhook::DeliveryStore::Open("file:x").ok());
  EXPECT_TRUE(webhook::DeliveryStore::Open("file:x").ok());
  fs::current_path(before);
  EXPECT_TRUE(fs::is_empty(At("x")));
  struct stat found = {};
  ASSERT_EQ(stat(At("file:x/webhooks.db").c_str(), &found), 0);
  EXPECT_GT(found.st_size, 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

}  // namespace
}  // namespace tocsin::testing
