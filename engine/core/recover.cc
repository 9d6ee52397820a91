#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/core/engine_impl.h"
#include "engine/model/clock.h"
#include "engine/model/customer_alert.h"
#include "engine/model/fact.h"
#include "engine/model/reread.h"

namespace tocsin::core {
namespace {

using DecidedList = std::vector<store::Decided>;

// Of one customer they come in one order; whose come first hangs on the shards.
void SortByCustomer(DecidedList* list) {
  std::stable_sort(list->begin(), list->end(),
                   [](const store::Decided& a, const store::Decided& b) {
                     return a.customer < b.customer;
                   });
}

absl::Status DoesNotFit(absl::string_view what) {
  return MakeStatus(Reason::kDamaged,
                    absl::StrCat(what, ", which what is before it does not allow"));
}

}  // namespace

// Does again what the journal says was done. Nobody else uses the engine meanwhile.
class EngineImpl::Replayer final : public store::Loader {
 public:
  explicit Replayer(EngineImpl* engine) : engine_(*engine) {}

  absl::Status LastInstant(absl::Time instant) override {
    engine_.last_instant_ns_.store(absl::ToUnixNanos(instant));
    return absl::OkStatus();
  }
  absl::Status APosition(const Position& position) override {
    engine_.positions_.End(position);
    return absl::OkStatus();
  }
  absl::Status AWaiting(store::Waiting waiting) override {
    waiting_.push_back(std::move(waiting));
    return absl::OkStatus();
  }
  absl::Status Entries(absl::string_view entries) override;

  // After the last.
  void Finish();
  // The rules that were in force at the end; nothing in a store that is new.
  const std::optional<store::Rules>& rules() const { return rules_; }

  void AddRedecided(const std::vector<model::Decision>& decisions) {
    for (const model::Decision& decision : decisions) {
      redecided_.push_back({.customer = decision.customer,
                            .alert = decision.alert->id(),
                            .instance = decision.instance,
                            .kind = decision.kind,
                            .epoch = decision.epoch,
                            .crossing = decision.crossing,
                            .sequence = decision.sequence});
    }
  }

