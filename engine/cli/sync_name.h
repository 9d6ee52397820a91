#ifndef TOCSIN_ENGINE_CLI_SYNC_NAME_H_
#define TOCSIN_ENGINE_CLI_SYNC_NAME_H_

#include <string>

#include "absl/status/status.h"

namespace tocsin::cli {

// Makes a new file's name durable: it is in its directory, which is synced by itself.
// Error: of the directory.
absl::Status SyncNameOf(const std::string& path);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_SYNC_NAME_H_
