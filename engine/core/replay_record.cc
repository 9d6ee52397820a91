// What was decided stands: the journal says it, and an engine that comes to something
// else, as its rules were mended, goes on from what was said.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "engine/core/replayer.h"
#include "engine/model/judge.h"
#include "engine/model/reading.h"
#include "engine/model/stands.h"

namespace tocsin::core {
namespace {

using InstanceKey = std::pair<AlertId, std::string>;

// Whether a decision, made again, says what it said.
bool IsSame(const store::Decided& then, const store::Decided& now) {
  if (then != now) return false;
  // Stores of format 1 do not have the rest.
  return then.time == absl::InfinitePast() ||
         (then.time == now.time && then.value == now.value &&
          then.triggered_by == now.triggered_by);
}

// How many of the first are not among the second.
template <typename List>
std::size_t CountMissing(const List& of, const List& among) {
  return static_cast<std::size_t>(
      std::count_if(of.begin(), of.end(), [&among](const store::Decided& one) {
        return std::none_of(among.begin(), among.end(),
                            [&one](const auto& other) { return IsSame(one, other); });
      }));
}

bool HasInstance(const model::Customer& customer, const model::AlertVersion& alert,
                 absl::string_view instance, absl::Time at) {
  bool found = !alert.measure->FansOut();
  model::ForEachReading(customer, *alert.measure, at, [&](const model::Reading& reading) {
    found = found || reading.instance == instance;
  });
  return found;
}

}  // namespace

// What a step came to for one customer.
struct EngineImpl::Replayer::Concluded {
  DecidedList decided;
  // By instance whether it was in alarm behind the step, where anything became of it.
  absl::btree_map<InstanceKey, bool> in_alarm;
  // And before it.
  absl::btree_map<InstanceKey, bool> was_in_alarm;
};

void EngineImpl::Replayer::CompareWithRecord() {
  if (decided_.empty() && redecided_.empty() && settled_.empty() &&
      transitions_.empty()) {
    return;
  }
  absl::btree_map<CustomerId, Concluded> recorded, redone;
  for (store::Decided& one : decided_) {
    Concluded& by = recorded[one.customer];
    by.in_alarm[{one.alert, one.instance}] = one.kind == NotificationKind::kReached;
    by.decided.push_back(std::move(one));
  }
  for (store::Settled& one : settled_) {
    recorded[one.customer].in_alarm[{one.alert, std::move(one.instance)}] = one.in_alarm;
  }
  for (store::Decided& one : redecided_) {
    redone[one.customer].decided.push_back(std::move(one));
  }
  for (model::Transition& one : transitions_) {
    if (!one.IsConclusion()) continue;
    const bool in_alarm = one.status == CustomerStatus::kInAlarm;
    const InstanceKey key{one.alert->id(), std::move(one.instance)};
    redone[one.customer].was_in_alarm.emplace(key, !in_alarm);
    redone[one.customer].in_alarm[key] = in_alarm;
  }
  absl::btree_set<CustomerId> customers;
  for (const auto& [customer, by] : recorded) customers.insert(customer);
  for (const auto& [customer, by] : redone) customers.insert(customer);
  for (const CustomerId& customer : customers) {
    const Concluded& then = recorded[customer];
    const Concluded& now = redone[customer];
    if (std::equal(then.decided.begin(), then.decided.end(), now.decided.begin(),
                   now.decided.end(), IsSame) &&
        then.in_alarm == now.in_alarm) {
      continue;
    }
    HaveRecordStand(customer, then, now);
  }
  decided_.clear();
  redecided_.clear();
  settled_.clear();
  transitions_.clear();
  before_decisions_.clear();
}

void EngineImpl::Replayer::HaveRecordStand(const CustomerId& customer,
                                           const Concluded& recorded,
                                           const Concluded& redone) {
  // At least the one of which nothing was said.
  engine_.counters_.decisions_differed.fetch_add(
      std::max({CountMissing(recorded.decided, redone.decided),
                CountMissing(redone.decided, recorded.decided), std::size_t{1}}));
  state::Shard& shard = engine_.ShardOf(customer);
  state::ShardLock lock(&shard);
  state::Slot* const slot = &shard.FindOrCreate(customer, now_);
  model::Customer& known = slot->customer;
  Undo(&known);
  for (const store::Decided& one : recorded.decided) {
    known.sequence = one.sequence;
    // What it asks for, if it does, is looked at then.
    known.may_resolve_at_end = true;
    model::AlertState& state = known.states[one.alert];
    state.last_trigger = one.triggered_by;
    state.crossing_max = std::max(state.crossing_max, one.crossing);
    const model::AlertPtr* const alert =
        model::FindAlert(known, shard.catalog(), one.alert);
    // It may have come to its end in the same step.
    if (state.Find(one.instance) == nullptr &&
        (alert == nullptr || !HasInstance(known, **alert, one.instance, now_))) {
      continue;
    }
    model::InstanceState& instance = state.InstanceFor(one.instance);
    instance.crossing = one.crossing;
    instance.last_kind = one.kind;
    instance.last_epoch = one.epoch;
    instance.last_trigger = one.triggered_by;
    instance.last_at = one.time;
    instance.last_value = one.value;
  }
  absl::btree_map<InstanceKey, bool> stands = redone.was_in_alarm;
  for (const auto& [key, in_alarm] : recorded.in_alarm) stands[key] = in_alarm;
  for (const auto& [key, in_alarm] : stands) {
    const auto now = redone.in_alarm.find(key);
    if (now != redone.in_alarm.end() && now->second == in_alarm) continue;
    const model::Pending* const pending = known.pending.Find(key.first);
    if (pending != nullptr && pending->Evaluating(key.second)) continue;
    known.stands.Change()[key] = in_alarm;
  }
  // So that whatever comes next is judged.
  for (const auto& [key, in_alarm] : *known.stands) {
    const model::AlertPtr* const alert =
        model::FindAlert(known, shard.catalog(), key.first);
    if (alert == nullptr) continue;
    model::SetBands(&known, shard.catalog(), *(*alert)->measure, now_);
  }
  Work work{.now = now_};
  engine_.HandOn(&shard, slot, &work);
}

void EngineImpl::Replayer::Undo(model::Customer* customer) {
  for (auto it = before_decisions_.rbegin(); it != before_decisions_.rend(); ++it) {
    if (it->customer != customer->id) continue;
    customer->sequence = it->sequence;
    const auto state = customer->states.find(it->alert);
    if (state == customer->states.end()) continue;
    state->second.crossing_max = it->crossing_max;
    state->second.last_trigger = it->last_trigger;
    model::InstanceState* const instance = state->second.Find(it->instance);
    if (instance == nullptr) continue;
    // But not its epoch, which a reset behind the decision may have raised.
    const std::uint64_t epoch = instance->epoch;
    *instance = it->said;
    instance->epoch = epoch;
  }
}

}  // namespace tocsin::core
