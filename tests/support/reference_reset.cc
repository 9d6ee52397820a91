// Resets: of one customer alert, of many, and what their callers are told.
#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/reference_model.h"

namespace tocsin::testing {

absl::Status ReferenceModel::Reset(CustomerId customer_id, AlertId alert_id,
                                   const InstanceSelector& selector,
                                   ResetOptions options) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  Customer* customer = nullptr;
  Alert* alert = nullptr;
  std::optional<Tuple> tuple;
  absl::Status found = Find(customer_id, alert_id, selector, customer, alert, tuple);
  if (!found.ok()) return found;
  return ResetPair(*customer, *alert, tuple, std::move(options));
}

absl::Status ReferenceModel::ResetPair(Customer& customer, const Alert& alert,
                                       const std::optional<Tuple>& tuple,
                                       ResetOptions options) {
  if (alert.status == AlertStatus::kArchived) return Refused(Reason::kAlertArchived);
  if (alert.status == AlertStatus::kDisabled) return Refused(Reason::kAlertDisabled);
  State& state = customer.states[alert.id];
  const bool counted = OwesReset(state);
  if (!counted && ResetsDue() >= options_.due_max) return Refused(Reason::kLimitReached);
  if (outbox_.size() >= options_.outbox_max) return Refused(Reason::kLimitReached);
  ++stats_.resets;
  if (!counted) state.reset_order = ++resets_;
  ++state.epoch;
  state.by.reset();
  NoteDue(state);
  if (IsRead(alert)) AwaitSource(customer, alert, tuple);
  state.begun = Explanation::Change{now_, Trigger::kReset};
  if (!tuple) state.due.reset = true;
  AddInstances(customer, alert);
  for (auto& [known, instance] : state.instances) {
    if (tuple) instance.remembered = true;
    if (tuple && known != *tuple) continue;
    instance.epoch = state.epoch;
    instance.status = CustomerStatus::kEvaluating;
    instance.by.reset();
    instance.due.reset = true;
  }
  Supersede(customer, alert, tuple);
  if (options.on_done != nullptr) {
    state.waiters.push_back({tuple, state.epoch, std::move(options)});
  }
  return absl::OkStatus();
}

// All customers in the order of the walk, else in that of their coming.
BulkResetResult ReferenceModel::ResetAll(AlertId alert_id, absl::string_view from,
                                         const std::atomic<bool>*) {
  BulkResetResult result;
  result.status = Begin();
  if (!result.status.ok()) return result;
  const std::pair<std::string, std::string> at =
      absl::StrSplit(from, absl::MaxSplits(' ', 1));
  const bool own = from.empty() || at.first == alert_id.ToString();
  std::pair<std::size_t, std::size_t> first;
  const std::pair<std::string, std::string> place = absl::StrSplit(at.second, ' ');
  const bool read = from.empty() || (absl::SimpleAtoi(place.first, &first.first) &&
                                     absl::SimpleAtoi(place.second, &first.second));
  auto it = alerts_.find(alert_id);
  if (alert_id.is_nil()) {
    result.status = Refused(Reason::kMissing);
  } else if (!own || !read) {
    result.status = Refused(Reason::kMalformed);
  } else if (it == alerts_.end()) {
    result.status = Refused(Reason::kUnknownAlert);
  } else if (it->second.status == AlertStatus::kArchived) {
    result.status = Refused(Reason::kAlertArchived);
  } else if (it->second.status == AlertStatus::kDisabled) {
    result.status = Refused(Reason::kAlertDisabled);
  }
  if (!result.status.ok()) return result;
  std::map<std::pair<std::size_t, std::size_t>, Customer*> in_order;
  for (auto& [id, customer] : customers_) {
    in_order[{walk_ ? walk_(id) : 0, customer.came}] = &customer;
  }
  for (auto& [key, customer] : in_order) {
    if (key < first || !InScope(it->second, *customer)) continue;
    DoDueByClock(*customer);
    result.status = ResetPair(*customer, it->second, std::nullopt, {});
    if (!result.status.ok()) {
      result.resume = absl::StrCat(alert_id.ToString(), " ", key.first, " ", key.second);
      return result;
    }
    ++result.taken;
  }
  return result;
}

