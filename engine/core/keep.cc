#include <utility>
#include <vector>

#include "engine/core/engine_impl.h"
#include "engine/notify/notification.h"

namespace tocsin::core {

void EngineImpl::KeepEntries(Work* work) {
  journal_->Add(work->now, work->entries);
  work->entries.clear();
}

void EngineImpl::NoteTouched(const CustomerId& customer, store::Touched::How how,
                             Work* work) const {
  if (keeps()) store::Put(store::Touched{customer, how}, &work->entries);
}

void EngineImpl::NoteSwept(const state::Shard& shard,
                           absl::Span<const CustomerId> customers, Work* work) const {
  if (!keeps()) return;
  store::Put(store::Swept{.shards = shards_.size(),
                          .shard = static_cast<std::uint64_t>(shard.number),
                          .first = customers.front(),
                          .last = customers.back()},
             &work->entries);
}

void EngineImpl::NoteDecided(Work* work) const {
  for (const model::Decision& decision : work->decisions) {
    store::Put(store::Decided{.customer = decision.customer,
                              .alert = decision.alert->id(),
                              .instance = decision.instance,
                              .kind = decision.kind,
                              .epoch = decision.epoch,
                              .crossing = decision.crossing,
                              .sequence = decision.sequence},
               &work->entries);
  }
}

absl::Status EngineImpl::Acknowledge() {
  if (!keeps()) return absl::OkStatus();
  if (options_.durability == Durability::kEach) {
    absl::Status status = Commit();
    if (status.ok()) MayCheckpoint();
    return status;
  }
  if (pool_ != nullptr && !commit_scheduled_.exchange(true)) {
    pool_->Schedule(work::Executor::kCommit, [this] {
      commit_scheduled_.store(false);
      // If not, the engine ends, and every call from then on says why.
      if (Commit().ok()) MayCheckpoint();
    });
  }
  return journal_->group().failure();
}

absl::Status EngineImpl::Flush() {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  NoteInstant();
  absl::Status status = Commit();
  if (status.ok() && keeps()) MayCheckpoint();
  return status;
}

void EngineImpl::NoteInstant() {
  if (keeps() && last_instant_ns_.load() > written_instant_ns_.load()) {
    journal_->group().Note();
  }
}

absl::Status EngineImpl::Commit() {
  if (!keeps()) return absl::OkStatus();
  store::Transaction transaction;
  std::vector<model::Decision> decided;
  absl::Status status = journal_->group().Commit(
      [&] {
        transaction = journal_->Take();
        transaction.last_instant = LastInstant();
        decided = outbox_.Seal();
      },
      [&] { return Write(std::move(transaction), decided); });
  if (!status.ok()) {
    gate_.Close();
    MakeHaste();
  }
  return status;
}

absl::Status EngineImpl::Write(store::Transaction transaction,
                               const std::vector<model::Decision>& decided) {
  for (const model::Decision& decision : decided) {
    transaction.decided.push_back(
        {.number = next_waiting_++, .notification = notify::MakeNotification(decision)});
  }
  const std::int64_t last_ns = absl::ToUnixNanos(transaction.last_instant);
  if (transaction.empty() && last_ns == written_instant_ns_.load()) {
    return absl::OkStatus();
  }
  absl::Status status = journal_->store().Commit(transaction);
  written_instant_ns_.store(last_ns);
  if (status.ok()) outbox_.Release(std::move(transaction.decided));
  return status;
}

}  // namespace tocsin::core
