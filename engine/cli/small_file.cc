#include "engine/cli/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tocsin::cli {
namespace {

constexpr std::size_t kSmallFileBytesMax = std::size_t{1} << 20;

absl::Status ReadAllOf(int fd, const std::string& path, std::string* text) {
  std::array<char, 4096> block;
  for (;;) {
    const ssize_t bytes = read(fd, block.data(), block.size());
    if (bytes == 0) return absl::OkStatus();
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return absl::ErrnoToStatus(errno, absl::StrCat(path, ": read"));
    text->append(block.data(), static_cast<std::size_t>(bytes));
    if (text->size() > kSmallFileBytesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": is longer than ", kSmallFileBytesMax,
                       " bytes, is none of a configuration"));
    }
  }
}

}  // namespace

absl::StatusOr<SmallFile> ReadSmallFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot be opened"));
  SmallFile file;
  struct stat about = {};
  file.is_open_to_all = fstat(fd, &about) == 0 && (about.st_mode & S_IROTH) != 0;
  const absl::Status status = ReadAllOf(fd, path, &file.text);
  close(fd);
  if (!status.ok()) return status;
  return file;
}

}  // namespace tocsin::cli
