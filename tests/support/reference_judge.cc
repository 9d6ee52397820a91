#include <algorithm>
#include <tuple>
#include <utility>

#include "tests/support/reference_model.h"

namespace tocsin::testing {

std::set<Tuple> ReferenceModel::Tuples(const Customer& customer,
                                       const Alert& alert) const {
  const Measure measure = MeasureOf(alert.spec);
  if (!measure.fans_out()) return {Tuple{}};
  return customer.sums.TuplesWithData(measure, customer.contracts);
}

std::optional<Decimal> ReferenceModel::Value(const Customer& customer, const Alert& alert,
                                             const Tuple& tuple) const {
  return customer.sums.Value(MeasureOf(alert.spec), tuple, customer.contracts);
}

ReferenceModel::Values ReferenceModel::AllValues(const Customer& customer) const {
  Values values;
  for (const auto& [id, state] : customer.states) {
    if (!state.watching) continue;
    for (const Tuple& tuple : Tuples(customer, alerts_.at(id))) {
      values[id][tuple] = Value(customer, alerts_.at(id), tuple);
    }
  }
  return values;
}

// An instance is there as long as it has data.
void ReferenceModel::AddInstances(Customer& customer, const Alert& alert) {
  State& state = customer.states[alert.id];
  for (const Tuple& tuple : Tuples(customer, alert)) {
    if (state.instances.count(tuple) > 0) continue;
    state.instances[tuple].epoch = state.epoch;
  }
}

// Begins to watch, or begins anew: everything is judged first of all. What was
// due already is part of it.
void ReferenceModel::Watch(Customer& customer, const Alert& alert, Due due) {
  State& state = customer.states[alert.id];
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
    instance.epoch = state.epoch;
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
  state.instances.clear();
}

void ReferenceModel::Note(State& state, Instance& instance, Decision decision,
                          Change& change) {
  decision.epoch = instance.epoch;
  instance.last = Last{decision.kind, instance.epoch};
  instance.by = decision.trigger;
  state.by = decision.trigger;
  change.push_back(std::move(decision));
}

// All that is due for a customer alert is one judgement, also what is due for one
// of its instances only: the first of the reasons is what it came by.
void ReferenceModel::JudgeDueInstance(const Alert& alert, State& state,
                                      const Tuple& tuple, std::optional<Decimal> value,
                                      bool any_reset, Change& change) {
  Instance& instance = state.instances.at(tuple);
  const Due& whole = state.due;
  const Due& own = instance.due;
  if (!whole.any() && !own.any()) return;
  const bool afresh = whole.reset || own.reset || whole.restarted;
  Decision decision;
  decision.alert = &alert;
  decision.tuple = tuple;
  decision.value = value.value_or(Decimal());
  if (instance.judged) decision.previous = value;
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
  const bool past = value && *value >= *alert.spec.threshold;
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
    const bool recovers = before == CustomerStatus::kInAlarm && last_reached &&
                          instance.last->epoch == instance.epoch;
    says = alert.spec.notify_resolved && (afresh ? last_reached : recovers);
  }
  if (says) Note(state, instance, std::move(decision), change);
}

void ReferenceModel::JudgeDue(Customer& customer, Change& change) {
  for (auto& [id, state] : customer.states) {
    if (!state.watching) continue;
    const Alert& alert = alerts_.at(id);
    AddInstances(customer, alert);
    bool any_reset = state.due.reset;
    for (const auto& [tuple, instance] : state.instances) any_reset |= instance.due.reset;
    for (auto& [tuple, instance] : state.instances) {
      JudgeDueInstance(alert, state, tuple, Value(customer, alert, tuple), any_reset,
                       change);
      instance.due = Due{};
    }
    state.due = Due{};
  }
}

void ReferenceModel::Settle(Customer& customer, absl::Time decided_at) {
  Change change;
  JudgeDue(customer, change);
  Publish(customer, std::move(change), decided_at);
}

void ReferenceModel::JudgeFact(Customer& customer, const Values& before,
                               Trigger trigger) {
  Change change;
  for (auto& [id, state] : customer.states) {
    if (!state.watching) continue;
    const Alert& alert = alerts_.at(id);
    AddInstances(customer, alert);
    const std::set<Tuple> tuples = Tuples(customer, alert);
    for (auto it = state.instances.begin(); it != state.instances.end();) {
      auto& [tuple, instance] = *it;
      const std::optional<Decimal> value = Value(customer, alert, tuple);
      const bool was_past = instance.status == CustomerStatus::kInAlarm;
      const bool past = value && *value >= *alert.spec.threshold;
      instance.status = past ? CustomerStatus::kInAlarm : CustomerStatus::kOk;
      Decision decision;
      decision.alert = &alert;
      decision.tuple = tuple;
      decision.value = value.value_or(Decimal());
      decision.trigger = trigger;
      if (before.count(id) > 0 && before.at(id).count(tuple) > 0) {
        decision.previous = before.at(id).at(tuple);
      }
      const bool reached_before = instance.last &&
                                  instance.last->kind == NotificationKind::kReached &&
                                  instance.last->epoch == instance.epoch;
      if (past && !was_past) {
        decision.kind = NotificationKind::kReached;
        Note(state, instance, std::move(decision), change);
      } else if (was_past && !past && alert.spec.notify_resolved && reached_before) {
        decision.kind = NotificationKind::kResolved;
        Note(state, instance, std::move(decision), change);
      }
      it = tuples.count(tuple) > 0 ? std::next(it) : state.instances.erase(it);
    }
  }
  Publish(customer, std::move(change), now_);
}

