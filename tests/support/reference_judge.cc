#include <algorithm>
#include <tuple>
#include <utility>

#include "tests/support/reference_model.h"

namespace tocsin::testing {

// An instance is there as long as it has data.
void ReferenceModel::AddInstances(Customer& customer, const Alert& alert) {
  if (!FansOut(alert.spec)) return AddInstance(customer.states[alert.id], {});
  AddInstances(customer.states[alert.id], alert, Read(customer, alert));
}

void ReferenceModel::AddInstances(State& state, const Alert& alert,
                                  const Readings& readings) {
  if (!FansOut(alert.spec)) return AddInstance(state, {});
  for (const auto& [tuple, reading] : readings) AddInstance(state, tuple);
}

void ReferenceModel::AddInstance(State& state, const Tuple& tuple) {
  const auto [it, fresh] = state.instances.try_emplace(tuple);
  Instance& instance = it->second;
  instance.gone = false;
  if (!fresh) return;
  instance.epoch = state.epoch;
  if (!state.Awaits(tuple)) return;
  instance.status = CustomerStatus::kEvaluating;
  instance.due.reset = !state.awaited->whole;
}

// Begins to watch, or begins anew: everything is judged first of all. What was
// due already is part of it.
void ReferenceModel::Watch(Customer& customer, const Alert& alert, Due due) {
  State& state = customer.states[alert.id];
  NoteDue(state);
  state.watching = true;
  state.due.reset |= due.reset;
  state.due.restarted |= due.restarted;
  state.due.created |= due.created;
  state.due.created_notifies |= due.created_notifies;
  state.due.came |= due.came;
  AddInstances(customer, alert);
  const std::set<Tuple> tuples = Tuples(customer, alert);
  for (auto it = state.instances.begin(); it != state.instances.end();) {
    it = tuples.count(it->first) > 0 ? std::next(it) : state.instances.erase(it);
  }
  for (auto& [tuple, instance] : state.instances) {
    // Who comes back into scope goes on with the epochs that it left with.
    if (!due.came) instance.epoch = state.epoch;
    instance.status = CustomerStatus::kEvaluating;
    instance.judged = false;
    instance.by.reset();
    instance.due = Due{};
  }
}

void ReferenceModel::Unwatch(State& state) {
  state.watching = false;
  state.due = Due{};
  state.by.reset();
  state.begun.reset();
  state.awaited.reset();
  state.source_failed = false;
  for (auto& [tuple, instance] : state.instances) {
    Instance left;
    left.epoch = instance.epoch;
    left.remembered = instance.remembered;
    instance = left;
  }
}

bool ReferenceModel::ReachedInThisEpoch(const Instance& instance) {
  return instance.last && instance.last->kind == NotificationKind::kReached &&
         instance.last->epoch == instance.epoch;
}

void ReferenceModel::Note(State& state, Instance& instance, Decision decision,
                          Change& change) {
  decision.epoch = instance.epoch;
  instance.last = Last{.kind = decision.kind,
                       .epoch = instance.epoch,
                       .at = {},
                       .value = decision.value,
                       .by = decision.trigger};
  instance.remembered = true;
  instance.by = decision.trigger;
  state.by = decision.trigger;
  change.push_back(std::move(decision));
}

// All that is due for a customer alert is one judgement, also what is due for one
// of its instances only: the first of the reasons is what it came by.
void ReferenceModel::JudgeDueInstance(State& state, Instance& instance,
                                      const Reading* reading, bool any_reset,
                                      Decision decision, Change& change) {
  const Due& whole = state.due;
  const bool afresh = whole.reset || instance.due.reset || whole.restarted;
  if (any_reset) {
    decision.trigger = Trigger::kReset;
  } else if (whole.restarted || whole.updated) {
    decision.trigger = Trigger::kAlertUpdated;
  } else if (whole.created) {
    decision.trigger = Trigger::kAlertCreated;
  } else {
    decision.trigger = Trigger::kCustomer;
  }
  const CustomerStatus before = instance.status;
  const bool past = reading != nullptr && IsReached(*decision.alert, *reading);
  instance.status = past ? CustomerStatus::kInAlarm : CustomerStatus::kOk;
  instance.judged = true;
  bool says = false;
  if (past) {
    decision.kind = NotificationKind::kReached;
    says = afresh || whole.came || (whole.created && whole.created_notifies) ||
           (whole.updated && (before == CustomerStatus::kOk || whole.notify_again));
  } else {
    decision.kind = NotificationKind::kResolved;
    const bool last_reached =
        instance.last && instance.last->kind == NotificationKind::kReached;
    const bool recovers =
        before == CustomerStatus::kInAlarm && ReachedInThisEpoch(instance);
    // Spend and usage without facts are 0; what else has no value did not come back.
    // Who starts afresh is told all the same, or would never be told.
    const bool defined = reading != nullptr || IsCounted(decision.alert->spec);
    says = decision.alert->spec.notify_resolved &&
           (afresh ? last_reached : defined && recovers);
  }
  if (says) Note(state, instance, std::move(decision), change);
}

bool ReferenceModel::Owes(const State& state) {
  if (!state.watching) return false;
  if (state.due.any() || state.awaited) return true;
  return std::any_of(state.instances.begin(), state.instances.end(),
                     [](const auto& one) { return one.second.due.any(); });
}

bool ReferenceModel::Owes(const Customer& customer) {
  return std::any_of(customer.states.begin(), customer.states.end(),
                     [](const auto& one) { return Owes(one.second); });
}

void ReferenceModel::JudgeDue(Customer& customer, Change& change) {
  // Before any of them is judged: that may move when the days of another were.
  Values last;
  for (const auto& [id, state] : customer.states) {
    if (!state.watching || !IsDueNow(state)) continue;
    last[id] = LastValuesOf(customer, alerts_.at(id));
  }
  for (auto& [id, state] : customer.states) {
    if (!state.watching || !IsDueNow(state)) continue;
    const Alert& alert = alerts_.at(id);
    const Readings readings = Read(customer, alert);
    AddInstances(state, alert, readings);
    const bool any_reset = !state.awaited && OwesReset(state);
    for (auto& [tuple, instance] : state.instances) {
      if (!state.due.any() && !instance.due.any()) continue;
      if (state.Awaits(tuple)) continue;
      const Reading* reading = Find(readings, tuple);
      Decision decision;
      decision.alert = &alert;
      decision.tuple = tuple;
      if (reading != nullptr) {
        decision.value = Rounded(reading->value);
        decision.remaining = reading->remaining;
        if (instance.judged) decision.previous = last.at(id).at(tuple);
      }
      if (state.judged_before_read && (state.due.reset || instance.due.reset)) {
        decision.previous.reset();
        const auto judged = state.judged_before_read->find(tuple);
        if (judged != state.judged_before_read->end()) decision.previous = judged->second;
      }
      JudgeDueInstance(state, instance, reading, any_reset, std::move(decision), change);
      instance.due = Due{};
      if (IsOfDays(alert.spec)) {
        customer.days_judged_at[TargetOf(alert.spec)][tuple] = customer.moment.at;
      }
    }
    Due left;
    left.reset = state.awaited && state.due.reset;
    state.due = left;
    if (state.awaited) {
      state.due_since = state.awaited->since;
      continue;
    }
    state.judged_before_read.reset();
    TellJudged(customer, alert, change);
    for (auto it = state.instances.begin(); it != state.instances.end();) {
      it = it->second.gone ? state.instances.erase(it) : std::next(it);
    }
  }
}

void ReferenceModel::Settle(Customer& customer, absl::Time decided_at) {
  if (!std::any_of(customer.states.begin(), customer.states.end(),
                   [](const auto& one) { return IsDueNow(one.second); })) {
    return;
  }
  Change change;
  JudgeDue(customer, change);
  Publish(customer, std::move(change), decided_at);
}

// What is to be said of it, if anything is.
std::optional<NotificationKind> ReferenceModel::JudgeInstance(const Alert& alert,
                                                              Instance& instance,
                                                              const Reading* reading,
                                                              Trigger trigger) {
  const AlertSpec& spec = alert.spec;
  const bool was_past = instance.status == CustomerStatus::kInAlarm;
  const bool past = reading != nullptr && IsReached(alert, *reading);
  instance.status = past ? CustomerStatus::kInAlarm : CustomerStatus::kOk;
  // Spend and usage without facts are 0, and so are the invoices of a new month.
  // What else has no value any more did not come back.
  const bool month_ended = InfoOf(spec.type).watched == Watched::kInvoicesOfMonth &&
                           trigger == Trigger::kPeriod;
  const bool defined = reading != nullptr || IsCounted(spec) || month_ended;
  if (past && !was_past) return NotificationKind::kReached;
  if (was_past && !past && defined && spec.notify_resolved &&
      ReachedInThisEpoch(instance)) {
    return NotificationKind::kResolved;
  }
  return std::nullopt;
}

const ReferenceModel::Reading* ReferenceModel::Find(const Readings& readings,
                                                    const Tuple& tuple) {
  auto found = readings.find(tuple);
  return found == readings.end() ? nullptr : &found->second;
}

// After a fact, which is the trigger and of which only `which` alerts speak, or an
// instant of the clock. `before` is where everything stood when it was judged last.
void ReferenceModel::JudgeChange(Customer& customer, const Values& before, Which which,
                                 std::optional<Trigger> trigger, Change& change) {
  for (auto& [id, state] : customer.states) {
    if (!state.watching && state.instances.empty()) continue;
    const Alert& alert = alerts_.at(id);
    if (alert.status == AlertStatus::kArchived || !which(alert.spec)) continue;
    const Readings after = Read(customer, alert);
    Readings just_ended;
    const std::map<Tuple, Decimal> nothing;
    const auto& were = before.count(id) > 0 ? before.at(id) : nothing;
    if (IsOfDays(alert.spec)) just_ended = ReadEnded(customer, alert, were);
    if (state.watching) AddInstances(state, alert, after);
    for (auto it = state.instances.begin(); it != state.instances.end();) {
      auto& [tuple, instance] = *it;
      const Reading* reading = Find(after, tuple);
      const bool ended = reading == nullptr;
      if (ended) reading = Find(just_ended, tuple);
      const bool of_month = InfoOf(alert.spec.type).watched == Watched::kInvoicesOfMonth;
      const Trigger by = trigger.value_or(of_month ? Trigger::kPeriod : Trigger::kClock);
      const bool awaits = state.Awaits(tuple);
      std::optional<NotificationKind> says;
      if (state.watching && !awaits) says = JudgeInstance(alert, instance, reading, by);
      if (says) {
        Decision decision;
        decision.kind = *says;
        decision.alert = &alert;
        decision.tuple = tuple;
        decision.trigger = by;
        if (reading != nullptr) {
          decision.value = Rounded(reading->value);
          decision.remaining = reading->remaining;
        }
        if (were.count(tuple) > 0) decision.previous = were.at(tuple);
        Note(state, instance, std::move(decision), change);
      }
      // An instance that has ended is forgotten, a single one is plainly ok.
      if (ended && state.watching && !awaits) instance.status = CustomerStatus::kOk;
      const bool goes = ended && FansOut(alert.spec) && !instance.gone;
      it = goes ? state.instances.erase(it) : std::next(it);
    }
  }
}

}  // namespace tocsin::testing
