#include "engine/model/pending.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/model/reading.h"

namespace tocsin::model {
namespace {

void NoteRestarts(Customer* customer, std::uint64_t restarts, const AlertId& alert) {
  AlertState& state = customer->states[alert];
  for (std::uint64_t i = 0; i < restarts; ++i) state.RaiseEpoch();
}

// The instances of a measure that the alert watches no more.
void DropInstances(Customer* customer, const AlertId& alert) {
  const auto state = customer->states.find(alert);
  if (state != customer->states.end()) state->second.instances.clear();
}

void TakeInChange(Customer* customer, const AlertChange& change, const Context& context) {
  const AlertVersion& after = *change.after;
  const AlertId& id = after.id();
  if (change.before != nullptr && change.before->measure != after.measure &&
      (change.before->measure->FansOut() || after.measure->FansOut())) {
    DropInstances(customer, id);
  }
  if (!customer->InScope(after.spec())) return;
  // It may ask for it only now, of what was reached already.
  if (after.spec().notify_resolved && customer->states.contains(id)) {
    customer->may_resolve_at_end = true;
  }
  const std::uint64_t restarts =
      after.restarts - (change.before == nullptr ? 0 : change.before->restarts);
  if (restarts > 0) NoteRestarts(customer, restarts, id);
  if (!after.enabled()) {
    DropPending(customer, id, context);
    return;
  }
  const bool created = change.before == nullptr;
  const bool updated = !created && after.rejudgings > change.before->rejudgings;
  const bool renotify = !created && after.renotifies > change.before->renotifies;
  if (!created && restarts == 0 && !updated && !renotify) return;
  const auto [it, inserted] = customer->pending.try_emplace(id);
  Pending& pending = it->second;
  if (inserted && !created) pending.judged_under = change.before;
  if (restarts > 0) pending.judged_under = nullptr;
  pending.created |= created;
  pending.restarted |= restarts > 0;
  pending.updated |= updated;
  pending.renotify |= renotify;
}

bool KeepsForItself(const Customer& customer, const MeasurePtr& measure) {
  return std::any_of(
      customer.own_alerts.begin(), customer.own_alerts.end(),
      [&measure](const AlertPtr& alert) { return alert->measure == measure; });
}

// Of a change of a shared alert: the customer's own alerts may keep the measure too.
void ChangeSlices(Customer* customer, const AlertChange& change, bool shared) {
  const auto concerns = [&](const MeasurePtr& measure) {
    return measure != nullptr && !(shared && KeepsForItself(*customer, measure));
  };
  // The new one first, as it may start from the old.
  if (concerns(change.begins)) BeginSlices(customer, change.begins);
  if (concerns(change.ends)) EndSlices(customer, change.ends);
}

void SetBandsOf(Customer* customer, const AlertChange& change, const Catalog& catalog) {
  SetBands(customer, catalog, *change.after->measure);
  if (change.before != nullptr && change.before->measure != change.after->measure) {
    SetBands(customer, catalog, *change.before->measure);
  }
}

Trigger TriggerOf(const Pending& pending) {
  if (pending.HasReset()) return Trigger::kReset;
  if (pending.restarted || pending.updated || pending.renotify) {
    return Trigger::kAlertUpdated;
  }
  return Trigger::kAlertCreated;
}

// Judges one instance for all the reasons there are.
void JudgeInstance(const AlertPtr& alert, const Pending& pending,
                   absl::string_view instance, const Gauge* gauge, Turn* turn) {
  const std::optional<Decimal> value =
      gauge == nullptr ? std::nullopt : gauge->sum.value_if_data();
  const bool in_alarm = value.has_value() && alert->IsReachedAt(*value);
  const bool void_before = pending.Evaluating(instance);
  const bool was_in_alarm =
      !void_before && value.has_value() && pending.judged_under->IsReachedAt(*value);
  const bool was_reset =
      pending.reset_whole || pending.reset_instances.contains(std::string(instance));
  const bool judged_before = pending.judged_under != nullptr;
  const Turn::Reading reading{alert, instance, value.value_or(Decimal()),
                              judged_before ? value : std::nullopt, TriggerOf(pending)};
  if (in_alarm) {
    const bool by_creation = pending.created && alert->spec().evaluate_on_create;
    const bool by_update =
        !void_before && (pending.updated || pending.renotify) && !was_in_alarm;
    if (was_reset || pending.restarted || by_creation || by_update || pending.renotify) {
      turn->Reach(reading);
    }
  } else if (was_reset || pending.restarted) {
    turn->LeaveAfterReset(reading);
  } else if (was_in_alarm) {
    turn->Leave(reading);
  }
}

// Everything in alarm becomes `ok`, and all sums go.
void LeaveAll(Customer* customer, const Context& context, absl::Time instant) {
  Turn turn(customer, context, instant);
  const auto leave = [&](const Meter& meter, const Measure* measure,
                         absl::string_view key, Gauge* gauge) {
    const std::optional<Decimal> previous = gauge->sum.value_if_data();
    gauge->sum = Sum();
    const bool none_reached = gauge->band.below == Band::Unbounded().below;
    if (!previous.has_value() || none_reached) return;
    JudgeMove(*customer, context.catalog, {meter.subject, measure, key}, Trigger::kPeriod,
              previous, gauge, &turn);
  };
  for (Meter& meter : customer->meters) {
    leave(meter, nullptr, "", &meter.whole);
    for (Slice& slice : meter.slices) {
      for (auto& [key, instance] : slice.instances) {
        leave(meter, slice.measure.get(), key, &instance.gauge);
      }
    }
  }
}

}  // namespace

void DropPending(Customer* customer, const AlertId& alert, const Context& context) {
  const auto it = customer->pending.find(alert);
  if (it == customer->pending.end()) return;
  if (it->second.HasReset()) ++*context.resets_done;
  customer->pending.erase(it);
}

void TakeIn(Customer* customer, const Context& context) {
  const bool current = customer->generation == context.catalog.generation();
  if (current && customer->own_changes.empty()) return;
  const absl::Span<const AlertChange> shared =
      current ? absl::Span<const AlertChange>() : context.missed;
  std::vector<AlertChange> own = std::move(customer->own_changes);
  customer->own_changes.clear();
  for (const AlertChange& change : shared) {
    TakeInChange(customer, change, context);
    ChangeSlices(customer, change, /*shared=*/true);
  }
  for (const AlertChange& change : own) {
    TakeInChange(customer, change, context);
    ChangeSlices(customer, change, /*shared=*/false);
  }
  for (const AlertChange& change : shared) {
    SetBandsOf(customer, change, context.catalog);
  }
  for (const AlertChange& change : own) SetBandsOf(customer, change, context.catalog);
  customer->generation = context.catalog.generation();
}

void JudgePending(Customer* customer, const Context& context, absl::Time instant) {
  if (customer->pending.empty()) return;
  Turn turn(customer, context, instant);
  for (const auto& [id, pending] : customer->pending) {
    if (pending.HasReset()) ++*context.resets_done;
    const AlertPtr* alert = FindAlert(*customer, context.catalog, id);
    if (alert == nullptr) continue;
    ForEachGauge(customer, *(*alert)->measure,
                 [&, &owed = pending](absl::string_view instance, Gauge* gauge) {
                   JudgeInstance(*alert, owed, instance, gauge, &turn);
                 });
  }
  customer->pending.clear();
}

void JudgeEntering(Customer* customer, const AlertPtr& alert, Turn* turn) {
  ForEachGauge(customer, *alert->measure, [&](absl::string_view instance, Gauge* gauge) {
    if (gauge == nullptr || !gauge->sum.has_data) return;
    if (!alert->IsReachedAt(gauge->sum.value)) return;
    turn->Reach({alert, instance, gauge->sum.value, std::nullopt, Trigger::kCustomer});
  });
}

void ClearPeriod(Customer* customer, const Context& context, absl::Time instant) {
  LeaveAll(customer, context, instant);
  for (Meter& meter : customer->meters) meter.Clear();
  customer->may_resolve_at_end = false;
  // The group values of a period end with it; their epoch and crossing numbers go
  // on in the alert's.
  for (auto& [id, state] : customer->states) {
    state.instances.erase(state.instances.upper_bound(""), state.instances.end());
  }
}

void BeginPeriod(Customer* customer, const Context& context, absl::Time next,
                 absl::Time instant) {
  customer->period.AdvanceTo(next);
  ClearPeriod(customer, context, instant);
}

void AdvanceClock(Customer* customer, const Context& context) {
  if (context.now < customer->period.ends_at() || customer->archived) return;
  const absl::Time end = customer->period.ends_at();
  TakeIn(customer, context);
  JudgePending(customer, context, end);
  BeginPeriod(customer, context, context.now, end);
}

void BringUpToDate(Customer* customer, const Context& context) {
  AdvanceClock(customer, context);
  TakeIn(customer, context);
  JudgePending(customer, context, context.now);
}

}  // namespace tocsin::model
