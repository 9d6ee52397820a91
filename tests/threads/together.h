#ifndef TOCSIN_TESTS_THREADS_TOGETHER_H_
#define TOCSIN_TESTS_THREADS_TOGETHER_H_

#include <functional>
#include <latch>
#include <thread>
#include <vector>

namespace tocsin::testing {

// Runs `body(0)`, ..., `body(threads - 1)`, each on a thread of its own, and lets
// them begin at one moment. Returns when all have ended.
inline void RunTogether(int threads, const std::function<void(int)>& body) {
  std::latch start(threads);
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&start, &body, i] {
      start.arrive_and_wait();
      body(i);
    });
  }
  for (std::thread& thread : running) thread.join();
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_THREADS_TOGETHER_H_
