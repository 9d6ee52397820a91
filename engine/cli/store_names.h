#ifndef TOCSIN_ENGINE_CLI_STORE_NAMES_H_
#define TOCSIN_ENGINE_CLI_STORE_NAMES_H_

#include <string>

#include "absl/status/status.h"

namespace tocsin::cli {

// That what is written to `path` is written over no file of the store in a directory,
// whether that is there already or will be; without a directory, or to standard output,
// it is not. Error: kInvalidArgument.
absl::Status CheckIsNotOfStore(const std::string& path, const std::string& directory);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_STORE_NAMES_H_
