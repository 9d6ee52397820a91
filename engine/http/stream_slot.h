#ifndef TOCSIN_ENGINE_HTTP_STREAM_SLOT_H_
#define TOCSIN_ENGINE_HTTP_STREAM_SLOT_H_

#include <atomic>
#include <cstddef>
#include <utility>

namespace tocsin::http {

// How many more may read events.
struct StreamSlots {
  std::atomic<std::size_t> free = 0;
};

// One of them, given back when this goes.
class StreamSlot {
 public:
  StreamSlot() = default;
  ~StreamSlot() {
    if (slots_ != nullptr) ++slots_->free;
  }
  StreamSlot(StreamSlot&& other) noexcept
      : slots_(std::exchange(other.slots_, nullptr)) {}
  StreamSlot& operator=(StreamSlot&& other) noexcept {
    std::swap(slots_, other.slots_);
    return *this;
  }

  // Not held where none is free.
  static StreamSlot Of(StreamSlots* slots) {
    StreamSlot slot;
    std::size_t free = slots->free.load();
    while (free > 0 && !slots->free.compare_exchange_weak(free, free - 1)) {
    }
    if (free > 0) slot.slots_ = slots;
    return slot;
  }
  bool is_held() const { return slots_ != nullptr; }

 private:
  StreamSlots* slots_ = nullptr;
};

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_STREAM_SLOT_H_
