#ifndef TOCSIN_ENGINE_CORE_COUNTERS_H_
#define TOCSIN_ENGINE_CORE_COUNTERS_H_

#include <atomic>
#include <cstdint>

namespace tocsin::core {

// What `Stats` counts from when the engine was opened.
//
// Thread safety: each by itself.
struct Counters {
  std::atomic<std::uint64_t> facts_applied{0};
  std::atomic<std::uint64_t> facts_refused{0};
  std::atomic<std::uint64_t> facts_stale{0};
  std::atomic<std::uint64_t> facts_late{0};
  std::atomic<std::uint64_t> facts_duplicate{0};
  std::atomic<std::uint64_t> facts_group_dropped{0};
  std::atomic<std::uint64_t> resets{0};
  std::atomic<std::uint64_t> source_reads{0};
  std::atomic<std::uint64_t> source_failures{0};
  std::atomic<std::uint64_t> source_given_up{0};
  std::atomic<std::uint64_t> decisions_differed{0};
};

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_COUNTERS_H_
