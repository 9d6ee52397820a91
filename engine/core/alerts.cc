#include <algorithm>
#include <functional>
#include <queue>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "boost/uuid/random_generator.hpp"
#include "engine/core/engine_impl.h"
#include "engine/model/clock.h"
#include "engine/model/pending.h"

namespace tocsin::core {
namespace {

// Notes which measures the change begins and ends to keep.
void NoteKept(model::AlertChange* change,
              absl::FunctionRef<bool(const model::MeasurePtr&)> kept_before,
              absl::FunctionRef<bool(const model::MeasurePtr&)> kept_after) {
  const model::MeasurePtr& after = change->after->measure;
  if (!kept_before(after) && kept_after(after)) change->begins = after;
  if (change->before == nullptr) return;
  const model::MeasurePtr& before = change->before->measure;
  if (kept_before(before) && !kept_after(before)) change->ends = before;
}

}  // namespace

absl::StatusOr<AlertId> EngineImpl::CreateAlert(const AlertSpec& spec) noexcept {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  absl::StatusOr<AlertId> id = Create(spec);
  if (!id.ok()) return id;
  absl::Status status = Acknowledge();
  if (!status.ok()) return status;
  return id;
}

absl::StatusOr<AlertId> EngineImpl::Create(const AlertSpec& spec) {
  absl::MutexLock lock(&change_mu_);
  const absl::Time now = Now();
  const absl::StatusOr<model::AlertChange> change =
      book_.DraftCreate(spec, NewAlertId(), now);
  if (!change.ok()) return change.status();
  absl::Status status = CheckRoom();
  if (!status.ok()) return status;
  Pass(Moment::kChangeDraftedUnderChangeMu);
  std::string entries;
  if (journal() != nullptr) {
    store::AlertCreated created{.spec = change->after->spec(), .drafted_at = now};
    created.spec.id = change->after->id();
    store::Put(created, &entries);
  }
  PutInForce(*change, entries);
  return change->after->id();
}

absl::Status EngineImpl::UpdateAlert(AlertId alert, const AlertUpdate& update) noexcept {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  absl::Status status = Update(alert, update);
  return status.ok() ? Acknowledge() : status;
}

absl::Status EngineImpl::Update(const AlertId& alert, const AlertUpdate& update) {
  absl::MutexLock lock(&change_mu_);
  const absl::Time now = Now();
  const absl::StatusOr<model::AlertChange> change = book_.DraftUpdate(alert, update, now);
  if (!change.ok()) return change.status();
  absl::Status status = CheckRoom();
  if (!status.ok()) return status;
  Pass(Moment::kChangeDraftedUnderChangeMu);
  std::string entries;
  if (journal() != nullptr) store::Put(store::AlertUpdated{alert, update, now}, &entries);
  PutInForce(*change, entries);
  return absl::OkStatus();
}

absl::Status EngineImpl::ArchiveAlert(AlertId alert,
                                      const ArchiveOptions& options) noexcept {
  return SetStatus(alert, AlertStatus::kArchived, options);
}

absl::Status EngineImpl::DisableAlert(AlertId alert) noexcept {
  return SetStatus(alert, AlertStatus::kDisabled, {});
}

absl::Status EngineImpl::EnableAlert(AlertId alert) noexcept {
  return SetStatus(alert, AlertStatus::kEnabled, {});
}

absl::Status EngineImpl::SetStatus(const AlertId& alert, AlertStatus status,
                                   const ArchiveOptions& options) {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  absl::Status changed = ChangeStatus(alert, status, options);
  return changed.ok() ? Acknowledge() : changed;
}

absl::Status EngineImpl::ChangeStatus(const AlertId& alert, AlertStatus status,
                                      const ArchiveOptions& options) {
  absl::MutexLock lock(&change_mu_);
  const absl::Time now = Now();
  const absl::StatusOr<model::AlertChange> change = book_.DraftStatus(alert, status, now);
  if (!change.ok()) return change.status();
  // Ending an alert can only make room.
  if (status == AlertStatus::kEnabled) {
    absl::Status room = CheckRoom();
    if (!room.ok()) return room;
  }
  Pass(Moment::kChangeDraftedUnderChangeMu);
  std::string entries;
  if (journal() != nullptr) {
    store::Put(store::AlertStatusSet{alert, status, options.release_uniqueness_key, now},
               &entries);
  }
  PutInForce(*change, entries, options);
  return absl::OkStatus();
}

void EngineImpl::PutInForce(const model::AlertChange& change, absl::string_view entries,
                            const ArchiveOptions& options) {
  // In the journal a change stands at one place among what is done to all customers.
  if (change.after->spec().customer.has_value()) {
    Stay alone(group(), Stay::With::kNobody);
    PutInForceNow(change, entries, options);
    return;
  }
  absl::MutexLock one_at_a_time(&timers_mu_);
  AdvanceEverybodyNow();
  Stay alone(group(), Stay::With::kNobody);
  // What has fallen due before the others were gone.
  if (journal() != nullptr) AdvanceEverybodyNow();
  PutInForceNow(change, entries, options);
}

void EngineImpl::PutInForceNow(const model::AlertChange& change,
                               absl::string_view entries, const ArchiveOptions& options) {
  PutInForceAt(change, Now(), entries);
  if (journal() != nullptr) journal_->Add(change.after->alert);
  NoteReceipt();
  NoteAlertChange(change);
  book_.Publish(change, options);
}

void EngineImpl::PutInForceAt(const model::AlertChange& change, absl::Time now,
                              absl::string_view entries) {
  const std::optional<CustomerId>& customer = change.after->spec().customer;
  if (customer.has_value()) return PutInForceForOne(*customer, change, now, entries);
  if (journal() != nullptr) journal_->Add(now, entries);
  PutInForceForAll(change, now);
}

void EngineImpl::PutInForceForAll(model::AlertChange change, absl::Time now) {
  change.at = now;
  const std::shared_ptr<const model::Catalog> next = catalog_->With(change);
  const std::shared_ptr<const model::Catalog> old = std::exchange(catalog_, next);
  NoteKept(
      &change, [&old](const model::MeasurePtr& measure) { return old->Keeps(*measure); },
      [&next](const model::MeasurePtr& measure) { return next->Keeps(*measure); });
  for (const std::unique_ptr<state::Shard>& shard : shards_) {
    bool empty = false;
    Work work;
    {
      state::ShardLock lock(shard.get());
      shard->Install(catalog_, change);
      if (!change.after->enabled())
        work.finished = EndResets(shard.get(), change.after->id());
      empty = shard->customer_count() == 0;
      if (empty) shard->ForgetChanges(catalog_->generation());
    }
    Pass(Moment::kChangeInForceUnderChangeMu);
    work.due = !empty;
    FollowUp(shard.get(), work);
  }
}

void EngineImpl::PutInForceForOne(const CustomerId& customer, model::AlertChange change,
                                  absl::Time now, absl::string_view entries) {
  state::Shard& shard = ShardOf(customer);
  Work work{.due = true, .entries = std::string(entries)};
  {
    Step step(journal(), &shard, &work);
    // Without a journal somebody else may have been there since.
    work.now = journal_ != nullptr ? now : Now();
    state::Slot& slot = shard.FindOrCreate(customer, work.now);
    Refresh(&shard, &slot, &work);
    std::vector<model::AlertPtr>& own = slot.customer.own.Change().alerts;
    const model::Catalog& catalog = shard.catalog();
    const auto keeps = [&catalog](const std::vector<model::AlertPtr>& alerts) {
      return [&catalog, &alerts](const model::MeasurePtr& measure) {
        return catalog.Keeps(*measure) ||
               (!measure->IsWhole() &&
                std::any_of(alerts.begin(), alerts.end(),
                            [&measure](const model::AlertPtr& alert) {
                              return alert->measure == measure;
                            }));
      };
    };
    const std::vector<model::AlertPtr> old = own;
    own.erase(std::remove(own.begin(), own.end(), change.before), own.end());
    if (!change.after->archived()) own.push_back(change.after);
    NoteKept(&change, keeps(old), keeps(own));
    change.at = work.now;
    slot.customer.own.Change().changes.push_back(std::move(change));
    Refresh(&shard, &slot, &work);
    shard.Queue(&slot);
  }
  Pass(Moment::kChangeInForceUnderChangeMu);
  FollowUp(&shard, work);
}

bool EngineImpl::EndResets(state::Shard* shard, const AlertId& alert) {
  Work work{.now = Now()};
  for (state::Slot* slot : shard->Queued()) {
    if (!slot->customer.pending.contains(alert)) continue;
    model::TakeIn(&slot->customer, ContextFor(*shard, *slot, &work));
  }
  for (state::Slot* slot : shard->Reading()) {
    if (slot->customer.FindAwaited(alert) == nullptr) continue;
    model::TakeIn(&slot->customer, ContextFor(*shard, *slot, &work));
    NoteReads(shard, slot);
  }
  HandOnResets(&work);
  return work.finished;
}

void EngineImpl::FindDue(state::Shard* shard, absl::Time now, DueInstants* ended) {
  constexpr std::size_t kCustomersPerHold = 4'096;
  std::size_t count = 0;
  {
    state::ShardLock lock(shard);
    if (shard->earliest_instant() > now) return;
    shard->ForgetEarliestInstant();
    count = shard->customer_count();
  }
  for (std::size_t first = 0; first < count; first += kCustomersPerHold) {
    Work work{.now = now};
    {
      state::ShardLock lock(shard);
      for (state::Slot* slot : shard->Slots(first, kCustomersPerHold)) {
        // A change that it missed may have set thresholds of days.
        model::TakeIn(&slot->customer, ContextFor(*shard, *slot, &work));
        HandOn(shard, slot, &work);
        const std::optional<absl::Time> due = DueBy(slot->customer, now);
        if (due.has_value()) ended->push({{*due, slot->customer.id}, shard});
      }
    }
    FollowUp(shard, work);
  }
}

std::optional<absl::Time> EngineImpl::DueBy(const model::Customer& customer,
                                            absl::Time now) {
  if (customer.archived || customer.NextInstant() > now) return std::nullopt;
  return customer.NextInstant();
}

void EngineImpl::AdvanceEverybody() {
  absl::MutexLock one_at_a_time(&timers_mu_);
  AdvanceEverybodyNow();
}

void EngineImpl::AdvanceEverybodyNow() {
  const absl::Time now = Now();
  DueInstants ended;
  for (const std::unique_ptr<state::Shard>& shard : shards_) {
    FindDue(shard.get(), now, &ended);
  }
  while (!ended.empty()) {
    const auto [timer, shard] = ended.top();
    ended.pop();
    Work work{.now = timer.first};
    {
      Step step(journal(), shard, &work);
      state::Slot* slot = shard->Find(timer.second);
      // Without holdings nothing is told after the first period's end.
      if (slot->customer.holdings == nullptr) work.now = now;
      Refresh(shard, slot, &work);
      const std::optional<absl::Time> due = DueBy(slot->customer, now);
      if (due.has_value()) ended.push({{*due, timer.second}, shard});
    }
    FollowUp(shard, work);
  }
}

AlertId EngineImpl::NewAlertId() {
  boost::uuids::basic_random_generator<std::mt19937_64> generate(&random_);
  AlertId id(generate());
  // An engine that was opened again with the seed it had begins with the ids it had.
  while (book_.Find(id) != nullptr) id = AlertId(generate());
  return id;
}

absl::StatusOr<Alert> EngineImpl::GetAlert(AlertId alert) noexcept {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  const absl::StatusOr<model::AlertPtr> found = book_.Get(alert);
  if (!found.ok()) return found.status();
  return (*found)->alert;
}

absl::Status EngineImpl::ForEachAlert(absl::FunctionRef<void(const Alert&)> visit) {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  for (const model::AlertPtr& alert : book_.All()) visit(alert->alert);
  return absl::OkStatus();
}

}  // namespace tocsin::core
