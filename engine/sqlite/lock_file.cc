#include "engine/sqlite/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"

namespace tocsin::sqlite {
namespace {

absl::Status Failed(absl::string_view path, absl::string_view what) {
  const Reason reason = errno == ENOSPC ? Reason::kDiskFull : Reason::kStoreUnusable;
  return MakeStatus(reason, absl::StrCat(path, ": ", what, ": ", std::strerror(errno)));
}

absl::Status NoFile(absl::string_view path) {
  return MakeStatus(Reason::kStoreUnusable,
                    absl::StrCat(path,
                                 ": it is no regular file, but a link, a pipe or a "
                                 "directory, say; move it away"));
}

// Below 0 if it cannot be opened. A link would be locked for whoever else has one to the
// same file.
int OpenToLock(const std::string& path, bool* is_made) {
  constexpr mode_t kOnlyOwnerReads = 0600;
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
  int file = open(path.c_str(), kFlags | O_CREAT | O_EXCL, kOnlyOwnerReads);
  *is_made = file >= 0;
  if (file < 0 && errno == EEXIST) {
    file = open(path.c_str(), kFlags | O_CREAT, kOnlyOwnerReads);
  }
  return file;
}

// Not where who had it has removed it meanwhile, as another may have made the next one.
bool IsStillThere(const std::string& path, int file) {
  struct stat named = {};
  struct stat opened = {};
  return stat(path.c_str(), &named) == 0 && fstat(file, &opened) == 0 &&
         named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

absl::Status Lock(const std::string& path, int file, absl::string_view in_use) {
  struct stat found = {};
  if (fstat(file, &found) != 0) return Failed(path, "looking");
  if (!S_ISREG(found.st_mode)) return NoFile(path);
  // Of the open file, not of the process: a second one of this process is refused too.
  const bool is_locked = flock(file, LOCK_EX | LOCK_NB) == 0;
  if (is_locked && IsStillThere(path, file)) return absl::OkStatus();
  if (!is_locked && errno != EWOULDBLOCK) return Failed(path, "locking it");
  return MakeStatus(Reason::kStoreInUse, in_use);
}

// A part of a note, or zeros in its place, is what is left of one that was being written
// when the power went.
Noted NotedIn(int file, absl::string_view note) {
  struct stat found = {};
  if (fstat(file, &found) != 0 || !S_ISREG(found.st_mode) || found.st_size == 0) {
    return Noted::kNothing;
  }
  const auto size = static_cast<std::size_t>(found.st_size);
  if (size > note.size()) return Noted::kOthers;
  std::string bytes(size, '\0');
  if (pread(file, bytes.data(), size, 0) != found.st_size) return Noted::kMade;
  for (std::size_t i = 0; i < size; ++i) {
    if (bytes[i] != note[i] && bytes[i] != '\0') return Noted::kOthers;
  }
  return Noted::kMade;
}

}  // namespace

absl::Status CheckIsLockFile(const std::string& path) {
  struct stat found = {};
  const bool is_there = lstat(path.c_str(), &found) == 0;
  return is_there && !S_ISREG(found.st_mode) ? NoFile(path) : absl::OkStatus();
}

Noted ReadNote(const std::string& file, absl::string_view note) {
  // Who opens a pipe is heard at its other end.
  struct stat found = {};
  if (lstat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) {
    return Noted::kNothing;
  }
  const int opened = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (opened < 0) return found.st_size > 0 ? Noted::kMade : Noted::kNothing;
  const Noted noted = NotedIn(opened, note);
  close(opened);
  return noted;
}

absl::StatusOr<std::unique_ptr<LockFile>> LockFile::Take(const std::string& path,
                                                         absl::string_view note,
                                                         absl::string_view in_use) {
  bool is_made = false;
  const int file = OpenToLock(path, &is_made);
  if (file < 0) {
    return errno == ELOOP || errno == EISDIR || errno == ENXIO
               ? NoFile(path)
               : Failed(path, "opening it");
  }
  absl::Status status = Lock(path, file, in_use);
  if (!status.ok()) {
    close(file);
    return status;
  }
  return absl::WrapUnique(new LockFile(path, note, file, is_made));
}

LockFile::~LockFile() {
  if (is_made_ && noted() == Noted::kNothing && IsStillThere(path_, file_)) {
    unlink(path_.c_str());
  }
  close(file_);
}

Noted LockFile::noted() const { return NotedIn(file_, note_); }

absl::Status LockFile::WriteNote() const {
  if (noted() != Noted::kNothing) return absl::OkStatus();
  errno = ENOSPC;  // where a part of it is written
  const bool is_written = pwrite(file_, note_.data(), note_.size(), 0) ==
                              static_cast<ssize_t>(note_.size()) &&
                          fsync(file_) == 0;
  if (is_written) return absl::OkStatus();
  const Reason reason = errno == ENOSPC ? Reason::kDiskFull : Reason::kStoreFailed;
  return MakeStatus(reason,
                    absl::StrCat(path_, ": writing to it: ", std::strerror(errno)));
}

}  // namespace tocsin::sqlite
