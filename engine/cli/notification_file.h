#ifndef TOCSIN_ENGINE_CLI_NOTIFICATION_FILE_H_
#define TOCSIN_ENGINE_CLI_NOTIFICATION_FILE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "tocsin/notification.h"

namespace tocsin::cli {

// Notifications in a file, one a line, each there when it is taken. One that cannot be
// written whole is not taken, and nothing of it stays.
//
// Thread safety: every method may be called from any thread.
class NotificationFile final : public NotificationSink {
 public:
  // Appends to the file, which is made where there is none; `-` is standard output.
  static absl::StatusOr<std::unique_ptr<NotificationFile>> Open(const std::string& path);
  ~NotificationFile() override;

  // Cuts off what is torn at the file's end, and passes over what is there already and
  // comes again because the engine was not closed: it is among the `waiting`. To be
  // called right behind `Engine::Open`; what is delivered waits for it.
  absl::Status GoOn(std::size_t waiting);

  absl::Status Deliver(const Notification& notification) override;
  absl::Status Sync() override;

  // Why the last one was not taken, or not synced; empty if it was. Waits for nobody,
  // also while one is being written.
  std::string LastError();

 private:
  absl::Status Take(const Notification& notification);
  absl::Status SyncFile();
  absl::Status Noted(absl::Status status);
  NotificationFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  bool IsRegular() const;
  absl::Status ReadTail(std::size_t waiting) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Status WriteLine() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string path_;
  const int fd_;
  absl::Mutex mu_;
  bool has_begun_ ABSL_GUARDED_BY(mu_) = false;
  bool name_synced_ ABSL_GUARDED_BY(mu_) = false;
  // That of a file which is not to be written to.
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_set<std::string> written_ ABSL_GUARDED_BY(mu_);
  std::string line_ ABSL_GUARDED_BY(mu_);

  absl::Mutex error_mu_;
  std::string error_ ABSL_GUARDED_BY(error_mu_);
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_NOTIFICATION_FILE_H_
