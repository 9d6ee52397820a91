#include "engine/sqlite/directory.h"

#include <fcntl.h>
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
  absl::StatusOr<std::unique_ptr<LockFile>> lock =
      LockFile::Take(absl::StrCat(path, "/", kLockName), kStoreNote,
                     absl::StrCat(path, ": another engine has it open; one at a time"));
  if (!lock.ok()) return lock.status();
  return absl::WrapUnique(new Directory(path, *std::move(lock)));
}

absl::Status Directory::Sync() const { return SyncDirectory(path_); }

std::uint64_t Directory::FreeBytes() const {
  struct statvfs system = {};
  if (fstatvfs(lock_->descriptor(), &system) != 0)
    return std::numeric_limits<std::uint64_t>::max();
  return std::uint64_t{system.f_bavail} * system.f_frsize;
}

}  // namespace tocsin::sqlite
