#include "engine/sqlite/files.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/status.h"
#include "engine/sqlite/vfs_file.h"
#include "engine/sqlite/wal.h"
#include "engine/sqlite/wal_frame.h"

namespace tocsin::sqlite {

absl::Status MissDatabase(const LeftFiles& left, bool has_log) {
  constexpr absl::string_view kNothing = ": it is gone, or empty, but ";
  // SQLite would begin a new one, and remove the log.
  if (has_log) {
    return MakeStatus(Reason::kDamaged,
                      absl::StrCat(left.database, kNothing,
                                   "there is a log of it: ", left.database, "-wal"));
  }
  if (!left.was_made) return absl::OkStatus();
  return MakeStatus(
      Reason::kDamaged,
      absl::StrCat(left.database, kNothing, left.lock,
                   " says that a store was made here; restore a copy, or remove that "
                   "too, to begin with nothing"));
}

absl::Status MissTables(const LeftFiles& left) {
  if (!left.was_made) return absl::OkStatus();
  return MakeStatus(
      Reason::kDamaged,
      absl::StrCat(left.database, ": there are no tables in it, but ", left.lock,
                   " says that a store was made here; its log may be gone; restore a "
                   "copy, or remove all three, to begin with nothing"));
}

namespace {

// Where others have the database, SQLite believes what they share in memory, whatever is
// in the log: it would write where that ends by it.
absl::Status AgreeWithOthers(std::int64_t ends_at, const std::string& path,
                             VfsFile* database) {
  // Without frames it does not say whether there is a header.
  ends_at = std::max<std::int64_t>(ends_at, kWalHeaderSize);
  const std::optional<std::int64_t> of_others = database->LogEndOfOthers();
  if (!of_others.has_value() || *of_others == ends_at) return absl::OkStatus();
  return MakeStatus(
      Reason::kStoreInUse,
      absl::StrCat(path,
                   ": another program has it open, and by the memory that it shares "
                   "with others the log ends at byte ",
                   *of_others, ", but at ", ends_at,
                   " in its file; end the others (a sqlite3, a backup, a dashboard), and "
                   "open it again"));
}

}  // namespace

absl::StatusOr<std::string> TakeFiles(const LeftFiles& left, const std::string& vfs) {
  const std::string wal_path = left.database + "-wal";
  absl::StatusOr<std::unique_ptr<VfsFile>> database =
      VfsFile::Open(left.database, VfsFile::Kind::kDatabaseToTake, vfs);
  if (!database.ok()) return database.status();
  // SQLite does not open as a log what has no database beside it.
  const auto kind =
      *database == nullptr ? VfsFile::Kind::kDatabaseToTake : VfsFile::Kind::kWal;
  absl::StatusOr<std::unique_ptr<VfsFile>> wal = VfsFile::Open(wal_path, kind, vfs);
  if (!wal.ok()) return wal.status();
  const bool has_log = *wal != nullptr && (*wal)->size() > 0;
  if (*database == nullptr || (*database)->size() == 0) {
    absl::Status missed = MissDatabase(left, has_log);
    if (!missed.ok()) return missed;
  }
  if (!has_log) return std::string();
  const bool is_alone = (*database)->Take();
  // What was made durable is read, and nothing else: to copy more than the log has into
  // the database would leave a log that is older than that.
  absl::Status status = (*wal)->ForgetWhatIsNotWritten();
  if (!status.ok()) return status;
  absl::StatusOr<WalEnd> end =
      CheckWal(wal_path, (*database)->FillsSectorsOfLog(), wal->get(), database->get());
  if (!end.ok()) return end.status();
  if (!is_alone) status = AgreeWithOthers(end->ends_at, left.database, database->get());
  if (!status.ok()) return status;
  // Also what earlier rounds left: of all frames that are there then it is known that
  // they are whole, should the header be torn when the log begins anew. And durable
  // before there is a commit: behind one of which a part is lost it would look like
  // another.
  if ((*wal)->size() > end->ends_at) {
    status = (*wal)->Truncate(end->ends_at);
    if (status.ok()) status = (*wal)->Sync();
  }
  if (!status.ok()) return status;
  return std::move(end->cut_off);
}

}  // namespace tocsin::sqlite
