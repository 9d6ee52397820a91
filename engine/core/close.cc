#include "engine/base/status.h"
#include "engine/core/engine_impl.h"
#include "engine/model/pending.h"

namespace tocsin::core {

absl::StatusOr<CloseResult> EngineImpl::Close(absl::Duration deadline) {
  if (outbox_.InsideSink()) {
    return MakeStatus(Reason::kCalledFromSink,
                      "Close waits for the sink, so the sink must not call it");
  }
  if (InsideSource()) {
    return MakeStatus(Reason::kCalledFromSink,
                      "Close waits for the fact source, so the source must not call it");
  }
  const bool first = !close_called_.exchange(true);
  const bool has_time = deadline > absl::ZeroDuration();
  // Before the gate is closed: whoever is refused knows that nothing more is begun.
  if (first && !has_time) MakeHaste();
  gate_.Close();
  if (!first) return CloseResult{};
  gate_.AwaitEmpty();
  if (has_time && pool_ == nullptr) {
    Finish();
  } else if (has_time) {
    pool_->Schedule([this] { Finish(); });
    if (!pool_->AwaitIdle(deadline)) MakeHaste();
  }
  ClosePort();
  if (pool_ != nullptr) pool_->Stop();
  return CountLeft();
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
    absl::MutexLock lock(&shard->mu);
    for (const CustomerId& customer : shard->Roster(0, shard->customer_count())) {
      Work work{.now = Now()};
      state::Slot* slot = shard->Find(customer);
      model::TakeIn(&slot->customer, ContextFor(*shard, *slot, &work));
      left.due += slot->customer.pending.size();
      if (slot->customer.awaited == nullptr) continue;
      for (const auto& [alert, awaited] : *slot->customer.awaited) {
        left.due += slot->customer.pending.contains(alert) ? 0 : 1;
      }
    }
  }
  return left;
}

}  // namespace tocsin::core
