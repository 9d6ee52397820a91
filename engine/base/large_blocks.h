#ifndef TOCSIN_ENGINE_BASE_LARGE_BLOCKS_H_
#define TOCSIN_ENGINE_BASE_LARGE_BLOCKS_H_

#include <array>
#include <cstddef>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace tocsin {

// Memory for what is read in no order: on pages as large as the system has them, where
// looking up a page's address costs as much as the memory behind it. Who asks for little
// gets it from the heap.
//
// What is given back is given out again, and cut up where less is asked for; it goes back
// to the system at the end.
//
// Thread safety: thread-safe.
class LargeBlocks {
 public:
  // What is smaller comes from the heap.
  static constexpr std::size_t kLeast = std::size_t{64} << 10;

  LargeBlocks() = default;
  // All must have been given back.
  ~LargeBlocks();
  LargeBlocks(const LargeBlocks&) = delete;
  LargeBlocks& operator=(const LargeBlocks&) = delete;

  // A power of two in bytes, from `kLeast` on aligned to `kLeast`. Throws std::bad_alloc.
  void* Take(std::size_t size);
  void GiveBack(void* block, std::size_t size);

 private:
  struct Region {
    void* start = nullptr;
    std::size_t size = 0;
  };
  // A block that is not given out holds the next one of its size.
  struct Free {
    Free* next = nullptr;
  };
  void* TakeNew(std::size_t size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Keep(void* block, std::size_t log) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  absl::Mutex mu_;
  std::vector<Region> regions_ ABSL_GUARDED_BY(mu_);
  std::size_t regions_size_ ABSL_GUARDED_BY(mu_) = 0;
  // By the logarithm of their size.
  std::array<Free*, 64> free_ ABSL_GUARDED_BY(mu_) = {};
};

// For a container whose capacities are powers of two.
template <typename T>
class LargeBlockAllocator {
 public:
  using value_type = T;

  explicit LargeBlockAllocator(LargeBlocks* blocks) : blocks_(blocks) {}
  template <typename Other>
  // NOLINTNEXTLINE(google-explicit-constructor): an allocator is given as any other.
  LargeBlockAllocator(const LargeBlockAllocator<Other>& other)
      : blocks_(other.blocks()) {}

  T* allocate(std::size_t count) {
    return static_cast<T*>(blocks_->Take(count * sizeof(T)));
  }
  void deallocate(T* block, std::size_t count) {
    blocks_->GiveBack(block, count * sizeof(T));
  }
  LargeBlocks* blocks() const { return blocks_; }

  friend bool operator==(const LargeBlockAllocator& a, const LargeBlockAllocator& b) {
    return a.blocks_ == b.blocks_;
  }

 private:
  LargeBlocks* blocks_;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_LARGE_BLOCKS_H_
