#ifndef TOCSIN_ENGINE_CLI_REGULAR_FILE_H_
#define TOCSIN_ENGINE_CLI_REGULAR_FILE_H_

#include <sys/stat.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Files that are named to a server: what else may stand behind a name would keep it
// waiting, or is read as if it were empty.
namespace tocsin::cli {

// That the file is none that can be read from beginning to end; says what it is instead.
absl::Status NoRegularFile(const std::string& path, const struct stat& file);

// A file of the configuration, whole.
struct SmallFile {
  std::string text = {};
  // Others than the file's owner and group may read it.
  bool is_open_to_all = false;
};

// Errors: of a file that cannot be read, is no regular one, or is longer than 1 MiB.
absl::StatusOr<SmallFile> ReadSmallFile(const std::string& path);

// For one that somebody else reads: as much of that as can be known beforehand.
absl::Status CheckRegularFile(const std::string& path);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_REGULAR_FILE_H_
