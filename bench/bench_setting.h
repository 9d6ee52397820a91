#ifndef TOCSIN_BENCH_BENCH_SETTING_H_
#define TOCSIN_BENCH_BENCH_SETTING_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "benchmark/benchmark.h"
#include "tocsin/engine.h"

namespace tocsin {

// The id of a number: ids that follow each other lie far apart.
template <typename AnyId>
AnyId IdOfNumber(std::uint64_t number) {
  boost::uuids::uuid uuid{};
  const std::uint64_t mixed = (number + 1) * 0x9e3779b97f4a7c15ULL;
  for (int i = 0; i < 8; ++i) {
    uuid.data[i] = static_cast<std::uint8_t>(mixed >> (8 * i));
    uuid.data[8 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  uuid.data[15] |= 1;
  return AnyId(uuid);
}

// So many units of the smallest amount, spent by the customer of that number.
inline SpendAdded SpendOf(std::uint64_t customer, int units) {
  return {.customer = IdOfNumber<CustomerId>(customer),
          .amount = Decimal::FromUnits(units)};
}

// Has each of the first so many customers spend so much, in batches as a host sends them.
inline void ApplySpendOfAll(Engine& engine, std::uint64_t customers, int units) {
  constexpr std::size_t kBatch = 4'096;
  std::vector<Fact> facts;
  for (std::uint64_t i = 0; i < customers; ++i) {
    facts.push_back(SpendOf(i, units));
    if (facts.size() < kBatch && i + 1 < customers) continue;
    benchmark::DoNotOptimize(engine.Apply(facts));
    facts.clear();
  }
}

}  // namespace tocsin

#endif  // TOCSIN_BENCH_BENCH_SETTING_H_
