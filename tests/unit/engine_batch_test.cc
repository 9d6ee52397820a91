// Would catch a fact that is treated otherwise because of how it came: alone or in a
// batch, in whatever block of it, in a shard of its own or among others, by id or by
// handle.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/describe.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/random.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::At;
using testing::D;
using testing::Named;
using testing::Random;

constexpr int kCustomers = 12;

// How an engine is told what it is told.
struct Manner {
  int shards = 1;
  bool alone = false;
  bool by_handle = false;
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
                               .random_seed = 1})) {}

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
    for (int n = 0; n < kCustomers; ++n) {
      const absl::Status status = engine_->ForEachCustomerAlert(
          testing::Customer(n), [&](const CustomerAlert& one) {
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

// Facts, few of them good for a handle alone, and changes of alerts, all near the borders
// of something.
class Chance {
 public:
  Chance(std::uint64_t seed, testing::ManualClock* clock)
      : random_(seed), clock_(*clock) {}

  unsigned Below(unsigned limit) { return random_.Below(limit); }

  std::vector<Fact> Facts() {
    static constexpr std::size_t kSizes[] = {1, 7, 8, 9, 10, 30, 100, 300};
    const std::size_t size =
        Below(40) == 0 ? 4'095 + Below(4) : kSizes[Below(std::size(kSizes))];
    const bool plain = Below(2) == 0;
    std::vector<Fact> facts;
    while (facts.size() < size) facts.push_back(plain ? Addition() : Any());
    return facts;
  }

  // To somewhere near the end of a month, or a little on.
  void MoveClock() {
    if (Below(3) != 0) return;
    if (Below(2) == 0) return clock_.Advance(absl::Nanoseconds(Below(3)));
    if (Below(2) == 0) return clock_.Advance(absl::Minutes(Below(120)));
    const absl::CivilMonth next = absl::ToCivilMonth(clock_.Now(), absl::UTCTimeZone());
    const absl::Time end = absl::FromCivil(next + 1, absl::UTCTimeZone());
    clock_.Set(end + Near());
  }

  // A change of the alerts, made in each engine.
  void ChangeAlerts(const std::vector<std::unique_ptr<Told>>& all) {
    const unsigned what = Below(8);
    const AlertId alert = testing::AlertNumber(static_cast<int>(Below(made_ + 1)));
    const AlertSpec spec = Spec();
    const Decimal threshold = Threshold();
    const CustomerId customer = SomeCustomer();
    const OnChange on_change = Below(2) == 0 ? OnChange::kKeep : OnChange::kNotifyAgain;
    std::string expected;
    for (const std::unique_ptr<Told>& told : all) {
      Engine& engine = told->engine();
      absl::Status status;
      if (what < 3) status = engine.CreateAlert(spec).status();
      if (what == 3) {
        status =
            engine.UpdateAlert(alert, {.threshold = threshold, .on_change = on_change});
      }
      if (what == 4) status = engine.DisableAlert(alert);
      if (what == 5) status = engine.EnableAlert(alert);
      if (what == 6) status = engine.Reset(customer, alert);
      if (what == 7) status = engine.ArchiveAlert(alert);
      if (told == all.front()) expected = status.ToString();
      EXPECT_EQ(status.ToString(), expected);
    }
    if (what < 3) ++made_;
  }

 private:
  absl::Duration Near() {
    static constexpr absl::Duration kNear[] = {
        absl::Nanoseconds(-1), absl::ZeroDuration(), absl::Nanoseconds(1),
        absl::Minutes(-59),    absl::Hours(1),       absl::Hours(-24)};
    return kNear[Below(std::size(kNear))];
  }
  CustomerId SomeCustomer() {
    // One is told most.
    return testing::Customer(Below(3) == 0 ? 0 : static_cast<int>(Below(kCustomers)));
  }
  Decimal Threshold() {
    static const Decimal kFar[] = {D("1e18"), D("-1e18"), D("0"), D("0.000000000001"),
                                   D("-0.000000000001")};
    if (Below(4) == 0) return kFar[Below(std::size(kFar))];
    return Decimal::FromInteger(static_cast<int>(Below(60)) - 20);
  }
  Decimal Amount() {
    static const Decimal kFar[] = {D("1e18"), D("-1e18"), D("0.000000000001"),
                                   D("-0.000000000001"),
                                   *CheckedAdd(D("1e18"), D("0.000000000001"))};
    if (Below(40) == 0) return kFar[Below(std::size(kFar))];
    return Decimal::FromInteger(static_cast<int>(Below(8)) - 3);
  }
  std::optional<std::uint64_t> Version() {
    if (Below(6) != 0) return std::nullopt;
    return Below(20) == 0 ? ~std::uint64_t{0} : Below(30);
  }
  std::optional<absl::Time> Time() {
    if (Below(4) != 0) return std::nullopt;
    const absl::CivilMonth month = absl::ToCivilMonth(clock_.Now(), absl::UTCTimeZone());
    const absl::Time at[] = {
        clock_.Now(), absl::FromCivil(month, absl::UTCTimeZone()),
        absl::FromCivil(month + (Below(10) == 0 ? 1 : 0), absl::UTCTimeZone())};
    return at[Below(std::size(at))] + Near();
  }
  BillableMetricId SomeMetric() { return testing::Metric(static_cast<int>(Below(2))); }
  CreditTypeId SomeCreditType() {
    return Below(4) == 0 ? Named<CreditTypeId>("eur") : UsdCents();
  }
  Fact Addition() {
    if (Below(3) == 0) {
      return UsageAdded{.customer = SomeCustomer(),
                        .billable_metric = SomeMetric(),
                        .quantity = Amount(),
                        .version = Version(),
                        .time = Time()};
    }
    return SpendAdded{.customer = SomeCustomer(),
                      .amount = Amount(),
                      .credit_type = SomeCreditType(),
                      .version = Version(),
                      .time = Time()};
  }
  Fact Any() {
    const CustomerId customer = SomeCustomer();
    switch (Below(60)) {
      case 0:
        return SpendTotal{.customer = customer,
                          .total = Amount(),
                          .version = Version(),
                          .time = Time()};
      case 1:
        return UsageTotal{.customer = customer,
                          .billable_metric = SomeMetric(),
                          .total = Amount(),
                          .version = Version()};
      case 2:
        return CustomerTold{.customer = customer, .archived = true};
      case 3:
      case 4:
        return CustomerTold{.customer = customer, .archived = false};
      case 5: {
        const absl::Time starts_at = clock_.Now() + Near();
        return PeriodTold{.customer = customer,
                          .starts_at = starts_at,
                          .ends_at = starts_at + absl::Hours(Below(600))};
      }
      case 6:
        return CustomerTold{.customer = customer, .plan = testing::Plan(1)};
      case 7:
        return CustomerTold{.customer = customer, .plan = Patch<PlanId>::Clear()};
      case 8:
        return SpendAdded{.customer = customer,
                          .amount = Amount(),
                          .group_values = {{.key = "region", .value = "north"}}};
      case 9:
        return SpendAdded{
            .customer = customer, .amount = Amount(), .contract = testing::Contract(1)};
      case 10:
        return UsageAdded{.customer = customer, .quantity = Amount()};
      case 11:
        return SpendAdded{.amount = Amount()};
      case 12:
        return BalanceDrawn{
            .customer = customer, .balance = testing::BalanceNumber(1), .amount = D("1")};
      default:
        return Addition();
    }
  }
  AlertSpec Spec() {
    AlertSpec spec{.id = testing::AlertNumber(static_cast<int>(made_)),
                   .name = "limit",
                   .threshold = Threshold(),
                   .evaluate_on_create = Below(2) == 0,
                   .notify_resolved = Below(2) == 0};
    if (Below(3) == 0) {
      spec.type = AlertType::kUsageThresholdReached;
      spec.billable_metric = SomeMetric();
    } else if (Below(4) == 0) {
      spec.credit_type = SomeCreditType();
    }
    if (Below(5) == 0) spec.customer = SomeCustomer();
    if (!spec.customer && Below(6) == 0) spec.plan = testing::Plan(1);
    if (Below(12) == 0) spec.group_values = {{.key = "region"}};
    return spec;
  }

  Random random_;
  testing::ManualClock& clock_;
  unsigned made_ = 0;
};

// The first lines in which they differ, if they do.
std::string Difference(const std::string& actual, const std::string& expected) {
  if (actual == expected) return "";
  const std::vector<std::string> a = absl::StrSplit(actual, '\n');
  const std::vector<std::string> e = absl::StrSplit(expected, '\n');
  std::size_t line = 0;
  while (line < a.size() && line < e.size() && a[line] == e[line]) ++line;
  return absl::StrCat(line < a.size() ? a[line] : "nothing", "\nbut expected\n",
                      line < e.size() ? e[line] : "nothing");
}

void Play(std::uint64_t seed, int rounds) {
  testing::ManualClock clock(At("2026-01-30T00:00:00Z"));
  const PeriodPolicy policy =
      seed % 2 == 0 ? PeriodPolicy::kCalendarMonth : PeriodPolicy::kOpenEnded;
  std::vector<std::unique_ptr<Told>> all;
  for (const Manner& manner :
       {Manner{.alone = true}, Manner{}, Manner{.by_handle = true}, Manner{.shards = 4},
        Manner{.shards = 64, .by_handle = true}}) {
    all.push_back(std::make_unique<Told>(manner, policy, &clock));
  }
  Chance chance(seed, &clock);
  for (int round = 0; round < rounds; ++round) {
    chance.MoveClock();
    if (chance.Below(3) == 0) chance.ChangeAlerts(all);
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
  const std::uint64_t seeds = many == nullptr ? 20 : std::strtoull(many, nullptr, 10);
  for (std::uint64_t seed = 1; seed <= seeds && !::testing::Test::HasFailure(); ++seed) {
    Play(seed, 40);
  }
}

}  // namespace
}  // namespace tocsin
