#include "engine/cli/token_file.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/cli/regular_file.h"

namespace tocsin::cli {

absl::StatusOr<TokenFile> ReadTokenFile(const std::string& path) {
  const absl::StatusOr<SmallFile> file = ReadSmallFile(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<std::vector<HttpToken>> tokens = HttpTokensFromText(file->text);
  if (!tokens.ok()) {
    return absl::Status(tokens.status().code(),
                        absl::StrCat(path, ": ", tokens.status().message()));
  }
  if (tokens->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": has no token; nobody could do anything"));
  }
  return TokenFile{.tokens = *std::move(tokens), .is_open_to_all = file->is_open_to_all};
}

}  // namespace tocsin::cli
