#ifndef TOCSIN_TESTS_SUPPORT_SCRIPTED_SOURCE_H_
#define TOCSIN_TESTS_SUPPORT_SCRIPTED_SOURCE_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "tocsin/fact_source.h"

namespace tocsin::testing {

// A source that answers when a test says so, or inside `Read` as it was told.
//
// Thread safety: every method may be called from any thread.
class ScriptedSource : public FactSource {
 public:
  using Answer = absl::StatusOr<std::vector<Fact>>;
  struct Asked {
    ReadRequest request;
    Done done;
  };

  void Read(const ReadRequest& request, Done done) override {
    std::function<void(const ReadRequest&, Done&)> inside;
    {
      absl::MutexLock lock(&mutex_);
      ++reads_;
      inside = inside_;
    }
    if (inside) inside(request, done);
    absl::MutexLock lock(&mutex_);
    if (!inside) asked_.push_back({request, std::move(done)});
  }

  // What each `Read` does from now on; null: it is kept for `Take`.
  void Inside(std::function<void(const ReadRequest&, Done&)> inside) {
    absl::MutexLock lock(&mutex_);
    inside_ = std::move(inside);
  }
  // The oldest read that is neither taken nor answered; its `done` may be kept.
  Asked Take() {
    absl::MutexLock lock(&mutex_);
    if (asked_.empty()) throw std::logic_error("nothing was asked of the source");
    Asked first = std::move(asked_.front());
    asked_.pop_front();
    return first;
  }
  // As `Take`, once there is one.
  Asked AwaitAndTake() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &ScriptedSource::HasAsked));
    Asked first = std::move(asked_.front());
    asked_.pop_front();
    return first;
  }
  std::size_t waiting() {
    absl::MutexLock lock(&mutex_);
    return asked_.size();
  }
  std::size_t reads() {
    absl::MutexLock lock(&mutex_);
    return reads_;
  }

 private:
  bool HasAsked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !asked_.empty(); }

  absl::Mutex mutex_;
  std::size_t reads_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<Asked> asked_ ABSL_GUARDED_BY(mutex_);
  std::function<void(const ReadRequest&, Done&)> inside_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_SCRIPTED_SOURCE_H_
