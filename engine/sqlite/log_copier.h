#ifndef TOCSIN_ENGINE_SQLITE_LOG_COPIER_H_
#define TOCSIN_ENGINE_SQLITE_LOG_COPIER_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "engine/sqlite/database.h"

namespace tocsin::sqlite {

// Copies what was committed from the log into the database. On a thread and a connection
// of its own those who commit need not wait for it; but the log can begin anew only where
// all of it was copied, which is never so while somebody goes on committing: once it is
// long, who commits copies the little that is left.
//
// What cannot be copied stays in the log, and is copied by the next attempt.
//
// Thread safety: none; one thread.
class LogCopier {
 public:
  // Copies the log of that connection, which must outlive it, in steps of so many pages.
  LogCopier(Database* database, int pages_per_copy)
      : database_(*database), pages_per_copy_(pages_per_copy) {}
  ~LogCopier();
  LogCopier(const LogCopier&) = delete;
  LogCopier& operator=(const LogCopier&) = delete;

  // From now on on a thread. Errors: of the database; kResourceExhausted where there is
  // no thread to be had.
  absl::Status Start(const std::string& vfs);
  void AfterCommit();

 private:
  void Run();
  bool IsDue() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return pages_ >= copied_ + pages_per_copy_;
  }
  bool IsDueOrStops() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return IsDue() || stopping_;
  }

  Database& database_;
  const int pages_per_copy_;
  std::unique_ptr<Database> own_;  // of the thread; null without one
  std::thread thread_;

  absl::Mutex mu_;
  int pages_ ABSL_GUARDED_BY(mu_) = 0;   // in the log
  int copied_ ABSL_GUARDED_BY(mu_) = 0;  // of these
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_LOG_COPIER_H_
