#include "engine/cli/notification_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "engine/cli/regular_file.h"
#include "engine/cli/sync_name.h"
#include "engine/cli/written_tail.h"

namespace tocsin::cli {
namespace {

constexpr mode_t kNotificationFileMode = 0640;  // less the umask

// A file or a device. A pipe that nobody reads would be waited for, and what was written
// to one that is read is gone with its reader.
absl::StatusOr<int> OpenToAppend(const std::string& path) {
  struct stat file = {};
  const auto is_taken = [&file] {
    return S_ISREG(file.st_mode) || S_ISCHR(file.st_mode);
  };
  if (stat(path.c_str(), &file) == 0 && !is_taken()) return NoRegularFile(path, file);
  const int fd =
      open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK,
           kNotificationFileMode);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot be opened"));
  // It may be another one by now; and from here on it is waited for.
  if (fstat(fd, &file) == 0 && is_taken() && fcntl(fd, F_SETFL, O_APPEND) == 0) return fd;
  close(fd);
  return NoRegularFile(path, file);
}

}  // namespace

absl::StatusOr<std::unique_ptr<NotificationFile>> NotificationFile::Open(
    const std::string& path) {
  if (path == "-") {
    return absl::WrapUnique(new NotificationFile("<stdout>", STDOUT_FILENO));
  }
  const absl::StatusOr<int> opened = OpenToAppend(path);
  if (!opened.ok()) return opened.status();
  const int fd = *opened;
  // Who begins cuts off what is torn at the end, which another one may be writing.
  if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    close(fd);
    return absl::UnavailableError(
        absl::StrCat(path, ": another server writes to it; give each its own"));
  }
  return absl::WrapUnique(new NotificationFile(path, fd));
}

NotificationFile::~NotificationFile() {
  if (fd_ != STDOUT_FILENO) close(fd_);
}

bool NotificationFile::IsRegular() const {
  struct stat file = {};
  return fd_ != STDOUT_FILENO && fstat(fd_, &file) == 0 && S_ISREG(file.st_mode);
}

absl::Status NotificationFile::GoOn(std::size_t waiting) {
  absl::MutexLock lock(&mu_);
  status_ = ReadTail(waiting);
  has_begun_ = true;
  return status_;
}

absl::Status NotificationFile::ReadTail(std::size_t waiting) {
  if (!IsRegular()) return absl::OkStatus();
  // One line at least, so that a file that is another's is not written to.
  absl::StatusOr<WrittenTail> tail =
      ReadWrittenTail(path_, std::max<std::size_t>(waiting, 1));
  if (!tail.ok()) return tail.status();
  if (waiting > 0) written_ = std::move(tail->ids);
  if (ftruncate(fd_, static_cast<off_t>(tail->bytes)) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(
      errno, absl::StrCat(path_, ": cannot be cut off behind byte ", tail->bytes));
}

absl::Status NotificationFile::Deliver(const Notification& notification) {
  return Noted(Take(notification));
}

absl::Status NotificationFile::Sync() { return Noted(SyncFile()); }

absl::Status NotificationFile::Noted(absl::Status status) {
  absl::MutexLock lock(&error_mu_);
  error_ = std::string(status.message());
  return status;
}

std::string NotificationFile::LastError() {
  absl::MutexLock lock(&error_mu_);
  return error_;
}

absl::Status NotificationFile::Take(const Notification& notification) {
  absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(&has_begun_));
  if (!status_.ok()) return status_;
  if (!written_.empty() && written_.erase(notification.id.ToString()) > 0) {
    return absl::OkStatus();
  }
  line_.clear();
  AppendJson(notification, &line_);
  line_.push_back('\n');
  return WriteLine();
}

absl::Status NotificationFile::WriteLine() {
  std::size_t written = 0;
  while (written < line_.size()) {
    const ssize_t n = write(fd_, line_.data() + written, line_.size() - written);
    if (n >= 0) {
      written += static_cast<std::size_t>(n);
      continue;
    }
    if (errno == EINTR) continue;
    absl::Status status =
        absl::ErrnoToStatus(errno, absl::StrCat(path_, ": cannot be written"));
    struct stat file = {};
    if (written > 0 && IsRegular() && fstat(fd_, &file) == 0 &&
        ftruncate(fd_, file.st_size - static_cast<off_t>(written)) != 0) {
      // Nothing may come behind half a line.
      status_ = status;
    }
    return status;
  }
  return absl::OkStatus();
}

absl::Status NotificationFile::SyncFile() {
  absl::MutexLock lock(&mu_);
  if (!IsRegular()) return absl::OkStatus();
  if (fsync(fd_) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat(path_, ": cannot be synced"));
  }
  if (name_synced_) return absl::OkStatus();
  absl::Status status = SyncNameOf(path_);
  name_synced_ = status.ok();
  return status;
}

}  // namespace tocsin::cli
