#ifndef TOCSIN_BENCH_DURATIONS_H_
#define TOCSIN_BENCH_DURATIONS_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"

namespace tocsin {

using Instant = std::chrono::steady_clock::time_point;

inline Instant Tick() { return std::chrono::steady_clock::now(); }

// Every duration, to take percentiles of.
class Durations {
 public:
  void Add(Instant from, Instant to) {
    ns_.push_back(std::chrono::duration<double, std::nano>(to - from).count());
  }
  void Add(const Durations& others) {
    ns_.insert(ns_.end(), others.ns_.begin(), others.ns_.end());
  }
  std::size_t count() const { return ns_.size(); }
  // In microseconds, as counters `name_p50_us`, ..., and the largest.
  void Report(benchmark::State& state, const std::string& name) {
    if (ns_.empty()) return;
    std::sort(ns_.begin(), ns_.end());
    const auto report = [&](const char* suffix, double share) {
      const auto at = static_cast<std::size_t>(share * static_cast<double>(ns_.size()));
      state.counters[name + suffix] = ns_[std::min(at, ns_.size() - 1)] / 1'000;
    };
    report("_p50_us", 0.5);
    report("_p99_us", 0.99);
    report("_p999_us", 0.999);
    report("_max_us", 1);
  }

 private:
  std::vector<double> ns_;
};

}  // namespace tocsin

#endif  // TOCSIN_BENCH_DURATIONS_H_
