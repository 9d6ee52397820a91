#ifndef TOCSIN_ENGINE_CLI_STANDARD_FILES_H_
#define TOCSIN_ENGINE_CLI_STANDARD_FILES_H_

#include "absl/status/statusor.h"

namespace tocsin::cli {

// Which standard files the program was started without.
struct ClosedFiles {
  bool input = false;
  bool output = false;
};

// Puts /dev/null in the place of every standard file that is closed. Otherwise the
// next file that is opened would take its place, and `-` would mean that one.
absl::StatusOr<ClosedFiles> FillClosedFiles();

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_STANDARD_FILES_H_
