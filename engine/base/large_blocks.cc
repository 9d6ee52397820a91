#include "engine/base/large_blocks.h"

#include <algorithm>
#include <cstdint>
#include <new>
#include <utility>

#include "absl/numeric/bits.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace tocsin {
namespace {

// A large page of x86-64, and of most others.
constexpr std::size_t kPage = std::size_t{2} << 20;

std::size_t LogOf(std::size_t size) {
  return static_cast<std::size_t>(absl::bit_width(size)) - 1;
}

// The address sanitizer looks for what points to memory in the heap only.
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
// Not from the heap: of what is aligned to a large page that keeps one more for itself.
void* Map(std::size_t size) {
  void* const mapped = mmap(nullptr, size + kPage, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  const std::size_t before = -reinterpret_cast<std::uintptr_t>(mapped) % kPage;
  std::byte* const start = static_cast<std::byte*>(mapped) + before;
  if (before > 0) munmap(mapped, before);
  if (before < kPage) munmap(start + size, kPage - before);
  // Where it is refused, the pages are as usual.
  madvise(start, size, MADV_HUGEPAGE);
  return start;
}
void Unmap(void* start, std::size_t size) { munmap(start, size); }
#else
void* Map(std::size_t size) { return ::operator new (size, std::align_val_t{kPage}); }
void Unmap(void* start, std::size_t /*size*/) {
  ::operator delete (start, std::align_val_t{kPage});
}
#endif

}  // namespace

LargeBlocks::~LargeBlocks() {
  for (const Region& region : regions_) Unmap(region.start, region.size);
}

void* LargeBlocks::Take(std::size_t size) {
  if (size < kLeast) return ::operator new (size, std::align_val_t{64});
  absl::MutexLock lock(&mu_);
  const std::size_t wanted = LogOf(size);
  std::size_t log = wanted;
  while (log < free_.size() && free_[log] == nullptr) ++log;
  if (log == free_.size()) return TakeNew(size);
  Free* const block = std::exchange(free_[log], free_[log]->next);
  // The second half of what is too large, and of its first half, and so on.
  while (log-- > wanted) {
    Keep(reinterpret_cast<std::byte*>(block) + (std::size_t{1} << log), log);
  }
  return block;
}

void* LargeBlocks::TakeNew(std::size_t size) {
  // In proportion to what there is, so that there are few of them.
  const std::size_t region_size =
      std::max({size, kPage, absl::bit_floor(regions_size_ / 8)});
  regions_.emplace_back();
  Region& region = regions_.back();
  try {
    region = {.start = Map(region_size), .size = region_size};
  } catch (...) {
    regions_.pop_back();
    throw;
  }
  regions_size_ += region_size;
  for (std::size_t rest = region_size; rest > size;) {
    rest /= 2;
    Keep(static_cast<std::byte*>(region.start) + rest, LogOf(rest));
  }
  return region.start;
}

void LargeBlocks::Keep(void* block, std::size_t log) {
  free_[log] = new (block) Free{.next = free_[log]};
}

void LargeBlocks::GiveBack(void* block, std::size_t size) {
  if (size < kLeast) return ::operator delete (block, std::align_val_t{64});
  absl::MutexLock lock(&mu_);
  Keep(block, LogOf(size));
}

}  // namespace tocsin
