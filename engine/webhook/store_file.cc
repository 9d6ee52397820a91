#include "engine/webhook/store_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "engine/base/status.h"
#include "engine/sqlite/directory.h"

namespace tocsin::webhook {
namespace {

constexpr mode_t kOwnerReadsAndWrites = 0600;
constexpr mode_t kOthers = 0077;

absl::Status KeepOthersAway(const std::string& path) {
  // By its name: a file that is opened and closed here would take SQLite's locks on it
  // from another connection of this process, such as a backup's.
  struct stat found = {};
  // What is in the way SQLite says.
  if (stat(path.c_str(), &found) != 0) return absl::OkStatus();
  if ((found.st_mode & kOthers) == 0) return absl::OkStatus();
  const bool is_changed = chmod(path.c_str(), kOwnerReadsAndWrites) == 0;
  const int error = is_changed ? 0 : errno;
  // Some file systems say that they did, and did not.
  if (is_changed && stat(path.c_str(), &found) == 0 && (found.st_mode & kOthers) == 0) {
    return absl::OkStatus();
  }
  constexpr mode_t kPermissions = 07777;
  return MakeStatus(
      Reason::kStoreUnusable,
      absl::StrCat(path, ": has secrets in it, and others than its owner may get at it (",
                   absl::StrFormat("mode %04o", found.st_mode & kPermissions),
                   "), which could not be changed to 0600",
                   error == 0 ? "" : absl::StrCat(": ", std::strerror(error)),
                   "; give it to the user of this process, in a file system that knows "
                   "permissions"));
}

}  // namespace

std::string WebhooksFileIn(const std::string& directory) {
  return sqlite::AbsolutePath(directory) + "/webhooks.db";
}

std::string WebhooksLockIn(const std::string& directory) {
  return directory + "/webhooks.lock";
}

void MakeForItsOwner(const std::string& path) {
  const int file =
      open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerReadsAndWrites);
  if (file >= 0) close(file);
}

absl::Status KeepForItsOwner(const std::string& path) {
  absl::Status status;
  for (const absl::string_view end : {"", "-wal", "-shm", "-journal"}) {
    if (status.ok()) status = KeepOthersAway(absl::StrCat(path, end));
  }
  return status;
}

}  // namespace tocsin::webhook
