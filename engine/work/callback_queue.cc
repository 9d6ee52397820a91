#include "engine/work/callback_queue.h"

#include <utility>

#include "absl/cleanup/cleanup.h"

namespace tocsin::work {
namespace {

// The queue whose callback this thread is in.
thread_local const CallbackQueue* calling_here = nullptr;

}  // namespace

bool CallbackQueue::Reserve() {
  std::size_t outstanding = outstanding_.load(std::memory_order_relaxed);
  do {
    if (outstanding >= outstanding_max_) return false;
  } while (!outstanding_.compare_exchange_weak(outstanding, outstanding + 1,
                                               std::memory_order_relaxed));
  return true;
}

void CallbackQueue::Push(Callback callback) {
  absl::MutexLock lock(&mu_);
  ready_.push_back(std::move(callback));
}

bool CallbackQueue::RunOne() {
  Callback callback;
  {
    absl::MutexLock lock(&mu_);
    if (ready_.empty()) return false;
    callback = std::move(ready_.front());
    ready_.pop_front();
    ++running_;
  }
  {
    const CallbackQueue* const outer = std::exchange(calling_here, this);
    const absl::Cleanup leave = [outer] { calling_here = outer; };
    try {
      std::move(callback)();
    } catch (...) {
      failures_.fetch_add(1, std::memory_order_relaxed);
    }
    // What it holds of the host's goes here, under no lock.
    callback = nullptr;
  }
  Release();
  called_.fetch_add(1, std::memory_order_relaxed);
  absl::MutexLock lock(&mu_);
  --running_;
  return true;
}

void CallbackQueue::Run() {
  while (RunOne()) {
  }
}

void CallbackQueue::RunAndAwait() {
  Run();
  absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(this, &CallbackQueue::NoneRuns));
}

bool CallbackQueue::InsideCallback() const { return calling_here == this; }

}  // namespace tocsin::work
