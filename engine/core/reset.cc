#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/core/engine_impl.h"
#include "engine/model/customer_alert.h"

namespace tocsin::core {

absl::Status EngineImpl::Reset(CustomerId customer, AlertId alert,
                               const InstanceSelector& instance) {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  const absl::StatusOr<model::AlertPtr> known = FindAlert(customer, alert, instance);
  if (!known.ok()) return known.status();
  state::Shard& shard = ShardOf(customer);
  Work work;
  absl::Status status;
  {
    absl::MutexLock lock(&shard.mu);
    work.now = Now();
    status = ResetLocked(&shard, customer, *known, instance, &work);
  }
  FollowUp(&shard, work);
  return status;
}

absl::Status EngineImpl::ResetLocked(state::Shard* shard, const CustomerId& customer,
                                     const model::AlertPtr& known,
                                     const InstanceSelector& selector, Work* work) {
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
  if (!alert->enabled()) {
    return MakeStatus(Reason::kAlertDisabled,
                      absl::StrCat("alert ", id.ToString(), " is disabled; enabling it ",
                                   "evaluates every customer afresh"));
  }
  status = CheckRoom();
  if (!status.ok()) return status;
  if (!model::HasPendingReset((*slot)->customer, id) && !ReserveDue()) {
    return MakeStatus(Reason::kLimitReached,
                      absl::StrCat(options_.due_max, " customer alerts wait for their ",
                                   "evaluation already (Options::due_max); try again"));
  }
  // Nobody can be asked for the end of a plan: it is judged as it was told.
  const bool read_anew =
      port_ != nullptr && alert->measure->subject.info().watched != Watched::kPlan;
  model::ResetAlert(&(*slot)->customer, alert, *instance, work->now, read_anew);
  if (read_anew) NoteReads(shard, *slot);
  shard->Queue(*slot);
  work->due = true;
  resets_.fetch_add(1, std::memory_order_relaxed);
  return absl::OkStatus();
}

bool EngineImpl::ReserveDue() {
  std::size_t due = due_.load(std::memory_order_relaxed);
  do {
    if (due >= options_.due_max) return false;
  } while (!due_.compare_exchange_weak(due, due + 1, std::memory_order_relaxed));
  return true;
}

}  // namespace tocsin::core
