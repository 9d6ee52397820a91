#include "engine/model/fact.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "engine/base/mistake.h"
#include "engine/base/status.h"
#include "engine/model/balance.h"
#include "engine/model/clock.h"
#include "engine/model/contract.h"
#include "engine/model/invoice.h"
#include "engine/model/noting.h"
#include "engine/model/pending.h"
#include "engine/model/plan.h"
#include "engine/model/reading.h"
#include "engine/model/touched.h"
#include "engine/model/turn.h"

namespace tocsin::model {
namespace {

Outcome Refused(absl::Status status) {
  Outcome outcome;
  outcome.status = std::move(status);
  return outcome;
}

absl::Status CustomerIsArchived(const CustomerId& id) {
  return MakeStatus(
      Reason::kCustomerArchived,
      absl::StrCat("customer ", id.ToString(),
                   " is archived; send a customer fact with archived: false "
                   "before other facts"));
}

Outcome ApplyEntry(Customer* customer, const Context& context, const Entry& entry,
                   const std::optional<absl::Time>& stamped) {
  if (customer->archived) return Refused(CustomerIsArchived(customer->id));
  BringUpToDate(customer, context);
  const absl::Time time = stamped.value_or(context.now);
  if (time < customer->period.current().starts_at && !TOCSIN_MISTAKE(late_fact_counted)) {
    Outcome outcome;
    outcome.late = true;
    return outcome;
  }
  if (time >= customer->period.ends_at()) {
    BeginPeriod(customer, context, time);
  }
  return Post(customer, context, entry);
}

Outcome Apply(Customer* customer, const Context& context, const SpendAdded& fact) {
  return ApplyEntry(customer, context,
                    {.subject = SpendIn(fact.credit_type),
                     .posting = {fact.amount, false, fact.version},
                     .contract = fact.contract,
                     .group_values = fact.group_values,
                     .trigger = Trigger::kSpend},
                    fact.time);
}

Outcome Apply(Customer* customer, const Context& context, const SpendTotal& fact) {
  return ApplyEntry(customer, context,
                    {.subject = SpendIn(fact.credit_type),
                     .posting = {fact.total, true, fact.version},
                     .contract = fact.contract,
                     .group_values = fact.group_values,
                     .trigger = Trigger::kSpend},
                    fact.time);
}

Outcome Apply(Customer* customer, const Context& context, const UsageAdded& fact) {
  return ApplyEntry(customer, context,
                    {.subject = UsageOf(fact.billable_metric),
                     .posting = {fact.quantity, false, fact.version},
                     .contract = std::nullopt,
                     .group_values = fact.group_values,
                     .trigger = Trigger::kUsage},
                    fact.time);
}

Outcome Apply(Customer* customer, const Context& context, const UsageTotal& fact) {
  return ApplyEntry(customer, context,
                    {.subject = UsageOf(fact.billable_metric),
                     .posting = {fact.total, true, fact.version},
                     .contract = std::nullopt,
                     .group_values = fact.group_values,
                     .trigger = Trigger::kUsage},
                    fact.time);
}

Outcome Apply(Customer* customer, const Context& context, const PeriodTold& fact) {
  if (customer->archived) return Refused(CustomerIsArchived(customer->id));
  BringUpToDate(customer, context);
  const absl::StatusOr<PeriodState::Told> told = customer->period.Tell(
      {.starts_at = fact.starts_at, .ends_at = fact.ends_at}, context.now);
  if (!told.ok()) return Refused(told.status());
  if (*told == PeriodState::Told::kBegan) ClearPeriod(customer, context);
  if (context.now >= customer->period.ends_at()) {
    BeginPeriod(customer, context, context.now);
  }
  return Outcome();
}

// All that is known of it ends, but for what must never be said twice.
void Archive(Customer* customer, const Context& context) {
  while (!customer->pending.empty()) {
    const AlertId alert = customer->pending.FirstKey();
    DropPending(customer, alert, Reason::kCustomerArchived, context);
  }
  while (customer->awaited != nullptr) {
    const AlertId alert = customer->awaited->begin()->first;
    DropPending(customer, alert, Reason::kCustomerArchived, context);
  }
  customer->meters.clear();
  customer->stands.Clear();
  customer->contracts.Clear();
  customer->holdings.reset();
  if (!TOCSIN_MISTAKE(agenda_outlives_customer)) customer->agenda.Clear();
  for (auto& [id, state] : customer->states) {
    // All instances are gone, also that of the whole of an open field.
    state.Forget();
    state.instances.Clear();
    state.whole.reset();
  }
  customer->may_resolve_at_end = false;
  customer->archived = true;
}

struct ScopedAlert {
  AlertPtr alert;
  bool in_scope = false;
};

std::vector<ScopedAlert> ScopesOf(const Customer& customer, const Catalog& catalog) {
  std::vector<ScopedAlert> scopes;
  for (const AlertPtr& alert : customer.own->alerts) {
    scopes.push_back({alert, customer.InScope(alert->spec())});
  }
  catalog.ForEachAlert([&](const AlertPtr& alert) {
    scopes.push_back({alert, customer.InScope(alert->spec())});
  });
  return scopes;
}

// The alerts that begin to apply.
absl::flat_hash_set<AlertId> Entering(const Customer& customer,
                                      const std::vector<ScopedAlert>& before) {
  absl::flat_hash_set<AlertId> entering;
  for (const auto& [alert, was_in_scope] : before) {
    if (!was_in_scope && customer.InScope(alert->spec())) entering.insert(alert->id());
  }
  return entering;
}

// That what was in alarm has no status any more.
void NoteLeft(const Customer& customer, const Context& context, const AlertPtr& alert,
              Turn* turn) {
  if (context.transitions == nullptr || !alert->enabled()) return;
  ForEachReading(customer, *alert->measure, context.now, [&](const Reading& reading) {
    const bool reached = reading.level.has_value() && alert->IsReachedAt(*reading.level);
    if (!FindStand(customer, alert->id(), reading.instance).value_or(reached)) return;
    const Shown shown = reading.ShownNow();
    turn->Become({alert, reading.instance, Trigger::kCustomer, shown}, std::nullopt);
  });
}

// Judges the alerts that begin to apply. Those that cease to apply leave no status: it
// is where a value stands on the ladders that do.
void ChangeScopes(Customer* customer, const Context& context,
                  const std::vector<ScopedAlert>& before, Turn* turn) {
  for (const auto& [alert, was_in_scope] : before) {
    const bool is_in_scope = customer->InScope(alert->spec());
    if (is_in_scope == was_in_scope) continue;
    SetBands(customer, context.catalog, *alert->measure, context.now);
    if (is_in_scope && alert->enabled()) JudgeEntering(customer, context, alert, turn);
    if (!is_in_scope) {
      DropPending(customer, alert->id(), Reason::kNotInScope, context);
      NoteLeft(*customer, context, alert, turn);
      DropStands(customer, alert->id());
    }
    const auto state = customer->states.find(alert->id());
    if (!is_in_scope && state != customer->states.end()) state->second.Forget();
  }
}

void PatchCustomer(Customer* customer, const CustomerTold& fact) {
  if (!fact.plan.keeps()) customer->plan = fact.plan.value();
  if (!fact.plan_ends_at.keeps()) {
    customer->profile.Change().plan_ends_at = fact.plan_ends_at.value();
  }
  if (!fact.custom_fields.keeps()) {
    customer->profile.Change().custom_fields =
        fact.custom_fields.value().value_or(CustomFields());
  }
}

Outcome Apply(Customer* customer, const Context& context, const CustomerTold& fact) {
  if (customer->archived && fact.archived.value_or(true)) {
    return Refused(CustomerIsArchived(customer->id));
  }
  BringUpToDate(customer, context);
  std::vector<ScopedAlert> scopes;
  const bool may_change_scope = !fact.plan.keeps() || fact.archived.has_value();
  if (may_change_scope) scopes = ScopesOf(*customer, context.catalog);
  const bool restored = customer->archived;
  PatchCustomer(customer, fact);
  if (fact.archived.value_or(false)) {
    Archive(customer, context);
    return Outcome();
  }
  customer->archived = false;
  if (restored) AdvanceClock(customer, context);
  Turn turn(customer, context, context.now);
  Touched touched(customer, context, context.now, context.now);
  if (restored || !fact.plan_ends_at.keeps()) SetPlanEnd(customer, context, &touched);
  const absl::flat_hash_set<AlertId> entering = Entering(*customer, scopes);
  touched.Judge(&turn, &entering);
  ChangeScopes(customer, context, scopes, &turn);
  return Outcome();
}

Outcome Apply(Customer* customer, const Context& context, const ContractTold& fact) {
  if (customer->archived) return Refused(CustomerIsArchived(customer->id));
  BringUpToDate(customer, context);
  return TellContract(customer, context, fact);
}

// Has a balance or an invoice changed, and notes it for the reads under way.
Outcome NoteHeld(Customer* customer, const Context& context, NotedKind kind,
                 const boost::uuids::uuid& id, const Posting& posting,
                 absl::FunctionRef<Outcome()> apply) {
  Noting noting(customer, kind);
  if (noting.needed()) {
    noting.Keep({.item = id}, kind == NotedKind::kBalances
                                  ? RemainingOf(*customer, BalanceId(id))
                                  : TotalOf(*customer, InvoiceId(id)));
  }
  Outcome outcome = apply();
  if (outcome.status.ok()) noting.Add(posting, context);
  return outcome;
}

Outcome Apply(Customer* customer, const Context& context, const BalanceTold& fact) {
  if (customer->archived) return Refused(CustomerIsArchived(customer->id));
  BringUpToDate(customer, context);
  return NoteHeld(customer, context, NotedKind::kBalances, fact.balance.uuid(),
                  {fact.remaining, true, fact.version},
                  [&] { return TellBalance(customer, context, fact); });
}

Outcome Apply(Customer* customer, const Context& context, const BalanceDrawn& fact) {
  if (customer->archived) return Refused(CustomerIsArchived(customer->id));
  BringUpToDate(customer, context);
  const Decimal added = Decimal::FromUnits(-fact.amount.units());
  return NoteHeld(customer, context, NotedKind::kBalances, fact.balance.uuid(),
                  {added, false, fact.version},
                  [&] { return DrawBalance(customer, context, fact); });
}

Outcome Apply(Customer* customer, const Context& context, const InvoiceTold& fact) {
  if (customer->archived) return Refused(CustomerIsArchived(customer->id));
  BringUpToDate(customer, context);
  return NoteHeld(customer, context, NotedKind::kInvoices, fact.invoice.uuid(),
                  {fact.total, true, fact.version},
                  [&] { return TellInvoice(customer, context, fact); });
}

}  // namespace

absl::Status NotKnown(const Fact& fact) {
  return UnknownBalance(std::get<BalanceDrawn>(fact));
}

Outcome ApplyFact(Customer* customer, const Context& context, const Fact& fact) {
  return std::visit(
      [customer, &context](const auto& one) { return Apply(customer, context, one); },
      fact);
}

}  // namespace tocsin::model
