// Would catch an engine that waits for ever, or takes the process with it, where the
// system has a thread for its timer and none for its tasks.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "gtest/gtest.h"
#include "tocsin/engine.h"

namespace tocsin::testing {
namespace {

// Leaves room for `stacks` more stacks of threads.
void LimitMemory(std::size_t stacks) {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit stack{};
  getrlimit(RLIMIT_STACK, &stack);
  const std::size_t size = stack.rlim_cur == RLIM_INFINITY ? 8U << 20U : stack.rlim_cur;
  const std::size_t used = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const rlim_t most = used + stacks * size + size / 2;
  const rlimit limit{most, most};
  setrlimit(RLIMIT_AS, &limit);
}

[[maybe_unused]] void OpenWithRoomFor(std::size_t stacks) {
  // Whoever waits for ever is ended.
  alarm(20);
  LimitMemory(stacks);
  const auto engine = Engine::Open({.worker_threads = 4});
  const bool refused = absl::IsResourceExhausted(engine.status());
  std::_Exit(refused ? 0 : 1);
}

// The address sanitizer needs memory without bound.
#ifndef __SANITIZE_ADDRESS__

TEST(FewThreads, OpenSaysSo) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const std::size_t stacks : {0U, 1U, 2U}) {
    EXPECT_EXIT(OpenWithRoomFor(stacks), ::testing::ExitedWithCode(0), "");
  }
}

#endif

}  // namespace
}  // namespace tocsin::testing
