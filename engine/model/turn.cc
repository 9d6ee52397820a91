#include "engine/model/turn.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

namespace tocsin::model {
namespace {

bool IsToldBefore(const Decision& a, const Decision& b) {
  const auto rank = [](const Decision& decision) {
    return std::make_tuple(decision.kind == NotificationKind::kReached,
                           absl::string_view(decision.instance),
                           decision.alert->threshold(), decision.alert->id());
  };
  return rank(a) < rank(b);
}

}  // namespace

Turn::~Turn() {
  const auto begin = decisions_->begin() + static_cast<std::ptrdiff_t>(first_);
  std::sort(begin, decisions_->end(), IsToldBefore);
  for (auto it = begin; it != decisions_->end(); ++it) {
    it->sequence = ++customer_->sequence;
    if (it->alert->spec().notify_resolved) customer_->may_resolve_at_end = true;
    customer_->states[it->alert->id()].last_trigger = it->triggered_by;
  }
}

void Turn::Reach(const Reading& reading) {
  AlertState& state = customer_->states[reading.alert->id()];
  InstanceState& instance = state.InstanceFor(reading.instance);
  ++instance.crossing;
  state.crossing_max = std::max(state.crossing_max, instance.crossing);
  instance.last_kind = NotificationKind::kReached;
  instance.last_epoch = instance.epoch;
  instance.last_trigger = reading.trigger;
  Add(NotificationKind::kReached, reading, instance);
}

void Turn::Leave(const Reading& reading) { Resolve(reading, /*in_any_epoch=*/false); }

void Turn::LeaveAfterReset(const Reading& reading) {
  Resolve(reading, /*in_any_epoch=*/true);
}

void Turn::Resolve(const Reading& reading, bool in_any_epoch) {
  if (!reading.alert->spec().notify_resolved) return;
  const auto state = customer_->states.find(reading.alert->id());
  if (state == customer_->states.end()) return;
  const auto it = state->second.instances.find(reading.instance);
  if (it == state->second.instances.end()) return;
  InstanceState& instance = it->second;
  if (instance.last_kind != NotificationKind::kReached) return;
  if (!in_any_epoch && !instance.SaidInThisEpoch()) return;
  instance.last_kind = NotificationKind::kResolved;
  instance.last_epoch = instance.epoch;
  instance.last_trigger = reading.trigger;
  Add(NotificationKind::kResolved, reading, instance);
}

void Turn::Add(NotificationKind kind, const Reading& reading,
               const InstanceState& instance) {
  decisions_->push_back({.kind = kind,
                         .triggered_by = reading.trigger,
                         .customer = customer_->id,
                         .alert = reading.alert,
                         .instance = std::string(reading.instance),
                         .value = reading.value,
                         .previous_value = reading.previous,
                         .epoch = instance.epoch,
                         .crossing = instance.crossing,
                         .sequence = 0,
                         .time = instant_});
}

}  // namespace tocsin::model
