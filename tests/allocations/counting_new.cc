#include "tests/allocations/counting_new.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> allocations{0};
thread_local std::size_t left_to_failure = 0;

void* Counted(void* memory) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (left_to_failure > 0 && --left_to_failure == 0) {
    std::free(memory);
    throw std::bad_alloc();
  }
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

std::size_t tocsin::testing::Allocations() {
  return allocations.load(std::memory_order_relaxed);
}

void tocsin::testing::FailAllocation(std::size_t n) { left_to_failure = n; }
std::size_t tocsin::testing::LeftToFailure() { return left_to_failure; }

// Those for arrays, and those that do not throw, call these.
void* operator new(std::size_t size) { return Counted(std::malloc(size)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return Counted(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/,
                     std::align_val_t /*alignment*/) noexcept {
  std::free(memory);
}
