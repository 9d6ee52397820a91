#include "engine/cli/token_file.h"

#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/cli/regular_file.h"

namespace tocsin::cli {
namespace {

constexpr std::size_t kTokenFileBytesMax = std::size_t{1} << 20;

}  // namespace

absl::StatusOr<TokenFile> ReadTokenFile(const std::string& path) {
  absl::StatusOr<SmallFile> read = ReadSmallFile(path, kTokenFileBytesMax);
  if (!read.ok()) return read.status();
  TokenFile file;
  file.is_open_to_all = (read->about.st_mode & S_IROTH) != 0;
  absl::StatusOr<std::vector<HttpToken>> tokens = HttpTokensFromText(read->text);
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
