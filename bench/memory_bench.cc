// What a customer takes: what the allocator has given out for so many, divided by them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "bench/bench_setting.h"
#include "bench/given_out.h"
#include "benchmark/benchmark.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

void ApplyUsageOfAll(Engine& engine, std::uint64_t customers) {
  constexpr std::uint64_t kBatch = 4'096;
  for (std::uint64_t first = 0; first < customers; first += kBatch) {
    std::vector<Fact> facts;
    for (std::uint64_t n = first; n < std::min(first + kBatch, customers); ++n) {
      facts.push_back(UsageAdded{.customer = IdOfNumber<CustomerId>(n),
                                 .billable_metric = IdOfNumber<BillableMetricId>(7),
                                 .quantity = Decimal::FromUnits(1)});
    }
    benchmark::DoNotOptimize(engine.Apply(facts));
  }
}

void BM_BytesPerCustomer(benchmark::State& state) {
  constexpr std::uint64_t kCustomers = 1'000'000;
  for (auto _ : state) {
    const std::unique_ptr<Engine> engine =
        *Engine::Open({.worker_threads = 0, .random_seed = 1});
    AlertId alert;
    for (int i = 0; i < state.range(0); ++i) {
      alert = *engine->CreateAlert(
          {.name = "limit", .threshold = Decimal::FromInteger(1'000'000 + i)});
    }
    const std::size_t before = GivenOut();
    const auto report = [&](const char* name) {
      state.counters[name] = static_cast<double>(GivenOut() - before) / kCustomers;
    };
    ApplySpendOfAll(*engine, kCustomers, 1);
    report("one_sum");
    ApplyUsageOfAll(*engine, kCustomers);
    report("two_sums");
    engine->ResetAll(alert).status.IgnoreError();
    engine->Drain().IgnoreError();
    report("after_a_reset");
  }
}
BENCHMARK(BM_BytesPerCustomer)
    ->ArgName("alerts")
    ->Arg(1)
    ->Arg(20)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tocsin
