#ifndef TOCSIN_ENGINE_WORK_SPARES_H_
#define TOCSIN_ENGINE_WORK_SPARES_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/synchronization/mutex.h"

namespace tocsin::work {

// Things that are dear to make, kept for who needs one next: as many as were ever out at
// one time.
//
// Thread safety: thread-safe; one that is out belongs to who took it.
template <typename T>
class Spares {
 public:
  // Gives the thing back at its end, as it is then.
  class Lease {
   public:
    Lease(Spares* from, std::unique_ptr<T> what) : from_(from), what_(std::move(what)) {}
    ~Lease() {
      absl::MutexLock lock(&from_->mu_);
      from_->idle_.push_back(std::move(what_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    T& operator*() const { return *what_; }
    T* operator->() const { return what_.get(); }

   private:
    Spares* const from_;
    std::unique_ptr<T> what_;
  };

  Lease Take(absl::FunctionRef<std::unique_ptr<T>()> make) {
    {
      absl::MutexLock lock(&mu_);
      if (!idle_.empty()) {
        std::unique_ptr<T> one = std::move(idle_.back());
        idle_.pop_back();
        return Lease(this, std::move(one));
      }
    }
    return Lease(this, make());
  }

 private:
  absl::Mutex mu_;
  std::vector<std::unique_ptr<T>> idle_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tocsin::work

#endif  // TOCSIN_ENGINE_WORK_SPARES_H_
