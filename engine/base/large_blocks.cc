#include "engine/base/large_blocks.h"

#include <algorithm>
#include <new>

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

}  // namespace

void LargeBlocks::Delete::operator()(void* region) const {
  ::operator delete (region, std::align_val_t{kPage});
}

void* LargeBlocks::Take(std::size_t size) {
  if (size < kLeast) return ::operator new (size, std::align_val_t{64});
  absl::MutexLock lock(&mu_);
  const std::size_t wanted = LogOf(size);
  std::size_t log = wanted;
  while (log < free_.size() && free_[log].empty()) ++log;
  if (log == free_.size()) return TakeNew(size);
  void* const block = free_[log].back();
  free_[log].pop_back();
  // The second half of what is too large, and of its first half, and so on.
  while (log-- > wanted) {
    free_[log].push_back(static_cast<std::byte*>(block) + (std::size_t{1} << log));
  }
  return block;
}

void* LargeBlocks::TakeNew(std::size_t size) {
  // In proportion to what there is, so that there are few of them.
  const std::size_t region_size =
      std::max({size, kPage, absl::bit_floor(regions_size_ / 8)});
  std::unique_ptr<void, Delete> region(
      ::operator new (region_size, std::align_val_t{kPage}));
#ifdef __linux__
  // Where it is refused, the pages are as usual.
  madvise(region.get(), region_size, MADV_HUGEPAGE);
#endif
  void* const block = region.get();
  for (std::size_t rest = region_size; rest > size;) {
    rest /= 2;
    free_[LogOf(rest)].push_back(static_cast<std::byte*>(block) + rest);
  }
  regions_.push_back(std::move(region));
  regions_size_ += region_size;
  return block;
}

void LargeBlocks::GiveBack(void* block, std::size_t size) {
  if (size < kLeast) return ::operator delete (block, std::align_val_t{64});
  absl::MutexLock lock(&mu_);
  free_[LogOf(size)].push_back(block);
}

}  // namespace tocsin
