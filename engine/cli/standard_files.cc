#include "engine/cli/standard_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/status.h"

namespace tocsin::cli {
namespace {

bool IsClosed(int fd) { return fcntl(fd, F_GETFD) < 0 && errno == EBADF; }

}  // namespace

absl::StatusOr<ClosedFiles> FillClosedFiles() {
  const ClosedFiles closed = {.input = IsClosed(STDIN_FILENO),
                              .output = IsClosed(STDOUT_FILENO)};
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (!IsClosed(fd)) continue;
    // The lowest number that is free, which is this one.
    if (open("/dev/null", O_RDWR) < 0) {
      return absl::ErrnoToStatus(
          errno, "/dev/null cannot be opened in the place of a closed standard file");
    }
  }
  return closed;
}

}  // namespace tocsin::cli
