#include "engine/sqlite/sqlite_store.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/database.h"
#include "engine/sqlite/directory.h"
#include "engine/sqlite/files.h"
#include "engine/sqlite/history_rows.h"
#include "engine/sqlite/log_copier.h"
#include "engine/sqlite/receipt_rows.h"
#include "engine/sqlite/schema.h"
#include "engine/sqlite/store_reader.h"
#include "engine/sqlite/store_writer.h"
#include "engine/sqlite/wal_frame.h"

namespace tocsin::sqlite {
namespace {

LeftFiles LeftIn(const Directory& directory) {
  return {.database = directory.FileOf(kDatabaseName),
          .application = kStoreApplication,
          .lock = directory.lock().path(),
          .noted = directory.lock().noted()};
}

class SqliteStore final : public store::Store {
 public:
  SqliteStore(std::unique_ptr<Directory> directory, std::unique_ptr<Database> database,
              Copying copying, std::size_t entries_in_row_max, const std::string& vfs,
              std::string cut_off)
      : directory_(std::move(directory)),
        database_(std::move(database)),
        copier_(database_.get(), copying.pages),
        writer_(database_.get(), entries_in_row_max),
        history_(database_->path(), vfs),
        vfs_(vfs),
        cut_off_(std::move(cut_off)) {}
  ~SqliteStore() override {
    if (!copier_.Stop().ok()) {
      has_failed_ = true;
      database_->KeepLogAtClose();
    }
    // Where it fails, less of what is damaged later is seen, and nothing is lost.
    if (is_loaded_ && !has_failed_) writer_.NoteEnd().IgnoreError();
  }

  absl::Status Prepare(const std::string& vfs, Copying copying);
  std::string cut_off() const override { return cut_off_; }
  absl::Status Load(store::Loader* loader) override;
  absl::Status Commit(const store::Transaction& transaction) override;
  absl::StatusOr<std::vector<store::HistoryRow>> History(
      const store::HistoryQuery& query) override {
    return history_.Read(query);
  }
  absl::StatusOr<std::vector<Receipt>> Receipts(absl::Time from) override;
  std::uint64_t FreeBytes() const override;
  std::uint64_t LogBytes() const override {
    return log_bytes_.load(std::memory_order_relaxed);
  }

 private:
  absl::Status MissTables();

