#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "engine/core/engine_impl.h"
#include "engine/core/replayer.h"
#include "engine/model/reread.h"

namespace tocsin::core {

void EngineImpl::TakeRedecided(Work* work) {
  replayer_->AddRedecided(work->decisions);
  work->decisions.clear();
}

void EngineImpl::NoteRedone(model::Context* context) { replayer_->NoteRedone(context); }

absl::Status EngineImpl::Recover() {
  Replayer replayer(this);
  replayer_ = &replayer;
  absl::Status status = journal_->store().Load(&replayer);
  if (status.ok()) replayer.Finish();
  replayer_ = nullptr;
  if (!status.ok()) return status;
  Pass(Moment::kJournalDoneAgain);
  store::Rules rules =
      RulesOfOptions(replayer.rules().has_value() ? replayer.rules()->seed : rules_.seed);
  const bool awaits = BeginReadsAgain();
  // Those that a source was to answer which there is no more have it fail.
  rules.has_source = rules.has_source || awaits;
  SetRules(rules);
  keeps_ = true;
  checkpoint_at_ns_.store(absl::ToUnixNanos(Now()));
  std::string entries;
  store::Put(rules, &entries);
  journal_->Add(Now(), entries);
  // What fell due while nobody was there.
  RunTimers();
  ScheduleWhatIsDue();
  return Commit();
}

store::Rules EngineImpl::RulesOfOptions(std::uint64_t seed) const {
  return {.period_policy = options_.period_policy,
          .tracked_group_keys = options_.tracked_group_keys,
          .groups_per_measure_max = options_.groups_per_measure_max,
          .instances_per_customer_max = options_.instances_per_customer_max,
          .keep_ended = options_.keep_ended,
          .has_source = options_.fact_source != nullptr,
          .source_timeout = options_.source_timeout,
          .source_attempts_max = static_cast<std::uint64_t>(options_.source_attempts_max),
          .read_additions_max = options_.read_additions_max,
          .seed = seed};
}

void EngineImpl::SetRules(store::Rules rules) {
  rules_ = std::move(rules);
  read_policy_ = {.timeout = rules_.source_timeout,
                  .attempts_max = static_cast<int>(rules_.source_attempts_max),
                  .additions_max = rules_.read_additions_max,
                  .seed = rules_.seed};
}

bool EngineImpl::BeginReadsAgain() {
  bool awaits = false;
  for (const std::unique_ptr<state::Shard>& shard : shards_) {
    state::ShardLock lock(shard.get());
    for (state::Slot* slot : shard->Reading()) {
      model::BeginReadsAgain(&slot->customer);
      NoteReads(shard.get(), slot);
      shard->Queue(slot);
      awaits = true;
    }
  }
  return awaits;
}

void EngineImpl::ScheduleWhatIsDue() {
  if (pool_ == nullptr) return;
  for (const std::unique_ptr<state::Shard>& shard : shards_) {
    bool due = false;
    {
      state::ShardLock lock(shard.get());
      due = shard->HasChanges() || shard->HasQueued();
    }
    if (due) ScheduleDrain(shard.get());
  }
  if (outbox_.size() > 0) ScheduleDelivery();
}

}  // namespace tocsin::core
