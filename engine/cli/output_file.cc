#include "engine/cli/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "engine/cli/sync_name.h"

namespace tocsin::cli {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;
constexpr mode_t kNewFileMode = 0666;  // less the umask

// Whether both are the same regular file. Terminals and /dev/null may be shared.
bool IsSameFile(const struct stat& file, int other) {
  struct stat that = {};
  return S_ISREG(file.st_mode) && fstat(other, &that) == 0 &&
         that.st_dev == file.st_dev && that.st_ino == file.st_ino;
}

absl::Status CheckUsedOnce(const std::string& name, int fd,
                           const std::vector<int>& others) {
  struct stat file = {};
  if (fstat(fd, &file) != 0)
    return absl::ErrnoToStatus(errno, absl::StrCat(name, ": fstat"));
  for (const int other : others) {
    if (IsSameFile(file, other)) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ": is used twice; what is written needs a file of its own"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::Open(
    const std::string& path, const std::vector<int>& others) {
  if (path == "-") return absl::WrapUnique(new OutputFile("<stdout>", STDOUT_FILENO));
  // Not O_TRUNC: it may turn out to be another of the run's files.
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, kNewFileMode);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot be opened"));
  std::unique_ptr<OutputFile> file = absl::WrapUnique(new OutputFile(path, fd));
  absl::Status status = CheckUsedOnce(path, fd, others);
  if (!status.ok()) return status;
  return file;
}

absl::Status OutputFile::Empty() {
  // What was opened by its name is written from its front; standard output goes on
  // where it stands, as whoever opened it wants.
  if (!IsRegular()) return absl::OkStatus();
  if (ftruncate(fd_, 0) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat(name_, ": cannot be emptied"));
}

bool OutputFile::IsRegular() const {
  struct stat file = {};
  return fd_ != STDOUT_FILENO && fstat(fd_, &file) == 0 && S_ISREG(file.st_mode);
}

absl::Status OutputFile::GoOnBehind(std::uint64_t bytes) {
  if (!IsRegular()) return absl::OkStatus();
  const auto end = static_cast<off_t>(bytes);
  if (ftruncate(fd_, end) == 0 && lseek(fd_, end, SEEK_SET) == end) {
    return absl::OkStatus();
  }
  return absl::ErrnoToStatus(
      errno, absl::StrCat(name_, ": cannot be cut off behind byte ", bytes));
}

absl::Status OutputFile::Sync() {
  absl::Status status = Flush();
  if (!status.ok() || !IsRegular()) return status;
  if (fsync(fd_) != 0) {
    status_ = absl::ErrnoToStatus(errno, absl::StrCat(name_, ": cannot be synced"));
  } else if (!std::exchange(name_synced_, true)) {
    status_ = SyncNameOf(name_);
  }
  return status_;
}

OutputFile::~OutputFile() { Close().IgnoreError(); }

void OutputFile::MayFlush() {
  if (buffer_.size() >= kBufferBytes) Flush().IgnoreError();  // it stays in status_
}

absl::Status OutputFile::Flush() {
  std::size_t written = 0;
  while (status_.ok() && written < buffer_.size()) {
    const ssize_t n = write(fd_, buffer_.data() + written, buffer_.size() - written);
    if (n >= 0) {
      written += static_cast<std::size_t>(n);
    } else if (errno != EINTR) {
      status_ = absl::ErrnoToStatus(errno, absl::StrCat(name_, ": cannot be written"));
    }
  }
  buffer_.clear();
  return status_;
}

absl::Status OutputFile::Close() {
  if (fd_ < 0) return status_;
  Flush().IgnoreError();  // it stays in status_
  const int fd = std::exchange(fd_, -1);
  // A write may only fail here, on a network file system for one.
  if (fd != STDOUT_FILENO && close(fd) != 0 && status_.ok()) {
    status_ = absl::ErrnoToStatus(errno, absl::StrCat(name_, ": cannot be closed"));
  }
  return status_;
}

}  // namespace tocsin::cli
