#include "tests/histories/rules.h"

#include <utility>

namespace tocsin::testing {

Rules::Rules(const History& history)
    : value(history.value),
      threshold(history.threshold),
      judged_threshold(history.threshold) {
  if (!IsReached()) return;
  said = NotificationKind::kReached;
  said_by = Trigger::kAlertCreated;
}

bool Rules::Do(const History& history, const Call& call, int index) {
  switch (call.verb) {
    case Verb::kReset:
      return Reset(history, call, index);
    case Verb::kSpend:
      return Spend(history, call);
    case Verb::kGet:
      return call.refused == Reason::kNone && call.view == Look();
    case Verb::kThreshold:
      return Threshold(call);
    case Verb::kDisable:
      return ChangeStatus(history, AlertStatus::kDisabled, call.refused);
    case Verb::kEnable:
      return ChangeStatus(history, AlertStatus::kEnabled, call.refused);
    case Verb::kArchive:
      return ChangeStatus(history, AlertStatus::kArchived, call.refused);
  }
  return false;
}

bool Rules::Reset(const History& history, const Call& call, int index) {
  if (alert == AlertStatus::kArchived) return call.refused == Reason::kAlertArchived;
  if (alert == AlertStatus::kDisabled) return call.refused == Reason::kAlertDisabled;
  if (call.refused != Reason::kNone || !call.end.has_value()) return false;
  if (!IsDue()) judged_threshold = threshold;
  reset = true;
  ++epoch;
  const bool well =
      Finish(history, {.kind = ResetOutcome::Kind::kSuperseded, .newer_epoch = epoch});
  waits = index;
  return well && call.end->epoch == epoch;
}

bool Rules::Spend(const History& history, const Call& call) {
  if (call.refused != Reason::kNone) return false;
  if (IsDue() && !Judge(history)) return false;
  const bool was_reached = IsReached();
  const int before = std::exchange(value, value + call.number);
  if (alert != AlertStatus::kEnabled || was_reached == IsReached()) return true;
  if (IsReached())
    return Tell(history, NotificationKind::kReached, Trigger::kSpend, before);
  if (!history.notify_resolved || !SaidInThisEpoch(NotificationKind::kReached)) {
    return true;
  }
  return Tell(history, NotificationKind::kResolved, Trigger::kSpend, before);
}

bool Rules::Threshold(const Call& call) {
  if (alert == AlertStatus::kArchived) return call.refused == Reason::kAlertArchived;
  if (alert == AlertStatus::kEnabled) {
    if (!IsDue()) judged_threshold = threshold;
    updated = true;
  }
  threshold = call.number;
  return call.refused == Reason::kNone;
}

bool Rules::ChangeStatus(const History& history, AlertStatus to, Reason refused) {
  if (alert == AlertStatus::kArchived) return refused == Reason::kAlertArchived;
  if (alert == to) {
    return refused == (to == AlertStatus::kEnabled ? Reason::kAlertNotDisabled
                                                   : Reason::kAlertDisabled);
  }
  alert = to;
  if (to == AlertStatus::kEnabled) {
    ++epoch;
    enabled_anew = true;
    return refused == Reason::kNone;
  }
  reset = enabled_anew = updated = false;
  const Reason why =
      to == AlertStatus::kArchived ? Reason::kAlertArchived : Reason::kAlertDisabled;
  return Finish(history, {.kind = ResetOutcome::Kind::kDropped, .why = why}) &&
         refused == Reason::kNone;
}

bool Rules::Judge(const History& history) {
  const bool afresh = reset || enabled_anew;
  const bool was_reached = !afresh && value >= judged_threshold;
  const Trigger by = reset ? Trigger::kReset : Trigger::kAlertUpdated;
  std::optional<int> previous;
  if (!enabled_anew) previous = value;
  const std::size_t told_before = told;
  bool well = true;
  if (IsReached()) {
    if (!was_reached) well = Tell(history, NotificationKind::kReached, by, previous);
  } else if (history.notify_resolved) {
    const bool tells = afresh
                           ? said == NotificationKind::kReached
                           : was_reached && SaidInThisEpoch(NotificationKind::kReached);
    if (tells) well = Tell(history, NotificationKind::kResolved, by, previous);
  }
  reset = enabled_anew = updated = false;
  return well && Finish(history, {.kind = ResetOutcome::Kind::kJudged,
                                  .status = IsReached() ? CustomerStatus::kInAlarm
                                                        : CustomerStatus::kOk,
                                  .value = value,
                                  .notified = told != told_before});
}

bool Rules::Tell(const History& history, NotificationKind kind, Trigger by,
                 std::optional<int> previous) {
  said = kind;
  said_by = by;
  said_epoch = epoch;
  if (told == history.tellings.size()) return false;
  const Telling& telling = history.tellings[told++];
  return telling.kind == kind && telling.epoch == epoch && telling.value == value &&
         telling.threshold == threshold && telling.previous == previous &&
         telling.by == by && telling.sequence == history.sequence + told;
}

bool Rules::Finish(const History& history, const End& expected) {
  const int call = std::exchange(waits, -1);
  if (call < 0) return true;
  const End& end = *history.calls[static_cast<std::size_t>(call)].end;
  return end.kind == expected.kind && end.status == expected.status &&
         end.value == expected.value && end.notified == expected.notified &&
         end.newer_epoch == expected.newer_epoch && end.why == expected.why;
}

View Rules::Look() const {
  View view{.alert = alert, .threshold = threshold, .value = value, .epoch = epoch};
  if (said.has_value() && said_epoch == epoch) view.triggered_by = said_by;
  if (alert != AlertStatus::kEnabled) return view;
  if (reset || enabled_anew) {
    view.status = CustomerStatus::kEvaluating;
  } else {
    const bool in_alarm = value >= (updated ? judged_threshold : threshold);
    view.status = in_alarm ? CustomerStatus::kInAlarm : CustomerStatus::kOk;
  }
  return view;
}

bool Rules::IsComplete(const History& history) const {
  return !IsDue() && waits < 0 && told == history.tellings.size();
}

}  // namespace tocsin::testing
