#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/mistake.h"
#include "engine/base/status.h"
#include "engine/core/engine_impl.h"
#include "engine/model/customer_alert.h"

namespace tocsin::core {

absl::Status EngineImpl::AlertDisabled(const AlertId& alert) {
  return MakeStatus(Reason::kAlertDisabled,
                    absl::StrCat("alert ", alert.ToString(), " is disabled; enabling it ",
                                 "evaluates every customer afresh"));
}

absl::Status EngineImpl::Reset(CustomerId customer, AlertId alert,
                               const InstanceSelector& instance,
                               ResetOptions options) noexcept {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  const absl::StatusOr<model::AlertPtr> known = FindAlert(customer, alert, instance);
  if (!known.ok()) return known.status();
  Pass(Moment::kResetFound);
  state::Shard& shard = ShardOf(customer);
  Work work;
  absl::Status status;
  {
    Step step(journal(), &shard, &work);
    work.now = Now();
    // A callback that is not taken is destroyed without the lock: what it captured may
    // call the engine then.
    status = ResetLocked(&shard, customer, *known, instance, &options, &work);
  }
  if (status.ok()) Pass(Moment::kResetTaken);
  if (!keeps_ || !status.ok()) {
    FollowUp(&shard, work);
    return status;
  }
  // Who writes does so before a thread is woken for the evaluation, which would contend
  // for the disk: what it decides cannot be told sooner than this is durable.
  const bool writes = options_.durability == Durability::kEach;
  if (!writes) FollowUp(&shard, work);
  status = Acknowledge();
  if (writes) FollowUp(&shard, work);
  return status;
}

absl::Status EngineImpl::ResetLocked(state::Shard* shard, const CustomerId& customer,
                                     const model::AlertPtr& known,
                                     const InstanceSelector& selector,
                                     ResetOptions* options, Work* work) {
  const absl::StatusOr<state::Slot*> slot = FindInScope(shard, customer, *known, work);
  if (!slot.ok()) return slot.status();
  const AlertId& id = known->id();
  const model::AlertPtr alert = InForce(*shard, **slot, id);
  if (alert == nullptr) return state::AlertArchived(id);
  const absl::StatusOr<std::optional<std::string>> instance =
      model::InstanceOf(*alert, selector);
  if (!instance.ok()) return instance.status();
  absl::Status status =
      model::CheckInstance((*slot)->customer, *alert, *instance, work->now);
  if (!status.ok()) return status;
  return ResetSlot(shard, *slot, alert, *instance, options, work);
}

absl::Status EngineImpl::ResetSlot(state::Shard* shard, state::Slot* slot,
                                   const model::AlertPtr& alert,
                                   const std::optional<std::string>& instance,
                                   ResetOptions* options, Work* work) {
  const AlertId& id = alert->id();
  if (!alert->enabled()) return AlertDisabled(id);
  absl::Status status = CheckRoom();
  if (!status.ok()) return status;
  const bool calls = options->on_done != nullptr;
  if (calls && !callbacks_.Reserve()) {
    return MakeStatus(Reason::kLimitReached,
                      absl::StrCat(kResetCallbacksMax, " callbacks of resets have not ",
                                   "been called yet; try again when some were"));
  }
  if (!model::HasPendingReset(slot->customer, id) && !ReserveDue()) {
    if (calls) callbacks_.Release();
    return MakeStatus(Reason::kLimitReached,
                      absl::StrCat(options_.due_max, " customer alerts wait for their ",
                                   "evaluation already (Options::due_max); try again"));
  }
  // Nobody can be asked for the end of a plan: it is judged as it was told.
  const bool read_anew = options_.fact_source != nullptr &&
                         alert->measure->subject.info().watched != Watched::kPlan;
  work->Note(store::WasReset{slot->customer.id, id, instance, read_anew});
  NoteReceipt();
  ResetInForce(shard, slot, alert,
               {.instance = instance.value_or(""), .read_anew = read_anew}, options,
               work);
  work->due = true;
  counters_.resets.fetch_add(1, std::memory_order_relaxed);
  return absl::OkStatus();
}

void EngineImpl::ResetInForce(state::Shard* shard, state::Slot* slot,
                              const model::AlertPtr& alert,
                              const model::WhatToReset& what, ResetOptions* options,
                              Work* work) {
  model::ResetAlert(&slot->customer, ContextFor(*shard, *slot, work), alert, what,
                    std::move(options->on_done));
  if (what.read_anew) NoteReads(shard, slot);
  HandOnResets(work);
  if (!TOCSIN_MISTAKE(reset_not_scheduled)) shard->Queue(slot);
}

bool EngineImpl::ReserveDue() {
  std::size_t due = due_.load(std::memory_order_relaxed);
  do {
    if (due >= options_.due_max && !TOCSIN_MISTAKE(due_max_ignored)) return false;
  } while (!due_.compare_exchange_weak(due, due + 1, std::memory_order_relaxed));
  return true;
}

}  // namespace tocsin::core
