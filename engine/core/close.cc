#include <cstdint>

#include "engine/base/status.h"
#include "engine/core/engine_impl.h"
#include "engine/model/pending.h"
#include "engine/model/reset_waiters.h"

namespace tocsin::core {

absl::StatusOr<CloseResult> EngineImpl::Close(absl::Duration deadline) noexcept {
  absl::Status outside = CheckOutside("Close");
  if (!outside.ok()) return outside;
  const bool first = !close_called_.exchange(true);
  const bool has_time = deadline > absl::ZeroDuration();
  // Before the gate is closed: whoever is refused knows that nothing more is begun.
  if (first && !has_time) MakeHaste();
  gate_.Close();
  if (!first) return CloseResult{};
  Pass(Moment::kGateClosed);
  gate_.AwaitEmpty();
  Pass(Moment::kCallsLeft);
  if (has_time && pool_ == nullptr) {
    Finish();
  } else if (has_time) {
    pool_->Schedule(work::Executor::kEverything, [this] { Finish(); });
    if (!pool_->AwaitIdle(deadline)) MakeHaste();
  }
  ClosePort();
  if (pool_ != nullptr) pool_->Stop();
  const CloseResult left = CountLeft();
  callbacks_.Run();
  NoteInstant();
  absl::Status status = Commit();
  if (journal_ != nullptr) journal_->CloseStore();
  if (!status.ok()) return status;
  return left;
}

void EngineImpl::Finish() {
  if (port_ != nullptr) return FinishReads();
  DrainEverything();
}

void EngineImpl::MakeHaste() {
  closing_in_haste_.store(true);
  answers_.Ring();
  outbox_.StopDelivering();
}

CloseResult EngineImpl::CountLeft() {
  CloseResult left{.due = 0, .undelivered = outbox_.size()};
  for (const std::unique_ptr<state::Shard>& shard : shards_) {
    state::ShardLock lock(shard.get());
    for (std::uint32_t place = 0; place < shard->customer_count(); ++place) {
      state::Line* const line = shard->LineAt(place);
      if (shard->IsAtRest(*line)) continue;
      Work work{.now = Now()};
      state::Slot* slot = &shard->Find(line);
      const model::Context context = ContextFor(*shard, *slot, &work);
      model::TakeIn(&slot->customer, context);
      left.due += slot->customer.pending.size();
      slot->customer.pending.ForEach([&](const AlertId& alert, model::Pending& pending) {
        model::DropWaiters(slot->customer, alert, &pending.waiters, Reason::kClosing,
                           context);
      });
      if (slot->customer.awaited != nullptr) {
        for (auto& [alert, awaited] : *slot->customer.awaited) {
          left.due += slot->customer.pending.contains(alert) ? 0 : 1;
          model::DropWaiters(slot->customer, alert, &awaited.waiters, Reason::kClosing,
                             context);
        }
      }
      HandOnResets(&work);
    }
  }
  return left;
}

}  // namespace tocsin::core
