#include "engine/cli/byte_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tocsin::cli {
namespace {

// Where an open file stands; negative if it cannot go back.
absl::StatusOr<std::int64_t> BeginOf(const std::string& name, int fd) {
  struct stat file = {};
  if (fstat(fd, &file) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat(name, ": fstat"));
  }
  if (S_ISDIR(file.st_mode)) {
    return absl::ErrnoToStatus(EISDIR, absl::StrCat(name, ": cannot be read"));
  }
  return S_ISREG(file.st_mode) ? std::int64_t{lseek(fd, 0, SEEK_CUR)} : -1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ByteSource>> ByteSource::Open(const std::string& path) {
  const bool standard = path == "-";
  const std::string name = standard ? "<stdin>" : path;
  const int fd = standard ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat(name, ": cannot be opened"));
  const absl::StatusOr<std::int64_t> begin = BeginOf(name, fd);
  if (!begin.ok()) {
    if (!standard) close(fd);
    return begin.status();
  }
  const int wake_fd = eventfd(0, EFD_CLOEXEC);
  if (wake_fd < 0) {
    const int error = errno;
    if (!standard) close(fd);
    return absl::ErrnoToStatus(error, absl::StrCat(name, ": no event to wait with"));
  }
  return absl::WrapUnique(new ByteSource(name, fd, wake_fd, *begin));
}

ByteSource::~ByteSource() {
  // Nothing was written, so that closing cannot lose anything.
  close(wake_fd_);
  if (fd_ != STDIN_FILENO) close(fd_);
}

absl::StatusOr<bool> ByteSource::Wait() {
  pollfd waits[] = {{.fd = fd_, .events = POLLIN, .revents = 0},
                    {.fd = wake_fd_, .events = POLLIN, .revents = 0}};
  while (poll(waits, 2, -1) < 0) {
    if (errno != EINTR) return absl::ErrnoToStatus(errno, absl::StrCat(name_, ": poll"));
  }
  return waits[1].revents == 0;
}

absl::StatusOr<std::size_t> ByteSource::Read(char* buffer, std::size_t size) {
  absl::StatusOr<bool> readable = Wait();
  if (!readable.ok()) return readable.status();
  if (!*readable) return 0;
  for (;;) {
    const ssize_t got = read(fd_, buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) {
      return absl::ErrnoToStatus(errno, absl::StrCat(name_, ": cannot be read"));
    }
  }
}

absl::Status ByteSource::Rewind() {
  if (lseek(fd_, begin_, SEEK_SET) >= 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat(name_, ": cannot be read again"));
}

void ByteSource::Interrupt() {
  const std::uint64_t one = 1;
  // Fails only where the counter is full, that is where it was interrupted
  // 2^64 - 2 times before.
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof one);
}

absl::StatusOr<std::string> ReadAll(ByteSource& source, std::size_t bytes_max) {
  std::string bytes;
  std::size_t size = 0;
  for (;;) {
    bytes.resize(size + (std::size_t{1} << 16));
    absl::StatusOr<std::size_t> got =
        source.Read(bytes.data() + size, bytes.size() - size);
    if (!got.ok()) return got.status();
    size += *got;
    if (size > bytes_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat(source.name(), ": longer than ", bytes_max, " bytes"));
    }
    if (*got == 0) break;
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace tocsin::cli
