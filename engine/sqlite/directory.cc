#include "engine/sqlite/directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"

namespace tocsin::sqlite {
namespace {

absl::Status Failed(Reason reason, absl::string_view path, absl::string_view what) {
  return MakeStatus(reason, absl::StrCat(path, ": ", what, ": ", std::strerror(errno)));
}

// Below 0 if it cannot be opened.
int OpenLock(const std::string& file, bool* made) {
  constexpr mode_t kOnlyOwnerReads = 0600;
  constexpr int kFlags = O_RDWR | O_CLOEXEC;
  int lock = open(file.c_str(), kFlags | O_CREAT | O_EXCL, kOnlyOwnerReads);
  *made = lock >= 0;
  if (lock < 0 && errno == EEXIST) {
    lock = open(file.c_str(), kFlags | O_CREAT, kOnlyOwnerReads);
  }
  return lock;
}

// Not where who had it has removed it meanwhile, as another may have made the next one.
bool IsStillThere(const std::string& file, int lock) {
  struct stat named = {};
  struct stat opened = {};
  return stat(file.c_str(), &named) == 0 && fstat(lock, &opened) == 0 &&
         named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

}  // namespace

std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  return error ? path : absolute.string();
}

absl::Status SyncDirectory(const std::string& path) {
  const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return Failed(Reason::kStoreFailed, path, "opening it to sync it");
  absl::Status status;
  if (fsync(directory) != 0) status = Failed(Reason::kStoreFailed, path, "syncing it");
  close(directory);
  return status;
}

absl::Status SyncNameOf(const std::string& directory) {
  const std::string above = directory + "/..";
  if (access(above.c_str(), R_OK) != 0) return absl::OkStatus();
  return SyncDirectory(above);
}

absl::Status CheckIsFile(int lock, const std::string& file) {
  struct stat found = {};
  if (fstat(lock, &found) != 0) return Failed(Reason::kStoreUnusable, file, "looking");
  if (S_ISREG(found.st_mode)) return absl::OkStatus();
  return MakeStatus(Reason::kStoreUnusable,
                    absl::StrCat(file, ": it is no regular file; move it away"));
}

bool HasNote(int lock) {
  struct stat found = {};
  return fstat(lock, &found) == 0 && found.st_size > 0;
}

absl::Status WriteNote(int lock, const std::string& file, absl::string_view note) {
  if (HasNote(lock)) return absl::OkStatus();
  const bool noted =
      pwrite(lock, note.data(), note.size(), 0) == static_cast<ssize_t>(note.size()) &&
      fsync(lock) == 0;
  if (noted) return absl::OkStatus();
  return Failed(Reason::kStoreFailed, file, "writing to it");
}

absl::StatusOr<std::unique_ptr<Directory>> Directory::Take(const std::string& path) {
  constexpr mode_t kOnlyOwner = 0700;
  const bool made = mkdir(path.c_str(), kOnlyOwner) == 0;
  if (!made && errno != EEXIST) {
    return Failed(Reason::kStoreUnusable, path, "making the directory");
  }
  // Also where it is there: who made it may have ended before this. What a host has given
  // us may stand in a directory that we cannot read.
  const std::string above = path + "/..";
  if (made || access(above.c_str(), R_OK) == 0) {
    absl::Status status = SyncDirectory(above);
    if (!status.ok()) return status;
  }
  const std::string file = absl::StrCat(path, "/", kLockName);
  bool made_lock = false;
  const int lock = OpenLock(file, &made_lock);
  if (lock < 0) return Failed(Reason::kStoreUnusable, file, "opening it");
  absl::Status is_file = CheckIsFile(lock, file);
  if (!is_file.ok()) {
    close(lock);
    return is_file;
  }
  // Of the open file, not of the process: a second engine of this one is refused too.
  const bool locked = flock(lock, LOCK_EX | LOCK_NB) == 0;
  if (!locked || !IsStillThere(file, lock)) {
    absl::Status status =
        locked || errno == EWOULDBLOCK
            ? MakeStatus(
                  Reason::kStoreInUse,
                  absl::StrCat(path, ": another engine has it open; one at a time"))
            : Failed(Reason::kStoreUnusable, file, "locking it");
    close(lock);
    return status;
  }
  return absl::WrapUnique(new Directory(path, lock, made_lock));
}

Directory::~Directory() {
  if (made_lock_ && !HoldsStore()) unlink(FileOf(kLockName).c_str());
  close(lock_);
}

bool Directory::HoldsStore() const { return HasNote(lock_); }

absl::Status Directory::NoteStore() const {
  return WriteNote(lock_, FileOf(kLockName),
                   "A store of tocsin: tocsin.db is in this directory.\n");
}

absl::Status Directory::Sync() const { return SyncDirectory(path_); }

std::uint64_t Directory::FreeBytes() const {
  struct statvfs system = {};
  if (fstatvfs(lock_, &system) != 0) return std::numeric_limits<std::uint64_t>::max();
  return std::uint64_t{system.f_bavail} * system.f_frsize;
}

}  // namespace tocsin::sqlite
