// What balances and timers cost: a draw, a top-up, an end that moves and a new balance
// among few and among many of one customer, also where each is an instance of its own;
// and a fact beside a million timers.
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/bench_setting.h"
#include "benchmark/benchmark.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

class StandingClock : public Clock {
 public:
  absl::Time Now() override { return absl::UnixEpoch() + absl::Hours(24) * 20'000; }
};

BalanceTold ABalance(CustomerId customer, std::uint64_t number) {
  static StandingClock clock;
  return {.customer = customer,
          .balance = IdOfNumber<BalanceId>(number),
          .type = BalanceType::kCommit,
          .granted = Decimal::FromInteger(1'000'000),
          .remaining = Decimal::FromInteger(1'000'000),
          .ends_at = clock.Now() + absl::Hours(24 * 30) +
                     absl::Seconds(static_cast<std::int64_t>(number % 1'000'000))};
}

// One customer with so many balances, watched by an alert on their sum, on their
// percentage and on the days of each.
struct Holder {
  explicit Holder(std::uint64_t balances) : count(balances) {
    engine = *Engine::Open({.clock = &clock, .worker_threads = 0, .random_seed = 1});
    for (const AlertType type : {AlertType::kLowRemainingCommitBalanceReached,
                                 AlertType::kLowRemainingCommitPercentageReached,
                                 AlertType::kLowRemainingDaysForCommitSegmentReached}) {
      benchmark::DoNotOptimize(engine->CreateAlert(
          {.type = type, .name = "low", .threshold = Decimal::FromInteger(1)}));
    }
    for (std::uint64_t i = 0; i < count; ++i) Apply(ABalance(customer, i));
  }

  void Apply(const Fact& fact) { benchmark::DoNotOptimize(engine->Apply({fact})); }

  std::uint64_t count;
  StandingClock clock;
  std::unique_ptr<Engine> engine;
  CustomerId customer = IdOfNumber<CustomerId>(0);
};

void BM_DrawAmongBalances(benchmark::State& state) {
  Holder setting(static_cast<std::uint64_t>(state.range(0)));
  std::uint64_t i = 0;
  for (auto _ : state) {
    setting.Apply(BalanceDrawn{.customer = setting.customer,
                               .balance = IdOfNumber<BalanceId>(i++ % setting.count),
                               .amount = Decimal::FromUnits(1)});
  }
}
BENCHMARK(BM_DrawAmongBalances)->ArgName("balances")->Arg(10)->Arg(10'000);

void BM_TopUpAmongBalances(benchmark::State& state) {
  Holder setting(static_cast<std::uint64_t>(state.range(0)));
  std::uint64_t i = 0;
  for (auto _ : state) {
    setting.Apply(ABalance(setting.customer, i++ % setting.count));
  }
}
BENCHMARK(BM_TopUpAmongBalances)->ArgName("balances")->Arg(10)->Arg(10'000);

// Each has a value of its own of the field that an alert leaves open, so that a draw
// moves one of so many instances, and maybe the whole.
void BM_DrawAmongFieldValues(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  Holder setting(0);
  benchmark::DoNotOptimize(setting.engine->CreateAlert(
      {.type = AlertType::kLowRemainingContractCreditAndCommitBalanceReached,
       .name = "low",
       .threshold = Decimal::FromInteger(1),
       .alert_specifiers = {{.custom_field_filters = {{.key = "team"}}}}}));
  for (std::uint64_t i = 0; i < count; ++i) {
    BalanceTold balance = ABalance(setting.customer, i);
    balance.custom_fields = CustomFields{{"team", absl::StrCat("team ", i)}};
    setting.Apply(balance);
  }
  std::uint64_t i = 0;
  for (auto _ : state) {
    setting.Apply(BalanceDrawn{.customer = setting.customer,
                               .balance = IdOfNumber<BalanceId>(i++ % count),
                               .amount = Decimal::FromUnits(1)});
  }
}
BENCHMARK(BM_DrawAmongFieldValues)->ArgName("balances")->Arg(10)->Arg(10'000);

// Under an alert on days: what was to come of the old end goes, and of the new one comes.
void BM_MoveEndAmongBalances(benchmark::State& state) {
  Holder setting(static_cast<std::uint64_t>(state.range(0)));
  std::uint64_t i = 0;
  for (auto _ : state) {
    BalanceTold balance = ABalance(setting.customer, i % setting.count);
    balance.ends_at = *balance.ends_at.value() +
                      absl::Seconds(static_cast<std::int64_t>(1 + i * 7'919 % 1'000'000));
    setting.Apply(balance);
    ++i;
  }
}
BENCHMARK(BM_MoveEndAmongBalances)->ArgName("balances")->Arg(10)->Arg(10'000);

// The customer is made anew after every thousand, so that there are never many more.
void BM_AddAmongBalances(benchmark::State& state) {
  constexpr std::uint64_t kAdded = 1'000;
  const auto count = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t added = kAdded;
  std::unique_ptr<Holder> setting;
  for (auto _ : state) {
    if (added == kAdded) {
      state.PauseTiming();
      setting = std::make_unique<Holder>(count);
      added = 0;
      state.ResumeTiming();
    }
    setting->Apply(ABalance(setting->customer, count + added++));
  }
}
BENCHMARK(BM_AddAmongBalances)->ArgName("balances")->Arg(10)->Arg(10'000);

// A spend fact of somebody, where everybody has a balance, and for so many it will end.
void BM_SpendBesideTimers(benchmark::State& state) {
  constexpr std::uint64_t kCustomers = 1'000'000;
  StandingClock clock;
  const std::unique_ptr<Engine> engine =
      *Engine::Open({.clock = &clock, .worker_threads = 0, .random_seed = 1});
  benchmark::DoNotOptimize(engine->CreateAlert(
      {.name = "limit", .threshold = Decimal::FromInteger(1'000'000'000)}));
  const auto timers = static_cast<std::uint64_t>(state.range(0));
  std::vector<Fact> facts;
  for (std::uint64_t i = 0; i < kCustomers; ++i) {
    const auto customer = IdOfNumber<CustomerId>(i);
    facts.push_back(SpendAdded{.customer = customer, .amount = Decimal()});
    BalanceTold balance = ABalance(customer, i);
    if (i >= timers) balance.ends_at = {};
    facts.push_back(balance);
    if (facts.size() < 4'096) continue;
    benchmark::DoNotOptimize(engine->Apply(facts));
    facts.clear();
  }
  facts.clear();
  for (std::uint64_t i = 0; i < 64 * 4'096; ++i) {
    facts.push_back(SpendAdded{.customer = IdOfNumber<CustomerId>(i * 7'919 % kCustomers),
                               .amount = Decimal::FromUnits(1)});
  }
  std::size_t batch = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        engine->Apply(absl::MakeConstSpan(facts).subspan(4'096 * (batch++ % 64), 4'096)));
  }
  state.SetItemsProcessed(state.iterations() * 4'096);
}
BENCHMARK(BM_SpendBesideTimers)
    ->ArgName("timers")
    ->Arg(0)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace tocsin
