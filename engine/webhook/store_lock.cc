#include "engine/webhook/store_lock.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/directory.h"
#include "engine/webhook/store_file.h"

namespace tocsin::webhook {

absl::StatusOr<std::unique_ptr<sqlite::LockFile>> TakeStoreLock(
    const std::string& directory) {
  constexpr mode_t kOnlyOwner = 0700;
  if (mkdir(directory.c_str(), kOnlyOwner) != 0 && errno != EEXIST) {
    return MakeStatus(
        Reason::kStoreUnusable,
        absl::StrCat(directory, ": making the directory: ", std::strerror(errno)));
  }
  absl::Status status = sqlite::SyncNameOf(directory);
  if (!status.ok()) return status;
  const std::string path = WebhooksLockIn(directory);
  return sqlite::LockFile::Take(
      path, kWebhooksNote,
      absl::StrCat(path,
                   ": another server, or program, has the webhooks of this directory "
                   "open; one at a time"));
}

}  // namespace tocsin::webhook
