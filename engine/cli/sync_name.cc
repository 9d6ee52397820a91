#include "engine/cli/sync_name.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace tocsin::cli {

absl::Status SyncNameOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string directory =
      slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  absl::Status status;
  if (fd < 0 || fsync(fd) != 0) {
    status = absl::ErrnoToStatus(errno, absl::StrCat(directory, ": cannot be synced"));
  }
  if (fd >= 0) close(fd);
  return status;
}

}  // namespace tocsin::cli
