#ifndef TOCSIN_ENGINE_WEBHOOK_STORE_LOCK_H_
#define TOCSIN_ENGINE_WEBHOOK_STORE_LOCK_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/sqlite/directory.h"

namespace tocsin::webhook {

// Keeps a second sink from a directory, which the lock of an engine there leaves free.
// The system takes it back when this is destroyed or the process is gone.
class StoreLock {
 public:
  // Makes the directory, but not those above it, where there is none. Errors:
  // kFailedPrecondition if it cannot be made or written, or another sink has it.
  static absl::StatusOr<std::unique_ptr<StoreLock>> Take(const std::string& directory);
  ~StoreLock();
  // Where it is kept whether a database was made, as `NoteStore` has written there.
  const std::string& path() const { return path_; }
  bool HoldsStore() const { return sqlite::HasNote(file_); }
  // Durably, once there is one. Error: kUnavailable.
  absl::Status NoteStore() const;
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  StoreLock(std::string path, int file) : path_(std::move(path)), file_(file) {}

  const std::string path_;
  const int file_;  // a file descriptor
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_STORE_LOCK_H_
