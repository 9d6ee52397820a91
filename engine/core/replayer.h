#ifndef TOCSIN_ENGINE_CORE_REPLAYER_H_
#define TOCSIN_ENGINE_CORE_REPLAYER_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/core/engine_impl.h"
#include "engine/state/customer_image.h"
#include "engine/store/entry.h"
#include "engine/store/store.h"

namespace tocsin::core {

// Does again what the journal says was done. Nobody else uses the engine meanwhile.
class EngineImpl::Replayer final : public store::Loader {
 public:
  explicit Replayer(EngineImpl* engine) : engine_(*engine) {
    progress_.cut_off = engine->journal_->store().cut_off();
  }

  absl::Status Size(std::uint64_t bytes) override {
    progress_.bytes = bytes;
    Tell();
    return absl::OkStatus();
  }
  absl::Status LastInstant(absl::Time instant) override {
    engine_.last_instant_ns_.store(absl::ToUnixNanos(instant));
    return absl::OkStatus();
  }
  absl::Status FactIds(absl::Time at, std::vector<std::string> fact_ids) override;
  absl::Status APosition(const Position& position) override {
    engine_.positions_.End(position);
    return absl::OkStatus();
  }
  absl::Status AWaiting(store::Waiting waiting) override {
    waiting_.push_back(std::move(waiting));
    return absl::OkStatus();
  }
  absl::Status ACheckpoint(const store::Checkpoint& checkpoint) override;
  absl::Status AnImage(const store::Image& image) override;
  absl::Status Entries(std::uint64_t first_step, absl::string_view entries) override;

  // After the last.
  void Finish();
  // The rules that were in force at the end; nothing in a store that is new.
  const std::optional<store::Rules>& rules() const { return rules_; }

  void AddRedecided(const std::vector<model::Decision>& decisions) {
    for (const model::Decision& decision : decisions) {
      redecided_.push_back(AsDecided(decision));
    }
  }
  // Has it tell what becomes of the customers, and what they were.
  void NoteRedone(model::Context* context) {
    context->transitions = &transitions_;
    context->before_decisions = &before_decisions_;
  }

 private:
  using DecidedList = std::vector<store::Decided>;

  // How far it has come.
  void Tell() const {
    if (engine_.options_.on_recovery) engine_.options_.on_recovery(progress_);
  }
  // So much of it is done.
  void Count(std::size_t bytes);

  // That the journal says what cannot have been done.
  static absl::Status DoesNotFit(absl::string_view what);
  absl::Status Do(store::Entry entry);
  absl::Status Do(const store::Touched& touched);
  absl::Status Do(const store::Swept& swept);
  absl::Status Do(const store::WasReset& reset);
  absl::Status Do(store::Answered answered);
  absl::Status Do(const store::AlertCreated& created);
  absl::Status Do(const store::AlertUpdated& updated);
  absl::Status Do(const store::AlertStatusSet& set);
  absl::Status Do(const store::Rules& rules);
  absl::Status PutInForce(const absl::StatusOr<model::AlertChange>& change,
                          const ArchiveOptions& options)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine_.change_mu_);
  std::uint64_t Generation();
  // The customers of the swept shard, by id.
  const std::vector<CustomerId>& RosterOf(const store::Swept& swept);
  void BringUpToDate(state::Shard* shard, state::Slot* slot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  void ApplyFacts();
  void FinishStep();
  // Has the record stand where the step, done again, came to something else.
  void CompareWithRecord();
  struct Concluded;
  void HaveRecordStand(const CustomerId& customer, const Concluded& recorded,
                       const Concluded& redone);
  void Undo(model::Customer* customer);

  // Whether what the step did to a customer is in its image.
  bool IsDone(const CustomerId& customer);
  absl::Status Restore(state::Shard* shard, state::CustomerImage&& image,
                       std::uint64_t as_of) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);

  EngineImpl& engine_;
  RecoveryProgress progress_;
  std::uint64_t told_bytes_ = 0;
  std::uint64_t checkpoint_ = 0;  // its step
  std::uint64_t step_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t image_bytes_ = 0;
  std::uint64_t last_image_ = 0;  // the largest step of all images
  // The step of a customer's image, by shard and place.
  std::vector<std::vector<std::uint64_t>> as_of_;
  std::optional<state::ImageReader::Known> known_;
  absl::Time now_ = absl::InfinitePast();                // of the step
  std::vector<Fact> facts_;                              // of it, not yet applied
  DecidedList decided_, redecided_;                      // in it: then, and now
  std::vector<store::Settled> settled_;                  // then
  std::vector<model::Transition> transitions_;           // now
  std::vector<model::BeforeDecision> before_decisions_;  // now
  std::vector<store::Waiting> waiting_;
  absl::flat_hash_map<std::uint64_t, std::vector<CustomerId>> rosters_;  // by shard
  std::uint64_t roster_shards_ = 0;
  std::uint64_t roster_generation_ = 0;
  std::optional<store::Rules> rules_;
};

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_REPLAYER_H_
