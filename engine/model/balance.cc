#include "engine/model/balance.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "engine/base/mistake.h"
#include "engine/base/rfc3339.h"
#include "engine/base/status.h"
#include "engine/model/tally.h"
#include "engine/model/turn.h"

namespace tocsin::model {
namespace {

absl::Status CannotChange(const BalanceId& id, absl::string_view what,
                          absl::string_view told, absl::string_view now) {
  return MakeStatus(Reason::kCannotChange,
                    absl::StrCat("balance ", id.ToString(), " has the ", what, " ", told,
                                 " and cannot get ", now, "; tell another balance"));
}

absl::Status CheckSame(const BalanceTold& fact, const Balance& known) {
  if (fact.type != known.type) {
    return CannotChange(fact.balance, "balance_type", BalanceTypeName(known.type),
                        BalanceTypeName(fact.type));
  }
  if (fact.credit_type.value_or(known.credit_type) != known.credit_type) {
    return CannotChange(fact.balance, "credit_type_id", known.credit_type.ToString(),
                        fact.credit_type->ToString());
  }
  return absl::OkStatus();
}

template <typename T>
void SetFrom(const Patch<T>& patch, T absent, T* field) {
  if (!patch.keeps()) *field = patch.value().value_or(std::move(absent));
}

// All of the fact but what remains.
void TakeFields(const BalanceTold& fact, absl::Time now, Balance* balance) {
  balance->granted = fact.granted;
  SetFrom(fact.starts_at, absl::InfinitePast(), &balance->starts_at);
  SetFrom(fact.ends_at, absl::InfiniteFuture(), &balance->ends_at);
  SetFrom(fact.custom_fields, {}, &balance->custom_fields);
  SetFrom(fact.credit_grant_type, {}, &balance->credit_grant_type);
  if (!fact.seat.keeps()) balance->seat = fact.seat.value();
  balance->started = balance->starts_at <= now || TOCSIN_MISTAKE(balance_counts_early);
  balance->over = balance->ends_at <= now && !TOCSIN_MISTAKE(balance_counts_past_end);
}

absl::Status EndsBeforeStart(const BalanceTold& fact, const Balance& balance) {
  return MakeStatus(
      Reason::kMalformed,
      absl::StrCat("balance ", fact.balance.ToString(), " would end at ",
                   ToRfc3339Exact(balance.ends_at), ", not after its start at ",
                   ToRfc3339Exact(balance.starts_at), "; give both if both have moved"));
}

// Sets or takes away what falls due for a balance.
void SetEvents(const BalanceId& id, const Balance& balance, absl::Duration keep_ended,
               bool set, Agenda* agenda) {
  const auto at = [&](Event::Kind kind, absl::Time instant) {
    const Event event{.at = instant, .kind = kind, .id = id.uuid(), .measure = nullptr};
    if (set) {
      agenda->Insert(event);
    } else {
      agenda->Erase(event);
    }
  };
  const bool ends = balance.ends_at != absl::InfiniteFuture();
  if (!balance.started) at(Event::Kind::kStarts, balance.starts_at);
  if (ends && !balance.over) at(Event::Kind::kEnds, balance.ends_at);
  if (ends) at(Event::Kind::kForgetBalance, balance.ends_at + keep_ended);
}

// Takes a balance out of every tally, has it changed, and takes it in again.
void RecountBalance(Customer* customer, const Context& context, const BalanceId& id,
                    Balance* balance, Trigger trigger, Touched* touched,
                    absl::FunctionRef<void()> change) {
  const bool counted = balance->counts();
  const bool had_end = counted && balance->ends_at != absl::InfiniteFuture();
  absl::flat_hash_set<const Measure*> had_days;
  const auto for_each = [&](absl::FunctionRef<void(const MeasurePtr&)> visit) {
    ForEachBalanceMeasure(*customer, context.catalog, *balance,
                          [&](const MeasurePtr& measure) {
                            if (Matches(*measure, *balance)) visit(measure);
                          });
  };
  for_each([&](const MeasurePtr& measure) {
    const bool days = measure->subject.info().watched == Watched::kBalance;
    if (days && had_end) had_days.insert(measure.get());
    // Of what was not there nothing is to be taken out.
    if (days ? !counted : !balance->started) return;
    const std::string instance = InstanceOf(*measure, id, *balance);
    Exclude(*measure, *balance, &touched->Touch(measure, instance, trigger));
  });
  change();
  for_each([&](const MeasurePtr& measure) {
    const bool days = measure->subject.info().watched == Watched::kBalance;
    const std::string instance = InstanceOf(*measure, id, *balance);
    if (days && balance->over && had_days.contains(measure.get())) {
      return touched->EndDays(measure, instance, trigger);
    }
    if (days ? !balance->counts() : !balance->started) return;
    Include(*measure, *balance, &touched->Touch(measure, instance, trigger));
  });
}

}  // namespace

absl::Status UnknownBalance(const BalanceDrawn& fact) {
  return MakeStatus(Reason::kUnknownBalance,
                    absl::StrCat("customer ", fact.customer.ToString(),
                                 " has no balance ", fact.balance.ToString(),
                                 "; one comes into being with its first balance fact"));
}

const Sum* RemainingOf(const Customer& customer, const BalanceId& id) {
  if (customer.holdings == nullptr) return nullptr;
  const auto it = customer.holdings->balances.find(id);
  return it == customer.holdings->balances.end() ? nullptr : &it->second.remaining;
}

Outcome TellBalance(Customer* customer, const Context& context, const BalanceTold& fact) {
  Turn turn(customer, context, context.now);
  Touched touched(customer, context, context.now, context.now);
  Outcome outcome = TakeInBalance(customer, context, fact, nullptr, &touched);
  touched.Judge(&turn);
  return outcome;
}

Outcome TakeInBalance(Customer* customer, const Context& context, const BalanceTold& fact,
                      const Sum* settled, Touched* touched) {
  Outcome outcome;
  const Holdings* held = customer->holdings.get();
  const Balance* known = nullptr;
  if (held != nullptr) {
    const auto it = held->balances.find(fact.balance);
    if (it != held->balances.end()) known = &it->second;
  }
  if (known != nullptr) outcome.status = CheckSame(fact, *known);
  if (!outcome.status.ok()) return outcome;
  Balance next = known != nullptr ? *known : Balance();
  next.type = fact.type;
  if (known == nullptr) next.credit_type = fact.credit_type.value_or(UsdCents());
  TakeFields(fact, context.now, &next);
  if (next.ends_at <= next.starts_at) {
    outcome.status = EndsBeforeStart(fact, next);
    return outcome;
  }
  if (settled != nullptr) {
    next.remaining = *settled;
  } else {
    outcome.stale =
        next.remaining.Post({fact.remaining, true, fact.version}) == Posted::kStale;
  }
  if (outcome.stale) return outcome;
  if (known == nullptr && held != nullptr &&
      held->balances.size() >= context.instances_per_customer_max) {
    outcome.status =
        TooManyHeld(customer->id, "balances", context.instances_per_customer_max);
    return outcome;
  }
  Holdings& holdings = customer->HoldingsToChange();
  const auto amount = [known](auto member) {
    return known ? std::optional<Decimal>(member(*known)) : std::nullopt;
  };
  const std::optional<Bounds> remaining = holdings.remaining_bounds.With(
      amount([](const Balance& one) { return one.remaining.value; }),
      next.remaining.value);
  const std::optional<Bounds> granted = holdings.granted_bounds.With(
      amount([](const Balance& one) { return one.granted; }), fact.granted);
  if (!remaining.has_value() || !granted.has_value()) {
    outcome.status =
        HeldOverflow(customer->id, "balances", remaining ? fact.granted : fact.remaining);
    return outcome;
  }
  holdings.remaining_bounds = *remaining;
  holdings.granted_bounds = *granted;
  const auto [place, inserted] = holdings.balances.try_emplace(fact.balance);
  Balance& balance = place->second;
  if (inserted) {
    balance.type = next.type;
    balance.credit_type = next.credit_type;
  } else {
    SetEvents(fact.balance, balance, context.keep_ended, false, &customer->agenda);
  }
  RecountBalance(customer, context, fact.balance, &balance, Trigger::kBalance, touched,
                 [&] { balance = std::move(next); });
  SetEvents(fact.balance, balance, context.keep_ended, true, &customer->agenda);
  return outcome;
}

Outcome DrawBalance(Customer* customer, const Context& context,
                    const BalanceDrawn& fact) {
  Outcome outcome;
  Holdings* holdings = customer->holdings.get();
  if (holdings == nullptr || !holdings->balances.contains(fact.balance)) {
    outcome.status = UnknownBalance(fact);
    return outcome;
  }
  Balance& balance = holdings->balances.at(fact.balance);
  Sum remaining = balance.remaining;
  const Decimal added = Decimal::FromUnits(-fact.amount.units());
  const Posted posted = remaining.Post({added, false, fact.version});
  outcome.stale = posted == Posted::kStale;
  if (outcome.stale) return outcome;
  const std::optional<Bounds> bounds =
      posted == Posted::kOverflow
          ? std::nullopt
          : holdings->remaining_bounds.With(balance.remaining.value, remaining.value);
  if (!bounds.has_value()) {
    outcome.status = HeldOverflow(customer->id, "balances", fact.amount);
    return outcome;
  }
  holdings->remaining_bounds = *bounds;
  Turn turn(customer, context, context.now);
  Touched touched(customer, context, context.now, context.now);
  RecountBalance(customer, context, fact.balance, &balance, Trigger::kBalance, &touched,
                 [&] { balance.remaining = remaining; });
  touched.Judge(&turn);
  return outcome;
}

void StartBalance(Customer* customer, const Context& context, const BalanceId& id,
                  Touched* touched) {
  Balance& balance = customer->holdings->balances.at(id);
  RecountBalance(customer, context, id, &balance, Trigger::kClock, touched,
                 [&balance] { balance.started = true; });
}

void EndBalance(Customer* customer, const Context& context, const BalanceId& id,
                Touched* touched) {
  Balance& balance = customer->holdings->balances.at(id);
  RecountBalance(customer, context, id, &balance, Trigger::kClock, touched,
                 [&balance] { balance.over = true; });
}

void ReachDays(Customer* customer, const Event& event, Touched* touched) {
  const Tallies& tallies = *customer->holdings->FindTallies(event.measure);
  touched->Touch(tallies.measure, DaysInstance(*event.measure, event.id),
                 Trigger::kClock);
}

void ForgetBalance(Customer* customer, const BalanceId& id) {
  Holdings& holdings = *customer->holdings;
  const auto it = holdings.balances.find(id);
  holdings.remaining_bounds =
      *holdings.remaining_bounds.With(it->second.remaining.value, std::nullopt);
  holdings.granted_bounds =
      *holdings.granted_bounds.With(it->second.granted, std::nullopt);
  holdings.balances.erase(it);
}

}  // namespace tocsin::model
