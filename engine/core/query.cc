#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/core/engine_impl.h"
#include "engine/core/no_customer.h"
#include "engine/model/clock.h"
#include "engine/model/customer_alert.h"

namespace tocsin::core {
namespace {

// As many customers as are looked at under one hold of a shard's lock.
constexpr std::size_t kDescribedPerHold = 128;

}  // namespace

absl::StatusOr<model::AlertPtr> EngineImpl::FindAlert(
    const CustomerId& customer, const AlertId& alert,
    const InstanceSelector& selector) const {
  if (customer.is_nil()) return NilCustomer();
  absl::Status ids = model::CheckIds(selector);
  if (!ids.ok()) return ids;
  absl::StatusOr<model::AlertPtr> found = book_.Get(alert);
  if (!found.ok()) return found.status();
  const absl::StatusOr<std::optional<std::string>> instance =
      model::InstanceOf(**found, selector);
  if (!instance.ok()) return instance.status();
  return found;
}

void EngineImpl::Refresh(state::Shard* shard, state::Slot* slot, Work* work) {
  const model::Context context = ContextFor(*shard, *slot, work);
  const bool changes = slot->customer.NextInstant() <= work->now ||
                       !context.missed.empty() || !slot->customer.own->changes.empty();
  model::AdvanceClock(&slot->customer, context);
  HandOn(shard, slot, work);
  if (changes) {
    work->Note(store::Touched{slot->customer.id, store::Touched::How::kRefreshed});
  }
}

absl::StatusOr<state::Slot*> EngineImpl::FindKnown(state::Shard* shard,
                                                   const CustomerId& customer,
                                                   Work* work) {
  state::Slot* slot = shard->Find(customer);
  if (slot == nullptr) return UnknownCustomer(customer);
  if (slot->customer.archived) return ArchivedCustomer(customer);
  Refresh(shard, slot, work);
  return slot;
}

absl::StatusOr<state::Slot*> EngineImpl::FindInScope(state::Shard* shard,
                                                     const CustomerId& customer,
                                                     const model::AlertVersion& alert,
                                                     Work* work) {
  absl::StatusOr<state::Slot*> slot = FindKnown(shard, customer, work);
  if (!slot.ok() || (*slot)->customer.InScope(alert.spec())) return slot;
  const AlertSpec& spec = alert.spec();
  const std::string scope = spec.customer.has_value()
                                ? absl::StrCat("customer ", spec.customer->ToString())
                                : absl::StrCat("who is on plan ", spec.plan->ToString());
  return MakeStatus(
      Reason::kNotInScope,
      absl::StrCat("alert ", alert.id().ToString(), " does not speak of customer ",
                   customer.ToString(), "; it is for ", scope));
}

model::AlertPtr EngineImpl::InForce(const state::Shard& shard, const state::Slot& slot,
                                    const AlertId& alert) {
  for (const model::AlertPtr& own : slot.customer.own->alerts) {
    if (own->id() == alert) return own;
  }
  const model::AlertPtr* shared = shard.catalog().FindAlert(alert);
  return shared == nullptr ? nullptr : *shared;
}

model::AlertPtr EngineImpl::InForceOrArchived(const state::Shard& shard,
                                              const state::Slot& slot,
                                              const model::AlertPtr& known) {
  model::AlertPtr in_force = InForce(shard, slot, known->id());
  if (in_force != nullptr) return in_force;
  if (known->archived()) return known;
  // It was archived meanwhile, or is being archived this moment: here it is over already.
  // The book has it as it was last, if not yet as archived.
  auto archived = std::make_shared<model::AlertVersion>(**book_.Get(known->id()));
  archived->alert.status = AlertStatus::kArchived;
  return archived;
}

absl::StatusOr<CustomerAlert> EngineImpl::GetCustomerAlert(
    CustomerId customer, AlertId alert, const InstanceSelector& instance) noexcept {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  const absl::StatusOr<model::AlertPtr> known = FindAlert(customer, alert, instance);
  if (!known.ok()) return known.status();
  Pass(Moment::kQueryFound);
  state::Shard& shard = ShardOf(customer);
  Work work;
  absl::StatusOr<CustomerAlert> view;
  {
    Step step(journal(), &shard, &work);
    work.now = Now();
    const absl::StatusOr<Asked> asked =
        FindAsked(&shard, customer, *known, instance, &work);
    if (asked.ok()) {
      view = model::Describe(asked->slot->customer, *asked->alert, asked->instance,
                             work.now);
    } else {
      view = asked.status();
    }
  }
  FollowUp(&shard, work);
  return view;
}

absl::StatusOr<EngineImpl::Asked> EngineImpl::FindAsked(state::Shard* shard,
                                                        const CustomerId& customer,
                                                        const model::AlertPtr& known,
                                                        const InstanceSelector& selector,
                                                        Work* work) {
  const absl::StatusOr<state::Slot*> slot = FindInScope(shard, customer, *known, work);
  if (!slot.ok()) return slot.status();
  model::AlertPtr alert = InForceOrArchived(*shard, **slot, known);
  absl::StatusOr<std::optional<std::string>> instance =
      model::InstanceOf(*alert, selector);
  if (!instance.ok()) return instance.status();
  absl::Status status =
      model::CheckInstance((*slot)->customer, *alert, *instance, work->now);
  if (!status.ok()) return status;
  return Asked{*slot, std::move(alert), *std::move(instance)};
}

absl::Status EngineImpl::ForEachCustomerAlert(
    CustomerId customer, absl::FunctionRef<void(const CustomerAlert&)> visit) {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  if (customer.is_nil()) return NilCustomer();
  std::vector<CustomerAlert> views;
  absl::Status status = DescribeAlertsOf(customer, &views);
  for (const CustomerAlert& view : views) visit(view);
  return status;
}

absl::Status EngineImpl::DescribeAlertsOf(const CustomerId& customer,
                                          std::vector<CustomerAlert>* views) noexcept {
  state::Shard& shard = ShardOf(customer);
  Work work;
  {
    Step step(journal(), &shard, &work);
    work.now = Now();
    state::Slot* slot = shard.Find(customer);
    if (slot == nullptr) return UnknownCustomer(customer);
    if (slot->customer.archived) return ArchivedCustomer(customer);
    Refresh(&shard, slot, &work);
    const auto describe = [&](const model::AlertPtr& alert) {
      if (!alert->enabled() || !slot->customer.InScope(alert->spec())) return;
      views->push_back(model::Describe(slot->customer, *alert, std::nullopt, work.now));
    };
    shard.catalog().ForEachAlert(describe);
    for (const model::AlertPtr& alert : slot->customer.own->alerts) describe(alert);
  }
  FollowUp(&shard, work);
  std::sort(
      views->begin(), views->end(),
      [](const CustomerAlert& a, const CustomerAlert& b) { return a.alert < b.alert; });
  return absl::OkStatus();
}

absl::Status EngineImpl::ForEachCustomerAlert(
    AlertId alert, absl::FunctionRef<void(const CustomerAlert&)> visit) {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  const absl::StatusOr<model::AlertPtr> found = book_.Get(alert);
  if (!found.ok()) return found.status();
  const model::AlertPtr& known = *found;
  if (known->archived()) return state::AlertArchived(alert);
  if (!known->enabled()) {
    return MakeStatus(Reason::kAlertDisabled,
                      absl::StrCat("alert ", alert.ToString(), " is disabled, so that ",
                                   "nobody has a status under it; enable it first"));
  }
  if (known->spec().customer.has_value()) {
    const absl::StatusOr<CustomerAlert> view =
        GetCustomerAlert(*known->spec().customer, alert, {});
    if (view.ok()) visit(*view);
    // Its only customer may be archived; then there is nobody to visit.
    const bool nobody = ReasonOf(view.status()) == Reason::kUnknownCustomer;
    return nobody ? absl::OkStatus() : view.status();
  }
  for (const std::unique_ptr<state::Shard>& shard : shards_) {
    for (std::size_t first = 0;; first += kDescribedPerHold) {
      std::vector<CustomerAlert> views;
      const bool more = DescribeSome(shard.get(), first, *known, &views);
      for (const CustomerAlert& view : views) visit(view);
      if (!more) break;
    }
  }
  return absl::OkStatus();
}

bool EngineImpl::DescribeSome(state::Shard* shard, std::size_t first,
                              const model::AlertVersion& known,
                              std::vector<CustomerAlert>* views) noexcept {
  Work work;
  std::size_t found = 0;
  {
    Step step(journal(), shard, &work);
    work.now = Now();
    const std::vector<CustomerId> customers = shard->Roster(first, kDescribedPerHold);
    found = customers.size();
    for (const CustomerId& customer : customers) {
      state::Slot* slot = shard->Find(customer);
      if (!slot->customer.InScope(known.spec())) continue;
      Refresh(shard, slot, &work);
      const model::AlertPtr alert = InForce(*shard, *slot, known.id());
      if (alert == nullptr) continue;
      views->push_back(model::Describe(slot->customer, *alert, std::nullopt, work.now));
    }
  }
  FollowUp(shard, work);
  return found == kDescribedPerHold;
}

absl::Status EngineImpl::ForEachInstance(
    CustomerId customer, AlertId alert,
    absl::FunctionRef<void(const CustomerAlert&)> visit) {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  std::vector<CustomerAlert> views;
  absl::Status status = DescribeInstancesOf(customer, alert, &views);
  for (const CustomerAlert& view : views) visit(view);
  return status;
}

absl::Status EngineImpl::DescribeInstancesOf(const CustomerId& customer,
                                             const AlertId& alert,
                                             std::vector<CustomerAlert>* views) noexcept {
  const absl::StatusOr<model::AlertPtr> known = FindAlert(customer, alert, {});
  if (!known.ok()) return known.status();
  Pass(Moment::kQueryFound);
  state::Shard& shard = ShardOf(customer);
  Work work;
  absl::Status status;
  {
    Step step(journal(), &shard, &work);
    work.now = Now();
    const absl::StatusOr<state::Slot*> slot =
        FindInScope(&shard, customer, **known, &work);
    status = slot.status();
    if (slot.ok()) {
      *views = model::DescribeInstances(
          (*slot)->customer, *InForceOrArchived(shard, **slot, *known), work.now);
    }
  }
  FollowUp(&shard, work);
  return status;
}

Stats EngineImpl::GetStats() noexcept {
  Stats stats{
      .facts_applied = counters_.facts_applied.load(std::memory_order_relaxed),
      .facts_refused = counters_.facts_refused.load(std::memory_order_relaxed),
      .facts_stale = counters_.facts_stale.load(std::memory_order_relaxed),
      .facts_late = counters_.facts_late.load(std::memory_order_relaxed),
      .facts_duplicate = counters_.facts_duplicate.load(std::memory_order_relaxed),
      .facts_group_dropped =
          counters_.facts_group_dropped.load(std::memory_order_relaxed),
      .notifications_decided = outbox_.decided(),
      .notifications_delivered = outbox_.delivered(),
      .delivery_failures = outbox_.failures(),
      .resets = counters_.resets.load(std::memory_order_relaxed),
      .source_reads = counters_.source_reads.load(std::memory_order_relaxed),
      .source_failures = counters_.source_failures.load(std::memory_order_relaxed),
      .source_given_up = counters_.source_given_up.load(std::memory_order_relaxed),
      .decisions_differed = counters_.decisions_differed.load(std::memory_order_relaxed),
      .customers = 0,
      .alerts = book_.active_count(),
      .due = due_.load(std::memory_order_relaxed),
      .outbox = outbox_.size(),
      .callback_failures = callbacks_.failures(),
      .last_instant = LastInstant()};
  work::Gate::Pass pass(&gate_);
  // Looked at again, as room comes back without a commit.
  stats.disk_is_full = pass.entered() && disk_is_short_.load(std::memory_order_relaxed) &&
                       !CheckDisk().ok();
  if (pass.entered() && journal() != nullptr) {
    stats.log_bytes = journal_->store().LogBytes();
  }
  for (const std::unique_ptr<state::Shard>& shard : shards_) {
    state::ShardLock lock(shard.get());
    stats.customers += shard->customer_count();
  }
  return stats;
}

}  // namespace tocsin::core
