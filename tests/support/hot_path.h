#ifndef TOCSIN_TESTS_SUPPORT_HOT_PATH_H_
#define TOCSIN_TESTS_SUPPORT_HOT_PATH_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/random.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// An engine as it is when facts stream in, and those facts, the same in every run: what
// is measured of it must not hang on the clock, on threads or on chance.
//
// Not thread-safe.
class HotPath {
 public:
  static constexpr unsigned kCustomers = 1'000;
  static constexpr std::size_t kFacts = 4'096;  // several of each customer
  static constexpr int kAlerts = 20;

  // With alerts on spend from 1,000 on; each customer has spent nothing, and has used
  // nothing of one metric.
  explicit HotPath(PeriodPolicy policy = PeriodPolicy::kOpenEnded)
      : engine(*Engine::Open({.sink = &sink_,
                              .clock = &clock_,
                              .period_policy = policy,
                              .worker_threads = 0,
                              .random_seed = 1})) {
    for (int i = 0; i < kAlerts; ++i) {
      alerts.push_back(*engine->CreateAlert(
          {.name = "limit", .threshold = Decimal::FromInteger(1'000 + i)}));
    }
    Apply(SpendOfEach(Decimal()));
    std::vector<Fact> usage;
    for (unsigned n = 0; n < kCustomers; ++n) {
      usage.push_back(UsageAdded{.customer = Customer(n), .billable_metric = Metric()});
    }
    Apply(usage);
    Drain();
  }

  static CustomerId Customer(unsigned n) { return CustomerId(Uuid(n)); }
  static BillableMetricId Metric() { return BillableMetricId(Uuid(1 << 20)); }
  absl::Time now() { return clock_.Now(); }

  void Apply(const std::vector<Fact>& facts) {
    if (engine->Apply(facts).applied != facts.size()) std::abort();
  }
  void Drain() {
    if (!engine->Drain().ok()) std::abort();
  }
  std::size_t delivered() const { return sink_.taken; }

  // One of each customer.
  static std::vector<Fact> SpendOfEach(Decimal amount) {
    std::vector<Fact> facts;
    for (unsigned n = 0; n < kCustomers; ++n) {
      facts.push_back(SpendAdded{.customer = Customer(n), .amount = amount});
    }
    return facts;
  }
  // So little that no alert is reached: spend, each fourth one with a time and a version,
  // and among eight of them one of usage.
  std::vector<Fact> LittleFacts() {
    Random random(1);
    std::vector<Fact> facts;
    const Decimal little = Decimal::FromUnits(1);
    for (std::size_t i = 0; i < kFacts; ++i) {
      const CustomerId customer = Customer(random.Below(kCustomers));
      if (i % 8 == 1) {
        facts.push_back(UsageAdded{
            .customer = customer, .billable_metric = Metric(), .quantity = little});
      } else if (i % 4 == 0) {
        facts.push_back(SpendAdded{
            .customer = customer, .amount = little, .version = i, .time = now()});
      } else {
        facts.push_back(SpendAdded{.customer = customer, .amount = little});
      }
    }
    return facts;
  }
  // The same additions by handles.
  std::vector<TrackedFact> Tracked(const std::vector<Fact>& facts) const {
    std::vector<TrackedFact> tracked;
    for (const Fact& fact : facts) {
      if (const auto* usage = std::get_if<UsageAdded>(&fact)) {
        tracked.push_back({*engine->Track(usage->customer, usage->billable_metric),
                           usage->quantity, usage->version, usage->time});
      } else {
        const auto& spend = std::get<SpendAdded>(fact);
        tracked.push_back({*engine->Track(spend.customer, spend.credit_type),
                           spend.amount, spend.version, spend.time});
      }
    }
    return tracked;
  }

 private:
  struct StandingClock : Clock {
    absl::Time Now() override { return absl::UnixEpoch() + absl::Hours(24) * 20'000; }
  };
  struct DroppingSink : NotificationSink {
    absl::Status Deliver(const Notification&) override {
      ++taken;
      return absl::OkStatus();
    }
    std::size_t taken = 0;
  };

  // Those of numbers that follow each other lie far apart.
  static boost::uuids::uuid Uuid(std::uint64_t number) {
    Random random(number);
    boost::uuids::uuid uuid;
    for (std::uint8_t& byte : uuid.data) byte = static_cast<std::uint8_t>(random.Next());
    return uuid;
  }

  // They outlive the engine.
  StandingClock clock_;
  DroppingSink sink_;

 public:
  const std::unique_ptr<Engine> engine;
  std::vector<AlertId> alerts;  // by threshold
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_HOT_PATH_H_
