#include "engine/cli/demo_holdings.h"

#include <algorithm>
#include <cstddef>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/cli/demo_percentile.h"
#include "engine/cli/demo_text.h"
#include "tocsin/alert_type.h"

namespace tocsin::cli {
namespace {

constexpr std::size_t kPoolsWatchedMax = 4;
constexpr std::size_t kLowPercent = 5;
constexpr std::size_t kHighPercent = 95;
constexpr std::int64_t kDaysLeft = 7;

// The alerts of one kind of balance.
struct PoolTypes {
  AlertType remaining = AlertType::kLowRemainingCommitBalanceReached;
  std::optional<AlertType> days = std::nullopt;
  absl::string_view name = {};
};

PoolTypes TypesOf(BalanceType type) {
  switch (type) {
    case BalanceType::kCommit:
      return {.remaining = AlertType::kLowRemainingCommitBalanceReached,
              .days = AlertType::kLowRemainingDaysForCommitSegmentReached,
              .name = "commits"};
    case BalanceType::kContractCredit:
      return {.remaining = AlertType::kLowRemainingContractCreditBalanceReached,
              .days = AlertType::kLowRemainingDaysForContractCreditSegmentReached,
              .name = "contract credits"};
    case BalanceType::kCreditGrant:
      return {.remaining = AlertType::kLowCreditBalanceReached, .name = "credit grants"};
  }
  return {};
}

std::string InCreditType(const CreditTypeId& id) {
  return id == UsdCents() ? " in USD cents"
                          : absl::StrCat(" in credit type ", id.ToString());
}

// Named by what it watches.
void PushAlert(absl::string_view what, absl::string_view where, AlertSpec spec,
               std::vector<DemoAlert>* alerts) {
  spec.name = std::string(what.substr(0, 200));
  spec.notify_resolved = true;
  std::string says = absl::StrCat(what, " reaches ", spec.threshold->ToString(), where);
  alerts->push_back({.mark = MarkOf(alerts->size()),
                     .says = std::move(says),
                     .unit = "",
                     .spec = std::move(spec)});
}

template <typename Lows>
std::vector<Decimal> LowestOf(const Lows& lows) {
  std::vector<Decimal> values;
  for (const auto& [key, low] : lows) {
    if (low.lowest.has_value()) values.push_back(*low.lowest);
  }
  return values;
}

Decimal ClampToAmount(Decimal value) {
  return std::clamp(value, Decimal::FromInteger(-Decimal::kAmountMax),
                    Decimal::FromInteger(Decimal::kAmountMax));
}

std::string LowestText(std::size_t count, absl::string_view whose) {
  return absl::StrCat(", the ", kLowPercent, "th percentile of the lowest that ",
                      Counted(count, whose), " had");
}

}  // namespace

void DemoHoldings::Add(const Fact& fact) {
  if (const auto* told = std::get_if<BalanceTold>(&fact)) {
    AddBalance(*told);
  } else if (const auto* drawn = std::get_if<BalanceDrawn>(&fact)) {
    AddDraw(*drawn);
  } else if (const auto* invoice = std::get_if<InvoiceTold>(&fact)) {
    AddInvoice(*invoice);
  } else if (const auto* customer = std::get_if<CustomerTold>(&fact)) {
    has_plan_end_ = has_plan_end_ || (!customer->plan_ends_at.keeps() &&
                                      customer->plan_ends_at.value().has_value());
  }
}

DemoHoldings::Low& DemoHoldings::PlaceOf(const CustomerId& customer,
                                         const Balance& balance) {
  if (!balance.seat.has_value()) return pools_[balance.pool].customers[customer];
  return seats_[balance.seat->group_key][{customer, balance.seat->group_value}];
}

void DemoHoldings::AddBalance(const BalanceTold& told) {
  const auto [at, is_new] = balances_.try_emplace({told.customer, told.balance});
  Balance& balance = at->second;
  if (is_new) {
    balance.pool = {told.type, told.credit_type.value_or(UsdCents())};
  } else {
    Low& left = PlaceOf(told.customer, balance);
    left.sum = CheckedSub(left.sum, balance.remaining).value_or(left.sum);
  }
  balance.remaining = told.remaining;
  if (!told.seat.keeps()) balance.seat = told.seat.value();
  Low& low = PlaceOf(told.customer, balance);
  low.sum = CheckedAdd(low.sum, told.remaining).value_or(low.sum);
  low.lowest = std::min(low.lowest.value_or(low.sum), low.sum);
  if (!balance.seat.has_value() && !told.ends_at.keeps() &&
      told.ends_at.value().has_value()) {
    pools_[balance.pool].has_end = true;
  }
}

void DemoHoldings::AddDraw(const BalanceDrawn& drawn) {
  const auto at = balances_.find({drawn.customer, drawn.balance});
  if (at == balances_.end()) return;
  Balance& balance = at->second;
  Low& low = PlaceOf(drawn.customer, balance);
  // The engine refuses what makes a sum overflow.
  const std::optional<Decimal> remaining = CheckedSub(balance.remaining, drawn.amount);
  const std::optional<Decimal> sum = CheckedSub(low.sum, drawn.amount);
  if (!remaining.has_value() || !sum.has_value()) return;
  balance.remaining = *remaining;
  low.sum = *sum;
  low.lowest = std::min(low.lowest.value_or(low.sum), low.sum);
}

void DemoHoldings::AddInvoice(const InvoiceTold& told) {
  const auto [at, is_new] = invoices_.try_emplace({told.customer, told.invoice},
                                                  told.credit_type.value_or(UsdCents()));
  if (told.active) invoice_totals_[at->second].push_back(told.total);
}

void DemoHoldings::AddAlerts(std::vector<DemoAlert>* alerts) const {
  std::size_t watched = 0;
  for (const auto& [id, pool] : pools_) {
    if (watched++ < kPoolsWatchedMax) AddPoolAlerts(id, pool, alerts);
  }
  AddSeatAlert(alerts);
  AddInvoiceAlert(alerts);
  if (!has_plan_end_) return;
  PushAlert("days left of the plan", "",
            {.type = AlertType::kLowRemainingDaysInPlanReached,
             .threshold = Decimal::FromInteger(kDaysLeft)},
            alerts);
}

void DemoHoldings::AddPoolAlerts(const PoolId& id, const Pool& pool,
                                 std::vector<DemoAlert>* alerts) const {
  const std::vector<Decimal> lowest = LowestOf(pool.customers);
  if (lowest.empty()) return;
  const PoolTypes types = TypesOf(id.first);
  const std::string where = InCreditType(id.second);
  PushAlert(absl::StrCat("what remains of ", types.name, where),
            LowestText(lowest.size(), "customer"),
            {.type = types.remaining,
             .threshold = ClampToAmount(Percentile(lowest, kLowPercent)),
             .credit_type = id.second},
            alerts);
  if (!pool.has_end || !types.days.has_value()) return;
  PushAlert(absl::StrCat("days left of one of the ", types.name, where), "",
            {.type = *types.days,
             .threshold = Decimal::FromInteger(kDaysLeft),
             .credit_type = id.second},
            alerts);
}

void DemoHoldings::AddSeatAlert(std::vector<DemoAlert>* alerts) const {
  for (const auto& [key, seats] : seats_) {
    const std::vector<Decimal> lowest = LowestOf(seats);
    if (lowest.empty()) continue;
    PushAlert(absl::StrCat("what remains for one seat `", key, "`"),
              LowestText(lowest.size(), "seat"),
              {.type = AlertType::kLowRemainingSeatBalanceReached,
               .threshold = ClampToAmount(Percentile(lowest, kLowPercent)),
               .seat_filter = SeatFilter{.group_key = key}},
              alerts);
    return;
  }
}

void DemoHoldings::AddInvoiceAlert(std::vector<DemoAlert>* alerts) const {
  for (const auto& [credit_type, totals] : invoice_totals_) {
    PushAlert(absl::StrCat("the total of an invoice", InCreditType(credit_type)),
              absl::StrCat(", the ", kHighPercent, "th percentile of ",
                           Counted(totals.size(), "total")),
              {.type = AlertType::kInvoiceTotalReached,
               .threshold = ClampToAmount(Percentile(totals, kHighPercent)),
               .credit_type = credit_type},
              alerts);
    return;
  }
}

}  // namespace tocsin::cli
