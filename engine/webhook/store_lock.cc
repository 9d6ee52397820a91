#include "engine/webhook/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/webhook/store_file.h"

namespace tocsin::webhook {
namespace {

absl::Status CannotUse(absl::string_view path, absl::string_view what) {
  return MakeStatus(Reason::kStoreUnusable,
                    absl::StrCat(path, ": ", what, ": ", std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreLock>> StoreLock::Take(const std::string& directory) {
  constexpr mode_t kOnlyOwner = 0700;
  if (mkdir(directory.c_str(), kOnlyOwner) != 0 && errno != EEXIST) {
    return CannotUse(directory, "making the directory");
  }
  absl::Status status = sqlite::SyncNameOf(directory);
  if (!status.ok()) return status;
  const std::string path = WebhooksLockIn(directory);
  constexpr mode_t kOnlyOwnerReads = 0600;
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOnlyOwnerReads);
  if (file < 0) return CannotUse(path, "opening it");
  status = sqlite::CheckIsFile(file, path);
  if (!status.ok()) {
    close(file);
    return status;
  }
  // Of the open file, not of the process: a second sink of this one is refused too.
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    status =
        errno == EWOULDBLOCK
            ? MakeStatus(Reason::kStoreInUse,
                         absl::StrCat(path,
                                      ": another server, or program, has the webhooks "
                                      "of this directory open; one at a time"))
            : CannotUse(path, "locking it");
    close(file);
    return status;
  }
  return absl::WrapUnique(new StoreLock(path, file));
}

absl::Status StoreLock::NoteStore() const {
  return sqlite::WriteNote(file_, path_,
                           "Webhooks of tocsin: webhooks.db is in this directory.\n");
}

StoreLock::~StoreLock() { close(file_); }

}  // namespace tocsin::webhook
