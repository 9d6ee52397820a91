#ifndef TOCSIN_ENGINE_CLI_TOKEN_FILE_H_
#define TOCSIN_ENGINE_CLI_TOKEN_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tocsin/http.h"

namespace tocsin::cli {

struct TokenFile {
  std::vector<HttpToken> tokens = {};
  // Others than the file's owner and group may read it.
  bool is_open_to_all = false;
};

// Errors: of a file that cannot be read, is longer than 1 MiB, has a line that is wrong,
// or no token. None of them has a token in it.
absl::StatusOr<TokenFile> ReadTokenFile(const std::string& path);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_TOKEN_FILE_H_
