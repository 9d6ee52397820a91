#include "engine/cli/regular_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tocsin::cli {
namespace {

absl::string_view KindOf(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

constexpr std::size_t kSmallFileBytesMax = std::size_t{1} << 20;

absl::Status ReadAll(int fd, const std::string& path, std::string* text) {
  std::array<char, 4096> block;
  for (;;) {
    const ssize_t bytes = read(fd, block.data(), block.size());
    if (bytes == 0) return absl::OkStatus();
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) {
      return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot be read"));
    }
    text->append(block.data(), static_cast<std::size_t>(bytes));
    if (text->size() > kSmallFileBytesMax) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": is longer than ", kSmallFileBytesMax, " bytes, must not be"));
    }
  }
}

}  // namespace

absl::Status NoRegularFile(const std::string& path, const struct stat& file) {
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": is ", KindOf(file.st_mode), ", must be a regular file"));
}

absl::StatusOr<SmallFile> ReadSmallFile(const std::string& path) {
  // A pipe that nobody writes to would be waited for.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot be opened"));
  SmallFile file;
  struct stat about = {};
  absl::Status status;
  if (fstat(fd, &about) != 0) {
    status = absl::ErrnoToStatus(errno, absl::StrCat(path, ": fstat"));
  } else if (!S_ISREG(about.st_mode)) {
    status = NoRegularFile(path, about);
  } else {
    file.is_open_to_all = (about.st_mode & S_IROTH) != 0;
    status = ReadAll(fd, path, &file.text);
  }
  close(fd);
  if (!status.ok()) return status;
  return file;
}

absl::Status CheckRegularFile(const std::string& path) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot be opened"));
  }
  return S_ISREG(file.st_mode) ? absl::OkStatus() : NoRegularFile(path, file);
}

}  // namespace tocsin::cli
