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
namespace {

absl::Status LockOfOthers(const LeftFiles& left) {
  return MakeStatus(
      Reason::kStoreUnusable,
      absl::StrCat(left.database, ": there is no store in it, and what is in ", left.lock,
                   " is not what tocsin writes there; give a directory of its own to "
                   "tocsin, or, if a store was here, restore a copy"));
}

}  // namespace

absl::Status CheckAreFiles(const std::string& database) {
  for (const absl::string_view end : {"", "-wal", "-shm", "-journal"}) {
    const std::string path = absl::StrCat(database, end);
    struct stat found = {};
    // What is beside it SQLite does not open by a link.
    const int result =
        end.empty() ? stat(path.c_str(), &found) : lstat(path.c_str(), &found);
    if (result != 0 || S_ISREG(found.st_mode)) continue;
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(path, ": it is no regular file; SQLite keeps its own ",
                                   "under this name, so move it away"));
  }
  return absl::OkStatus();
}

absl::Status CheckIsNoLink(const std::string& database) {
  struct stat found = {};
  if (lstat(database.c_str(), &found) != 0 || !S_ISLNK(found.st_mode)) {
    return absl::OkStatus();
  }
  return MakeStatus(Reason::kStoreUnusable,
                    absl::StrCat(database, ": it is a symbolic link; have the directory ",
                                 "itself be one, or give the one it is in"));
}

absl::StatusOr<bool> HasJournal(const std::string& database, const std::string& vfs) {
  const auto journal = VfsFile::Open(absl::StrCat(database, "-journal"),
                                     VfsFile::Kind::kRollbackJournal, vfs);
  if (!journal.ok()) return journal.status();
  if (*journal == nullptr || (*journal)->size() == 0) return false;
  char first = 0;
  const absl::Status status = (*journal)->Read(0, 1, &first);
  if (!status.ok()) return status;
  return first != 0;
}

absl::StatusOr<std::string> ReadFirstPage(ByteSource* database) {
  if (database == nullptr || database->size() < static_cast<std::int64_t>(kFirstOfPage)) {
    return std::string();
  }
  std::string first_page(kFirstOfPage, '\0');
  absl::Status status = database->Read(0, first_page.size(), first_page.data());
  if (!status.ok()) return status;
  return first_page;
}

absl::Status CheckWhose(const LeftFiles& left, const std::string& vfs,
                        absl::string_view first_page) {
  if (IsFirstPage(first_page)) {
    return CheckFirstPage(left.application, left.database, first_page);
  }
  const absl::StatusOr<bool> has_journal = HasJournal(left.database, vfs);
  if (!has_journal.ok() || *has_journal) return has_journal.status();
  return MakeStatus(
      Reason::kDamaged,
      absl::StrCat(left.database,
                   ": it begins as no database does: it is damaged, what is left of a "
                   "copy that did not come to its end, or another program's; restore a "
                   "copy, or give a directory of its own to tocsin"));
}

absl::Status MissDatabase(const LeftFiles& left, bool has_log) {
  constexpr absl::string_view kNothing = ": it is gone, or empty, but ";
  // SQLite would begin a new one, and remove the log.
  if (has_log) {
    return MakeStatus(Reason::kDamaged,
                      absl::StrCat(left.database, kNothing, "there is a log of it: ",
                                   left.database, "-wal", "; restore a copy"));
  }
  if (left.noted == Noted::kOthers) return LockOfOthers(left);
  if (left.noted == Noted::kNothing) return absl::OkStatus();
  return MakeStatus(
      Reason::kDamaged,
      absl::StrCat(left.database, kNothing, left.lock,
                   " says that a store was made here; restore a copy, or remove that "
                   "too, to begin with nothing"));
}

absl::Status MissTables(const LeftFiles& left) {
  if (left.noted == Noted::kOthers) return LockOfOthers(left);
  if (left.noted == Noted::kNothing) return absl::OkStatus();
  return MakeStatus(
      Reason::kDamaged,
      absl::StrCat(left.database, ": there are no tables in it, but ", left.lock,
                   " says that a store was made here; its log may be gone; restore a "
                   "copy, or remove all three, to begin with nothing"));
}

absl::StatusOr<std::string> TakeFiles(const LeftFiles& left, const std::string& vfs) {
  const std::string wal_path = left.database + "-wal";
  absl::Status status = CheckIsNoLink(left.database);
  if (status.ok()) status = CheckAreFiles(left.database);
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
  absl::StatusOr<std::string> first_page = ReadFirstPage(database->get());
  if (!first_page.ok()) return first_page.status();
  if (!has_log) {
    const bool is_empty = *database == nullptr || (*database)->size() == 0;
    if (!is_empty) status = CheckWhose(left, vfs, *first_page);
    if (!status.ok()) return status;
    return std::string();
  }
  status = (*database)->Take();
  if (!status.ok()) return status;
  // What was made durable is read, and nothing else: to copy more than the log has into
  // the database would leave a log that is older than that.
  status = (*wal)->ForgetWhatIsNotWritten();
  if (!status.ok()) return status;
  absl::StatusOr<WalEnd> end =
      CheckWal(wal_path, (*database)->FillsSectorsOfLog(), wal->get(), database->get());
  if (!end.ok()) return end.status();
  // Where the log has a newer one, that of the file may have been torn when it was
  // copied.
  status = CheckWhose(left, vfs, end->first_page.empty() ? *first_page : end->first_page);
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
  (*database)->HaveLogRecovered();
  return std::move(end->cut_off);
}

}  // namespace tocsin::sqlite
