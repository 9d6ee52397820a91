#ifndef TOCSIN_ENGINE_BASE_PREFETCH_H_
#define TOCSIN_ENGINE_BASE_PREFETCH_H_

#include <cstddef>

namespace tocsin {

// Asks for the line of the cache that has the address, and does not wait for it. Any
// address will do.
inline void Prefetch(const void* address) {
  __builtin_prefetch(address);
  // GCC takes a function that does nothing else for one without effect, and leaves out
  // calls of it (seen with 12.2).
  asm volatile("");
}

// Asks for all lines of an object.
inline void PrefetchBytes(const void* object, std::size_t size) {
  constexpr std::size_t kLine = 64;
  for (std::size_t at = 0; at < size; at += kLine) {
    Prefetch(static_cast<const char*>(object) + at);
  }
}

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_PREFETCH_H_
