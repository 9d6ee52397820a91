#include "engine/sqlite/files.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/vfs_file.h"
#include "engine/sqlite/wal.h"

namespace tocsin::sqlite {
namespace {

constexpr char kNothing[] = ": it is gone, or empty, ";

}  // namespace

absl::StatusOr<std::string> TakeFiles(const Directory& directory,
                                      const std::string& vfs) {
  const std::string path = directory.FileOf(kDatabaseName);
  const std::string wal_path = path + "-wal";
  absl::StatusOr<std::unique_ptr<VfsFile>> database =
      VfsFile::Open(path, VfsFile::Kind::kDatabase, vfs);
  if (!database.ok()) return database.status();
  // SQLite does not open as a log what has no database beside it.
  const auto kind = *database == nullptr ? VfsFile::Kind::kDatabase : VfsFile::Kind::kWal;
  absl::StatusOr<std::unique_ptr<VfsFile>> wal = VfsFile::Open(wal_path, kind, vfs);
  if (!wal.ok()) return wal.status();
  const bool has_log = *wal != nullptr && (*wal)->size() > 0;
  if (*database == nullptr || (*database)->size() == 0) {
    // SQLite would begin a new one, and remove the log.
    if (has_log) {
      return MakeStatus(
          Reason::kDamaged,
          absl::StrCat(path, kNothing, "but there is a log of it: ", wal_path));
    }
    if (directory.HoldsStore()) {
      return MakeStatus(Reason::kDamaged,
                        absl::StrCat(path, kNothing, "but ", directory.FileOf(kLockName),
                                     " says that a store was made here; restore a copy, "
                                     "or remove that too, to begin with nothing"));
    }
  }
  if (!has_log) return std::string();
  // What was made durable is read, and nothing else: to copy more than the log has into
  // the database would leave a log that is older than that.
  absl::Status status = (*wal)->ForgetWhatIsNotWritten();
  if (!status.ok()) return status;
  absl::StatusOr<WalEnd> end =
      CheckWal(wal_path, (*database)->FillsSectorsOfLog(), wal->get(), database->get());
  if (!end.ok()) return end.status();
  if (!end->cut_off.empty()) status = (*wal)->Truncate(end->ends_at);
  if (status.ok()) status = (*wal)->Sync();
  if (!status.ok()) return status;
  return std::move(end->cut_off);
}

}  // namespace tocsin::sqlite
