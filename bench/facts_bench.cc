// Facts in batches, by id and by handle: how many a second, over customers, alerts,
// periods, the way in which customers are drawn, the share of facts that cross, and
// threads.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "bench/bench_setting.h"
#include "benchmark/benchmark.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

constexpr std::size_t kFactsBatch = 4'096;
constexpr std::size_t kFactsBatches = 64;
// Of each alert the threshold is this, or a little more.
constexpr std::int64_t kThreshold = 1'000'000'000'000;

struct EngineCase {
  std::uint64_t customers = 0;
  int alerts = 0;
  bool months = false;

  friend bool operator==(const EngineCase&, const EngineCase&) = default;
};

// A fact as all ways to tell it need it.
struct Draw {
  std::uint64_t customer = 0;
  Decimal amount;
};

// An engine that knows all customers. The last that was asked for is kept, as making one
// takes longer than measuring it; all threads of a benchmark get the same.
Engine& EngineOf(const EngineCase& wanted) {
  static absl::Mutex mu;
  absl::MutexLock lock(&mu);
  static EngineCase made;
  static std::unique_ptr<Engine> engine;
  if (made == wanted) return *engine;
  engine.reset();
  engine = *Engine::Open({.period_policy = wanted.months ? PeriodPolicy::kCalendarMonth
                                                         : PeriodPolicy::kOpenEnded,
                          .worker_threads = 0,
                          .random_seed = 1});
  for (int i = 0; i < wanted.alerts; ++i) {
    benchmark::DoNotOptimize(
        engine->CreateAlert({.name = absl::StrCat("alert ", i),
                             .threshold = Decimal::FromInteger(kThreshold + i)}));
  }
  ApplySpendOfAll(*engine, wanted.customers, 0);
  made = wanted;
  return *engine;
}

// Draws customers: each as often as the others, or the k-th so often as 1 / k^1.1.
class Drawer {
 public:
  Drawer(std::uint64_t customers, bool zipf, std::uint64_t seed)
      : customers_(customers), random_(seed) {
    if (!zipf) return;
    double sum = 0;
    for (std::uint64_t k = 1; k <= customers; ++k) {
      cumulated_.push_back(sum += std::pow(static_cast<double>(k), -1.1));
    }
  }

  std::uint64_t Customer() {
    if (cumulated_.empty()) return random_() % customers_;
    const double at = std::uniform_real_distribution(0.0, cumulated_.back())(random_);
    return static_cast<std::uint64_t>(
        std::lower_bound(cumulated_.begin(), cumulated_.end(), at) - cumulated_.begin());
  }
  bool OneInAThousand(std::int64_t permille) {
    return static_cast<std::int64_t>(random_() % 1'000) < permille;
  }

 private:
  const std::uint64_t customers_;
  std::mt19937_64 random_;
  std::vector<double> cumulated_;
};

// The second half takes back what the first adds, so that all begins anew after it. Those
// that cross take the customer to the first threshold and back in turn.
std::vector<Draw> DrawFacts(const benchmark::State& state) {
  const auto customers = static_cast<std::uint64_t>(state.range(0));
  Drawer drawer(customers, state.range(3) != 0,
                static_cast<std::uint64_t>(state.thread_index()) + 1);
  std::vector<bool> up(state.range(4) == 0 ? 0 : customers);
  std::vector<Draw> draws;
  while (draws.size() < kFactsBatch * kFactsBatches / 2) {
    Draw draw{.customer = drawer.Customer(), .amount = Decimal::FromUnits(1)};
    if (drawer.OneInAThousand(state.range(4))) {
      up[draw.customer] = !up[draw.customer];
      draw.amount = Decimal::FromInteger(up[draw.customer] ? kThreshold : -kThreshold);
    }
    draws.push_back(draw);
  }
  for (std::size_t i = 0; i < kFactsBatch * kFactsBatches / 2; ++i) {
    draws.push_back({draws[i].customer, Decimal::FromUnits(-draws[i].amount.units())});
  }
  return draws;
}

// Applies the facts batch by batch, over and over.
template <typename AnyFact, typename Apply>
void ApplyBatches(benchmark::State& state, Engine& engine,
                  const std::vector<AnyFact>& facts, Apply apply) {
  std::size_t i = 0;
  for (auto _ : state) {
    const auto batch = absl::MakeConstSpan(facts).subspan(
        kFactsBatch * (i++ % kFactsBatches), kFactsBatch);
    benchmark::DoNotOptimize(apply(batch));
    if (state.range(4) == 0) continue;
    state.PauseTiming();
    engine.Drain().IgnoreError();
    state.ResumeTiming();
  }
  // Back to where it began, for who is measured next.
  for (; i % kFactsBatches != 0; ++i) {
    benchmark::DoNotOptimize(apply(absl::MakeConstSpan(facts).subspan(
        kFactsBatch * (i % kFactsBatches), kFactsBatch)));
    engine.Drain().IgnoreError();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFactsBatch));
}

