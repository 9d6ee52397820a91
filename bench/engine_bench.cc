// What the engine's calls cost by themselves: facts, crossings, resets, queries, and
// the making of a notification's id and bytes.
#include <cstdint>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "bench/bench_setting.h"
#include "benchmark/benchmark.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

// Which machine the figures are of stands above them.
const bool kMachineNamed = [] {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    benchmark::AddCustomContext("cpu", line.substr(line.find(": ") + 2));
    break;
  }
  // Debian's Abseil watches for lock cycles by default, which more than doubles the
  // price of a lock; a service that measures itself would turn that off too.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return true;
}();

class CountingSink : public NotificationSink {
 public:
  absl::Status Deliver(const Notification& notification) override {
    benchmark::DoNotOptimize(notification.id);
    return absl::OkStatus();
  }
};

// An engine with `alerts` alerts on spend, and facts that stay below all of them.
struct Setting {
  explicit Setting(int alerts, std::uint64_t customer_count) : customers(customer_count) {
    engine = *Engine::Open({.sink = &sink, .worker_threads = 0, .random_seed = 1});
    for (int i = 0; i < alerts; ++i) {
      alert = *engine->CreateAlert(
          {.name = absl::StrCat("alert ", i),
           .threshold = Decimal::FromInteger(1'000'000'000'000 + i)});
    }
    ApplySpendOfAll(*engine, customers, 0);
  }

  std::vector<Fact> RandomFacts(std::size_t count) {
    std::vector<Fact> facts;
    for (std::size_t i = 0; i < count; ++i) {
      facts.push_back(SpendOf(random() % customers, 1));
    }
    return facts;
  }

  std::uint64_t customers;
  CountingSink sink;
  std::unique_ptr<Engine> engine;
  AlertId alert;
  std::mt19937_64 random{1};
};

void BM_ParseDecimal(benchmark::State& state) {
  const std::string texts[] = {"1177", "12.34", "-0.000000000001", "123456789.987654321"};
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(Decimal::Parse(texts[i++ % 4]));
}
BENCHMARK(BM_ParseDecimal);

void BM_ResetCall(benchmark::State& state) {
  Setting setting(20, 100'000);
  std::uint64_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(setting.engine->Reset(
        IdOfNumber<CustomerId>(i++ % setting.customers), setting.alert));
    if (i % 10'000 != 0) continue;
    state.PauseTiming();
    setting.engine->Drain().IgnoreError();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_ResetCall);

void BM_GetCustomerAlert(benchmark::State& state) {
  Setting setting(20, 100'000);
  std::uint64_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(setting.engine->GetCustomerAlert(
        IdOfNumber<CustomerId>(i++ % setting.customers), setting.alert));
  }
}
BENCHMARK(BM_GetCustomerAlert);

// One alert more beside `alerts` on the same measure: for everybody, or for one of the
// customers.
void BM_CreateAlert(benchmark::State& state) {
  Setting setting(static_cast<int>(state.range(0)), 1'000);
  const bool for_one = state.range(1) != 0;
  std::uint64_t i = 0;
  for (auto _ : state) {
    AlertSpec spec{.name = "x", .threshold = Decimal::FromInteger(2'000'000'000'000)};
    if (for_one) spec.customer = IdOfNumber<CustomerId>(i++ % setting.customers);
    benchmark::DoNotOptimize(setting.engine->CreateAlert(spec));
  }
}
BENCHMARK(BM_CreateAlert)
    ->ArgNames({"alerts", "for_one"})
    ->Args({0, 0})
    ->Args({1'000, 0})
    ->Args({10'000, 0})
    ->Args({10'000, 1})
    ->Iterations(200);

// Until every one of the customers was judged under the new alert.
void BM_CreateAlertAndJudgeEverybody(benchmark::State& state) {
  Setting setting(20, static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) {
    benchmark::DoNotOptimize(setting.engine->CreateAlert(
        {.name = "x", .threshold = Decimal::FromInteger(2'000'000'000'000)}));
    setting.engine->Drain().IgnoreError();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_CreateAlertAndJudgeEverybody)
    ->ArgName("customers")
    ->Arg(1'000'000)
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

void BM_NotificationToJson(benchmark::State& state) {
  const Notification notification{.alert_name = "Spend limit",
                                  .threshold = Decimal::FromInteger(10'000),
                                  .value = Decimal::FromInteger(10'050),
                                  .previous_value = Decimal::FromInteger(9'950),
                                  .sequence = 1,
                                  .timestamp = absl::FromUnixSeconds(1'790'000'000),
                                  .credit_type = UsdCents()};
  std::string text;
  for (auto _ : state) {
    text.clear();
    AppendJson(notification, &text);
    benchmark::DoNotOptimize(text.data());
  }
}
BENCHMARK(BM_NotificationToJson);

}  // namespace
}  // namespace tocsin
