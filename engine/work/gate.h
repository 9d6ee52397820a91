#ifndef TOCSIN_ENGINE_WORK_GATE_H_
#define TOCSIN_ENGINE_WORK_GATE_H_

#include <atomic>
#include <cstdint>

namespace tocsin::work {

// Lets calls in until it is closed, and knows when the last one has left.
//
// Thread safety: thread-safe.
class Gate {
 public:
  // Holds the gate open for one call; false in `entered` once it is closed.
  class Pass {
   public:
    explicit Pass(Gate* gate) : gate_(gate->Enter() ? gate : nullptr) {}
    ~Pass() {
      if (gate_ != nullptr) gate_->Leave();
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    bool entered() const { return gate_ != nullptr; }

   private:
    Gate* const gate_;
  };

  bool closed() const { return (state_.load(std::memory_order_acquire) & kClosed) != 0; }

  // Lets nobody in any more. Again: nothing.
  void Close() { state_.fetch_or(kClosed); }

  // Waits until all who are in have left. Needs `Close` first.
  void AwaitEmpty() {
    for (std::uint64_t state = state_.load(); (state & ~kClosed) != 0;
         state = state_.load()) {
      state_.wait(state);
    }
  }

 private:
  static constexpr std::uint64_t kClosed = std::uint64_t{1} << 63;

  bool Enter() {
    if ((state_.fetch_add(1, std::memory_order_acq_rel) & kClosed) == 0) return true;
    Leave();
    return false;
  }
  void Leave() {
    const std::uint64_t before = state_.fetch_sub(1, std::memory_order_acq_rel);
    if ((before & kClosed) != 0) state_.notify_all();
  }

  std::atomic<std::uint64_t> state_{0};  // calls inside, and the closed bit
};

}  // namespace tocsin::work

#endif  // TOCSIN_ENGINE_WORK_GATE_H_
