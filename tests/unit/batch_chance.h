#ifndef TOCSIN_TESTS_UNIT_BATCH_CHANCE_H_
#define TOCSIN_TESTS_UNIT_BATCH_CHANCE_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/random.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

inline constexpr int kBatchCustomers = 12;

// Batches of facts and changes of alerts, all near the borders of something.
class BatchChance {
 public:
  BatchChance(std::uint64_t seed, ManualClock* clock)
      : random_(seed), clock_(*clock), small_(seed % 3 == 0) {}

  unsigned Below(unsigned limit) { return random_.Below(limit); }

  std::vector<Fact> Facts() {
    static constexpr std::size_t kSizes[] = {1, 7, 8, 9, 10, 30, 100, 300};
    const std::size_t size =
        Below(150) == 0 ? 4'095 + Below(4) : kSizes[Below(std::size(kSizes))];
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
  void ChangeAlerts(absl::Span<Engine* const> all) {
    const unsigned what = Below(8);
    const AlertId alert = AlertNumber(static_cast<int>(Below(made_ + 1)));
    const AlertSpec spec = Spec();
    const Decimal threshold = Threshold();
    const CustomerId customer = SomeCustomer();
    const OnChange on_change = Below(2) == 0 ? OnChange::kKeep : OnChange::kNotifyAgain;
    std::string expected;
    for (Engine* engine : all) {
      absl::Status status;
      if (what < 3) status = engine->CreateAlert(spec).status();
      if (what == 3) {
        status =
            engine->UpdateAlert(alert, {.threshold = threshold, .on_change = on_change});
      }
      if (what == 4) status = engine->DisableAlert(alert);
      if (what == 5) status = engine->EnableAlert(alert);
      if (what == 6) status = engine->Reset(customer, alert);
      if (what == 7) status = engine->ArchiveAlert(alert);
      if (engine == all.front()) expected = status.ToString();
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
    return Customer(Below(3) == 0 ? 2 : static_cast<int>(Below(kBatchCustomers)));
  }
  // So that sums stand beside thresholds, with nothing between.
  Decimal Of(int number) const {
    return small_ ? Decimal::FromUnits(number) : Decimal::FromInteger(number);
  }
  Decimal Threshold() {
    static const Decimal kFar[] = {D("1e18"), D("-1e18"), D("0"), D("0.000000000001"),
                                   D("-0.000000000001")};
    if (Below(4) == 0) return kFar[Below(std::size(kFar))];
    return Of(static_cast<int>(Below(60)) - 20);
  }
  Decimal Amount() {
    static const Decimal kFar[] = {D("1e18"), D("-1e18"), D("0.000000000001"),
                                   D("-0.000000000001"),
                                   *CheckedAdd(D("1e18"), D("0.000000000001"))};
    if (Below(40) == 0) return kFar[Below(std::size(kFar))];
    return Of(static_cast<int>(Below(8)) - 3);
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
  BillableMetricId SomeMetric() { return Metric(static_cast<int>(Below(2))); }
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
        return CustomerTold{.customer = customer, .plan = Plan(1)};
      case 7:
        return CustomerTold{.customer = customer, .plan = Patch<PlanId>::Clear()};
      case 8:
        return SpendAdded{.customer = customer,
                          .amount = Amount(),
                          .group_values = {{.key = "region", .value = "north"}}};
      case 9:
        return SpendAdded{
            .customer = customer, .amount = Amount(), .contract = Contract(1)};
      case 10:
        if (Below(4) == 0) return UsageAdded{.customer = customer, .quantity = Amount()};
        return UsageAdded{.customer = customer,
                          .billable_metric = SomeMetric(),
                          .quantity = Amount(),
                          .group_values = {{.key = "region", .value = "south"}}};
      case 11:
        return SpendAdded{.amount = Amount()};
      case 12:
        return BalanceDrawn{
            .customer = customer, .balance = BalanceNumber(1), .amount = D("1")};
      case 13:
        return ContractTold{.customer = customer,
                            .contract = Contract(1),
                            .custom_fields = {{"tier", "gold"}}};
      default:
        return Addition();
    }
  }
  AlertSpec Spec() {
    AlertSpec spec{.id = AlertNumber(static_cast<int>(made_)),
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
    if (!spec.customer && Below(6) == 0) spec.plan = Plan(1);
    if (Below(8) == 0) spec.group_values = {{.key = "region"}};
    if (!spec.billable_metric && Below(8) == 0) {
      spec.custom_field_filters = {
          {.entity = FilterEntity::kContract, .key = "tier", .value = "gold"}};
    }
    return spec;
  }

  Random random_;
  ManualClock& clock_;
  const bool small_;  // numbers are of the smallest unit
  unsigned made_ = 0;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_UNIT_BATCH_CHANCE_H_
