// What falls due by the clock: each instant is one change, before which what is
// pending is judged on the values that were.
#include <algorithm>
#include <utility>

#include "absl/time/civil_time.h"
#include "tests/support/reference_model.h"

namespace tocsin::testing {

ReferenceModel::Period ReferenceModel::PolicyPeriod(absl::Time at) const {
  if (options_.period_policy == PeriodPolicy::kOpenEnded) return Period{};
  const Month month = MonthAt(at);
  return Period{month.start, month.end};
}

absl::Time ReferenceModel::Boundary(const Customer& customer) const {
  if (!customer.waiting) return customer.current.end;
  return std::min(customer.current.end, customer.waiting->start);
}

void ReferenceModel::EndPeriod(Customer& customer, absl::Time decided_at,
                               Change& change) {
  const absl::Time end = Boundary(customer);
  Period next{end, absl::InfiniteFuture()};
  if (customer.waiting && customer.waiting->start <= end) {
    next = *customer.waiting;
    customer.waiting.reset();
  } else if (!customer.told) {
    next = PolicyPeriod(end);
  }
  BeginPeriod(customer, next, decided_at, change);
}

void ReferenceModel::BeginPeriod(Customer& customer, Period next, absl::Time decided_at,
                                 Change& change) {
  for (auto& [id, state] : customer.states) {
    const Alert& alert = alerts_.at(id);
    if (!IsCounted(alert.spec)) continue;
    for (auto& [tuple, instance] : state.instances) {
      if (!state.watching || instance.status != CustomerStatus::kInAlarm) continue;
      instance.status = CustomerStatus::kOk;
      if (!alert.spec.notify_resolved || !ReachedInThisEpoch(instance)) continue;
      Decision decision;
      decision.kind = NotificationKind::kResolved;
      decision.alert = &alert;
      decision.tuple = tuple;
      decision.previous = Value(customer, alert, tuple);
      decision.trigger = Trigger::kPeriod;
      Note(state, instance, std::move(decision), change);
    }
    for (auto it = state.instances.begin(); it != state.instances.end();) {
      it->second.gone =
          FansOut(alert.spec) && it->second.remembered && state.Awaits(it->first);
      const bool goes = FansOut(alert.spec) && !it->second.gone;
      it = goes ? state.instances.erase(it) : std::next(it);
    }
    if (!state.awaited) continue;
    // Of the old period nothing counts.
    state.awaited->judged.clear();
    if (state.awaited->read) state.awaited->read->spoilt = true;
  }
  customer.sums.Clear();
  customer.current = next;
  for (auto it = customer.contracts.begin(); it != customer.contracts.end();) {
    const absl::Time named_at = customer.contracts_named_at.at(it->first);
    const bool old = named_at + options_.keep_ended <= decided_at;
    it = old ? customer.contracts.erase(it) : std::next(it);
  }
}

// By a fact: the clock stays where it is, and nothing else falls due.
void ReferenceModel::EndPeriodsUpTo(Customer& customer, absl::Time time) {
  while (Boundary(customer) <= time) {
    Change change;
    EndPeriod(customer, now_, change);
    Publish(customer, std::move(change), now_);
  }
}

// The next instant at which days run down to an alert's threshold.
absl::Time ReferenceModel::NextDays(const Customer& customer) const {
  const absl::Time now = customer.moment.at;
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [id, state] : customer.states) {
    if (!state.watching) continue;
    const Alert& alert = alerts_.at(id);
    if (!IsOfDays(alert.spec) || *alert.spec.threshold < Decimal()) continue;
    for (const auto& [tuple, reading] : Read(customer, alert)) {
      const absl::Time end = EndOf(customer, alert.spec, tuple);
      const Wide until =
          NanosecondsBetween(now, end) - NanosecondsIn(*alert.spec.threshold);
      if (until <= 0) continue;
      // It is not above what lies between `now` and `end`, so seconds fit.
      const auto seconds = (until / 1'000'000'000).convert_to<std::int64_t>();
      const auto rest = (until % 1'000'000'000).convert_to<std::int64_t>();
      next = std::min(next, now + absl::Seconds(seconds) + absl::Nanoseconds(rest));
    }
  }
  return next;
}

// Of those that have come and are not done.
std::optional<absl::Time> ReferenceModel::NextDue(const Customer& customer) const {
  // Up to its moment nothing is left, but the end of a period that was told later.
  const bool is_now = customer.moment.at == now_ && !customer.moment.early;
  if (is_now && Boundary(customer) > now_) return std::nullopt;
  const absl::Time next = NextInstant(customer);
  return next <= now_ ? std::make_optional(next) : std::nullopt;
}

absl::Time ReferenceModel::NextInstant(const Customer& customer) const {
  const absl::Time now = customer.moment.at;
  absl::Time next = std::min(Boundary(customer), NextDays(customer));
  auto consider = [&next, now](const std::optional<absl::Time>& instant) {
    if (instant && *instant > now) next = std::min(next, *instant);
  };
  consider(customer.plan_ends_at);
  for (const auto& [id, balance] : customer.balances) {
    consider(balance.starts_at);
    consider(balance.ends_at);
  }
  if (customer.invoices.empty()) return next;
  const Month month = MonthOf(customer.moment);
  for (const auto& [id, invoice] : customer.invoices) {
    const bool forgotten =
        !invoice.active && invoice.told_at + options_.keep_ended < month.end;
    if (invoice.month == month.month && !forgotten) consider(month.end);
  }
  return next;
}

void ReferenceModel::DoInstant(Customer& customer, absl::Time instant) {
  customer.moment = {.at = instant, .early = true};
  Settle(customer, instant);
  const Values before = LastValues(customer, IsAny);
  Change change;
  if (Boundary(customer) <= instant) EndPeriod(customer, instant, change);
  customer.moment = {.at = instant, .early = false};
  JudgeChange(customer, before, IsAny, std::nullopt, change);
  for (const auto& [id, state] : customer.states) {
    const Alert& alert = alerts_.at(id);
    if (!state.watching || !IsOfDays(alert.spec)) continue;
    if (*alert.spec.threshold < Decimal()) continue;
    for (const auto& [tuple, reading] : Read(customer, alert)) {
      const absl::Time end = EndOf(customer, alert.spec, tuple);
      const Wide left = NanosecondsBetween(instant, end);
      if (left != NanosecondsIn(*alert.spec.threshold)) continue;
      customer.days_judged_at[TargetOf(alert.spec)][tuple] = instant;
    }
  }
  Publish(customer, std::move(change), instant);
}

// What is over for long is unknown from now on; sums remember that they had it.
void ReferenceModel::Forget(Customer& customer) {
  for (auto it = customer.balances.begin(); it != customer.balances.end();) {
    const Balance& balance = it->second;
    if (!balance.ends_at || *balance.ends_at + options_.keep_ended > now_) {
      ++it;
      continue;
    }
    for (const auto& [id, alert] : alerts_) {
      const Target target = TargetOf(alert.spec);
      if (!AsksFor(alert, target, customer.id)) continue;
      if (!SumsBalances(alert.spec) || !Matches(alert.spec, balance)) continue;
      customer.had_balances[target].insert(TupleOf(alert.spec, it->first, balance));
    }
    it = customer.balances.erase(it);
  }
  for (auto it = customer.invoices.begin(); it != customer.invoices.end();) {
    const Invoice& invoice = it->second;
    const bool old = !invoice.active && invoice.told_at + options_.keep_ended <= now_;
    it = old ? customer.invoices.erase(it) : std::next(it);
  }
}

void ReferenceModel::DoDueByClock(Customer& customer) {
  while (const std::optional<absl::Time> next = NextDue(customer)) {
    DoInstant(customer, *next);
  }
  customer.moment = {.at = now_, .early = false};
  Forget(customer);
}

// In the order of the instants, customers at one instant by id. Before an alert of
// one customer changes, nobody else's time matters.
void ReferenceModel::DoAllDueByClock(const Alert* changing) {
  auto concerns = [changing](CustomerId id) {
    return changing == nullptr || changing->spec.customer.value_or(id) == id;
  };
  while (true) {
    Customer* next = nullptr;
    absl::Time instant = absl::InfiniteFuture();
    for (auto& [id, customer] : customers_) {
      if (!concerns(id)) continue;
      const std::optional<absl::Time> own = NextDue(customer);
      if (own && *own < instant) {
        next = &customer;
        instant = *own;
      }
    }
    if (next == nullptr) break;
    DoInstant(*next, instant);
  }
  for (auto& [id, customer] : customers_) {
    if (concerns(id)) DoDueByClock(customer);
  }
}

}  // namespace tocsin::testing
