// Why a customer alert is what it is, as far as anybody is promised to remember.
#include <algorithm>
#include <tuple>
#include <utility>

#include "tests/support/reference_model.h"

namespace tocsin::testing {

bool ReferenceModel::OwesReset(const State& state) {
  if (!state.watching) return false;
  return state.due.reset || state.awaited ||
         std::any_of(state.instances.begin(), state.instances.end(),
                     [](const auto& one) { return one.second.due.reset; });
}

// The reasons that concern an instance; of the whole, where it is null, any.
std::optional<Explanation::Due> ReferenceModel::DueOf(const State& state,
                                                      const Instance* instance) {
  Explanation::Due due{.since = state.due_since};
  const bool reset =
      instance == nullptr ? OwesReset(state) : state.due.reset || instance->due.reset;
  if (reset) due.reasons.push_back(Trigger::kReset);
  if (state.due.restarted || state.due.updated) {
    due.reasons.push_back(Trigger::kAlertUpdated);
  }
  if (state.due.created) due.reasons.push_back(Trigger::kAlertCreated);
  if (due.reasons.empty()) return std::nullopt;
  return due;
}

// Of one instance; of the whole of an alert that fans out where it is null.
std::optional<Explanation::Change> ReferenceModel::Since(const Alert& alert,
                                                         const State& state,
                                                         const Instance* instance,
                                                         CustomerStatus status) {
  const std::optional<Explanation::Due> due = DueOf(state, instance);
  if (status == CustomerStatus::kEvaluating && due) {
    const Due& whole = state.due;
    const bool all = whole.reset || whole.restarted || whole.created;
    if (instance == nullptr && !all) return std::nullopt;
    const bool afresh = whole.restarted || due->reasons.front() == Trigger::kReset;
    if (!afresh) return Explanation::Change{state.due_since, due->reasons.front()};
    // Of an older one than the newest nobody remembers when it was.
    if (instance != nullptr && instance->epoch != state.epoch) return std::nullopt;
    return Explanation::Change{state.begun->at, due->reasons.front()};
  }
  if (instance == nullptr) return std::nullopt;
  const bool in_alarm = status == CustomerStatus::kInAlarm;
  if (instance->last && instance->last->epoch == instance->epoch) {
    const bool reached = instance->last->kind == NotificationKind::kReached;
    if (reached != in_alarm) return std::nullopt;
    return Explanation::Change{instance->last->at, instance->last->by};
  }
  const bool was_reset =
      !FansOut(alert.spec) || (instance->remembered && instance->epoch == state.epoch);
  if (in_alarm || !was_reset) return std::nullopt;
  return state.begun;
}

absl::StatusOr<Explanation> ReferenceModel::Explain(CustomerId customer_id,
                                                    AlertId alert_id,
                                                    const InstanceSelector& selector) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  Customer* customer = nullptr;
  Alert* alert = nullptr;
  std::optional<Tuple> tuple;
  absl::Status found = Find(customer_id, alert_id, selector, customer, alert, tuple);
  if (!found.ok()) return found;
  Explanation explanation{.state = View(*customer, *alert, tuple)};
  const State& state = customer->states[alert->id];
  const bool as_a_whole = FansOut(alert->spec) && !tuple;
  const auto one = state.instances.find(tuple.value_or(Tuple()));
  const bool known = !as_a_whole && one != state.instances.end();
  const Instance* instance = known ? &one->second : nullptr;
  explanation.due = DueOf(state, instance);
  if (explanation.state.status && (instance != nullptr || as_a_whole)) {
    explanation.status_change = Since(*alert, state, instance, *explanation.state.status);
  }
  const Last* last = instance != nullptr && instance->last ? &*instance->last : nullptr;
  auto order = [](const Last& said) {
    return std::make_tuple(said.at, said.kind == NotificationKind::kReached);
  };
  for (const auto& [key, other] : state.instances) {
    if (!as_a_whole || !other.last) continue;
    if (last == nullptr || order(*last) <= order(*other.last)) last = &*other.last;
  }
  if (last == nullptr) return explanation;
  explanation.last_notification = Explanation::Said{.id = {},
                                                    .kind = last->kind,
                                                    .at = last->at,
                                                    .value = last->value,
                                                    .epoch = last->epoch,
                                                    .triggered_by = last->by};
  return explanation;
}

}  // namespace tocsin::testing
