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
  absl::MutexLock lock(&mu_);
  --running_;
  return true;
}

bool CallbackQueue::Run() {
  bool any = false;
  while (RunOne()) any = true;
  return any;
}

bool CallbackQueue::RunAndAwait() {
  bool any = false;
  while (true) {
    any = Run() || any;
    absl::MutexLock lock(&mu_);
    const bool waits = running_ > 0;
    any = any || waits;
    const auto turned = [this] {
      mu_.AssertHeld();
      return running_ == 0 || !ready_.empty();
    };
    mu_.Await(absl::Condition(&turned));
    if (Idle()) return any;
  }
}

bool CallbackQueue::InsideCallback() const { return calling_here == this; }

}  // namespace tocsin::work
