// How long single calls take: one fact, a batch while an alert is made for everybody, and
// what a crossing takes more than a fact.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "bench/bench_setting.h"
#include "benchmark/benchmark.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using SteadyClock = std::chrono::steady_clock;

double NanosecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration<double, std::nano>(SteadyClock::now() - start).count();
}

// Of values in any order; sorts them.
double Percentile(std::vector<double>* values, double percent) {
  std::sort(values->begin(), values->end());
  const double at = percent / 100 * static_cast<double>(values->size() - 1);
  return (*values)[static_cast<std::size_t>(at)];
}

void CreateAlerts(Engine& engine, int count) {
  for (int i = 0; i < count; ++i) {
    benchmark::DoNotOptimize(
        engine.CreateAlert({.name = absl::StrCat("alert ", i),
                            .threshold = Decimal::FromInteger(1'000'000'000'000 + i)}));
  }
}

std::vector<Fact> UniformFacts(std::uint64_t customers, std::size_t count) {
  std::mt19937_64 random(1);
  std::vector<Fact> facts;
  for (std::size_t i = 0; i < count; ++i) {
    facts.push_back(SpendOf(random() % customers, 1));
  }
  return facts;
}

// One fact a call. A reading of the clock is in each figure.
template <typename AnyFact, typename Apply>
void TimeOneByOne(benchmark::State& state, const std::vector<AnyFact>& facts,
                  Apply apply) {
  std::vector<double> took;
  for (auto _ : state) {
    took.reserve(took.size() + facts.size());
    for (const AnyFact& fact : facts) {
      const auto start = SteadyClock::now();
      benchmark::DoNotOptimize(apply(absl::MakeConstSpan(&fact, 1)));
      took.push_back(NanosecondsSince(start));
    }
  }
  state.counters["p50_ns"] = Percentile(&took, 50);
  state.counters["p90_ns"] = Percentile(&took, 90);
  state.counters["p99_ns"] = Percentile(&took, 99);
  state.counters["p999_ns"] = Percentile(&took, 99.9);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(facts.size()));
}

std::unique_ptr<Engine> EngineForOneByOne(const benchmark::State& state) {
  std::unique_ptr<Engine> engine =
      *Engine::Open({.period_policy = state.range(1) != 0 ? PeriodPolicy::kCalendarMonth
                                                          : PeriodPolicy::kOpenEnded,
                     .worker_threads = 0,
                     .random_seed = 1});
  CreateAlerts(*engine, 20);
  ApplySpendOfAll(*engine, static_cast<std::uint64_t>(state.range(0)), 0);
  return engine;
}

constexpr std::size_t kOneByOne = 1 << 18;

void BM_OneFactById(benchmark::State& state) {
  const std::unique_ptr<Engine> engine = EngineForOneByOne(state);
  TimeOneByOne(state, UniformFacts(static_cast<std::uint64_t>(state.range(0)), kOneByOne),
               [&](absl::Span<const Fact> fact) { return engine->Apply(fact); });
}

void BM_OneFactByHandle(benchmark::State& state) {
  const std::unique_ptr<Engine> engine = EngineForOneByOne(state);
  std::mt19937_64 random(1);
  std::vector<TrackedFact> facts;
  for (std::size_t i = 0; i < kOneByOne; ++i) {
    const std::uint64_t n = random() % static_cast<std::uint64_t>(state.range(0));
    facts.push_back({.tracked = *engine->Track(IdOfNumber<CustomerId>(n), UsdCents()),
                     .amount = Decimal::FromUnits(1)});
  }
  TimeOneByOne(state, facts, [&](absl::Span<const TrackedFact> fact) {
    return engine->ApplyTracked(fact);
  });
}

