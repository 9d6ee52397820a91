#ifndef TOCSIN_ENGINE_SQLITE_HISTORY_ROWS_H_
#define TOCSIN_ENGINE_SQLITE_HISTORY_ROWS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/sqlite/database.h"
#include "engine/store/store.h"

namespace tocsin::sqlite {

// An instant as it stands in a column.
std::string TextOf(absl::Time instant);
bool ReadInstant(absl::string_view text, absl::Time* instant);

// Adds a row of `history` by a statement that takes all of its columns, and its checksum
// to the sum.
absl::Status WriteHistory(const store::HistoryRow& row, std::int64_t number,
                          Statement* insert, std::uint64_t* sum);

// Moves what is in a table `history_2`, which format 2 had in this one's place. Errors:
// of the database; kDataLoss.
absl::Status MoveHistory(Database* database, std::uint64_t* sum);

// Removes rows that are older than they need be: looks at some more than are added, not
// at each time, and goes on behind them the next time, round and round.
class HistoryTrimmer {
 public:
  // Errors: of the database.
  absl::Status Prepare(Database* database);
  // Owes a look at so many rows.
  absl::Status Trim(std::size_t rows, absl::Time from, std::uint64_t* sum);

 private:
  // To find the place where the last look ended costs as much as a few rows.
  static constexpr std::size_t kLookFrom = 48;

  struct Key {
    std::string customer = {};
    std::int64_t number = 0;
  };

  std::unique_ptr<Statement> next_, remove_;
  Key last_;  // looked at
  // At first it looks at once: a process that adds little would never do so.
  std::size_t owed_ = kLookFrom;
};

// Reads history beside who writes it, by a connection of its own.
//
// Thread safety: thread-safe.
class HistoryReader {
 public:
  HistoryReader(std::string path, std::string vfs)
      : path_(std::move(path)), vfs_(std::move(vfs)) {}

  // By number. Errors: kDataLoss for a row that is not as it was written; those of a
  // database.
  absl::StatusOr<std::vector<store::HistoryRow>> Read(const store::HistoryQuery& query);

 private:
  absl::Status Connect() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string path_;
  const std::string vfs_;
  absl::Mutex mu_;
  // Null before anybody asked.
  std::unique_ptr<Database> database_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<Statement> select_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_HISTORY_ROWS_H_
