#include "engine/sqlite/files.h"

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/status.h"
#include "engine/sqlite/vfs_file.h"
#include "engine/sqlite/wal.h"

namespace tocsin::sqlite {

absl::Status CheckAreFiles(const std::string& database) {
  for (const char* end : {"", "-wal", "-shm", "-journal"}) {
    const std::string path = database + end;
    struct stat found = {};
    if (stat(path.c_str(), &found) != 0 || S_ISREG(found.st_mode)) continue;
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(path, ": it is no regular file; SQLite keeps its own ",
                                   "under this name, so move it away"));
  }
  return absl::OkStatus();
}

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

absl::StatusOr<std::string> TakeFiles(const LeftFiles& left, const std::string& vfs) {
  const std::string wal_path = left.database + "-wal";
  struct stat found = {};
  if (lstat(left.database.c_str(), &found) == 0 && S_ISLNK(found.st_mode)) {
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(left.database, ": it is a symbolic link; have the ",
                                   "directory itself be one, or give the one it is in"));
  }
  absl::Status status = CheckAreFiles(left.database);
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<VfsFile>> database =
      VfsFile::Open(left.database, VfsFile::Kind::kDatabaseToTake, vfs);
  if (!database.ok()) return database.status();
  // SQLite does not open as a log what has no database beside it.
  const auto kind =
      *database == nullptr ? VfsFile::Kind::kDatabaseToTake : VfsFile::Kind::kWal;
  absl::StatusOr<std::unique_ptr<VfsFile>> wal = VfsFile::Open(wal_path, kind, vfs);
  if (!wal.ok()) return wal.status();
  for (const VfsFile* file : {database->get(), wal->get()}) {
    if (file == nullptr || !file->is_read_only()) continue;
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(file->path(), ": it can only be read by this user, ",
                                   "and an engine writes it"));
  }
  const bool has_log = *wal != nullptr && (*wal)->size() > 0;
  if (*database == nullptr || (*database)->size() == 0) {
    absl::Status missed = MissDatabase(left, has_log);
    if (!missed.ok()) return missed;
  }
  if (!has_log) return std::string();
  status = (*database)->Take();
  if (!status.ok()) return status;
  // What was made durable is read, and nothing else: to copy more than the log has into
  // the database would leave a log that is older than that.
  status = (*wal)->ForgetWhatIsNotWritten();
  if (!status.ok()) return status;
  absl::StatusOr<WalEnd> end =
      CheckWal(wal_path, (*database)->FillsSectorsOfLog(), wal->get(), database->get());
  if (!end.ok()) return end.status();
  // Also what earlier rounds left: of all frames that are there then it is known that
  // they are whole, should the header be torn when the log begins anew. And durable
  // before there is a commit: behind one of which a part is lost it would look like
  // another.
  if ((*wal)->size() > end->ends_at) {
    status = (*wal)->Truncate(end->ends_at);
    if (status.ok()) status = (*wal)->Sync();
  }
  if (!status.ok()) return status;
  (*database)->HaveLogRecovered();
  return std::move(end->cut_off);
}

}  // namespace tocsin::sqlite
