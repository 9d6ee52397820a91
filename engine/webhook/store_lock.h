#ifndef TOCSIN_ENGINE_WEBHOOK_STORE_LOCK_H_
#define TOCSIN_ENGINE_WEBHOOK_STORE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/sqlite/lock_file.h"

namespace tocsin::webhook {

// What is noted in the file of the lock.
inline constexpr char kWebhooksNote[] =
    "Webhooks of tocsin: webhooks.db is in this directory.\n";

// Keeps a second sink from a directory, which the lock of an engine there leaves free.
// Makes the directory, but not those above it, where there is none. Errors:
// kFailedPrecondition if it cannot be made or written, or another sink has it.
absl::StatusOr<std::unique_ptr<sqlite::LockFile>> TakeStoreLock(
    const std::string& directory);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_STORE_LOCK_H_