  // Released last, so that nobody else opens what is not closed.
  std::unique_ptr<Directory> directory_;
  // Closed behind the others: the last one moves all of the log into the database.
  std::unique_ptr<Database> database_;
  LogCopier copier_;
  StoreWriter writer_;
  HistoryReader history_;
  const std::string vfs_;
  const std::string cut_off_;
  std::int64_t page_size_ = 0;
  std::atomic<std::uint64_t> log_bytes_ = 0;
  bool is_loaded_ = false;
  bool has_failed_ = false;
};

absl::Status SqliteStore::Prepare(const std::string& vfs, Copying copying) {
  absl::Status status = database_->Execute("PRAGMA busy_timeout = 10000");
  // There are none of ours: one that somebody makes meanwhile could throw away what is
  // written, and say nothing.
  database_->RunNoTriggers();
  // Debian's SQLite would write each page of what is removed full of zeros, which is as
  // much as was written of it. There are no secrets here.
  if (status.ok()) status = database_->Execute("PRAGMA secure_delete = OFF");
  // Before anything is written, as it may be somebody else's.
  if (status.ok()) status = MissTables();
  if (status.ok()) status = PrepareSchema(database_.get());
  // A commit is durable when it returns, also if the power goes; another process may read
  // meanwhile, as a backup does.
  if (status.ok()) status = database_->Execute("PRAGMA journal_mode = WAL");
  if (status.ok()) status = database_->Execute("PRAGMA synchronous = FULL");
  // 16 MiB for the pages that rows are put between others in. What is written at once is
  // held in memory until then anyway, and goes into the log in one piece.
  if (status.ok()) status = database_->Execute("PRAGMA cache_size = -16384");
  if (status.ok()) status = database_->Execute("PRAGMA cache_spill = OFF");
  if (status.ok() && database_->IsReadOnly()) status = database_->CheckHeader();
  if (status.ok() && database_->IsReadOnly()) {
    status = MakeStatus(Reason::kStoreUnusable,
                        absl::StrCat(database_->path(), ": it can only be read"));
  }
  // Who else writes is met here, and not by the first call.
  if (status.ok()) status = database_->Execute("BEGIN IMMEDIATE;COMMIT");
  if (status.ok()) status = directory_->Sync();
  if (status.ok()) status = directory_->lock().WriteNote();
  database_->LeaveLog();
  if (status.ok()) status = writer_.Prepare();
  if (!status.ok()) return status;
  const absl::StatusOr<std::int64_t> page_size =
      database_->QueryInteger("PRAGMA page_size");
  status = page_size.status();
  page_size_ = page_size.value_or(0);
  if (!status.ok() || copying.by == Copying::By::kCommits) return status;
  status = copier_.TakeConnection(vfs);
  return status.ok() && copying.by == Copying::By::kThread ? copier_.StartThread()
                                                           : status;
}

absl::Status SqliteStore::MissTables() {
  if (directory_->lock().noted() == Noted::kNothing) return absl::OkStatus();
  const absl::StatusOr<std::int64_t> format = FormatOf(database_.get());
  if (!format.ok() || *format != 0) return format.status();
  return sqlite::MissTables(LeftIn(*directory_));
}

absl::Status SqliteStore::Load(store::Loader* loader) {
  StoreReader reader(database_.get());
  absl::Status status = reader.Read(loader);
  writer_.GoOnBehind(reader.ends());
  is_loaded_ = status.ok();
  return status;
}

absl::StatusOr<std::vector<Receipt>> SqliteStore::Receipts(absl::Time from) {
  // By a connection of its own, beside who writes.
  auto database = Database::Open(database_->path(), vfs_);
  if (!database.ok()) return database.status();
  absl::Status status = (*database)->Execute("PRAGMA query_only = 1");
  if (!status.ok()) return status;
  return ReadReceipts(database->get(), from);
}

std::uint64_t SqliteStore::FreeBytes() const {
  const std::uint64_t free = directory_->FreeBytes();
  // What is in the log alone needs as much in the database.
  const std::uint64_t owed = static_cast<std::uint64_t>(copier_.pages_left()) *
                             static_cast<std::uint64_t>(page_size_);
  return free > owed ? free - owed : 0;
}

absl::Status SqliteStore::Commit(const store::Transaction& transaction) {
  absl::Status status = writer_.Commit(transaction);
  log_bytes_.store(
      kWalHeaderSize + static_cast<std::uint64_t>(database_->log_pages()) *
                           (kFrameHeaderSize + static_cast<std::uint64_t>(page_size_)),
      std::memory_order_relaxed);
  if (status.ok()) status = copier_.AfterCommit();
  if (status.ok()) return status;
  has_failed_ = true;
  database_->KeepLogAtClose();
  return MakeStatus(Reason::kStoreFailed, status.message());
}

}  // namespace

absl::StatusOr<std::unique_ptr<store::Store>> OpenStore(const std::string& directory,
                                                        const std::string& vfs,
                                                        Copying copying,
                                                        std::size_t entries_in_row_max) {
  absl::StatusOr<std::unique_ptr<Directory>> taken =
      Directory::Take(AbsolutePath(directory));
  if (!taken.ok()) return taken.status();
  absl::StatusOr<std::string> cut_off = TakeFiles(LeftIn(**taken), vfs);
  if (!cut_off.ok()) return cut_off.status();
  const std::string file = (*taken)->FileOf(kDatabaseName);
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(file, vfs);
  if (!database.ok()) return database.status();
  auto store =
      std::make_unique<SqliteStore>(*std::move(taken), *std::move(database), copying,
                                    entries_in_row_max, vfs, *std::move(cut_off));
  absl::Status status = store->Prepare(vfs, copying);
  if (!status.ok()) return status;
  return store;
}

}  // namespace tocsin::sqlite
