#include "engine/sqlite/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/status.h"
#include "engine/sqlite/directory.h"

namespace tocsin::sqlite {
namespace {

// In the place of the database while there is none: an engine refuses it.
constexpr absl::string_view kNoStore =
    "This is no store: a copy was begun here, and did not come to its end.\n";

absl::Status NoDirectory(absl::string_view path, absl::string_view why) {
  return MakeStatus(Reason::kStoreUnusable, absl::StrCat(path, ": ", why));
}

absl::Status CallFailed(absl::string_view path, absl::string_view doing) {
  return MakeStatus(Reason::kStoreFailed,
                    absl::StrCat(path, ": ", doing, ": ", std::strerror(errno)));
}

absl::Status SyncFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return CallFailed(path, "opening it to sync it");
  absl::Status status;
  if (fsync(file) != 0) status = CallFailed(path, "syncing it");
  close(file);
  return status;
}

absl::Status WriteNew(const std::string& path, absl::string_view bytes) {
  constexpr mode_t kOnlyOwnerReads = 0600;
  const int file =
      open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOnlyOwnerReads);
  if (file < 0) return CallFailed(path, "making it");
  absl::Status status;
  if (write(file, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    status = CallFailed(path, "writing it");
    unlink(path.c_str());
  }
  close(file);
  return status;
}

}  // namespace

std::string BackupDirectory::database() const {
  return absl::StrCat(path_, "/", kDatabaseName);
}

absl::StatusOr<std::unique_ptr<BackupDirectory>> BackupDirectory::Make(
    const std::string& path) {
  constexpr mode_t kOnlyOwner = 0700;
  const bool made = mkdir(path.c_str(), kOnlyOwner) == 0;
  if (!made && errno != EEXIST) {
    return NoDirectory(path,
                       absl::StrCat("making the directory: ", std::strerror(errno)));
  }
  auto directory = absl::WrapUnique(new BackupDirectory(path, made));
  std::error_code error;
  const bool is_empty = std::filesystem::is_directory(path, error) &&
                        std::filesystem::is_empty(path, error);
  if (error) return NoDirectory(path, error.message());
  if (!is_empty) {
    return NoDirectory(path,
                       "is no empty directory; a copy needs one of its own, and what "
                       "one that was cut off has left may be removed");
  }
  absl::Status status = WriteNew(directory->database(), kNoStore);
  if (!status.ok()) return status;
  directory->took_ = true;
  // Before there is anything of a copy that it is to stand for.
  status = SyncFile(directory->database());
  if (status.ok()) status = SyncDirectory(path);
  if (!status.ok()) return status;
  return directory;
}

BackupDirectory::~BackupDirectory() {
  if (finished_) return;
  if (took_) {
    unlink(part().c_str());
    unlink(database().c_str());
  }
  if (made_) rmdir(path_.c_str());
}

absl::Status BackupDirectory::Copy(Database* from) {
  unlink(part().c_str());
  absl::StatusOr<std::unique_ptr<Database>> copy = Database::Open(part(), "");
  if (!copy.ok()) return copy.status();
  // Nobody needs it before `Finish`, which syncs it.
  absl::Status status =
      (*copy)->Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
  return status.ok() ? from->CopyTo(copy->get()) : status;
}

absl::Status BackupDirectory::Finish() {
  absl::Status status = SyncFile(part());
  if (!status.ok()) return status;
  if (std::rename(part().c_str(), database().c_str()) != 0) {
    return CallFailed(part(), "renaming it");
  }
  status = SyncDirectory(path_);
  if (status.ok()) status = SyncNameOf(path_);
  finished_ = status.ok();
  return status;
}

}  // namespace tocsin::sqlite
