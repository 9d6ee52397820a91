// What became of customer alerts, for who wants to know later: kept in the store only.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/core/engine_impl.h"
#include "engine/model/selector.h"
#include "engine/notify/notification.h"

namespace tocsin::core {
namespace {

store::HistoryRow RowOf(const model::Transition& transition) {
  store::HistoryRow row{.customer = transition.customer,
                        .alert = transition.alert->id(),
                        .instance = transition.instance,
                        .at = transition.time,
                        .status = transition.status,
                        .triggered_by = transition.triggered_by,
                        .epoch = transition.epoch,
                        .value = transition.value};
  if (transition.said.has_value()) {
    model::Decision decision;
    decision.kind = *transition.said;
    decision.customer = transition.customer;
    decision.alert = transition.alert;
    decision.instance = transition.instance;
    decision.epoch = transition.epoch;
    decision.crossing = transition.crossing;
    row.notification = notify::IdOf(decision);
  }
  return row;
}

}  // namespace

void EngineImpl::NoteAlertChange(const model::AlertChange& change) {
  if (journal() == nullptr) return;
  const model::AlertVersion& after = *change.after;
  const bool restarted =
      change.before != nullptr && after.restarts > change.before->restarts;
  if (!restarted && after.enabled()) return;
  model::Transition transition;
  transition.alert = change.after;
  if (restarted) transition.status = CustomerStatus::kEvaluating;
  transition.triggered_by = Trigger::kAlertUpdated;
  transition.time = after.alert.updated_at;
  journal_->AddTransitions({std::move(transition)});
}

void EngineImpl::AddHistory(store::Transaction* transaction) {
  std::vector<model::Transition> transitions = journal_->TakeTransitions();
  if (options_.history_keep <= absl::ZeroDuration()) return;
  transaction->history_from = transaction->last_instant - options_.history_keep;
  transaction->history.reserve(transitions.size());
  for (const model::Transition& one : transitions) {
    transaction->history.push_back(RowOf(one));
  }
}

absl::StatusOr<std::vector<HistoryEvent>> EngineImpl::History(
    CustomerId customer, AlertId alert, const HistoryRange& range) noexcept {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  if (range.limit < 1 || range.limit > kHistoryEventsMax) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat("HistoryRange::limit is ", range.limit,
                                   "; it must be 1 to ", kHistoryEventsMax));
  }
  const absl::StatusOr<model::AlertPtr> known = FindAlert(customer, alert, {});
  if (!known.ok()) return known.status();
  absl::Status status = RefreshKnown(customer);
  if (!status.ok()) return status;
  if (journal() == nullptr || options_.history_keep <= absl::ZeroDuration()) {
    return MakeStatus(Reason::kNotKept,
                      "no history is kept here (Options::directory, "
                      "Options::history_keep)");
  }
  status = Commit();
  if (!status.ok()) return status;
  HistoryRange kept = range;
  // What is older goes from the store by and by.
  kept.from = std::max(kept.from, LastInstant() - options_.history_keep);
  absl::StatusOr<std::vector<store::HistoryRow>> rows =
      journal_->store().History({.customer = customer, .alert = alert, .range = kept});
  if (!rows.ok()) return rows.status();
  std::vector<HistoryEvent> events;
  events.reserve(rows->size());
  for (const store::HistoryRow& row : *rows) {
    events.push_back({.number = row.number,
                      .at = row.at,
                      .status = row.status,
                      .triggered_by = row.triggered_by,
                      .of_all_customers = row.customer.is_nil(),
                      .instance = model::SelectorOf((*known)->spec(), row.instance),
                      .epoch = row.epoch,
                      .value = row.value,
                      .notification = row.notification});
  }
  return events;
}

absl::Status EngineImpl::RefreshKnown(const CustomerId& customer) {
  state::Shard& shard = ShardOf(customer);
  Work work;
  absl::Status status;
  {
    Step step(journal(), &shard, &work);
    work.now = Now();
    status = FindKnown(&shard, customer, &work).status();
  }
  FollowUp(&shard, work);
  return status;
}

}  // namespace tocsin::core