void OneFactCases(benchmark::internal::Benchmark* one_fact) {
  one_fact->ArgNames({"customers", "months"})
      ->ArgsProduct({{1'000, 1'000'000}, {0, 1}})
      ->UseRealTime()
      ->Iterations(4)
      ->Unit(benchmark::kMillisecond);
}
BENCHMARK(BM_OneFactById)->Name("OneFact/by_id")->Apply(OneFactCases);
BENCHMARK(BM_OneFactByHandle)->Name("OneFact/by_handle")->Apply(OneFactCases);

// Applies batches until `stop`, and notes how long each took, in microseconds.
template <typename Stop>
std::vector<double> TimeBatches(Engine& engine, const std::vector<Fact>& facts,
                                Stop stop) {
  constexpr std::size_t kSize = 4'096;
  std::vector<double> took;
  for (std::size_t i = 0; !stop(took.size()); i = (i + kSize) % facts.size()) {
    const auto start = SteadyClock::now();
    benchmark::DoNotOptimize(engine.Apply(absl::MakeConstSpan(facts).subspan(i, kSize)));
    took.push_back(NanosecondsSince(start) / 1'000);
  }
  return took;
}

// How many notifications were taken.
class Taken : public NotificationSink {
 public:
  absl::Status Deliver(const Notification&) override {
    absl::MutexLock lock(&mu_);
    ++taken_;
    return absl::OkStatus();
  }
  // Waits until so many were.
  void Await(std::uint64_t count) {
    absl::MutexLock lock(&mu_);
    const auto enough = [&] { return taken_ >= count; };
    mu_.Await(absl::Condition(&enough));
  }

 private:
  absl::Mutex mu_;
  std::uint64_t taken_ = 0;
};

// Batches of facts from when another thread makes an alert for every customer until the
// workers have judged them: until each thousandth, which had reached it, is told of.
void BM_AlertForAll(benchmark::State& state) {
  const auto customers = static_cast<std::uint64_t>(state.range(0));
  Taken sink;
  const auto engine = *Engine::Open({.sink = &sink,
                                     .worker_threads = static_cast<int>(state.range(1)),
                                     .random_seed = 1});
  CreateAlerts(*engine, 20);
  ApplySpendOfAll(*engine, customers, 0);
  const Decimal threshold = Decimal::FromInteger(1'000'000);
  std::uint64_t told = 0, all = 0;
  for (std::uint64_t n = 0; n < customers; n += 1'000, ++told) {
    benchmark::DoNotOptimize(engine->Apply(
        {SpendAdded{.customer = IdOfNumber<CustomerId>(n), .amount = threshold}}));
  }
  const std::vector<Fact> facts = UniformFacts(customers, 64 * 4'096);
  std::vector<double> idle, meanwhile;
  double create_ms = 0;
  for (auto _ : state) {
    for (const double took :
         TimeBatches(*engine, facts, [](std::size_t done) { return done == 2'000; })) {
      idle.push_back(took);
    }
    std::atomic<bool> judged{false};
    std::thread creator([&] {
      const auto start = SteadyClock::now();
      benchmark::DoNotOptimize(
          engine->CreateAlert({.name = "for all", .threshold = threshold}));
      sink.Await(all += told);
      create_ms += NanosecondsSince(start) / 1e6;
      judged = true;
    });
    for (const double took :
         TimeBatches(*engine, facts, [&](std::size_t) { return judged.load(); })) {
      meanwhile.push_back(took);
    }
    creator.join();
  }
  state.counters["batch_p50_idle_us"] = Percentile(&idle, 50);
  state.counters["batch_p99_idle_us"] = Percentile(&idle, 99);
  state.counters["batch_p50_meanwhile_us"] = Percentile(&meanwhile, 50);
  state.counters["batch_p99_meanwhile_us"] = Percentile(&meanwhile, 99);
  state.counters["create_ms"] = create_ms / static_cast<double>(state.iterations());
  state.counters["batches_meanwhile"] = static_cast<double>(meanwhile.size());
}
BENCHMARK(BM_AlertForAll)
    ->Name("AlertForAll")
    ->ArgNames({"customers", "workers"})
    ->ArgsProduct({{1'000'000}, {1, 2}})
    ->Iterations(5)
    ->Unit(benchmark::kMillisecond);

// Every customer goes to the threshold and back, each time told of; and beside it by one
// unit up and down, which crosses nothing. The notifications are made and delivered
// outside of the time.
void BM_Crossing(benchmark::State& state) {
  const auto customers = static_cast<std::uint64_t>(state.range(0));
  const auto engine = *Engine::Open({.worker_threads = 0, .random_seed = 1});
  const Decimal threshold = Decimal::FromInteger(1);
  benchmark::DoNotOptimize(engine->CreateAlert(
      {.name = "x", .threshold = threshold, .notify_resolved = true}));
  const auto facts_of = [customers](std::int64_t units) {
    std::vector<Fact> facts;
    for (std::uint64_t i = 0; i < customers; ++i) {
      facts.push_back(SpendAdded{.customer = IdOfNumber<CustomerId>(i),
                                 .amount = Decimal::FromUnits(units)});
    }
    return facts;
  };
  const auto time = [&](const std::vector<Fact>& facts) {
    const auto start = SteadyClock::now();
    benchmark::DoNotOptimize(engine->Apply(facts));
    const double took = NanosecondsSince(start);
    engine->Drain().IgnoreError();
    return took;
  };
  const std::vector<Fact> up = facts_of(Decimal::kUnitsPerOne);
  const std::vector<Fact> down = facts_of(-Decimal::kUnitsPerOne);
  const std::vector<Fact> more = facts_of(1), less = facts_of(-1);
  double crossing = 0, fact = 0;
  for (auto _ : state) {
    crossing += time(up) + time(down);
    fact += time(more) + time(less);
  }
  const double each =
      2 * static_cast<double>(customers) * static_cast<double>(state.iterations());
  state.counters["ns_per_crossing"] = crossing / each;
  state.counters["ns_per_fact"] = fact / each;
}
BENCHMARK(BM_Crossing)
    ->Name("Crossing")
    ->ArgName("customers")
    ->Arg(4'096)
    ->Arg(100'000)
    ->Iterations(20)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tocsin
