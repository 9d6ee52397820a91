#include "engine/sqlite/log_copier.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/base/status.h"

namespace tocsin::sqlite {

absl::Status LogCopier::TakeConnection(const std::string& vfs) {
  absl::StatusOr<std::unique_ptr<Database>> own = Database::Open(database_.path(), vfs);
  if (!own.ok()) return own.status();
  // What was copied must be durable before the log is written over.
  absl::Status status = (*own)->Execute("PRAGMA synchronous = FULL");
  if (status.ok()) status = (*own)->TrustLog();
  if (status.ok()) own_ = *std::move(own);
  return status;
}

absl::Status LogCopier::StartThread() {
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& error) {
    return MakeStatus(
        Reason::kLimitReached,
        absl::StrCat("the thread that copies the log cannot be started: ", error.what()));
  }
  return absl::OkStatus();
}

LogCopier::~LogCopier() { Stop().IgnoreError(); }

absl::Status LogCopier::Stop() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
  absl::MutexLock lock(&mu_);
  return failed_;
}

void LogCopier::Run() {
  // Nobody waits for it: whoever has something to do goes first, also amid its turn.
  // Where it may not be so it is as the others, and where it never has a turn who commits
  // copies.
  const sched_param none = {};
  static_cast<void>(sched_setscheduler(gettid(), SCHED_IDLE, &none));
  absl::MutexLock lock(&mu_);
  while (true) {
    mu_.Await(absl::Condition(this, &LogCopier::MuchIsLeftOrStops));
    // A reader that has gone tells nobody, nor does room that was made.
    mu_.AwaitWithTimeout(absl::Condition(this, &LogCopier::IsDueOrStops),
                         absl::Seconds(1));
    if (stopping_) return;
    const int pages = pages_;
    const int copied_before = copied_;
    mu_.Unlock();
    const absl::StatusOr<int> copied = Copy(copied_before);
    mu_.Lock();
    Note(copied, own_.get());
    if (!failed_.ok()) return;
    tried_ = std::min(pages, pages_);
  }
}

absl::StatusOr<int> LogCopier::Copy(int copied_before) {
  absl::StatusOr<int> copied = own_->CopyLog();
  // Else somebody reads, or the log has begun anew.
  if (copied.ok() && *copied > copied_before) {
    const absl::Status synced = own_->Sync();
    if (!synced.ok()) copied = synced;
  }
  return copied;
}

void LogCopier::Note(const absl::StatusOr<int>& copied, Database* by) {
  // It may have begun anew since.
  if (copied.ok()) copied_ = std::min(*copied, pages_);
  const Reason reason = ReasonOf(copied.status());
  const bool is_later = reason == Reason::kDiskFull || reason == Reason::kStoreInUse;
  if (copied.ok() || is_later) return;
  failed_ = copied.status();
  by->ForgetCopied();
}

absl::Status LogCopier::AfterCommit() {
  absl::MutexLock lock(&mu_);
  const int pages = database_.log_pages();
  // It has begun anew.
  if (pages < pages_) copied_ = tried_ = 0;
  pages_ = pages;
  // Should the thread never come so far, the log must end all the same.
  const bool is_due = own_ == nullptr
                          ? pages >= copied_ + pages_per_copy_
                          : IsLong() && (LittleIsLeft() || pages >= 16 * pages_per_copy_);
  if (is_due && failed_.ok()) Note(database_.CopyLog(), &database_);
  if (own_ != nullptr && !thread_.joinable() && failed_.ok() && IsDueOrStops()) {
    Note(Copy(copied_), own_.get());
    tried_ = pages_;
  }
  return failed_;
}

}  // namespace tocsin::sqlite
