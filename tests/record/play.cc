#include "tests/record/play.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

constexpr unsigned kCustomers = 3;
constexpr unsigned kAlerts = 5;

std::string Five(Random* random, int least, unsigned count) {
  return absl::StrCat(5 * (least + static_cast<int>(random->Below(count))));
}

Fact RandomFact(Random* random) {
  const CustomerId customer = Customer(1 + static_cast<int>(random->Below(kCustomers)));
  switch (random->Below(5)) {
    case 0:
    case 1:
      return Spend(customer, Five(random, -2, 5));
    case 2:
      return Usage(customer, Metric(1), Five(random, -1, 4),
                   {{"region", random->Below(2) == 0 ? "eu" : "us"}});
    case 3:
      return BalanceTold{.customer = customer,
                         .balance = BalanceNumber(1),
                         .granted = D("100"),
                         .remaining = D(Five(random, 0, 6))};
    default:
      return SpendTotal{.customer = customer, .total = D(Five(random, 0, 6))};
  }
}

}  // namespace

absl::Status PlayedEngine::Open(bool checkpoints) {
  engine = nullptr;
  absl::StatusOr<std::unique_ptr<Engine>> opened = Engine::Open(
      {.directory = directory,
       .journal_bytes_max = checkpoints ? std::uint64_t{2'000} : std::uint64_t{1} << 30,
       .sink = &sink,
       .clock = &clock,
       .period_policy = PeriodPolicy::kCalendarMonth,
       .worker_threads = 0,
       .shards = 2,
       .random_seed = 1});
  if (opened.ok()) engine = *std::move(opened);
  return opened.status();
}

absl::Status PlayCounted(Engine& engine) {
  for (const int alert : {1, 2}) {
    const absl::Status created = engine
                                     .CreateAlert({.id = AlertNumber(alert),
                                                   .name = "counted",
                                                   .threshold = D("10"),
                                                   .notify_resolved = alert == 1})
                                     .status();
    if (!created.ok()) return created;
  }
  for (int n = 1; n <= 8; ++n) {
    for (const char* amount : {n <= 5 ? "10" : "12", "-10"}) {
      absl::Status status = engine.Apply({Spend(Customer(n), amount)}).status;
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status CreateAlerts(Engine& engine) {
  for (const AlertSpec& spec : {
           AlertSpec{.id = AlertNumber(1),
          .name = "spend, resolved",
          .threshold = D("10"),
          .notify_resolved = true},
           AlertSpec{.id = AlertNumber(2), .name = "spend", .threshold = D("20")},
           AlertSpec{.id = AlertNumber(3),
           .type = AlertType::kUsageThresholdReached,
           .name = "usage by region",
           .threshold = D("10"),
           .billable_metric = Metric(1),
           .group_values = {{.key = "region"}},
           .notify_resolved = true},
           AlertSpec{.id = AlertNumber(4),
           .type = AlertType::kLowRemainingCommitBalanceReached,
           .name = "low",
           .threshold = D("10"),
           .notify_resolved = true},
           AlertSpec{.id = AlertNumber(5),
           .type = AlertType::kLowRemainingCommitPercentageReached,
           .name = "low percentage",
           .threshold = D("20")},
       }) {
    absl::Status status = engine.CreateAlert(spec).status();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status PlayStep(PlayedEngine* played, Random* random) {
  Engine& engine = *played->engine;
  const AlertId alert = AlertNumber(1 + static_cast<int>(random->Below(kAlerts)));
  switch (random->Below(20)) {
    case 0:
      played->clock.Advance(absl::Hours(24) * random->Below(20));
      return engine.Drain();
    case 1:
      return engine.UpdateAlert(
          alert, {.threshold = D(Five(random, 1, 4)),
                  .on_change =
                      random->Below(2) == 0 ? OnChange::kKeep : OnChange::kNotifyAgain});
    case 2: {
      const CustomerId customer =
          Customer(1 + static_cast<int>(random->Below(kCustomers)));
      // Of a customer who was told of nothing yet there is nothing to reset.
      engine.Reset(customer, alert).IgnoreError();
      return absl::OkStatus();
    }
    case 3:
      return engine.Drain();
    default: {
      std::vector<Fact> facts;
      for (unsigned i = random->Below(3) + 1; i > 0; --i) {
        facts.push_back(RandomFact(random));
      }
      return engine.Apply(facts).status;
    }
  }
}

}  // namespace tocsin::testing
