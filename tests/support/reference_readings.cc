// What each instance of an alert stands at, worked out afresh from all that was told.
#include <algorithm>

#include "tests/support/reference_model.h"

namespace tocsin::testing {

// The instances that have data at the customer's moment.
ReferenceModel::Readings ReferenceModel::Read(const Customer& customer,
                                              const Alert& alert) const {
  switch (InfoOf(alert.spec.type).watched) {
    case Watched::kSpend:
    case Watched::kUsage:
      return ReadCounted(customer, alert.spec);
    case Watched::kInvoicesOfMonth:
    case Watched::kInvoice:
      return ReadInvoices(customer, alert.spec);
    case Watched::kBalances:
    case Watched::kSeat:
      return ReadBalances(customer, alert.spec);
    case Watched::kBalance:
    case Watched::kPlan:
      return ReadDays(customer, alert.spec);
  }
  return {};
}

ReferenceModel::Readings ReferenceModel::ReadCounted(const Customer& customer,
                                                     const AlertSpec& spec) const {
  Readings readings;
  for (const auto& [tuple, value] :
       customer.sums.Values(MeasureOf(spec), customer.contracts)) {
    readings[tuple] = {ExactOf(value), ExactOf(value)};
  }
  return readings;
}

ReferenceModel::Readings ReferenceModel::ReadBalances(const Customer& customer,
                                                      const AlertSpec& spec) const {
  struct Sum {
    Wide remaining = 0;
    Wide granted = 0;
  };
  std::map<Tuple, Sum> sums;
  const bool money = SumsBalances(spec);
  for (const auto& [target, tuples] : customer.had_balances) {
    if (target != TargetOf(spec)) continue;
    for (const Tuple& tuple : tuples) sums[tuple];
  }
  for (const auto& [id, balance] : customer.balances) {
    if (!Matches(spec, balance) || !HasStarted(balance, customer.moment)) continue;
    Sum& sum = sums[TupleOf(spec, id, balance)];
    if (IsOver(balance, customer.moment)) continue;
    sum.remaining += Wide(balance.remaining.units());
    sum.granted += Wide(balance.granted.units());
  }
  Readings readings;
  for (const auto& [tuple, sum] : sums) {
    const Exact remaining{sum.remaining, 1};
    if (money) {
      readings[tuple] = {remaining, remaining};
    } else if (sum.granted > 0) {
      const Exact percent{sum.remaining * 100 * Decimal::kUnitsPerOne, sum.granted};
      readings[tuple] = {percent, percent, Rounded(remaining)};
    }
  }
  if (!OpenField(spec) || readings.empty()) return readings;
  // The whole stands where the lowest of them stands.
  auto lower = [](const auto& a, const auto& b) {
    return Less(a.second.value, b.second.value);
  };
  readings[{}] = std::min_element(readings.begin(), readings.end(), lower)->second;
  return readings;
}

ReferenceModel::Readings ReferenceModel::ReadDays(const Customer& customer,
                                                  const AlertSpec& spec) const {
  const Moment& moment = customer.moment;
  Readings readings;
  auto add = [&readings, &moment](const Tuple& tuple, absl::Time end) {
    const Wide left = NanosecondsBetween(moment.at, end);
    // What happens just now has not happened yet a nanosecond ago.
    readings[tuple] = {Days(left), Days(moment.early ? Wide(left + 1) : left)};
  };
  if (InfoOf(spec.type).watched == Watched::kPlan) {
    if (customer.plan_ends_at && !HasCome(*customer.plan_ends_at, moment)) {
      add({}, *customer.plan_ends_at);
    }
    return readings;
  }
  for (const auto& [id, balance] : customer.balances) {
    if (!Matches(spec, balance) || !balance.ends_at) continue;
    if (!HasStarted(balance, moment) || IsOver(balance, moment)) continue;
    add(TupleOf(spec, id, balance), *balance.ends_at);
  }
  return readings;
}

ReferenceModel::Readings ReferenceModel::ReadInvoices(const Customer& customer,
                                                      const AlertSpec& spec) const {
  const bool each = FansOut(spec);
  Readings readings;
  for (const auto& [id, invoice] : customer.invoices) {
    if (!Matches(spec, invoice)) continue;
    if (!each && invoice.month != MonthOf(customer.moment).month) continue;
    Reading& reading = readings[each ? Tuple{id.ToString()} : Tuple{}];
    reading.value.numerator += Wide(invoice.total.units());
    reading.judged = reading.value;
  }
  return readings;
}

// Of those that were there before, the ones that have just come to their end: they
// are judged a last time, with no days left.
ReferenceModel::Readings ReferenceModel::ReadEnded(
    const Customer& customer, const Alert& alert,
    const std::map<Tuple, Decimal>& before) const {
  const AlertSpec& spec = alert.spec;
  const Readings now = Read(customer, alert);
  Readings ended;
  auto consider = [&](const Tuple& tuple) {
    if (before.count(tuple) > 0 && now.count(tuple) == 0) ended[tuple] = Reading{};
  };
  if (InfoOf(spec.type).watched == Watched::kPlan) {
    if (customer.plan_ends_at) consider({});
    return ended;
  }
  for (const auto& [id, balance] : customer.balances) {
    if (!Matches(spec, balance) || !HasStarted(balance, customer.moment)) continue;
    if (balance.ends_at) consider(TupleOf(spec, id, balance));
  }
  return ended;
}

// Of an instance of days that is there.
absl::Time ReferenceModel::EndOf(const Customer& customer, const AlertSpec& spec,
                                 const Tuple& tuple) const {
  if (InfoOf(spec.type).watched == Watched::kPlan) return *customer.plan_ends_at;
  return *customer.balances.at(BalanceId::Parse(tuple[0]).value()).ends_at;
}

// When an instance of days was judged last: told, started, run down to the threshold
// of an alert with this target, or due for one.
absl::Time ReferenceModel::LastJudged(const Customer& customer, const AlertSpec& spec,
                                      const Tuple& tuple) const {
  absl::Time last = customer.plan_end_told_at;
  if (InfoOf(spec.type).watched == Watched::kBalance) {
    const Balance& balance = customer.balances.at(BalanceId::Parse(tuple[0]).value());
    last = std::max(balance.told_at, balance.starts_at.value_or(balance.told_at));
  }
  auto judged = customer.days_judged_at.find(TargetOf(spec));
  if (judged == customer.days_judged_at.end()) return last;
  auto at = judged->second.find(tuple);
  return at == judged->second.end() ? last : std::max(last, at->second);
}

bool ReferenceModel::IsReached(const Alert& alert, const Reading& reading) {
  const Exact threshold = ExactOf(*alert.spec.threshold);
  return InfoOf(alert.spec.type).direction == Direction::kRising
             ? !Less(reading.judged, threshold)
             : !Less(threshold, reading.judged);
}

std::set<Tuple> ReferenceModel::Tuples(const Customer& customer,
                                       const Alert& alert) const {
  if (!FansOut(alert.spec)) return {Tuple{}};
  std::set<Tuple> tuples;
  for (const auto& [tuple, reading] : Read(customer, alert)) tuples.insert(tuple);
  return tuples;
}

std::optional<Decimal> ReferenceModel::Value(const Customer& customer, const Alert& alert,
                                             const Tuple& tuple) const {
  const Readings readings = Read(customer, alert);
  auto reading = readings.find(tuple);
  if (reading == readings.end()) return std::nullopt;
  return Rounded(reading->second.value);
}

// Where the instances stood when they were judged last.
std::map<Tuple, Decimal> ReferenceModel::LastValuesOf(const Customer& customer,
                                                      const Alert& alert) const {
  std::map<Tuple, Decimal> values;
  for (const auto& [tuple, reading] : Read(customer, alert)) {
    Exact value = reading.value;
    if (IsOfDays(alert.spec)) {
      value = Days(NanosecondsBetween(LastJudged(customer, alert.spec, tuple),
                                      EndOf(customer, alert.spec, tuple)));
    }
    values[tuple] = Rounded(value);
  }
  return values;
}

ReferenceModel::Values ReferenceModel::LastValues(const Customer& customer,
                                                  Which which) const {
  Values values;
  for (const auto& [id, state] : customer.states) {
    if (!state.watching) continue;
    const Alert& alert = alerts_.at(id);
    if (which(alert.spec)) values[id] = LastValuesOf(customer, alert);
  }
  return values;
}

}  // namespace tocsin::testing
