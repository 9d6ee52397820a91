#ifndef TOCSIN_TESTS_UNIT_WRITTEN_WAL_H_
#define TOCSIN_TESTS_UNIT_WRITTEN_WAL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/wal.h"
#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/support/temp_directory.h"
#include "tests/support/wal_bytes.h"

namespace tocsin::testing {

// A log as SQLite itself writes it, one transaction at a time.
class WrittenWal {
 public:
  explicit WrittenWal(int page_size, const std::string& how = "") {
    const std::string uri = absl::StrCat("file:", temp_ / "a.db", how);
    EXPECT_EQ(sqlite3_open_v2(
                  uri.c_str(), &database_,
                  SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI, nullptr),
              SQLITE_OK);
    Run(absl::StrCat(
        "PRAGMA page_size = ", page_size,
        "; PRAGMA user_version = 1; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "PRAGMA wal_autocheckpoint = 0;"
        "CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT);"
        "CREATE TABLE u(a INTEGER)"));
  }
  ~WrittenWal() { Close(); }

  void Run(const std::string& sql) {
    EXPECT_EQ(Try(sql), SQLITE_OK) << sql << ": " << sqlite3_errmsg(database_);
  }
  int Try(const std::string& sql) {
    return sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  }
  void Close() { sqlite3_close(std::exchange(database_, nullptr)); }
  // A transaction of some pages.
  void Write(int size) {
    Run(absl::StrCat("BEGIN; INSERT INTO t VALUES (NULL, printf('%.*c', ", size,
                     ", 'x')); INSERT INTO u VALUES (1); COMMIT"));
  }
  // Moves all of it into the database, so that the log begins at its start again.
  void MoveIntoDatabase() { Run("PRAGMA wal_checkpoint(PASSIVE)"); }

  std::string wal() const { return ReadFile(temp_ / "a.db-wal"); }
  std::string path() const { return temp_ / "a.db"; }
  std::string database() const { return ReadFile(temp_ / "a.db"); }

 private:
  TempDirectory temp_{InMemory()};
  sqlite3* database_ = nullptr;
};

inline absl::StatusOr<sqlite::WalEnd> CheckBytes(const std::string& wal,
                                                 const std::string& database,
                                                 bool fills_sectors = false) {
  BytesInMemory wal_bytes(wal);
  BytesInMemory database_bytes(database);
  return sqlite::CheckWal("a.db-wal", fills_sectors, &wal_bytes, &database_bytes);
}

inline void ExpectDamaged(const absl::StatusOr<sqlite::WalEnd>& end,
                          const std::string& what) {
  ASSERT_FALSE(end.ok()) << what << " is passed over";
  EXPECT_EQ(ReasonOf(end.status()), Reason::kDamaged) << what << end.status();
  EXPECT_TRUE(absl::StrContains(end.status().message(), "a.db-wal")) << end.status();
  EXPECT_TRUE(absl::StrContains(end.status().message(), "byte ")) << end.status();
}

inline void ExpectEnds(const absl::StatusOr<sqlite::WalEnd>& end, std::size_t at,
                       bool cut_off, const std::string& what) {
  ASSERT_TRUE(end.ok()) << what << ": " << end.status();
  EXPECT_EQ(end->ends_at, static_cast<std::int64_t>(at)) << what << ": " << end->cut_off;
  EXPECT_EQ(!end->cut_off.empty(), cut_off) << what << ": " << end->cut_off;
  if (cut_off) {
    EXPECT_TRUE(absl::StrContains(end->cut_off, "byte ")) << end->cut_off;
  }
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_UNIT_WRITTEN_WAL_H_
