#ifndef TOCSIN_BENCH_HTTP_HANGING_H_
#define TOCSIN_BENCH_HTTP_HANGING_H_

#include <sys/types.h>

#include <cstdint>

#include "benchmark/benchmark.h"

namespace tocsin {

inline constexpr int kIdleConnections = 10'000;
inline constexpr int kSlowConnections = 100;

// Connections that hang on: idle ones, which say nothing, and slow ones, which send a
// byte of a head ten times a second and come again when they are cut off. They are those
// of another process, as the files of one would not suffice for both of their ends.
class Hanging {
 public:
  // That process is a copy of this one: make it before there are threads, and what is
  // large.
  Hanging();
  ~Hanging() { End(); }
  Hanging(const Hanging&) = delete;
  Hanging& operator=(const Hanging&) = delete;

  // Connects them all.
  void Connect(std::uint16_t port) const;
  void End();

 private:
  int channel_ = -1;
  pid_t process_ = -1;
};

// Lets this process have as many files as it may; ends the benchmark if they are fewer
// than what hangs on needs.
bool RaiseFileLimit(benchmark::State* state);

}  // namespace tocsin

#endif  // TOCSIN_BENCH_HTTP_HANGING_H_
