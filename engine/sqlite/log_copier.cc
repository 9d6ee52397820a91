#include "engine/sqlite/log_copier.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"

namespace tocsin::sqlite {

absl::Status LogCopier::Start(const std::string& vfs) {
  absl::StatusOr<std::unique_ptr<Database>> own = Database::Open(database_.path(), vfs);
  if (!own.ok()) return own.status();
  // What was copied must be durable before the log is written over.
  absl::Status status = (*own)->Execute("PRAGMA synchronous = FULL");
  if (!status.ok()) return status;
  own_ = *std::move(own);
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& error) {
    return MakeStatus(
        Reason::kLimitReached,
        absl::StrCat("the thread that copies the log cannot be started: ", error.what()));
  }
  return status;
}

LogCopier::~LogCopier() {
  if (!thread_.joinable()) return;
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

void LogCopier::Run() {
  // Nobody waits for it: whoever has something to do goes first, also amid its turn.
  // Where it may not be so it is as the others, and where it never has a turn who commits
  // copies.
  const sched_param none = {};
  static_cast<void>(sched_setscheduler(gettid(), SCHED_IDLE, &none));
  absl::MutexLock lock(&mu_);
  while (true) {
    mu_.Await(absl::Condition(this, &LogCopier::IsDueOrStops));
    if (stopping_) return;
    const int pages = pages_;
    mu_.Unlock();
    const absl::StatusOr<int> copied = own_->CopyLog();
    mu_.Lock();
    // Not sooner again than for as many more. It may have begun anew since.
    copied_ = std::min(copied.ok() ? *copied : pages, pages_);
  }
}

void LogCopier::AfterCommit() {
  absl::MutexLock lock(&mu_);
  const int pages = database_.log_pages();
  // It has begun anew.
  if (pages < pages_) copied_ = 0;
  pages_ = pages;
  const bool by_itself = own_ == nullptr && IsDue();
  // Half a step takes a few milliseconds. Should the thread never come so far, the log
  // must end all the same.
  const bool little_is_left = 2 * (pages - copied_) <= pages_per_copy_;
  const bool is_long = pages >= (little_is_left ? 4 : 16) * pages_per_copy_;
  if (by_itself || is_long) {
    const absl::StatusOr<int> copied = database_.CopyLog();
    if (copied.ok()) copied_ = *copied;
  }
}

}  // namespace tocsin::sqlite
