#ifndef TOCSIN_BENCH_GIVEN_OUT_H_
#define TOCSIN_BENCH_GIVEN_OUT_H_

#include <malloc.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>

namespace tocsin {

// The bytes that the heap has given out, and that the process has mapped beside the heap.
inline std::size_t GivenOut() {
  const struct mallinfo2 info = mallinfo2();
  std::ifstream statm("/proc/self/statm");
  std::size_t pages[6] = {};
  for (std::size_t& count : pages) statm >> count;
  const std::size_t data = pages[5] * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return info.uordblks + data - info.arena;
}

}  // namespace tocsin

#endif  // TOCSIN_BENCH_GIVEN_OUT_H_
