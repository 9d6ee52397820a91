#include "engine/model/turn.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "engine/base/mistake.h"

namespace tocsin::model {
namespace {

bool IsToldBefore(const Decision& a, const Decision& b) {
  const auto rank = [](const Decision& decision) {
    return std::make_tuple(decision.kind == NotificationKind::kReached,
                           absl::string_view(decision.instance),
                           !decision.alert->rises());
  };
  const auto rank_a = rank(a);
  const auto rank_b = rank(b);
  return rank_a == rank_b ? a.alert->IsReachedBefore(*b.alert) : rank_a < rank_b;
}

// What became of one instance by one alert stays in its order.
bool IsShownBefore(const Transition& a, const Transition& b) {
  return a.instance == b.instance ? a.alert->id() < b.alert->id()
                                  : a.instance < b.instance;
}

template <typename Event>
auto Behind(std::vector<Event>* events, std::size_t first) {
  return events->begin() + static_cast<std::ptrdiff_t>(first);
}

}  // namespace

Turn::~Turn() {
  if (transitions_ != nullptr && transitions_->size() > first_transition_ + 1) {
    std::stable_sort(Behind(transitions_, first_transition_), transitions_->end(),
                     IsShownBefore);
  }
  const auto begin = Behind(decisions_, first_);
  if (begin == decisions_->end()) return;
  if (!TOCSIN_MISTAKE(turn_unsorted)) {
    std::sort(begin, decisions_->end(), IsToldBefore);
  }
  for (auto it = begin; it != decisions_->end(); ++it) {
    if (!TOCSIN_MISTAKE(sequence_stands)) ++customer_->sequence;
    it->sequence = customer_->sequence;
    if (it->kind == NotificationKind::kReached && it->alert->spec().notify_resolved) {
      customer_->may_resolve_at_end = true;
    }
    AlertState& state = customer_->states.find(it->alert->id())->second;
    state.last_trigger = it->triggered_by;
    // Only now, so that the numbers of instances that are new in this change do not
    // hang on which of them was judged first.
    if (TOCSIN_MISTAKE(crossings_forgotten)) continue;
    state.crossing_max = std::max(state.crossing_max, it->crossing);
  }
}

void Turn::Reach(const Said& said) {
  AlertState& state = customer_->states[said.alert->id()];
  InstanceState& instance = state.InstanceFor(said.instance);
  NoteBefore(said, state, instance);
  if (!TOCSIN_MISTAKE(crossing_not_counted)) ++instance.crossing;
  instance.last_kind = NotificationKind::kReached;
  instance.last_epoch = instance.epoch;
  instance.last_trigger = said.trigger;
  instance.last_at = instant_;
  instance.last_value = said.shown.value;
  Add(NotificationKind::kReached, said, instance);
  NoteTransition(said, CustomerStatus::kInAlarm, NotificationKind::kReached);
}

void Turn::Leave(const Said& said) {
  if (!Resolve(said, /*in_any_epoch=*/false)) Become(said, CustomerStatus::kOk);
}

void Turn::LeaveAfterReset(const Said& said) {
  if (!Resolve(said, /*in_any_epoch=*/true)) Become(said, CustomerStatus::kOk);
}

void Turn::Become(const Said& said, std::optional<CustomerStatus> status) {
  NoteTransition(said, status, std::nullopt);
}

bool Turn::Resolve(const Said& said, bool in_any_epoch) {
  if (!said.alert->spec().notify_resolved && !TOCSIN_MISTAKE(resolved_unasked)) {
    return false;
  }
  const auto state = customer_->states.find(said.alert->id());
  if (state == customer_->states.end()) return false;
  InstanceState* const known = state->second.Find(said.instance);
  if (known == nullptr) return false;
  InstanceState& instance = *known;
  if (instance.last_kind != NotificationKind::kReached) return false;
  if (!in_any_epoch && !instance.SaidInThisEpoch()) return false;
  NoteBefore(said, state->second, instance);
  instance.last_kind = NotificationKind::kResolved;
  instance.last_epoch = instance.epoch;
  instance.last_trigger = said.trigger;
  instance.last_at = instant_;
  instance.last_value = said.shown.value;
  Add(NotificationKind::kResolved, said, instance);
  NoteTransition(said, CustomerStatus::kOk, NotificationKind::kResolved);
  return true;
}

void Turn::NoteBefore(const Said& said, const AlertState& state,
                      const InstanceState& instance) {
  if (before_ == nullptr) return;
  before_->push_back({.customer = customer_->id,
                      .alert = said.alert->id(),
                      .instance = std::string(said.instance),
                      .sequence = customer_->sequence,
                      .crossing_max = state.crossing_max,
                      .last_trigger = state.last_trigger,
                      .said = instance});
}

void Turn::NoteTransition(const Said& said, std::optional<CustomerStatus> status,
                          std::optional<NotificationKind> kind) {
  if (transitions_ == nullptr) return;
  Transition& transition = transitions_->emplace_back();
  transition.customer = customer_->id;
  transition.alert = said.alert;
  transition.instance = std::string(said.instance);
  transition.status = status;
  transition.triggered_by = said.trigger;
  transition.value = said.shown.value;
  transition.time = instant_;
  transition.said = kind;
  const auto state = customer_->states.find(said.alert->id());
  if (state == customer_->states.end()) return;
  const InstanceState* const instance = state->second.Find(said.instance);
  transition.epoch = instance == nullptr ? state->second.epoch : instance->epoch;
  if (instance != nullptr) transition.crossing = instance->crossing;
}

void Turn::Add(NotificationKind kind, const Said& said, const InstanceState& instance) {
  // Written where it stays: decisions are large. Its sequence is given at the end.
  Decision& decision = decisions_->emplace_back();
  decision.kind = kind;
  decision.triggered_by = said.trigger;
  decision.customer = customer_->id;
  decision.alert = said.alert;
  decision.instance.assign(said.instance.data(), said.instance.size());
  decision.value = said.shown.value;
  decision.previous_value = said.shown.previous;
  decision.remaining_balance = said.shown.remaining_balance;
  decision.invoice_type.assign(said.shown.invoice_type.data(),
                               said.shown.invoice_type.size());
  decision.epoch = instance.epoch;
  decision.crossing = instance.crossing;
  decision.time = instant_;
}

}  // namespace tocsin::model
