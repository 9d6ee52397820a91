// What is served over HTTP: facts in batches, resets one by one, both also beside
// connections that hang on, and what stays of millions of requests. The clients are
// threads of this process and share its cores with the server.
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/bench_setting.h"
#include "bench/durations.h"
#include "bench/http_client.h"
#include "bench/http_setting.h"
#include "benchmark/benchmark.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

void BM_HttpFacts(benchmark::State& state) {
  constexpr std::uint64_t kCustomers = 1'000'000;
  constexpr std::size_t kFactsEach = 1'000;
  constexpr std::size_t kDistinct = 64;
  const bool durable = state.range(2) != 0;
  const std::size_t per_turn = durable ? 400 : 1'200;
  const auto connections = static_cast<std::size_t>(state.range(0));
  Served served({.durable = durable, .hanging = state.range(3) != 0}, &state);
  if (!served.ok()) return;
  CreateDistantAlerts(served.engine());
  ApplySpendOfAll(served.engine(), kCustomers, 0);
  const std::vector<std::string> requests =
      RenderFacts(kDistinct, kFactsEach, kCustomers, state.range(1) != 0);
  served.Begin();
  std::vector<HttpLoad> loads;
  for (std::size_t i = 0; i < connections; ++i) loads.emplace_back(served.port(), 1, 1);
  std::vector<Durations> took(connections);
  const std::uint64_t before = served.engine().GetStats().facts_applied;
  for (auto _ : state) {
    std::atomic<bool> good{true};
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < connections; ++i) {
      threads.emplace_back([&, i] {
        const std::size_t first = i * kDistinct / connections;
        if (!loads[i].Run(requests, first, per_turn / connections, &took[i])) {
          good = false;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    if (!good) state.SkipWithError("facts were not answered 200");
  }
  const std::uint64_t told =
      static_cast<std::uint64_t>(state.iterations()) * per_turn * kFactsEach;
  if (served.engine().GetStats().facts_applied != before + told) {
    state.SkipWithError("not every fact was applied");
  }
  state.counters["facts_per_second"] =
      benchmark::Counter(static_cast<double>(told), benchmark::Counter::kIsRate);
  for (std::size_t i = 1; i < connections; ++i) took.front().Add(took[i]);
  took.front().Report(state, "request");
}
BENCHMARK(BM_HttpFacts)
    ->Name("Http/facts")
    ->ArgNames({"connections", "lines", "durable", "hanging"})
    ->ArgsProduct({{1, 4}, {0, 1}, {0, 1}, {0}})
    ->ArgsProduct({{1, 4}, {0}, {0, 1}, {1}})
    ->Iterations(3)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void BM_HttpResets(benchmark::State& state) {
  constexpr std::uint64_t kCustomers = 100'000;
  constexpr std::size_t kDistinct = 4'096;
  const bool durable = state.range(2) != 0;
  Served served({.durable = durable, .hanging = state.range(3) != 0}, &state);
  if (!served.ok()) return;
  ApplySpendOfAll(served.engine(), kCustomers, 1);
  const AlertId alert = *served.engine().CreateAlert(
      {.name = "limit", .threshold = Decimal::FromUnits(1'000'000)});
  const std::vector<std::string> requests = RenderResets(kDistinct, kCustomers, alert);
  served.Begin();
  HttpLoad load(served.port(), static_cast<int>(state.range(0)),
                static_cast<int>(state.range(1)));
  const std::size_t per_turn = durable && state.range(0) == 1 ? 1'000 : 20'000;
  Durations took;
  const std::uint64_t before = served.engine().GetStats().resets;
  for (auto _ : state) {
    if (!load.Run(requests, 0, per_turn, &took)) {
      state.SkipWithError("a reset was not answered 200");
    }
  }
  const std::uint64_t done = static_cast<std::uint64_t>(state.iterations()) * per_turn;
  if (served.engine().GetStats().resets != before + done) {
    state.SkipWithError("not every reset was done");
  }
  state.counters["resets_per_second"] =
      benchmark::Counter(static_cast<double>(done), benchmark::Counter::kIsRate);
  took.Report(state, "request");
}
BENCHMARK(BM_HttpResets)
    ->Name("Http/resets")
    ->ArgNames({"connections", "in_flight", "durable", "hanging"})
    ->ArgsProduct({{1, 16, 64}, {1}, {0, 1}, {0, 1}})
    ->ArgsProduct({{16}, {16}, {0, 1}, {0, 1}})
    ->Iterations(3)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// As many requests as an hour brings at 600 a second: resets, what a customer alert
// stands at, and single facts. Those that are connected change now and then.
void BM_HttpMemory(benchmark::State& state) {
  constexpr std::uint64_t kCustomers = 100'000;
  constexpr std::size_t kDistinct = 4'096;
  constexpr int kParts = 18;
  constexpr std::size_t kRequestsEach = 120'000;
  Served served({}, &state);
  if (!served.ok()) return;
  ApplySpendOfAll(served.engine(), kCustomers, 1);
  const AlertId alert = *served.engine().CreateAlert(
      {.name = "limit", .threshold = Decimal::FromUnits(1'000'000'000)});
  std::vector<std::string> requests = RenderResets(kDistinct, kCustomers, alert);
  for (std::string& fact : RenderFacts(kDistinct, 1, kCustomers, false)) {
    requests.push_back(std::move(fact));
  }
  const std::string asked =
      absl::StrCat(R"({"customer_id":")", IdOfNumber<CustomerId>(7).ToString(),
                   R"(","alert_id":")", alert.ToString(), R"("})");
  requests.push_back(RenderPost("/v1/customer-alerts/get", "application/json", asked));
  double first_half = 0, second_half = 0;
  for (auto _ : state) {
    double before = ResidentBytes();
    for (int part = 0; part < kParts; ++part) {
      HttpLoad load(served.port(), 16, 16);
      if (!load.Run(requests, 0, kRequestsEach, nullptr)) {
        state.SkipWithError("a request was not answered 200");
      }
      if (part == kParts / 2 - 1) {
        first_half = ResidentBytes() - before;
        before = ResidentBytes();
      }
    }
    second_half = ResidentBytes() - before;
  }
  state.counters["requests"] = double{kParts} * double{kRequestsEach};
  state.counters["resident_bytes"] = ResidentBytes();
  state.counters["first_half_bytes"] = first_half;
  state.counters["second_half_bytes"] = second_half;
}
BENCHMARK(BM_HttpMemory)
    ->Name("Http/memory")
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tocsin
