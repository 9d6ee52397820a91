#ifndef TOCSIN_ENGINE_SQLITE_LOG_COPIER_H_
#define TOCSIN_ENGINE_SQLITE_LOG_COPIER_H_

#include <algorithm>
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
// The thread goes by small steps, as long as it keeps up, and has each on the disk before
// the next, so that a commit has little before it there. It does not sync the log, which
// was synced by each commit: two syncs of one file at a time take several milliseconds,
// of Linux.
//
// What cannot be copied for want of room, or as somebody reads, stays in the log, and is
// copied by a later attempt: the thread makes one each second as long as a step is
// left. Where copying fails otherwise nobody knows what is in the
// database: the log must not begin anew, and the store has failed. Others may still have
// it open, and copy it when they close it.
//
// Thread safety: none but for `pages_left`; one thread.
class LogCopier {
 public:
  // Copies the log of that connection, which must outlive it, in steps of so many pages;
  // on a thread an eighth of that.
  LogCopier(Database* database, int pages_per_copy)
      : database_(*database), pages_per_copy_(pages_per_copy) {}
  ~LogCopier();
  LogCopier(const LogCopier&) = delete;
  LogCopier& operator=(const LogCopier&) = delete;

  // From now on on a connection of its own; first. Errors: of the database.
  absl::Status TakeConnection(const std::string& vfs);
  // And on a thread, else in turns with who commits. Error: kResourceExhausted where
  // there is no thread to be had.
  absl::Status StartThread();
  // Error: of the database, when copying has failed, from then on.
  absl::Status AfterCommit();
  // Of what was committed by this connection, how much is in the log only.
  int pages_left() const {
    absl::MutexLock lock(&mu_);
    return pages_ - copied_;
  }
  // Ends the thread. Error: as `AfterCommit`.
  absl::Status Stop();

 private:
  void Run();
  // By its own connection, and has that on the disk.
  absl::StatusOr<int> Copy(int copied_before);
  // Notes how far a copy by that connection came.
  void Note(const absl::StatusOr<int>& copied, Database* by)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool IsLong() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return pages_ >= 4 * pages_per_copy_;
  }
  // Smaller once it is long, until little is left.
  int step() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return std::max(1, pages_per_copy_ / (IsLong() ? 16 : 8));
  }
  bool LittleIsLeft() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return pages_ - copied_ < step();
  }
  bool MuchIsLeftOrStops() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return !LittleIsLeft() || stopping_;
  }
  bool IsDueOrStops() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return pages_ >= std::max(copied_, tried_) + step() || stopping_;
  }

  Database& database_;
  const int pages_per_copy_;
  std::unique_ptr<Database> own_;  // of the thread or the turns; null without them
  std::thread thread_;

  mutable absl::Mutex mu_;
  int pages_ ABSL_GUARDED_BY(mu_) = 0;   // in the log
  int copied_ ABSL_GUARDED_BY(mu_) = 0;  // of these
  int tried_ ABSL_GUARDED_BY(mu_) = 0;   // were there when the thread last began
  absl::Status failed_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_LOG_COPIER_H_
