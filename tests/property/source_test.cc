// Would catch a sum that is not the host's after it was read anew, whatever was lost
// before and whatever arrived in which order meanwhile.
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/support/crashing_engine.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/scripted_source.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

const CustomerId kCustomerRead = testing::Customer(1);
constexpr std::array<const char*, 3> kRegions = {"ap", "eu", "us"};

// A host whose facts may be lost or come late, and whose source knows the truth.
class LossyHost {
 public:
  enum class With { kVersions, kNoVersions };
  enum class Engines { kLive, kDie };
  LossyHost(std::uint64_t seed, With with, Engines engines = Engines::kLive)
      : random_(seed), versions_(with == With::kVersions) {
    const Options options{.clock = &clock_,
                          .worker_threads = 0,
                          .fact_source = &source_,
                          .read_additions_max = 1 + random_() % 8,
                          .random_seed = 1};
    if (engines == Engines::kDie) {
      constexpr std::uint32_t kCallsPerLife = 6;
      engine_ = std::make_unique<testing::CrashingEngine>(options, seed, kCallsPerLife);
    } else {
      engine_ = *Engine::Open(options);
    }
    by_region_ = *engine_->CreateAlert({.name = "by region",
                                        .threshold = testing::D("50"),
                                        .group_values = {{.key = "region"}}});
    whole_ = *engine_->CreateAlert({.name = "whole", .threshold = testing::D("100")});
    // So that each region has an instance, and is reset with the others.
    for (const char* region : kRegions) Deliver(Spend(region, 1));
  }
  ~LossyHost() { engine_->Close(absl::ZeroDuration()).IgnoreError(); }

  // Empty if all is well.
  std::string Run() {
    for (int i = 0; i < 40; ++i) Step(/*loses=*/true);
    late_.clear();
    Reset();
    for (int i = 0; i < 40; ++i) Step(/*loses=*/false);
    while (!late_.empty()) DeliverLate();
    for (int i = 0; i < 100 && engine_->GetStats().due > 0; ++i) {
      Drain();
      AnswerSome(/*always=*/true);
      Drain();
      clock_.Advance(absl::Minutes(1));
    }
    return Compare();
  }

 private:
  std::uint64_t Below(std::uint64_t end) { return random_() % end; }
  std::optional<std::uint64_t> Version() const {
    return versions_ ? std::optional<std::uint64_t>(version_) : std::nullopt;
  }

