// What the machine allows: the same additions in the least that any engine would do. Not
// engines: nothing is validated, no clock is asked, nothing can be decided.
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "bench/bench_setting.h"
#include "benchmark/benchmark.h"

namespace tocsin {
namespace {

constexpr std::size_t kFloorBatch = 4'096;
constexpr std::size_t kFloorBatches = 64;

// On large pages where they are had, as the engine's memory is.
template <typename T>
struct LargePages {
  using value_type = T;
  static constexpr std::size_t kPage = std::size_t{2} << 20;

  LargePages() = default;
  template <typename Other>
  LargePages(const LargePages<Other>&) {}  // NOLINT(google-explicit-constructor)

  T* allocate(std::size_t count) {
    const std::size_t size = (count * sizeof(T) + kPage - 1) / kPage * kPage;
    void* const block = ::operator new (size, std::align_val_t{kPage});
    madvise(block, size, MADV_HUGEPAGE);
    return static_cast<T*>(block);
  }
  void deallocate(T* block, std::size_t) {
    ::operator delete (block, std::align_val_t{kPage});
  }
  friend bool operator==(const LargePages&, const LargePages&) { return true; }
};

// One customer's sum and the thresholds that enclose it, in one line of the cache.
struct alignas(64) FloorLine {
  std::atomic<std::uint32_t> lock{0};
  std::int64_t sum = 0;
  std::int64_t low = -1;
  std::int64_t high = std::int64_t{1} << 60;
  std::uint64_t version = 0;
};

// A lock for each line, and the memory of the facts to come asked for: what a handle can
// cost at best.
void BM_FloorArray(benchmark::State& state) {
  const auto customers = static_cast<std::uint64_t>(state.range(0));
  std::vector<FloorLine, LargePages<FloorLine>> lines(customers);
  std::mt19937_64 random(1);
  std::vector<std::uint32_t> facts(kFloorBatch * kFloorBatches);
  for (std::uint32_t& fact : facts) {
    fact = static_cast<std::uint32_t>(random() % customers);
  }
  std::uint64_t crossed = 0;
  std::size_t batch = 0;
  constexpr std::size_t kAhead = 16;
  for (auto _ : state) {
    const std::uint32_t* const of = &facts[kFloorBatch * (batch++ % kFloorBatches)];
    for (std::size_t i = 0; i < kFloorBatch; ++i) {
      if (i + kAhead < kFloorBatch) __builtin_prefetch(&lines[of[i + kAhead]]);
      FloorLine& line = lines[of[i]];
      while (line.lock.exchange(1, std::memory_order_acquire) != 0) {
      }
      line.sum += 1;
      if (line.sum < line.low || line.sum >= line.high) ++crossed;
      line.lock.store(0, std::memory_order_release);
    }
  }
  benchmark::DoNotOptimize(crossed);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFloorBatch));
}
BENCHMARK(BM_FloorArray)
    ->Name("Floor/array")
    ->ArgName("customers")
    ->Arg(1'000'000)
    ->Arg(10'000'000)
    ->UseRealTime();

// Lines one after the other, each found in the one before: one wait for memory each,
// which nothing can be done beside.
void BM_FloorWait(benchmark::State& state) {
  const auto customers = static_cast<std::uint64_t>(state.range(0));
  std::vector<std::uint32_t> order(customers);
  std::iota(order.begin(), order.end(), 0u);
  std::shuffle(order.begin(), order.end(), std::mt19937_64(1));
  std::vector<FloorLine, LargePages<FloorLine>> lines(customers);
  for (std::uint64_t i = 0; i < customers; ++i) {
    lines[order[i]].version = order[(i + 1) % customers];
  }
  std::uint64_t at = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kFloorBatch; ++i) at = lines[at].version;
  }
  benchmark::DoNotOptimize(at);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFloorBatch));
}
BENCHMARK(BM_FloorWait)
    ->Name("Floor/wait")
    ->ArgName("customers")
    ->Arg(1'000'000)
    ->Arg(10'000'000)
    ->UseRealTime();

// Abseil's table by id, without a lock: what a fact by id can cost where nothing is asked
// for before.
void BM_FloorFlatHashMap(benchmark::State& state) {
  struct Sum {
    std::int64_t sum = 0;
    std::int64_t low = -1;
    std::int64_t high = std::int64_t{1} << 60;
  };
  const auto customers = static_cast<std::uint64_t>(state.range(0));
  absl::flat_hash_map<CustomerId, Sum, absl::Hash<CustomerId>, std::equal_to<>,
                      LargePages<std::pair<const CustomerId, Sum>>>
      sums;
  for (std::uint64_t n = 0; n < customers; ++n) sums[IdOfNumber<CustomerId>(n)] = {};
  std::mt19937_64 random(1);
  std::vector<CustomerId> facts(kFloorBatch * kFloorBatches);
  for (CustomerId& fact : facts) fact = IdOfNumber<CustomerId>(random() % customers);
  std::uint64_t crossed = 0;
  std::size_t batch = 0;
  for (auto _ : state) {
    const CustomerId* const of = &facts[kFloorBatch * (batch++ % kFloorBatches)];
    for (std::size_t i = 0; i < kFloorBatch; ++i) {
      Sum& sum = sums.find(of[i])->second;
      sum.sum += 1;
      if (sum.sum < sum.low || sum.sum >= sum.high) ++crossed;
    }
  }
  benchmark::DoNotOptimize(crossed);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFloorBatch));
}
BENCHMARK(BM_FloorFlatHashMap)
    ->Name("Floor/flat_hash_map")
    ->ArgName("customers")
    ->Arg(1'000'000)
    ->Arg(10'000'000)
    ->UseRealTime();

}  // namespace
}  // namespace tocsin
