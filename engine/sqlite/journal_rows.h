#ifndef TOCSIN_ENGINE_SQLITE_JOURNAL_ROWS_H_
#define TOCSIN_ENGINE_SQLITE_JOURNAL_ROWS_H_

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/sqlite/database.h"

// The rows of `journal`: each transaction ends by adding one, so that what it says of the
// whole store takes no page of its own.
namespace tocsin::sqlite {

struct JournalRow {
  std::int64_t number = 0;
  std::int64_t first_step = 0;  // 0: it has no entries; or `kGoesOn`
  absl::string_view entries = {};
  absl::Time at = absl::InfinitePast();  // up to when all was done
};

// Writes it behind all that its transaction has changed: it ends with the sum of the
// checksums of all other rows, by which a row that is missing is seen.
absl::Status WriteJournal(const JournalRow& row, Statement* insert, std::uint64_t* sum);

// What the last row says of the whole store; nothing where there is none.
struct JournalEnd {
  absl::Time at = absl::InfinitePast();
  std::uint64_t sum = 0;  // of the checksums of all rows
};
// Errors: of the database; kDataLoss where the row is not as it was written.
absl::StatusOr<std::optional<JournalEnd>> ReadJournalEnd(Database* database);

// A store of format 1 or 2 has these in a table `meta`, which the first takes away, and
// the second puts into a row of `journal`, if anything was written. In a transaction.
// Errors: as above.
absl::Status TakeMeta(Database* database, absl::Time* at, std::uint64_t* sum);
absl::Status EndJournal(Database* database, JournalRow end, std::uint64_t sum);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_JOURNAL_ROWS_H_
