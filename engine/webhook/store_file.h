#ifndef TOCSIN_ENGINE_WEBHOOK_STORE_FILE_H_
#define TOCSIN_ENGINE_WEBHOOK_STORE_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace tocsin::webhook {

std::string WebhooksFileIn(const std::string& directory);
std::string WebhooksLockIn(const std::string& directory);

// The file has secrets in it. Where there is none, one is made that its owner alone may
// read; where that fails, SQLite says why it cannot open one.
void MakeForItsOwner(const std::string& path);
// From one that is there, and from those that SQLite makes beside it, all others are kept
// away. Error: kFailedPrecondition where that cannot be done.
absl::Status KeepForItsOwner(const std::string& path);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_STORE_FILE_H_
