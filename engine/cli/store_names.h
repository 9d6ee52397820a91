#ifndef TOCSIN_ENGINE_CLI_STORE_NAMES_H_
#define TOCSIN_ENGINE_CLI_STORE_NAMES_H_

#include <string>

#include "absl/status/status.h"

namespace tocsin::cli {

// That what is written to `path`, or with `-` to standard output, is written over no
// file of the store in a directory, also where that file is not there yet. While the
// directory itself is not there, it is known by its name alone. Error: kInvalidArgument.
absl::Status CheckIsNotOfStore(const std::string& path, const std::string& directory);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_STORE_NAMES_H_