  SpendAdded Spend(const char* region, int amount) {
    truth_[region] += amount;
    ++version_;
    return {.customer = kCustomerRead,
            .amount = testing::D(std::to_string(amount)),
            .group_values = {{.key = "region", .value = region}},
            .version = Version()};
  }
  void Deliver(const SpendAdded& fact) {
    const Fact facts[] = {fact};
    EXPECT_EQ(engine_->Apply(facts).refused, 0u);
  }
  void DeliverLate() {
    const std::size_t i = Below(late_.size());
    Deliver(late_[i]);
    late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  void Reset() {
    EXPECT_TRUE(engine_->Reset(kCustomerRead, by_region_).ok());
    EXPECT_TRUE(engine_->Reset(kCustomerRead, whole_).ok());
  }
  void Drain() { EXPECT_TRUE(engine_->Drain().ok()); }

  // The truth as of now.
  std::vector<Fact> Truth(const ReadRequest& request) {
    std::vector<Fact> facts;
    int whole = 0;
    for (const auto& [region, sum] : truth_) {
      whole += sum;
      if (request.spec.group_values.empty()) continue;
      facts.push_back(SpendTotal{.customer = kCustomerRead,
                                 .total = testing::D(std::to_string(sum)),
                                 .group_values = {{.key = "region", .value = region}},
                                 .version = Version()});
    }
    if (request.spec.group_values.empty()) {
      facts.push_back(SpendTotal{.customer = kCustomerRead,
                                 .total = testing::D(std::to_string(whole)),
                                 .version = Version()});
    }
    return facts;
  }
  // Some reads see the truth now and answer later.
  void AnswerSome(bool always) {
    while (source_.waiting() > 0) {
      testing::ScriptedSource::Asked asked = source_.Take();
      std::vector<Fact> facts = Truth(asked.request);
      answers_.emplace_back(std::move(asked.done), std::move(facts));
    }
    while (!answers_.empty() && (always || Below(3) == 0)) {
      const std::size_t i = Below(answers_.size());
      auto [done, facts] = std::move(answers_[i]);
      answers_.erase(answers_.begin() + static_cast<std::ptrdiff_t>(i));
      if (always || Below(4) > 0) {
        done(std::move(facts));
      } else {
        done(absl::UnavailableError("down"));
      }
    }
  }

  void Step(bool loses) {
    switch (Below(6)) {
      case 0:
      case 1: {
        const char* region = kRegions[Below(kRegions.size())];
        const SpendAdded fact = Spend(region, static_cast<int>(Below(60)) - 25);
        if (loses && Below(3) == 0) return;
        // Without versions a fact that comes late cannot be told from a new one.
        if (versions_ && Below(2) == 0) {
          late_.push_back(fact);
        } else {
          Deliver(fact);
        }
        return;
      }
      case 2:
        if (!late_.empty()) DeliverLate();
        return;
      case 3:
        if (loses && Below(2) == 0) Reset();
        return Drain();
      case 4:
        return AnswerSome(/*always=*/false);
      case 5:
        return clock_.Advance(absl::Milliseconds(Below(3'000)));
    }
  }

  std::string Compare() {
    const Stats stats = engine_->GetStats();
    if (stats.due > 0) return "something is due for ever";
    if (stats.decisions_differed > 0) return "what was decided was decided otherwise";
    std::string wrong;
    int whole = 0;
    for (const auto& [region, sum] : truth_) whole += sum;
    const auto check = [&wrong](const CustomerAlert& one, int sum) {
      const bool reached = one.value >= one.threshold;
      const bool right =
          one.value == testing::D(std::to_string(sum)) &&
          one.status == (reached ? CustomerStatus::kInAlarm : CustomerStatus::kOk);
      // It says so where it could not be read.
      if (right || one.source_failed) return;
      wrong += one.alert_name + " is " + one.value->ToString() + ", in truth " +
               std::to_string(sum) + "\n";
    };
    check(*engine_->GetCustomerAlert(kCustomerRead, whole_), whole);
    EXPECT_TRUE(engine_
                    ->ForEachInstance(kCustomerRead, by_region_,
                                      [&](const CustomerAlert& one) {
                                        check(one, truth_[one.group_values[0].value]);
                                      })
                    .ok());
    return wrong;
  }

  std::mt19937_64 random_;
  const bool versions_;
  testing::ManualClock clock_{testing::At("2026-01-05T00:00:00Z")};
  testing::ScriptedSource source_;
  std::unique_ptr<Engine> engine_;
  AlertId by_region_;
  AlertId whole_;
  std::map<std::string, int> truth_;
  std::uint64_t version_ = 0;
  std::vector<SpendAdded> late_;  // told, and not arrived yet
  std::vector<std::pair<FactSource::Done, std::vector<Fact>>> answers_;
};

RC_GTEST_PROP(SourceProperty, WhatWasReadIsTheTruth, (std::uint64_t seed)) {
  const std::string wrong = LossyHost(seed, LossyHost::With::kVersions).Run();
  RC_ASSERT(wrong == std::string());
}

RC_GTEST_PROP(SourceProperty, WhatWasReadIsTheTruthWithoutVersions,
              (std::uint64_t seed)) {
  const std::string wrong = LossyHost(seed, LossyHost::With::kNoVersions).Run();
  RC_ASSERT(wrong == std::string());
}

// An answer to a read of an engine that is dead counts for nothing; the next one reads.
RC_GTEST_PROP(SourceProperty, WhatWasReadIsTheTruthThroughCrashes, (std::uint64_t seed)) {
  const std::string wrong =
      LossyHost(seed, LossyHost::With::kVersions, LossyHost::Engines::kDie).Run();
  RC_ASSERT(wrong == std::string());
}

RC_GTEST_PROP(SourceProperty, WhatWasReadIsTheTruthThroughCrashesWithoutVersions,
              (std::uint64_t seed)) {
  const std::string wrong =
      LossyHost(seed, LossyHost::With::kNoVersions, LossyHost::Engines::kDie).Run();
  RC_ASSERT(wrong == std::string());
}

}  // namespace
}  // namespace tocsin
