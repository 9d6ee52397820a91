// Would catch a limit that does not hold, that a new period does not free, or a fact
// that is refused and leaves something behind.
#include "engine/base/limits.h"

#include <limits>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/model/fact.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tocsin/engine.h"

namespace tocsin::model {
namespace {

using ::testing::AllOf;
using testing::At;
using testing::Contract;
using testing::D;
using ::testing::HasSubstr;
using testing::Metric;

// One customer of the domain, without an engine around it.
class Limits : public ::testing::Test {
 protected:
  Outcome Tell(const Fact& fact) {
    return ApplyFact(&customer_,
                     {.catalog = catalog_,
                      .missed = {},
                      .now = now_,
                      .groups_per_measure_max = 5,
                      .instances_per_customer_max = 5,
                      .keep_ended = absl::Hours(24),
                      .decisions = &decisions_,
                      .resets_done = &resets_done_},
                     fact);
  }
  static UsageAdded Usage(int metric) {
    return {.customer = testing::Customer(1),
            .billable_metric = Metric(metric),
            .quantity = D("1")};
  }
  static SpendAdded Spend(const char* amount, int contract) {
    return {.customer = testing::Customer(1),
            .amount = D(amount),
            .contract = Contract(contract)};
  }
  Decimal SpendOf(int contract) {
    return customer_.FindMeter(SpendIn(UsdCents()))
        ->contracts()
        .Find(Contract(contract))
        ->value;
  }

  absl::Time now_ = At("2026-01-31T12:00:00Z");
  const Catalog catalog_{std::vector<std::vector<std::string>>()};
  std::vector<Decision> decisions_;
  std::size_t resets_done_ = 0;
  Customer customer_{testing::Customer(1),
                     PeriodState(PeriodPolicy::kCalendarMonth, now_), 0};
};

TEST_F(Limits, SubjectsOfAPeriodAreFreedByTheNext) {
  const int max = static_cast<int>(kSubjectsPerCustomerMax);
  for (int i = 0; i < max; ++i) ASSERT_TRUE(Tell(Usage(i)).status.ok()) << i;
  const Outcome refused = Tell(Usage(max));
  EXPECT_EQ(ReasonOf(refused.status), Reason::kLimitReached);
  EXPECT_THAT(std::string(refused.status.message()), HasSubstr(Metric(max).ToString()));
  EXPECT_TRUE(Tell(Usage(0)).status.ok()) << "one that is known already";
  // The fact's own time ends the period, and with it what was in the way.
  UsageAdded next = Usage(max);
  next.time = At("2026-02-01T00:00:00Z");
  EXPECT_TRUE(Tell(next).status.ok());
  EXPECT_EQ(customer_.period.current().starts_at, At("2026-02-01T00:00:00Z"));
  EXPECT_EQ(customer_.meters.size(), 1u);
}

TEST_F(Limits, APeriodIsNotEndedByAFactThatIsRefused) {
  customer_.archived = true;
  UsageAdded next = Usage(1);
  next.time = At("2026-02-01T00:00:00Z");
  EXPECT_EQ(ReasonOf(Tell(next).status), Reason::kCustomerArchived);
  EXPECT_EQ(customer_.period.current().starts_at, At("2026-01-01T00:00:00Z"));
}

TEST_F(Limits, NoSumOfSomeContractsCanOverflow) {
  ASSERT_TRUE(Tell(Spend("1", 1)).status.ok());
  ASSERT_TRUE(Tell(Spend("-1", 2)).status.ok());
  // What years of facts would come to.
  Meter* meter = customer_.FindMeter(SpendIn(UsdCents()));
  const Decimal near =
      Decimal::FromUnits(std::numeric_limits<Int128>::max() - Decimal::kUnitsPerOne);
  meter->ContractsToChange().sums[Contract(1)].value = near;
  meter->ContractsToChange().bounds.above = near;
  // The whole stands at 0 and so does not overflow; a filter that passes 1 and 3 would.
  const Outcome refused = Tell(Spend("2", 3));
  EXPECT_EQ(ReasonOf(refused.status), Reason::kOutOfRange);
  EXPECT_THAT(std::string(refused.status.message()),
              AllOf(HasSubstr("amount 2 would take a sum"),
                    HasSubstr(testing::Customer(1).ToString()),
                    HasSubstr("beyond 128 bits (about +-1.7 * 10^26)")));
  EXPECT_EQ(meter->contracts().Find(Contract(3)), nullptr);
  EXPECT_EQ(meter->contracts().bounds.above, near);
  EXPECT_EQ(meter->whole.sum.value, D("0"));
  // What is below zero has bounds of its own, whatever comes first.
  EXPECT_TRUE(Tell(Spend("-2", 2)).status.ok());
  EXPECT_EQ(SpendOf(2), D("-3"));
  EXPECT_EQ(meter->contracts().bounds.below, D("-3"));
  EXPECT_TRUE(Tell(Spend("-2", 1)).status.ok()) << "a way back";
  EXPECT_TRUE(Tell(Spend("2", 3)).status.ok());
}

}  // namespace
}  // namespace tocsin::model
