#ifndef TOCSIN_ENGINE_SQLITE_STORE_WRITER_H_
#define TOCSIN_ENGINE_SQLITE_STORE_WRITER_H_

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/sqlite/database.h"
#include "engine/sqlite/history_rows.h"
#include "engine/sqlite/receipt_rows.h"
#include "engine/sqlite/tables.h"
#include "engine/store/store.h"
#include "tocsin/alert.h"
#include "tocsin/fact.h"

namespace tocsin::sqlite {

// Writes transactions behind what a store holds.
//
// Thread safety: one call at a time.
class StoreWriter {
 public:
  // So many bytes of entries at most come into one row.
  StoreWriter(Database* database, std::size_t entries_in_row_max)
      : database_(*database), entries_in_row_max_(entries_in_row_max) {}

  // Once, before the rest. Errors: of the database.
  absl::Status Prepare();
  void GoOnBehind(const Ends& ends) {
    ends_ = ends;
    receipts_.GoOnBehind(ends.receipt);
  }

  // Errors: of the database, after which it is not to be used any more.
  absl::Status Commit(const store::Transaction& transaction);
  // Notes where the journal ends, behind the last `Commit`.
  absl::Status NoteEnd();

 private:
  absl::Status Write(const store::Transaction& transaction);
  absl::Status WriteImage(const store::Image& image);
  absl::Status WriteCheckpoint(const store::Checkpoint& checkpoint);
  absl::Status WritePosition(const Position& position);
  absl::Status WriteAlert(const Alert& alert);
  absl::Status WriteWaiting(const store::Waiting& waiting);
  absl::Status WriteHistory(const store::Transaction& transaction);
  absl::Status WriteFactIds(const store::Transaction& transaction);
  // Last, as the row ends with what then is in the store.
  absl::Status WriteEntries(const store::Transaction& transaction);
  // Of the rows that are written next.
  absl::Status WriteEnd(std::size_t bytes_of_entries);
  // Removes some of what nobody needs since the last checkpoint. Not all of it at once:
  // calls wait for each commit.
  absl::Status Trim();
  // Removes rows by a statement whose parameters are bound, if there are any. Returns how
  // many there were.
  absl::StatusOr<int> RemoveSome(Statement* statement);
  absl::Status Remove(Statement* statement) { return RemoveSome(statement).status(); }

  Database& database_;
  const std::size_t entries_in_row_max_;
  std::unique_ptr<Statement> begin_, remove_end_, add_end_, commit_, add_entries_,
      needed_entries_, remove_entries_, add_checkpoint_, remove_checkpoint_, add_image_,
      remove_images_, remove_old_images_, remove_position_, add_position_, remove_alert_,
      add_alert_, add_waiting_, remove_waiting_, add_history_, add_fact_ids_,
      remove_fact_ids_;
  HistoryTrimmer trimmer_;
  ReceiptWriter receipts_;
  Ends ends_;
  bool ends_each_ = false;        // transaction
  std::int64_t first_image_ = 0;  // of the next checkpoint
  bool trims_journal_ = true;     // there may be something to remove
  bool trims_images_ = true;
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_STORE_WRITER_H_
