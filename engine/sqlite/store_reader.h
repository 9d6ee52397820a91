#ifndef TOCSIN_ENGINE_SQLITE_STORE_READER_H_
#define TOCSIN_ENGINE_SQLITE_STORE_READER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/base/status.h"
#include "engine/sqlite/database.h"
#include "engine/sqlite/schema.h"
#include "engine/sqlite/tables.h"
#include "engine/store/entry.h"
#include "engine/store/store.h"

namespace tocsin::sqlite {

// Reads all of a store, and finds what is not as it was written.
//
// Thread safety: none.
class StoreReader {
 public:
  // Of a store of that format.
  explicit StoreReader(Database* database, std::int64_t format = kFormatVersion)
      : database_(*database), format_(format) {}

  // Once. Errors: of the loader; kDataLoss.
  absl::Status Read(store::Loader* loader);
  // Where the rows end that were read.
  const Ends& ends() const { return ends_; }

 private:
  using Visit = absl::FunctionRef<absl::Status(const Statement&)>;

  absl::Status CheckStructure();
  absl::Status ReadSize(store::Loader* loader);
  // Calls `visit` for each row, by its key, that is as it was written.
  absl::Status ForEachRow(absl::string_view table, Visit visit);
  absl::Status ReadJournalEnd(store::Loader* loader);
  absl::Status ReadMeta(const Statement& row, store::Loader* loader);
  absl::Status ReadPosition(const Statement& row, store::Loader* loader);
  absl::Status ReadWaiting(const Statement& row, store::Loader* loader);
  absl::Status ReadCheckpoint(const Statement& row, store::Loader* loader);
  absl::Status ReadImage(const Statement& row, store::Loader* loader);
  absl::Status ReadFactIds(const Statement& row, store::Loader* loader);
  absl::Status ReadReceipt(const Statement& row, store::Loader* loader);
  absl::Status ReadHistory(const Statement& row, store::Loader* loader);
  absl::Status ReadEntries(const Statement& row, store::Loader* loader);
  // Gives the loader the entries of the rows that were read last.
  absl::Status HandOnEntries(store::Loader* loader);
  absl::Status Damaged(absl::string_view what) const;

  Database& database_;
  const std::int64_t format_;
  Ends ends_;
  std::uint64_t written_sum_ = 0;
  std::int64_t checkpoint_step_ = 0;
  bool has_begun_ = false;  // a row of the journal that begins with a step, or has none
  // Of the journal, and those that go on with it.
  struct {
    std::int64_t number = 0;  // of the first; 0: none
    std::int64_t first_step = 0;
    std::string entries = {};
  } last_rows_;
};

// By which rules a store began, of which an engine must be opened by some; nothing where
// none can be read. Errors: of the database.
absl::StatusOr<std::optional<store::Rules>> RulesOf(Database* database);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_STORE_READER_H_