EngineCase CaseOf(const benchmark::State& state) {
  return {.customers = static_cast<std::uint64_t>(state.range(0)),
          .alerts = static_cast<int>(state.range(1)),
          .months = state.range(2) != 0};
}

void BM_FactsById(benchmark::State& state) {
  Engine& engine = EngineOf(CaseOf(state));
  std::vector<Fact> facts;
  for (const Draw& draw : DrawFacts(state)) {
    facts.push_back(SpendAdded{.customer = IdOfNumber<CustomerId>(draw.customer),
                               .amount = draw.amount});
  }
  ApplyBatches(state, engine, facts,
               [&](absl::Span<const Fact> batch) { return engine.Apply(batch); });
}

void BM_FactsByHandle(benchmark::State& state) {
  Engine& engine = EngineOf(CaseOf(state));
  std::vector<TrackedFact> facts;
  for (const Draw& draw : DrawFacts(state)) {
    facts.push_back(
        {.tracked = *engine.Track(IdOfNumber<CustomerId>(draw.customer), UsdCents()),
         .amount = draw.amount});
  }
  ApplyBatches(state, engine, facts, [&](absl::Span<const TrackedFact> batch) {
    return engine.ApplyTracked(batch);
  });
}

void Cases(benchmark::internal::Benchmark* facts) {
  facts->ArgNames({"customers", "alerts", "months", "zipf", "crossing_permille"});
  facts->UseRealTime();
  for (const std::int64_t months : {0, 1}) {
    for (const std::int64_t permille : {0, 1, 100}) {
      facts->Args({1'000'000, 20, months, 0, permille});
    }
  }
  for (const std::int64_t alerts : {1, 100, 1'000}) {
    for (const std::int64_t months : {0, 1}) {
      facts->Args({1'000'000, alerts, months, 0, 0});
    }
  }
  for (const std::int64_t customers : {1'000, 10'000, 100'000, 10'000'000}) {
    facts->Args({customers, 20, 0, 0, 0});
  }
  facts->Args({10'000'000, 20, 1, 0, 0});
}

// The same with two threads beside each other; and the customers drawn unevenly, so that
// both want the same.
void ThreadCases(benchmark::internal::Benchmark* facts) {
  facts->ArgNames({"customers", "alerts", "months", "zipf", "crossing_permille"});
  facts->UseRealTime()->Threads(2);
  for (const std::int64_t months : {0, 1}) {
    for (const std::int64_t zipf : {0, 1}) {
      facts->Args({1'000'000, 20, months, zipf, 0});
    }
  }
}

BENCHMARK(BM_FactsById)->Name("Facts/by_id")->Apply(Cases);
BENCHMARK(BM_FactsById)->Name("Facts/by_id")->Apply(ThreadCases);
BENCHMARK(BM_FactsByHandle)->Name("Facts/by_handle")->Apply(Cases);
BENCHMARK(BM_FactsByHandle)->Name("Facts/by_handle")->Apply(ThreadCases);

}  // namespace
}  // namespace tocsin
