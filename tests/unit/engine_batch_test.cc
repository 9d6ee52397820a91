// Would catch a fact that is treated otherwise because of how it came: alone or in a
// batch, in whatever block of it, in a shard of its own or among others, by id or by
// handle.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/describe.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/unit/batch_chance.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::At;
using testing::D;

// How an engine is told what it is told.
struct Manner {
  int shards = 1;
  bool alone = false;
  bool by_handle = false;
  bool plain = true;  // else most customers have an alert of their own, and so no line
};

// An engine that is told facts in one manner, and what came of it.
class Told {
 public:
  Told(const Manner& manner, PeriodPolicy policy, Clock* clock)
      : manner_(manner),
        engine_(*Engine::Open({.sink = &sink_,
                               .clock = clock,
                               .period_policy = policy,
                               .worker_threads = 0,
                               .shards = manner.shards,
                               .tracked_group_keys = {{"region"}},
                               .random_seed = 1})) {
    for (int n = 2; n < testing::kBatchCustomers; ++n) {
      EXPECT_EQ(engine_->Apply({testing::Spend(testing::Customer(n), "0")}).applied, 1u);
      if (manner.plain) continue;
      EXPECT_TRUE(engine_
                      ->CreateAlert({.id = testing::AlertNumber(100'000 + n),
                                     .type = AlertType::kUsageThresholdReached,
                                     .name = "own",
                                     .threshold = D("1e18"),
                                     .customer = testing::Customer(n),
                                     .billable_metric = testing::Metric(9)})
                      .ok());
    }
  }

  Engine& engine() { return *engine_; }

  void Tell(absl::Span<const Fact> facts) {
    std::size_t begin = 0;
    while (begin < facts.size()) {
      std::vector<TrackedFact> tracked;
      while (manner_.by_handle && begin + tracked.size() < facts.size()) {
        const std::optional<TrackedFact> one = AsTracked(facts[begin + tracked.size()]);
        if (!one.has_value()) break;
        tracked.push_back(*one);
      }
      std::size_t count = tracked.size();
      if (count > 0) {
        Note(begin, engine_->ApplyTracked(tracked));
      } else {
        count = manner_.alone || manner_.by_handle ? 1 : facts.size() - begin;
        Note(begin, engine_->Apply(facts.subspan(begin, count)));
      }
      begin += count;
    }
    told_ += facts.size();
  }

  // What came since the last call, of the facts and for each customer.
  std::string News() {
    EXPECT_TRUE(engine_->Drain().ok());
    std::map<std::string, std::string> of_customer;
    for (const Notification& one : sink_.Take()) {
      absl::StrAppend(&of_customer[testing::NameOf(one.customer)], ToJson(one), "\n");
    }
    std::string news = std::exchange(reports_, "");
    for (const auto& [customer, text] : of_customer) absl::StrAppend(&news, text);
    const Stats stats = engine_->GetStats();
    absl::StrAppend(&news, stats.facts_applied, " ", stats.facts_refused, " ",
                    stats.facts_stale, " ", stats.facts_late, " ",
                    stats.facts_group_dropped, " ", stats.notifications_decided, " ",
                    stats.customers, " ", stats.due, "\n");
    return news;
  }
  std::string States() {
    std::string states;
    for (int n = 0; n < testing::kBatchCustomers; ++n) {
      const absl::Status status = engine_->ForEachCustomerAlert(
          testing::Customer(n), [&](const CustomerAlert& one) {
            if (one.alert_name == "own") return;
            absl::StrAppend(&states, testing::Describe(one).ToString(), "\n");
          });
      absl::StrAppend(&states, n, status.ToString(), "\n");
    }
    return states;
  }

 private:
  // Handles are kept for as long as the engine, as a host would.
  template <typename SubjectId>
  std::optional<Tracked> Track(const CustomerId& customer, const SubjectId& subject) {
    const auto key = std::pair(customer.ToString(), subject.ToString());
    const auto known = handles_.find(key);
    if (known != handles_.end()) return known->second;
    const absl::StatusOr<Tracked> tracked = engine_->Track(customer, subject);
    if (!tracked.ok()) return std::nullopt;
    return handles_[key] = *tracked;
  }
  std::optional<TrackedFact> AsTracked(const Fact& fact) {
    std::optional<Tracked> tracked;
    TrackedFact as;
    if (const auto* spend = std::get_if<SpendAdded>(&fact)) {
      if (spend->contract || !spend->group_values.empty()) return std::nullopt;
      tracked = Track(spend->customer, spend->credit_type);
      as = {.amount = spend->amount, .version = spend->version, .time = spend->time};
    } else if (const auto* usage = std::get_if<UsageAdded>(&fact)) {
      if (!usage->group_values.empty()) return std::nullopt;
      tracked = Track(usage->customer, usage->billable_metric);
      as = {.amount = usage->quantity, .version = usage->version, .time = usage->time};
    }
    if (!tracked.has_value()) return std::nullopt;
    as.tracked = *tracked;
    return as;
  }
  void Note(std::size_t begin, const ApplyResult& result) {
    EXPECT_TRUE(result.status.ok()) << result.status;
    for (const FactReport& report : result.reports) {
      absl::StrAppend(&reports_, told_ + begin + report.index, " ",
                      testing::Describe(report), "\n");
    }
  }

  const Manner manner_;
  testing::CollectingSink sink_;
  const std::unique_ptr<Engine> engine_;
  std::map<std::pair<std::string, std::string>, Tracked> handles_;
  std::size_t told_ = 0;
  std::string reports_;
};

// The first line in which they differ, if they do.
std::string Difference(const std::string& actual, const std::string& expected) {
  const auto at =
      std::mismatch(actual.begin(), actual.end(), expected.begin(), expected.end());
  if (at.first == actual.end() && at.second == expected.end()) return "";
  const std::size_t end = static_cast<std::size_t>(at.first - actual.begin());
  const std::size_t begin = actual.rfind('\n', end == 0 ? 0 : end - 1) + 1;
  return absl::StrCat(actual.substr(begin, actual.find('\n', begin) - begin), "\nand\n",
                      expected.substr(begin, expected.find('\n', begin) - begin));
}

void Play(std::uint64_t seed, int rounds) {
  testing::ManualClock clock(At("2026-01-30T00:00:00Z"));
  const PeriodPolicy policy =
      seed % 2 == 0 ? PeriodPolicy::kCalendarMonth : PeriodPolicy::kOpenEnded;
  std::vector<std::unique_ptr<Told>> all;
  std::vector<Engine*> engines;
  for (const Manner& manner :
       {Manner{.alone = true, .plain = false}, Manner{}, Manner{.by_handle = true},
        Manner{.shards = 4}, Manner{.shards = 64, .by_handle = true}}) {
    all.push_back(std::make_unique<Told>(manner, policy, &clock));
    engines.push_back(&all.back()->engine());
  }
  testing::BatchChance chance(seed, &clock);
  for (int round = 0; round < rounds; ++round) {
    chance.MoveClock();
    if (chance.Below(3) == 0) chance.ChangeAlerts(engines);
    const std::vector<Fact> facts = chance.Facts();
    for (const std::unique_ptr<Told>& told : all) told->Tell(facts);
    const bool news = chance.Below(2) == 0;
    const bool states = chance.Below(4) == 0;
    const std::string expected_news = news ? all[0]->News() : "";
    const std::string expected_states = states ? all[0]->States() : "";
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (news) {
        ASSERT_EQ(Difference(all[i]->News(), expected_news), "")
            << seed << " " << round << " " << i;
      }
      if (states) {
        ASSERT_EQ(Difference(all[i]->States(), expected_states), "")
            << seed << " " << round << " " << i;
      }
    }
  }
}

TEST(Batches, HoweverTheyComeTheSameComesOfThem) {
  const char* const many = std::getenv("TOCSIN_BATCH_SEEDS");
  const std::uint64_t seeds = many == nullptr ? 60 : std::strtoull(many, nullptr, 10);
  for (std::uint64_t seed = 1; seed <= seeds && !::testing::Test::HasFailure(); ++seed) {
    Play(seed, 40);
  }
}

}  // namespace
}  // namespace tocsin
