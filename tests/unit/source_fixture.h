#ifndef TOCSIN_TESTS_UNIT_SOURCE_FIXTURE_H_
#define TOCSIN_TESTS_UNIT_SOURCE_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/scripted_source.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

using SourceAsked = ScriptedSource::Asked;
using SourceAnswer = ScriptedSource::Answer;
using ToldVersion = std::optional<std::uint64_t>;

inline const CustomerId kAcmeRead = Customer(1);
inline const CustomerId kOtherRead = Customer(2);

inline Fact ToldTotal(const char* total, ToldVersion version = std::nullopt,
                      CustomerId customer = kAcmeRead) {
  return SpendTotal{.customer = customer, .total = D(total), .version = version};
}
inline Fact ToldAdded(const char* amount, ToldVersion version = std::nullopt) {
  return SpendAdded{.customer = kAcmeRead, .amount = D(amount), .version = version};
}

// An engine without threads that watches spend of 100, for two customers at 10.
struct SourceFixture {
  explicit SourceFixture(Options options = {}) {
    options.sink = &sink;
    options.clock = &clock;
    options.worker_threads = 0;
    options.random_seed = 1;
    options.fact_source = &source;
    engine = *Engine::Open(options);
    limit = Limit("100");
    Apply({Spend(kAcmeRead, "10"), Spend(kOtherRead, "10")});
  }
  // Else it would wait for a source that is silent.
  ~SourceFixture() { engine->Close(absl::ZeroDuration()).IgnoreError(); }

  AlertId Limit(const char* threshold) {
    return *engine->CreateAlert(
        {.name = "limit", .threshold = D(threshold), .notify_resolved = true});
  }
  void Apply(const std::vector<Fact>& facts) {
    ASSERT_EQ(engine->Apply(facts).applied, facts.size());
    Drain();
  }
  void Drain() { ASSERT_TRUE(engine->Drain().ok()); }
  void Reset(CustomerId customer = kAcmeRead) {
    ASSERT_TRUE(engine->Reset(customer, limit).ok());
    Drain();
  }
  void Give(SourceAsked asked, SourceAnswer answer) {
    asked.done(std::move(answer));
    Drain();
  }
  CustomerAlert Get(CustomerId customer = kAcmeRead) {
    return *engine->GetCustomerAlert(customer, limit);
  }
  // `in_alarm 120`.
  std::string State(CustomerId customer = kAcmeRead) {
    const CustomerAlert state = Get(customer);
    return absl::StrCat(CustomerStatusName(*state.status), " ",
                        state.value ? state.value->ToString() : "none");
  }
  // `reached 120 epoch 1` for each that was delivered.
  std::vector<std::string> Told() {
    std::vector<std::string> told;
    for (const Notification& one : sink.Take()) {
      told.push_back(
          absl::StrCat(one.kind == NotificationKind::kReached ? "reached " : "resolved ",
                       one.value.ToString(), " epoch ", one.epoch));
    }
    return told;
  }

  ManualClock clock{At("2026-01-05T00:00:00Z")};
  CollectingSink sink;
  ScriptedSource source;
  std::unique_ptr<Engine> engine;
  AlertId limit;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_UNIT_SOURCE_FIXTURE_H_
