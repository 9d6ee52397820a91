#ifndef TOCSIN_ENGINE_WORK_GROUP_COMMIT_H_
#define TOCSIN_ENGINE_WORK_GROUP_COMMIT_H_

#include <atomic>
#include <cstdint>
#include <exception>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace tocsin::work {

// Lets callers on several threads share one write to the disk. What a caller does in one
// step it does in a `Stay`, and notes that there is something to be written; a commit
// takes what was noted while nobody stays, so that it never takes a half of a step, nor a
// step without the ones that it saw the effect of. Whoever comes to `Commit` first writes
// for all; who comes meanwhile waits, and the next of them writes for the rest. An
// exception amid a `Stay` ends the process: others would write the half that was done.
//
// Thread safety: thread-safe.
class GroupCommit {
 public:
  // While it lives, nothing of what is done is taken without the rest. Inside another one
  // of the thread it is nothing. Nobody waits for the disk, or for a host, in it.
  // Null: nothing.
  class Stay {
   public:
    enum class With { kOthers, kNobody };
    explicit Stay(GroupCommit* group, With with = With::kOthers)
        : group_(group), with_(with) {
      if (group != nullptr) Enter();
    }
    ~Stay() {
      if (group_ != nullptr) Leave();
    }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;

    // Ends the process amid an exception that came since; a destructor of the host's may
    // have called while another was on its way. Not of nobody's group.
    void EndAmidException() const {
      if (std::uncaught_exceptions() > exceptions_) std::terminate();
    }

   private:
    void Enter();
    void Leave();

    GroupCommit* group_;  // null where there is nothing to leave
    const With with_;
    const GroupCommit* outer_ = nullptr;
    int exceptions_;  // on their way when it began; of a group
  };

  // That there is something to be written. Inside a `Stay`.
  void Note() { noted_.fetch_add(1, std::memory_order_relaxed); }

  // Whether something waits to be written.
  bool HasNoted() const {
    return noted_.load(std::memory_order_relaxed) >
           written_.load(std::memory_order_relaxed);
  }

  // Returns once all that was noted before is written, by `take`, called while nobody
  // stays, and then `write`. An error of `write` is the last one: from then on it is what
  // every call returns. Not inside a `Stay`.
  absl::Status Commit(absl::FunctionRef<void()> take,
                      absl::FunctionRef<absl::Status()> write);

  // The error that ended it; OK as long as there was none.
  absl::Status failure() const {
    if (!failed_.load(std::memory_order_acquire)) return absl::OkStatus();
    absl::MutexLock lock(&mu_);
    return failure_;
  }

 private:
  bool Idle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !writing_; }

  // Held by who stays; alone by who takes.
  absl::Mutex gate_;
  std::atomic<std::uint64_t> noted_{0};
  std::atomic<std::uint64_t> written_{0};  // of those noted
  std::atomic<bool> failed_{false};

  mutable absl::Mutex mu_;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tocsin::work

#endif  // TOCSIN_ENGINE_WORK_GROUP_COMMIT_H_