 private:
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
                          const ArchiveOptions& options);
  void BringUpToDate(state::Shard* shard, state::Slot* slot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  void ApplyFacts();
  void FinishStep();

  EngineImpl& engine_;
  absl::Time now_ = absl::InfinitePast();  // of the step
  std::vector<Fact> facts_;                // of it, not yet applied
  DecidedList decided_, redecided_;        // in it: then, and now
  std::vector<store::Waiting> waiting_;
  std::optional<store::Rules> rules_;
};

absl::Status EngineImpl::Replayer::Entries(absl::string_view entries) {
  store::Reader reader(entries);
  while (!reader.AtEnd()) {
    store::Entry entry = store::ReadEntry(&reader);
    if (!reader.ok()) {
      return MakeStatus(Reason::kDamaged, "an entry is none that this program knows");
    }
    absl::Status status = Do(std::move(entry));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status EngineImpl::Replayer::Do(store::Entry entry) {
  if (auto* fact = std::get_if<Fact>(&entry)) {
    facts_.push_back(std::move(*fact));
    return absl::OkStatus();
  }
  if (const auto* at = std::get_if<store::At>(&entry)) {
    FinishStep();
    now_ = at->instant;
    return absl::OkStatus();
  }
  if (auto* decided = std::get_if<store::Decided>(&entry)) {
    decided_.push_back(std::move(*decided));
    return absl::OkStatus();
  }
  ApplyFacts();
  return std::visit(
      [this](auto& one) -> absl::Status {
        using One = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<One, Fact> || std::is_same_v<One, store::At> ||
                      std::is_same_v<One, store::Decided>) {
          return absl::OkStatus();
        } else {
          return Do(std::move(one));
        }
      },
      entry);
}

absl::Status EngineImpl::Replayer::Do(const store::Touched& touched) {
  state::Shard& shard = engine_.ShardOf(touched.customer);
  state::ShardLock lock(&shard);
  Work work{.now = now_};
  state::Slot* const slot = &shard.FindOrCreate(touched.customer, now_);
  switch (touched.how) {
    case store::Touched::How::kRefreshed:
      engine_.Refresh(&shard, slot, &work);
      break;
    case store::Touched::How::kBroughtUpToDate:
      BringUpToDate(&shard, slot);
      break;
    case store::Touched::How::kJudged:
      engine_.Judge(&shard, slot, &work);
      break;
  }
  return absl::OkStatus();
}

void EngineImpl::Replayer::BringUpToDate(state::Shard* shard, state::Slot* slot) {
  Work work{.now = now_};
  model::BringUpToDate(&slot->customer, engine_.ContextFor(*shard, *slot, &work));
  engine_.HandOn(shard, slot, &work);
}

absl::Status EngineImpl::Replayer::Do(const store::Swept& swept) {
  for (const std::unique_ptr<state::Shard>& shard : engine_.shards_) {
    state::ShardLock lock(shard.get());
    // Where there is a newer change, so there was then, and its sweep comes later.
    if (shard->catalog().generation() != swept.generation) continue;
    bool all = true;
    for (std::uint32_t place = 0; place < shard->customer_count(); ++place) {
      state::Line* const line = shard->LineAt(place);
      if ((StableHash(line->customer.uuid()) & (swept.shards - 1)) != swept.shard) {
        all = false;
      } else if (!shard->CatchUp(line)) {
        // Plain then, it may not be so now: it may still stand in the queue.
        BringUpToDate(shard.get(), &shard->Find(line));
      }
    }
    if (all) shard->ForgetChanges(swept.generation);
  }
  return absl::OkStatus();
}

absl::Status EngineImpl::Replayer::Do(const store::WasReset& reset) {
  state::Shard& shard = engine_.ShardOf(reset.customer);
  state::ShardLock lock(&shard);
  Work work{.now = now_};
  state::Slot* const slot = shard.Find(reset.customer);
  const model::AlertPtr alert =
      slot == nullptr ? nullptr : engine_.InForce(shard, *slot, reset.alert);
  if (alert == nullptr) {
    return DoesNotFit(absl::StrCat("a reset of customer ", reset.customer.ToString(),
                                   " under alert ", reset.alert.ToString()));
  }
  if (!model::HasPendingReset(slot->customer, reset.alert)) engine_.due_.fetch_add(1);
  ResetOptions nobody_told;
  engine_.ResetInForce(
      &shard, slot, alert,
      {.instance = reset.instance.value_or(""), .read_anew = reset.read_anew},
      &nobody_told, &work);
  return absl::OkStatus();
}

absl::Status EngineImpl::Replayer::Do(store::Answered answered) {
  state::Shard& shard = engine_.ShardOf(answered.customer);
  state::ShardLock lock(&shard);
  state::Slot* const slot = shard.Find(answered.customer);
  const model::Awaited* const awaited =
      slot == nullptr ? nullptr : slot->customer.FindAwaited(answered.alert);
  if (awaited == nullptr || !awaited->IsReading()) {
    return DoesNotFit(absl::StrCat("an answer about customer ",
                                   answered.customer.ToString(), " under alert ",
                                   answered.alert.ToString()));
  }
  absl::StatusOr<std::vector<Fact>> answer = std::move(answered.facts);
  if (answered.error.has_value()) answer = absl::UnknownError(*answered.error);
  model::GiveAnswer(&slot->customer, answered.alert, awaited->read->number, now_,
                    std::move(answer));
  shard.Queue(slot);
  engine_.NoteReads(&shard, slot);
  return absl::OkStatus();
}

absl::Status EngineImpl::Replayer::Do(const store::AlertCreated& created) {
  absl::MutexLock lock(&engine_.change_mu_);
  return PutInForce(
      engine_.book_.DraftCreate(created.spec, created.spec.id.value_or(AlertId()),
                                created.drafted_at),
      {});
}

absl::Status EngineImpl::Replayer::Do(const store::AlertUpdated& updated) {
  absl::MutexLock lock(&engine_.change_mu_);
  return PutInForce(
      engine_.book_.DraftUpdate(updated.alert, updated.update, updated.drafted_at), {});
}

absl::Status EngineImpl::Replayer::Do(const store::AlertStatusSet& set) {
  absl::MutexLock lock(&engine_.change_mu_);
  return PutInForce(engine_.book_.DraftStatus(set.alert, set.status, set.drafted_at),
                    {.release_uniqueness_key = set.release_uniqueness_key});
}

absl::Status EngineImpl::Replayer::PutInForce(
    const absl::StatusOr<model::AlertChange>& change, const ArchiveOptions& options) {
  if (!change.ok()) {
    return DoesNotFit(
        absl::StrCat("a change of an alert (", change.status().message(), ")"));
  }
  engine_.PutInForceAt(*change, now_);
  engine_.book_.Publish(*change, options);
  return absl::OkStatus();
}

absl::Status EngineImpl::Replayer::Do(const store::Rules& rules) {
  const auto differs = [](absl::string_view option) {
    return MakeStatus(Reason::kStoreDiffers,
                      absl::StrCat("it was made with another Options::", option,
                                   ", which cannot change; give it as it was"));
  };
  const Options& options = engine_.options_;
  if (rules.period_policy != options.period_policy) return differs("period_policy");
  if (rules.tracked_group_keys != options.tracked_group_keys) {
    return differs("tracked_group_keys");
  }
  engine_.SetRules(rules);
  rules_ = rules;
  return absl::OkStatus();
}

void EngineImpl::Replayer::ApplyFacts() {
  if (facts_.empty()) return;
  ApplyResult result;
  ApplyByShard(
      facts_.size(), engine_.shards_.size(), &engine_.spare_routes_,
      [&](std::size_t index, auto add) {
        const CustomerId& customer = model::CustomerOf(facts_[index]);
        add(engine_.ShardIndexOf(customer),
            FactRoute{.hash = state::LineIndex::HashOf(customer),
                      .index = static_cast<std::uint32_t>(index)});
      },
      [&](std::size_t number, absl::Span<const FactRoute> routes) {
        state::Shard* const shard = engine_.shards_[number].get();
        state::ShardLock lock(shard);
        Work work{.now = now_};
        state::Shard::Instant instant(now_);
        engine_.ApplyRun(shard, facts_, routes, &instant, &work, &result);
      });
  facts_.clear();
  engine_.decisions_differed_.fetch_add(result.refused);
}

void EngineImpl::Replayer::FinishStep() {
  ApplyFacts();
  SortByCustomer(&decided_);
  SortByCustomer(&redecided_);
  if (decided_ != redecided_) {
    engine_.decisions_differed_.fetch_add(std::max(decided_.size(), redecided_.size()));
  }
  decided_.clear();
  redecided_.clear();
  const std::int64_t now_ns = absl::ToUnixNanos(now_);
  if (now_ns > engine_.last_instant_ns_.load()) engine_.last_instant_ns_.store(now_ns);
}

void EngineImpl::Replayer::Finish() {
  FinishStep();
  if (!waiting_.empty()) engine_.next_waiting_ = waiting_.back().number + 1;
  engine_.outbox_.Restore(std::move(waiting_));
}

void EngineImpl::TakeRedecided(Work* work) {
  replayer_->AddRedecided(work->decisions);
  work->decisions.clear();
}

absl::Status EngineImpl::Recover() {
  Replayer replayer(this);
  replayer_ = &replayer;
  absl::Status status = journal_->store().Load(&replayer);
  if (status.ok()) replayer.Finish();
  replayer_ = nullptr;
  if (!status.ok()) return status;
  store::Rules rules =
      RulesOfOptions(replayer.rules().has_value() ? replayer.rules()->seed : rules_.seed);
  const bool awaits = BeginReadsAgain();
  // Those that a source was to answer which there is no more have it fail.
  rules.has_source = rules.has_source || awaits;
  SetRules(rules);
  keeps_ = true;
  if (replayer.rules() != rules) {
    std::string entries;
    store::Put(rules, &entries);
    Stay stay(group());
    journal_->Add(Now(), entries);
  }
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