void ReferenceModel::Publish(Customer& customer, Change change, absl::Time decided_at) {
  auto order = [](const Decision& decision) {
    return std::make_tuple(decision.kind == NotificationKind::kReached, decision.tuple,
                           *decision.alert->spec.threshold, decision.alert->id);
  };
  std::sort(change.begin(), change.end(), [&order](const Decision& a, const Decision& b) {
    return order(a) < order(b);
  });
  for (const Decision& decision : change) {
    const AlertSpec& spec = decision.alert->spec;
    Notification notification;
    notification.kind = decision.kind;
    notification.alert_type = spec.type;
    notification.customer = customer.id;
    notification.alert = decision.alert->id;
    notification.alert_name = spec.name;
    notification.threshold = *spec.threshold;
    notification.value = decision.value;
    notification.previous_value = decision.previous;
    notification.epoch = decision.epoch;
    notification.sequence = ++customer.sequence;
    notification.triggered_by = decision.trigger;
    notification.timestamp = decided_at;
    if (spec.type == AlertType::kSpendThresholdReached) {
      notification.credit_type = spec.credit_type.value_or(UsdCents());
    } else {
      notification.billable_metric = spec.billable_metric;
    }
    notification.group_values = GroupsOf(spec, decision.tuple);
    outbox_.push_back(std::move(notification));
    ++stats_.notifications_decided;
  }
}

std::size_t ReferenceModel::ResetsDue() const {
  std::size_t due = 0;
  for (const auto& [id, customer] : customers_) {
    for (const auto& [alert, state] : customer.states) {
      bool counts = state.due.reset;
      for (const auto& [tuple, instance] : state.instances) counts |= instance.due.reset;
      if (counts) ++due;
    }
  }
  return due;
}

absl::Status ReferenceModel::Reset(CustomerId customer_id, AlertId alert_id,
                                   const InstanceSelector& selector) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  Customer* customer = nullptr;
  Alert* alert = nullptr;
  std::optional<Tuple> tuple;
  absl::Status found = Find(customer_id, alert_id, selector, customer, alert, tuple);
  if (!found.ok()) return found;
  if (alert->status == AlertStatus::kArchived) return Refused(Reason::kAlertArchived);
  if (alert->status == AlertStatus::kDisabled) return Refused(Reason::kAlertDisabled);
  State& state = customer->states[alert_id];
  bool counted = state.due.reset;
  for (const auto& [known, instance] : state.instances) counted |= instance.due.reset;
  if (!counted && ResetsDue() >= options_.due_max) return Refused(Reason::kLimitReached);
  if (outbox_.size() >= options_.outbox_max) return Refused(Reason::kLimitReached);
  ++stats_.resets;
  if (!counted) state.reset_order = ++resets_;
  ++state.epoch;
  state.by.reset();
  if (!tuple) state.due.reset = true;
  AddInstances(*customer, *alert);
  for (auto& [known, instance] : state.instances) {
    if (tuple && known != *tuple) continue;
    instance.epoch = state.epoch;
    instance.status = CustomerStatus::kEvaluating;
    instance.by.reset();
    instance.due.reset = true;
  }
  return absl::OkStatus();
}

absl::Status ReferenceModel::Drain() {
  if (absl::Status status = Begin(); !status.ok()) return status;
  DoAllDueByClock();
  for (auto& [id, customer] : customers_) {
    bool swept = false;
    for (const auto& [alert, state] : customer.states) {
      swept |= state.due.created || state.due.updated || state.due.restarted;
    }
    if (swept) Settle(customer, now_);
  }
  std::map<std::uint64_t, Customer*> by_order;
  for (auto& [id, customer] : customers_) {
    for (const auto& [alert, state] : customer.states) {
      bool due = state.due.reset;
      for (const auto& [tuple, instance] : state.instances) due |= instance.due.reset;
      if (due) by_order[state.reset_order] = &customer;
    }
  }
  for (auto& [order, customer] : by_order) Settle(*customer, now_);
  Deliver();
  return absl::OkStatus();
}

void ReferenceModel::Deliver() {
  while (!outbox_.empty()) {
    if (options_.sink != nullptr) {
      absl::Status taken;
      try {
        taken = options_.sink->Deliver(outbox_.front());
      } catch (const std::exception& error) {
        taken = absl::UnknownError(error.what());
      }
      if (!taken.ok()) {
        ++stats_.delivery_failures;
        return;
      }
    }
    ++stats_.notifications_delivered;
    outbox_.pop_front();
  }
}

}  // namespace tocsin::testing
