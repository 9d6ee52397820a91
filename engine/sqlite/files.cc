#include "engine/sqlite/files.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"

namespace tocsin::sqlite {
namespace {

constexpr char kNothing[] = ": it is gone, or empty, ";

}  // namespace

absl::StatusOr<LeftLog> CheckFiles(const Directory& directory, const std::string& vfs) {
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
  if (!has_log || *database == nullptr) return LeftLog();
  absl::StatusOr<WalEnd> end = CheckWal(wal_path, wal->get(), database->get());
  if (!end.ok()) return end.status();
  return LeftLog{.file = *std::move(wal), .end = *std::move(end)};
}

absl::Status CutOff(LeftLog log) {
  if (log.end.cut_off.empty()) return absl::OkStatus();
  return log.file->Truncate(log.end.ends_at);
}

}  // namespace tocsin::sqlite
