#ifndef TOCSIN_ENGINE_WEBHOOK_STORE_LOCK_H_
#define TOCSIN_ENGINE_WEBHOOK_STORE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace tocsin::webhook {

// Keeps a second sink from a directory, which the lock of an engine there leaves free.
// The system takes it back when this is destroyed or the process is gone.
class StoreLock {
 public:
  // Makes the directory, but not those above it, where there is none. Errors:
  // kFailedPrecondition if it cannot be made or written, or another sink has it.
  static absl::StatusOr<std::unique_ptr<StoreLock>> Take(const std::string& directory);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  explicit StoreLock(int file) : file_(file) {}

  const int file_;  // a file descriptor
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_STORE_LOCK_H_
