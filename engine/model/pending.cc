#include "engine/model/pending.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"
#include "engine/base/mistake.h"
#include "engine/model/judge.h"
#include "engine/model/reading.h"
#include "engine/model/reset_waiters.h"
#include "engine/model/slices.h"
#include "engine/model/tally.h"

namespace tocsin::model {
namespace {

void NoteRestarts(Customer* customer, std::uint64_t restarts, const AlertChange& change,
                  const Context& context) {
  const AlertId& id = change.after->id();
  AlertState& state = customer->states[id];
  for (std::uint64_t i = TOCSIN_MISTAKE(enable_keeps_epoch); i < restarts; ++i) {
    state.RaiseEpoch();
  }
  state.reset_by = Trigger::kAlertUpdated;
  state.reset_at = change.at;
  DropStands(customer, id);
  const auto supersede = [&](ResetWaiters* waiters) {
    SupersedeWaiters(*customer, id, waiters, "", state.epoch, context);
  };
  Pending* const pending = customer->pending.Find(id);
  if (pending != nullptr) supersede(&pending->waiters);
  Awaited* const awaited = customer->FindAwaited(id);
  if (awaited != nullptr) supersede(&awaited->waiters);
}

// The instances of a measure that the alert watches no more.
void DropInstances(Customer* customer, const AlertId& alert) {
  const auto state = customer->states.find(alert);
  if (state == customer->states.end()) return;
  state->second.whole.reset();
  state->second.instances.Clear();
}

// The group values that a period took with it while a reset of them waited for the fact
// source, and that nothing waits for any more.
std::vector<std::string> GoneWhileAwaited(const Customer& customer,
                                          const AlertVersion& alert) {
  std::vector<std::string> gone;
  const Measure& measure = *alert.measure;
  if (!measure.subject.IsPeriodSum() || !measure.FansOut()) return gone;
  const auto state = customer.states.find(alert.id());
  if (state == customer.states.end() || state->second.instances->empty()) return gone;
  absl::flat_hash_set<std::string> there;
  // Of what is summed the instant does not matter.
  ForEachReading(
      customer, measure, absl::InfinitePast(),
      [&there](const Reading& reading) { there.insert(std::string(reading.instance)); });
  for (const auto& [instance, said] : *state->second.instances) {
    if (!there.contains(instance) && !customer.Awaits(alert.id(), instance)) {
      gone.push_back(instance);
    }
  }
  return gone;
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
  if (restarts > 0) {
    NoteRestarts(customer, restarts, change, context);
    // They went while it was disabled, as far as anybody was told.
    for (const std::string& instance : GoneWhileAwaited(*customer, after)) {
      customer->states[id].Erase(instance);
    }
  }
  if (!after.enabled() && !TOCSIN_MISTAKE(archived_stays_pending)) {
    const Reason why = after.archived() ? Reason::kAlertArchived : Reason::kAlertDisabled;
    DropPending(customer, id, why, context);
    DropStands(customer, id);
    return;
  }
  Awaited* const awaited = customer->FindAwaited(id);
  if (restarts > 0 && awaited != nullptr) awaited->ConcernAll();
  const bool created = change.before == nullptr;
  const bool updated = !created && after.rejudgings > change.before->rejudgings;
  const bool renotify = !created && after.renotifies > change.before->renotifies;
  if (!created && restarts == 0 && !updated && !renotify) return;
  const auto [entry, inserted] = customer->pending.FindOrMake(id);
  Pending& pending = *entry;
  if (inserted) pending.since = change.at;
  if (inserted && !created) pending.judged_under = change.before;
  if (restarts > 0) {
    pending.judged_under = nullptr;
    // A reset that is owed stays owed, also where its instance goes.
    pending.reset_whole = pending.HasReset();
    pending.reset_instances.Clear();
  }
  pending.created |= created;
  pending.restarted |= restarts > 0;
  pending.updated |= updated;
  pending.renotify |= renotify;
}

bool KeepsForItself(const Customer& customer, const MeasurePtr& measure) {
  return std::any_of(
      customer.own->alerts.begin(), customer.own->alerts.end(),
      [&measure](const AlertPtr& alert) { return alert->measure == measure; });
}

// Of sums that are kept only from amid a read on, its log knows nothing.
void SpoilReads(Customer* customer, const Subject& subject) {
  if (customer->awaited == nullptr) return;
  for (auto& [id, awaited] : *customer->awaited) {
    if (awaited.read.has_value() && awaited.read->subject == subject) {
      awaited.read->log.Spoil();
    }
  }
}

// The changes that a customer takes in, from one on: those of shared alerts, then those
// of its own.
struct Changes {
  absl::Span<const AlertChange> shared;
  absl::Span<const AlertChange> own;
};

// The measures of a subject that were kept before these changes, which made of them
// those that are kept now.
std::vector<MeasurePtr> KeptBefore(const Customer& customer, const Catalog& catalog,
                                   const Subject& subject, const Changes& changes) {
  std::vector<MeasurePtr> kept;
  ForEachKeptMeasure(customer, catalog, subject,
                     [&](const MeasurePtr& measure) { kept.push_back(measure); });
  const auto undo = [&](const AlertChange& change) {
    std::erase(kept, change.begins);
    if (change.ends != nullptr && change.ends->subject == subject) {
      kept.push_back(change.ends);
    }
  };
  std::for_each(changes.own.rbegin(), changes.own.rend(), undo);
  std::for_each(changes.shared.rbegin(), changes.shared.rend(), undo);
  return kept;
}

void BeginKeeping(Customer* customer, const MeasurePtr& measure, absl::Time at,
                  const Catalog& catalog, const Changes& changes) {
  if (measure->subject.IsPeriodSum()) {
    BeginSlices(customer, measure,
                KeptBefore(*customer, catalog, measure->subject, changes));
    SpoilReads(customer, measure->subject);
  } else {
    BeginTallies(customer, measure, at);
  }
}

void EndKeeping(Customer* customer, const MeasurePtr& measure) {
  if (measure->subject.IsPeriodSum()) {
    EndSlices(customer, measure);
  } else {
    EndTallies(customer, *measure);
  }
}

// Of the first of the changes.
void ChangeKept(Customer* customer, const Catalog& catalog, const Changes& changes) {
  const bool shared = !changes.shared.empty();
  const AlertChange& change = (shared ? changes.shared : changes.own).front();
  // The customer's own alerts may keep the measure of a shared one too.
  const auto concerns = [&](const MeasurePtr& measure) {
    return measure != nullptr && !(shared && KeepsForItself(*customer, measure));
  };
  // The new one first, as it may start from the old.
  if (concerns(change.begins)) {
    BeginKeeping(customer, change.begins, change.at, catalog, changes);
  }
  if (concerns(change.ends)) EndKeeping(customer, change.ends);
}

void SetBandsOf(Customer* customer, const AlertChange& change, const Catalog& catalog) {
  SetBands(customer, catalog, *change.after->measure, change.at);
  if (change.before != nullptr && change.before->measure != change.after->measure) {
    SetBands(customer, catalog, *change.before->measure, change.at);
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
void JudgeInstance(const AlertPtr& alert, const Pending& pending, const Reading& reading,
                   Turn* turn) {
  const absl::string_view instance = reading.instance;
  const bool in_alarm = reading.level.has_value() && alert->IsReachedAt(*reading.level);
  const bool void_before = pending.Evaluating(instance);
  const std::optional<Level> level_before = reading.LevelAt(pending.since);
  const std::optional<bool> stood = turn->TakeStand(alert->id(), instance);
  const bool was_in_alarm =
      !void_before && stood.value_or(level_before.has_value() &&
                                     pending.judged_under->IsReachedAt(*level_before));
  const bool was_reset =
      pending.reset_whole || pending.reset_instances->contains(std::string(instance));
  Shown shown = reading.ShownNow();
  if (pending.judged_under == nullptr && !TOCSIN_MISTAKE(previous_of_unjudged)) {
    shown.previous.reset();
  }
  if (was_reset && pending.judged_before_read->has_value()) {
    const absl::btree_map<std::string, Decimal>& before = **pending.judged_before_read;
    const auto judged = before.find(instance);
    shown.previous.reset();
    if (judged != before.end()) shown.previous = judged->second;
  }
  const Turn::Said said{alert, instance, TriggerOf(pending), shown};
  if (in_alarm) {
    const bool by_creation = pending.created && alert->spec().evaluate_on_create;
    const bool by_update =
        !void_before && (pending.updated || pending.renotify) && !was_in_alarm;
    if (was_reset || pending.restarted || by_creation || by_update || pending.renotify) {
      turn->Reach(said);
    } else if (!was_in_alarm) {
      turn->Become(said, CustomerStatus::kInAlarm);
    }
  } else if (was_reset || pending.restarted) {
    turn->LeaveAfterReset(said);
  } else if (was_in_alarm) {
    turn->Leave(said);
  }
}

// A period that ended while a reset waited for the source took group values with it:
// they came back to zero, and are judged with the rest.
void JudgeGone(Customer* customer, const AlertPtr& alert, const Pending& pending,
               Turn* turn) {
  for (const std::string& instance : GoneWhileAwaited(*customer, *alert)) {
    JudgeInstance(alert, pending, {.instance = instance}, turn);
    customer->states[alert->id()].Erase(instance);
  }
}

}  // namespace

void DropPending(Customer* customer, const AlertId& alert, Reason why,
                 const Context& context) {
  Awaited* const awaited = customer->FindAwaited(alert);
  if (awaited != nullptr) {
    DropWaiters(*customer, alert, &awaited->waiters, why, context);
    ++*context.resets_done;
    customer->awaited->erase(alert);
    if (customer->awaited->empty()) customer->awaited.reset();
  }
  Pending* const pending = customer->pending.Find(alert);
  if (pending == nullptr) return;
  DropWaiters(*customer, alert, &pending->waiters, why, context);
  if (pending->HasReset()) ++*context.resets_done;
  customer->pending.Erase(alert);
}

void TakeIn(Customer* customer, const Context& context) {
  const bool current = customer->generation == context.catalog.generation();
  if (current && customer->own->changes.empty()) return;
  const absl::Span<const AlertChange> shared =
      current ? absl::Span<const AlertChange>() : context.missed;
  std::vector<AlertChange> own;
  if (OwnAlerts* const mine = customer->own.IfThere()) own.swap(mine->changes);
  for (std::size_t i = 0; i < shared.size(); ++i) {
    TakeInChange(customer, shared[i], context);
    ChangeKept(customer, context.catalog, {shared.subspan(i), own});
  }
  for (std::size_t i = 0; i < own.size(); ++i) {
    TakeInChange(customer, own[i], context);
    ChangeKept(customer, context.catalog, {{}, absl::MakeConstSpan(own).subspan(i)});
  }
  for (const AlertChange& change : shared) {
    SetBandsOf(customer, change, context.catalog);
  }
  for (const AlertChange& change : own) SetBandsOf(customer, change, context.catalog);
  customer->generation = context.catalog.generation();
}

void JudgePending(Customer* customer, const Context& context, absl::Time instant,
                  absl::Time as_of) {
  if (customer->pending.empty()) return;
  const std::size_t first = context.decisions->size();
  Turn turn(customer, context, instant);
  customer->pending.ForEach([&](const AlertId& id, const Pending& pending) {
    if (pending.HasReset() && !TOCSIN_MISTAKE(due_never_done)) ++*context.resets_done;
    const AlertPtr* alert = FindAlert(*customer, context.catalog, id);
    if (alert == nullptr) return;
    const Measure& measure = *(*alert)->measure;
    ForEachReading(*customer, measure, as_of, [&](const Reading& reading) {
      if (customer->Awaits(id, reading.instance)) return;
      JudgeInstance(*alert, pending, reading, &turn);
    });
    if (pending.period_began) {
      JudgeGone(customer, *alert, pending, &turn);
    }
  });
  // Last, as of several alerts on one measure each shows what it was before.
  customer->pending.ForEach([&](const AlertId& id, Pending& pending) {
    const AlertPtr* alert = FindAlert(*customer, context.catalog, id);
    if (alert == nullptr) {
      DropWaiters(*customer, id, &pending.waiters, Reason::kAlertArchived, context);
      return;
    }
    FinishWaiters(*customer, **alert, &pending.waiters, as_of, first, context);
    NoteJudged(customer, *(*alert)->measure, instant, [&](absl::string_view instance) {
      return pending.Concerns(instance) && !customer->Awaits(id, instance);
    });
  });
  customer->pending.Clear();
}

void JudgeEntering(Customer* customer, const Context& context, const AlertPtr& alert,
                   Turn* turn) {
  const Measure& measure = *alert->measure;
  ForEachReading(*customer, measure, context.now, [&](const Reading& reading) {
    if (!reading.level.has_value() || !alert->IsReachedAt(*reading.level)) return;
    Shown shown = reading.ShownNow();
    shown.previous.reset();
    turn->Reach({alert, reading.instance, Trigger::kCustomer, shown});
  });
  NoteJudged(customer, measure, context.now, [](absl::string_view) { return true; });
}

}  // namespace tocsin::model
