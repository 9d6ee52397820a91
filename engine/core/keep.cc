#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/core/engine_impl.h"
#include "engine/notify/notification.h"

namespace tocsin::core {

absl::Status EngineImpl::Acknowledge() {
  if (journal() == nullptr) return absl::OkStatus();
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

absl::Status EngineImpl::Flush() noexcept {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  NoteInstant();
  absl::Status status = Commit();
  if (status.ok() && journal() != nullptr) MayCheckpoint();
  return status;
}

void EngineImpl::NoteInstant() {
  if (journal() != nullptr && last_instant_ns_.load() > written_instant_ns_.load()) {
    journal_->group().Note();
  }
}

absl::Status EngineImpl::Commit() {
  if (journal() == nullptr) return absl::OkStatus();
  store::Transaction transaction;
  std::vector<model::Decision> decided;
  absl::Status status = journal_->group().Commit(
      [&] {
        transaction = journal_->Take();
        transaction.last_instant = LastInstant();
        AddHistory(&transaction);
        transaction.fact_ids_max = options_.fact_ids_max;
        transaction.fact_ids_from = transaction.last_instant - options_.fact_ids_keep;
        transaction.receipts_from = transaction.last_instant - options_.receipts_keep;
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
  Pass(Moment::kCommitTaken);
  absl::Status status = journal_->store().Commit(transaction);
  written_instant_ns_.store(last_ns);
  if (!status.ok()) return status;
  Pass(Moment::kCommitDurable);
  // Not this call's error: it is done.
  CheckDisk().IgnoreError();
  outbox_.Release(std::move(transaction.decided));
  return status;
}

absl::Status EngineImpl::CheckDisk() {
  const std::uint64_t wanted = options_.disk_reserve;
  if (wanted == 0) return absl::OkStatus();
  const std::uint64_t free = journal_->store().FreeBytes();
  disk_is_short_.store(free < wanted, std::memory_order_relaxed);
  if (free >= wanted) return absl::OkStatus();
  return MakeStatus(
      Reason::kDiskFull,
      absl::StrCat("the file system of ", Quote(options_.directory), " has room for ",
                   free, " bytes more, and ", "Options::disk_reserve is ", wanted,
                   "; try again when there is more room"));
}

}  // namespace tocsin::core
