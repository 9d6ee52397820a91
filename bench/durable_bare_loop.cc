#include "bench/durable_bare_loop.h"

#include <sqlite3.h>

#include <cstdlib>
#include <utility>

#include "absl/base/internal/raw_logging.h"

namespace tocsin {
namespace {

// A benchmark that does not write measures nothing.
void MustBe(int wanted, int result, sqlite3* db) {
  if (result == wanted) return;
  ABSL_RAW_LOG(FATAL, "SQLite: %s", sqlite3_errmsg(db));
}

sqlite3* OpenBare(const std::string& file, int flags) {
  sqlite3* db = nullptr;
  MustBe(SQLITE_OK,
         sqlite3_open_v2(file.c_str(), &db, flags | SQLITE_OPEN_NOMUTEX, nullptr), db);
  return db;
}

sqlite3_stmt* PrepareBare(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  MustBe(SQLITE_OK,
         sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr),
         db);
  return statement;
}

}  // namespace

std::vector<std::string> LastOfJournal(const std::string& directory, std::size_t count) {
  sqlite3* const db = OpenBare(directory + "/tocsin.db", SQLITE_OPEN_READONLY);
  sqlite3_stmt* const query =
      PrepareBare(db, "SELECT entries FROM journal ORDER BY number DESC LIMIT ?");
  MustBe(SQLITE_OK, sqlite3_bind_int64(query, 1, static_cast<sqlite3_int64>(count)), db);
  std::vector<std::string> blobs;
  while (sqlite3_step(query) == SQLITE_ROW) {
    blobs.emplace_back(static_cast<const char*>(sqlite3_column_blob(query, 0)),
                       static_cast<std::size_t>(sqlite3_column_bytes(query, 0)));
  }
  sqlite3_finalize(query);
  sqlite3_close(db);
  if (blobs.size() < count) std::abort();
  return blobs;
}

BareLoop::BareLoop(const std::string& file, std::vector<std::string> blobs)
    : blobs_(std::move(blobs)),
      db_(OpenBare(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) {
  for (const char* sql : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                          "CREATE TABLE blobs (number INTEGER PRIMARY KEY, "
                          "bytes BLOB NOT NULL)"}) {
    MustBe(SQLITE_OK, sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), db_);
  }
  begin_ = PrepareBare(db_, "BEGIN IMMEDIATE");
  insert_ = PrepareBare(db_, "INSERT INTO blobs (bytes) VALUES (?)");
  commit_ = PrepareBare(db_, "COMMIT");
}

BareLoop::~BareLoop() {
  for (sqlite3_stmt* statement : {begin_, insert_, commit_}) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

void BareLoop::Append(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& blob = blobs_[next_++ % blobs_.size()];
    Run(begin_);
    sqlite3_bind_blob64(insert_, 1, blob.data(), blob.size(), SQLITE_STATIC);
    Run(insert_);
    Run(commit_);
  }
}

void BareLoop::Run(sqlite3_stmt* statement) {
  MustBe(SQLITE_DONE, sqlite3_step(statement), db_);
  sqlite3_reset(statement);
}

}  // namespace tocsin
