#ifndef TOCSIN_ENGINE_BASE_PREFETCH_H_
#define TOCSIN_ENGINE_BASE_PREFETCH_H_

namespace tocsin {

// Asks for the line of the cache that has the address, and does not wait for it. Any
// address will do.
inline void Prefetch(const void* address) {
  __builtin_prefetch(address);
  // GCC takes a function that does nothing else for one without effect, and leaves out
  // calls of it (seen with 12.2).
  asm volatile("");
}

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_PREFETCH_H_
