#include "engine/work/group_commit.h"

#include <utility>

namespace tocsin::work {
namespace {

thread_local const GroupCommit* staying_here = nullptr;

}  // namespace

// Which lock is taken, if any, is not to be seen by the compiler.
void GroupCommit::Stay::Enter() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  exceptions_ = std::uncaught_exceptions();
  if (group_ == staying_here) {
    group_ = nullptr;
    return;
  }
  if (with_ == With::kNobody) {
    group_->gate_.Lock();
  } else {
    group_->gate_.ReaderLock();
  }
  outer_ = std::exchange(staying_here, group_);
}

void GroupCommit::Stay::Leave() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  EndAmidException();
  staying_here = outer_;
  if (with_ == With::kNobody) {
    group_->gate_.Unlock();
  } else {
    group_->gate_.ReaderUnlock();
  }
}

absl::Status GroupCommit::Commit(absl::FunctionRef<void()> take,
                                 absl::FunctionRef<absl::Status()> write) {
  const std::uint64_t wanted = noted_.load(std::memory_order_relaxed);
  while (true) {
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(this, &GroupCommit::Idle));
      if (!failure_.ok()) return failure_;
      if (written_.load(std::memory_order_relaxed) >= wanted) return absl::OkStatus();
      writing_ = true;
    }
    std::uint64_t taken = 0;
    {
      Stay alone(this, Stay::With::kNobody);
      taken = noted_.load(std::memory_order_relaxed);
      take();
    }
    absl::Status status = write();
    absl::MutexLock lock(&mu_);
    writing_ = false;
    if (status.ok()) {
      written_.store(taken, std::memory_order_relaxed);
    } else {
      failure_ = std::move(status);
      failed_.store(true, std::memory_order_release);
    }
  }
}

}  // namespace tocsin::work
