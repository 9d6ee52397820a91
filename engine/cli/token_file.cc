#include "engine/cli/token_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tocsin::cli {
namespace {

constexpr std::size_t kTokenFileBytesMax = std::size_t{1} << 20;

absl::Status ReadAllOf(int fd, const std::string& path, std::string* text) {
  std::array<char, 4096> block;
  for (;;) {
    const ssize_t bytes = read(fd, block.data(), block.size());
    if (bytes == 0) return absl::OkStatus();
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return absl::ErrnoToStatus(errno, absl::StrCat(path, ": read"));
    text->append(block.data(), static_cast<std::size_t>(bytes));
    if (text->size() > kTokenFileBytesMax) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": is longer than ", kTokenFileBytesMax, " bytes, is no token file"));
    }
  }
}

}  // namespace

absl::StatusOr<TokenFile> ReadTokenFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat(path, ": cannot be opened"));
  TokenFile file;
  struct stat about = {};
  file.is_open_to_all = fstat(fd, &about) == 0 && (about.st_mode & S_IROTH) != 0;
  std::string text;
  const absl::Status status = ReadAllOf(fd, path, &text);
  close(fd);
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<HttpToken>> tokens = HttpTokensFromText(text);
  if (!tokens.ok()) {
    return absl::Status(tokens.status().code(),
                        absl::StrCat(path, ": ", tokens.status().message()));
  }
  if (tokens->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": has no token; nobody could do anything"));
  }
  file.tokens = *std::move(tokens);
  return file;
}

}  // namespace tocsin::cli
