// What a reset costs: the call, the time until it is settled, how many go in a second
// one by one and in bulk, and how long a bulk reset keeps others waiting.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "bench/bench_setting.h"
#include "bench/durations.h"
#include "benchmark/benchmark.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

// One alert on spend that nobody reaches, and customers that have spent.
struct Resettable {
  Resettable(int workers, std::uint64_t customer_count) : customers(customer_count) {
    engine = *Engine::Open({.worker_threads = workers, .random_seed = 1});
    alert = *engine->CreateAlert(
        {.name = "limit", .threshold = Decimal::FromInteger(1'000'000'000)});
    ApplySpendOfAll(*engine, customers, 1);
    engine->Drain().IgnoreError();
  }

  std::uint64_t customers;
  std::unique_ptr<Engine> engine;
  AlertId alert;
};

// Threads that apply facts, 64 at a time, as fast as they can.
class Load {
 public:
  Load(const Resettable& setting, int threads) {
    for (int t = 0; t < threads; ++t) {
      threads_.emplace_back([this, &setting, t] {
        std::mt19937_64 random(static_cast<std::uint64_t>(t));
        std::vector<Fact> facts;
        for (int i = 0; i < 64 * 256; ++i) {
          facts.push_back(SpendOf(random() % setting.customers, 1));
        }
        for (std::size_t i = 0; !done_.load(std::memory_order_relaxed); ++i) {
          const auto batch = absl::MakeConstSpan(facts).subspan(i % 256 * 64, 64);
          benchmark::DoNotOptimize(setting.engine->Apply(batch));
          applied_ += batch.size();
        }
      });
    }
  }
  ~Load() { End(); }
  // How many facts were applied.
  std::uint64_t End() {
    done_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    return applied_;
  }

 private:
  std::atomic<bool> done_{false};
  std::atomic<std::uint64_t> applied_{0};
  std::vector<std::thread> threads_;
};

// One reset at a time: how long the call takes, and how long until it was judged, as
// the callback tells. After each nothing is done for `pause_us`: the workers sleep then.
void BM_ResetLatency(benchmark::State& state) {
  Resettable setting(2, 100'000);
  Load load(setting, static_cast<int>(state.range(0)));
  Durations call;
  Durations settled;
  std::mt19937_64 random(1);
  std::binary_semaphore judged(0);
  const Instant first = Tick();
  for (auto _ : state) {
    const CustomerId customer = IdOfNumber<CustomerId>(random() % setting.customers);
    Instant end;
    const Instant begin = Tick();
    absl::Status status = setting.engine->Reset(customer, setting.alert, {},
                                                {.on_done = [&](const ResetOutcome&) {
                                                  end = Tick();
                                                  judged.release();
                                                }});
    call.Add(begin, Tick());
    if (!status.ok()) state.SkipWithError(status.ToString().c_str());
    judged.acquire();
    settled.Add(begin, end);
    const Instant next = Tick() + std::chrono::microseconds(state.range(1));
    while (Tick() < next) continue;
  }
  const double seconds = std::chrono::duration<double>(Tick() - first).count();
  call.Report(state, "call");
  settled.Report(state, "settled");
  state.counters["facts_per_second"] = static_cast<double>(load.End()) / seconds;
}
BENCHMARK(BM_ResetLatency)
    ->ArgNames({"appliers", "pause_us"})
    ->Args({0, 0})
    ->Args({0, 500})
    ->Args({2, 0})
    ->Iterations(20'000)
    ->UseRealTime();

// Resets without a callback, one call each, of everybody in turn.
void BM_ResetOneByOne(benchmark::State& state) {
  constexpr std::uint64_t kCustomers = 1'000'000;
  Resettable setting(static_cast<int>(state.range(0)), kCustomers);
  std::vector<CustomerId> customers;
  for (std::uint64_t n = 0; n < kCustomers; ++n)
    customers.push_back(IdOfNumber<CustomerId>(n));
  std::shuffle(customers.begin(), customers.end(), std::mt19937_64(1));
  Durations call;
  for (auto _ : state) {
    for (const CustomerId& customer : customers) {
      const Instant begin = Tick();
      setting.engine->Reset(customer, setting.alert).IgnoreError();
      call.Add(begin, Tick());
    }
    state.PauseTiming();
    setting.engine->Drain().IgnoreError();
    state.ResumeTiming();
  }
  call.Report(state, "call");
  state.SetItemsProcessed(static_cast<std::int64_t>(setting.engine->GetStats().resets));
}
BENCHMARK(BM_ResetOneByOne)
    ->ArgName("workers")
    ->Arg(0)
    ->Arg(2)
    ->Iterations(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void BM_ResetAll(benchmark::State& state) {
  Resettable setting(static_cast<int>(state.range(0)), 1'000'000);
  for (auto _ : state) {
    const BulkResetResult result = setting.engine->ResetAll(setting.alert);
    if (!result.status.ok()) state.SkipWithError(result.status.ToString().c_str());
    state.PauseTiming();
    setting.engine->Drain().IgnoreError();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(setting.engine->GetStats().resets));
}
BENCHMARK(BM_ResetAll)
    ->ArgName("workers")
    ->Arg(0)
    ->Arg(2)
    ->Iterations(3)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// As many locks as the engine has shards by default, which one thread holds in turn, each
// for about as long as `ResetAll` holds one.
class LocksInTurn {
 public:
  LocksInTurn() : holder_([this] { Hold(); }) {}
  ~LocksInTurn() {
    done_ = true;
    holder_.join();
  }

  void Take(std::uint64_t any) { absl::MutexLock lock(&locks_[any % kCount]); }

 private:
  static constexpr std::size_t kCount = 256;
  static constexpr std::chrono::microseconds kHold{30};

  void Hold() {
    for (std::size_t n = 0; !done_; ++n) {
      absl::MutexLock lock(&locks_[n % kCount]);
      for (const Instant until = Tick() + kHold; Tick() < until;) {
      }
    }
  }

  std::array<absl::Mutex, kCount> locks_;
  std::atomic<bool> done_{false};
  std::thread holder_;
};

// How long other calls take while everybody is reset. The same number of calls while
// nothing is, while another thread only computes, and while one only holds locks, show
// what the machine makes anybody wait.
void BM_CallsDuringResetAll(benchmark::State& state) {
  Resettable setting(static_cast<int>(state.range(0)), 1'000'000);
  Durations meanwhile;
  Durations alone;
  Durations beside;
  Durations locks;
  std::mt19937_64 random(1);
  const auto apply = [&](Durations& durations) {
    const Fact fact = SpendOf(random() % setting.customers, 1);
    const Instant begin = Tick();
    benchmark::DoNotOptimize(setting.engine->Apply({&fact, 1}));
    durations.Add(begin, Tick());
  };
  for (auto _ : state) {
    std::atomic<bool> done{false};
    std::thread bulk([&] {
      setting.engine->ResetAll(setting.alert).status.IgnoreError();
      done = true;
    });
    std::uint64_t calls = 0;
    for (; !done; ++calls) apply(meanwhile);
    bulk.join();
    setting.engine->Drain().IgnoreError();
    for (std::uint64_t i = 0; i < calls; ++i) apply(alone);
    done = false;
    std::thread busy([&done] {
      for (std::uint64_t n = 0; !done; ++n) benchmark::DoNotOptimize(n * n);
    });
    for (std::uint64_t i = 0; i < calls; ++i) apply(beside);
    done = true;
    busy.join();
    LocksInTurn in_turn;
    for (std::uint64_t i = 0; i < calls; ++i) {
      const std::uint64_t any = random();
      const Fact fact = SpendOf(random() % setting.customers, 1);
      const Instant begin = Tick();
      in_turn.Take(any);
      benchmark::DoNotOptimize(setting.engine->Apply({&fact, 1}));
      locks.Add(begin, Tick());
    }
  }
  meanwhile.Report(state, "meanwhile");
  alone.Report(state, "alone");
  beside.Report(state, "beside");
  locks.Report(state, "locks");
}
BENCHMARK(BM_CallsDuringResetAll)
    ->ArgName("workers")
    ->Arg(0)
    ->Arg(2)
    ->Iterations(3)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tocsin
