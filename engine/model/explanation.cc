#include "engine/model/explanation.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/string_view.h"
#include "engine/base/mistake.h"
#include "engine/model/customer_alert.h"

namespace tocsin::model {
namespace {

// What was said of an instance.
struct Said {
  absl::string_view key;
  const InstanceState* state = nullptr;
};

// What was said last of any instance, the whole of an open custom field among them.
Said LastSaid(const AlertState& state) {
  const auto order = [](const Said& said) {
    return std::make_tuple(said.state->last_at,
                           said.state->last_kind == NotificationKind::kReached, said.key);
  };
  Said last;
  if (state.whole.has_value() && state.whole->last_kind.has_value()) {
    last = {"", &*state.whole};
  }
  for (const auto& [key, instance] : *state.instances) {
    if (!instance.last_kind.has_value()) continue;
    const Said said{key, &instance};
    if (last.state == nullptr || order(last) < order(said)) last = said;
  }
  return last;
}

// What is owed to a customer alert, of which a reset's part may wait for the fact source.
struct Owed {
  const Pending* pending = nullptr;
  const Awaited* awaited = nullptr;
  const AlertState* state = nullptr;

  bool IsOfAll() const {
    const bool pending_all =
        pending != nullptr && (pending->judged_under == nullptr || pending->reset_whole);
    return pending_all || (awaited != nullptr && awaited->whole);
  }
  bool IsReset(absl::string_view instance) const {
    return (pending != nullptr &&
            (pending->reset_whole || pending->reset_instances->contains(instance))) ||
           (awaited != nullptr && awaited->Concerns(instance));
  }
  bool HasReset() const {
    return awaited != nullptr || (pending != nullptr && pending->HasReset());
  }
};

// The judgement that is owed, if it concerns the instance; of the whole any does.
std::optional<Explanation::Due> DueOf(const Owed& owed,
                                      const std::optional<std::string>& instance) {
  Explanation::Due due{.since = absl::InfiniteFuture()};
  if (owed.pending != nullptr) due.since = owed.pending->since;
  if (owed.awaited != nullptr) due.since = std::min(due.since, owed.awaited->since);
  const bool reset = instance.has_value() ? owed.IsReset(*instance) : owed.HasReset();
  if (reset) due.reasons.push_back(Trigger::kReset);
  const Pending* const pending = owed.pending;
  if (pending != nullptr &&
      (pending->restarted || pending->updated || pending->renotify)) {
    due.reasons.push_back(Trigger::kAlertUpdated);
  }
  if (pending != nullptr && pending->created) {
    due.reasons.push_back(Trigger::kAlertCreated);
  }
  if (due.reasons.empty()) return std::nullopt;
  return due;
}

// Since when it is evaluating, where it is as `instance`, or all of it where that is
// null, is.
std::optional<Explanation::Change> BeganEvaluating(const Owed& owed,
                                                   const Explanation::Due& due,
                                                   const InstanceState* instance) {
  const Trigger reason = due.reasons.front();
  const bool begun_afresh =
      reason == Trigger::kReset || (owed.pending != nullptr && owed.pending->restarted);
  if (owed.state == nullptr || !begun_afresh) {
    return Explanation::Change{owed.pending->since, reason};
  }
  // When it was, is kept of the newest reset, which may be another instance's.
  if (instance != nullptr && instance->epoch != owed.state->epoch) return std::nullopt;
  return Explanation::Change{owed.state->reset_at, reason};
}

std::optional<Explanation::Change> ConcludedSince(const AlertState& state,
                                                  const InstanceState* instance,
                                                  bool single, bool in_alarm) {
  const bool said = instance != nullptr && instance->last_kind.has_value();
  if (said && (instance->SaidInThisEpoch() || TOCSIN_MISTAKE(explained_by_older_epoch))) {
    const bool reached = instance->last_kind == NotificationKind::kReached;
    if (reached != in_alarm) return std::nullopt;
    return Explanation::Change{instance->last_at, instance->last_trigger};
  }
  if (in_alarm || state.reset_at == absl::InfinitePast()) return std::nullopt;
  // Who has no state of its own may have come after the reset.
  const bool was_reset = instance == nullptr ? single : instance->epoch == state.epoch;
  if (!was_reset) return std::nullopt;
  return Explanation::Change{state.reset_at, state.reset_by};
}

}  // namespace

Explained Explain(const Customer& customer, const AlertPtr& alert,
                  const std::optional<std::string>& instance, absl::Time now) {
  Explained explained;
  Explanation& explanation = explained.explanation;
  explanation.state = Describe(customer, *alert, instance, now);
  const auto found = customer.states.find(alert->id());
  const AlertState* state = found == customer.states.end() ? nullptr : &found->second;
  const bool single = !alert->measure->FansOut();
  const bool as_a_whole = !single && !instance.has_value();
  const std::optional<std::string> one =
      as_a_whole ? std::nullopt : std::optional(instance.value_or(""));

  const Owed owed{.pending = customer.pending.Find(alert->id()),
                  .awaited = customer.FindAwaited(alert->id()),
                  .state = state};
  explanation.due = DueOf(owed, one);

  Said said;
  if (state != nullptr) {
    said = as_a_whole ? LastSaid(*state) : Said{*one, state->Find(*one)};
  }
  const std::optional<CustomerStatus> status = explanation.state.status;
  if (status == CustomerStatus::kEvaluating && explanation.due.has_value()) {
    if (owed.IsOfAll() || !as_a_whole) {
      explanation.status_change =
          BeganEvaluating(owed, *explanation.due, as_a_whole ? nullptr : said.state);
    }
  } else if (status.has_value() && state != nullptr && !as_a_whole) {
    explanation.status_change =
        ConcludedSince(*state, said.state, single, status == CustomerStatus::kInAlarm);
  }
  if (said.state == nullptr || !said.state->last_kind.has_value()) return explained;
  const InstanceState& last = *said.state;
  explanation.last_notification = Explanation::Said{.id = {},
                                                    .kind = *last.last_kind,
                                                    .at = last.last_at,
                                                    .value = last.last_value,
                                                    .epoch = last.last_epoch,
                                                    .triggered_by = last.last_trigger};
  Decision& decision = explained.said.emplace();
  decision.kind = *last.last_kind;
  decision.customer = customer.id;
  decision.alert = alert;
  decision.instance = std::string(said.key);
  decision.epoch = last.last_epoch;
  decision.crossing = last.crossing - TOCSIN_MISTAKE(explained_by_the_one_before);
  return explained;
}

}  // namespace tocsin::model
