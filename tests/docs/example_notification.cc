#include <memory>
#include <utility>
#include <vector>

#include "absl/base/internal/raw_logging.h"
#include "tests/docs/alert_types_page.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/manual_clock.h"
#include "tocsin/engine.h"

namespace tocsin::testing {
namespace {

template <typename AnyId>
AnyId IdOf(const char* text) {
  return AnyId::Parse(text).value();
}

const CustomerId kCustomer = IdOf<CustomerId>("5a1e5a1e-0000-4000-8000-000000000001");
const BalanceId kBalance = IdOf<BalanceId>("ba1a0000-0000-4000-8000-000000000001");
const BillableMetricId kMetric =
    IdOf<BillableMetricId>("3e7c0000-0000-4000-8000-000000000001");
const absl::Time kNow = absl::UnixEpoch() + absl::Hours(24) * 20'500;

constexpr auto Whole = Decimal::FromInteger;

// What the alert watches is 100 of money or quantity, 10 %, or 7 days.
Decimal ThresholdOf(Unit unit) {
  switch (unit) {
    case Unit::kMoney:
    case Unit::kQuantity:
      return Whole(100);
    case Unit::kPercent:
      return Whole(10);
    case Unit::kDays:
      return Whole(7);
  }
  return Whole(0);
}

BalanceType TypeOf(const AlertTypeInfo& info) {
  if (info.commits) return BalanceType::kCommit;
  return info.contract_credits ? BalanceType::kContractCredit : BalanceType::kCreditGrant;
}

// First facts that leave the threshold unreached, then one that reaches it.
std::vector<Fact> FactsOf(const AlertTypeInfo& info) {
  BalanceTold balance{.customer = kCustomer,
                      .balance = kBalance,
                      .type = TypeOf(info),
                      .granted = Whole(1'000),
                      .remaining = Whole(400)};
  const BalanceDrawn drawn{
      .customer = kCustomer, .balance = kBalance, .amount = Whole(325)};
  const absl::Time in_a_week = kNow + absl::Hours(24 * 7);
  InvoiceTold invoice{.customer = kCustomer,
                      .invoice = IdOf<InvoiceId>("14401ce0-0000-4000-8000-000000000001"),
                      .invoice_type = "USAGE",
                      .total = Whole(60)};
  switch (info.watched) {
    case Watched::kSpend: {
      const SpendAdded spend{.customer = kCustomer, .amount = Whole(60)};
      return {spend, spend};
    }
    case Watched::kUsage: {
      const UsageAdded usage{
          .customer = kCustomer, .billable_metric = kMetric, .quantity = Whole(60)};
      return {usage, usage};
    }
    case Watched::kInvoicesOfMonth:
    case Watched::kInvoice: {
      InvoiceTold grown = invoice;
      grown.total = Whole(120);
      return {invoice, grown};
    }
    case Watched::kSeat:
      balance.seat = Seat{.group_key = "user", .group_value = "ann"};
      return {balance, drawn};
    case Watched::kBalances:
      return {balance, drawn};
    case Watched::kBalance: {
      balance.ends_at = in_a_week + absl::Hours(24);
      BalanceTold sooner = balance;
      sooner.ends_at = in_a_week;
      return {balance, sooner};
    }
    case Watched::kPlan:
      return {
          CustomerTold{.customer = kCustomer, .plan_ends_at = in_a_week + absl::Hours(1)},
          CustomerTold{.customer = kCustomer, .plan_ends_at = in_a_week}};
  }
  return {};
}

AlertSpec SpecOf(const AlertTypeInfo& info) {
  AlertSpec spec{.id = IdOf<AlertId>("a1e00000-0000-4000-8000-000000000001"),
                 .type = info.type,
                 .name = "Example",
                 .threshold = ThresholdOf(info.unit)};
  if (info.has_billable_metric) spec.billable_metric = kMetric;
  if (info.has_seat_filter) spec.seat_filter = SeatFilter{.group_key = "user"};
  return spec;
}

}  // namespace

Notification ExampleOf(const AlertTypeInfo& info) {
  ManualClock clock(kNow);
  CollectingSink sink;
  const std::unique_ptr<Engine> engine =
      Engine::Open({.sink = &sink, .clock = &clock, .worker_threads = 0}).value();
  ABSL_RAW_CHECK(engine->CreateAlert(SpecOf(info)).ok(), "the example's alert");
  for (const Fact& fact : FactsOf(info)) {
    ABSL_RAW_CHECK(engine->Apply({fact}).applied == 1, "the example's facts");
  }
  ABSL_RAW_CHECK(engine->Drain().ok(), "the example's delivery");
  const std::vector<Notification> told = sink.Take();
  ABSL_RAW_CHECK(told.size() == 1, "the example reaches its threshold once");
  return told.front();
}

}  // namespace tocsin::testing