BulkResetResult ReferenceModel::ResetAll(CustomerId customer_id, absl::string_view from,
                                         const std::atomic<bool>*) {
  BulkResetResult result;
  result.status = Begin();
  if (!result.status.ok()) return result;
  const std::pair<std::string, std::string> at = absl::StrSplit(from, ' ');
  const bool own = from.empty() || at.first == customer_id.ToString();
  absl::StatusOr<AlertId> first = AlertId();
  if (!from.empty()) first = AlertId::Parse(at.second);
  auto it = customers_.find(customer_id);
  if (customer_id.is_nil()) {
    result.status = Refused(Reason::kMissing);
  } else if (!own || !first.ok()) {
    result.status = Refused(Reason::kMalformed);
  } else if (it == customers_.end() || it->second.archived) {
    result.status = Refused(Reason::kUnknownCustomer);
  }
  if (!result.status.ok()) return result;
  DoDueByClock(it->second);
  for (const auto& [id, alert] : alerts_) {
    if (id < *first || alert.status != AlertStatus::kEnabled) continue;
    if (!InScope(alert, it->second)) continue;
    result.status = ResetPair(it->second, alert, std::nullopt, {});
    if (!result.status.ok()) {
      result.resume = absl::StrCat(customer_id.ToString(), " ", id.ToString());
      return result;
    }
    ++result.taken;
  }
  return result;
}

void ReferenceModel::Tell(Waiter& waiter, ResetOutcome outcome) {
  outcome.epoch = waiter.epoch;
  to_tell_.emplace_back(std::move(waiter), std::move(outcome));
}

// By a reset of an instance, or of all of them, that came later.
void ReferenceModel::Supersede(const Customer& customer, const Alert& alert,
                               const std::optional<Tuple>& tuple) {
  State& state = customers_.at(customer.id).states[alert.id];
  std::vector<Waiter> left;
  for (Waiter& waiter : state.waiters) {
    if (tuple && waiter.tuple != tuple) {
      left.push_back(std::move(waiter));
      continue;
    }
    ResetOutcome outcome;
    outcome.kind = ResetOutcome::Kind::kSuperseded;
    outcome.customer = customer.id;
    outcome.alert = alert.id;
    outcome.newer_epoch = state.epoch;
    Tell(waiter, outcome);
  }
  state.waiters = std::move(left);
}

void ReferenceModel::DropWaiters(const Customer& customer, const Alert& alert,
                                 Reason why) {
  State& state = customers_.at(customer.id).states[alert.id];
  for (Waiter& waiter : state.waiters) {
    ResetOutcome outcome;
    outcome.kind = ResetOutcome::Kind::kDropped;
    outcome.customer = customer.id;
    outcome.alert = alert.id;
    outcome.why = why;
    Tell(waiter, outcome);
  }
  state.waiters.clear();
}

void ReferenceModel::TellJudged(const Customer& customer, const Alert& alert,
                                const Change& change) {
  State& state = customers_.at(customer.id).states[alert.id];
  for (Waiter& waiter : state.waiters) {
    ResetOutcome outcome;
    outcome.customer = customer.id;
    outcome.alert = alert.id;
    if (waiter.tuple && Tuples(customer, alert).count(*waiter.tuple) == 0) {
      outcome.kind = ResetOutcome::Kind::kDropped;
      outcome.why = Reason::kUnknownInstance;
      Tell(waiter, outcome);
      continue;
    }
    const CustomerAlert view = View(customer, alert, waiter.tuple);
    outcome.status = view.status;
    outcome.value = view.value;
    for (const Decision& decision : change) {
      const bool concerns = !waiter.tuple || decision.tuple == *waiter.tuple;
      outcome.notified |= decision.alert->id == alert.id && concerns;
    }
    Tell(waiter, outcome);
  }
  state.waiters.clear();
}

void ReferenceModel::CallBack() {
  for (auto& [waiter, outcome] : std::exchange(to_tell_, {})) {
    std::move(waiter.options.on_done)(outcome);
  }
}

void ReferenceModel::TellClosing() {
  for (const auto& [id, customer] : customers_) {
    for (const auto& [alert, state] : customer.states) {
      DropWaiters(customer, alerts_.at(alert), Reason::kClosing);
    }
  }
}

}  // namespace tocsin::testing
