#ifndef TOCSIN_ENGINE_CLI_SMALL_FILE_H_
#define TOCSIN_ENGINE_CLI_SMALL_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace tocsin::cli {

// A file of the configuration, whole.
struct SmallFile {
  std::string text = {};
  // Others than the file's owner and group may read it.
  bool is_open_to_all = false;
};

// Errors: of a file that cannot be read, or is longer than 1 MiB.
absl::StatusOr<SmallFile> ReadSmallFile(const std::string& path);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_SMALL_FILE_H_
