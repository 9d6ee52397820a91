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
#include "engine/state/customer_image.h"

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
  absl::Status ACheckpoint(const store::Checkpoint& checkpoint) override;
  absl::Status AnImage(const store::Image& image) override;
  absl::Status Entries(std::uint64_t first_step, absl::string_view entries) override;

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
  std::uint64_t Generation();
  // The customers of the swept shard, by id.
  const std::vector<CustomerId>& RosterOf(const store::Swept& swept);
  void BringUpToDate(state::Shard* shard, state::Slot* slot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  void ApplyFacts();
  void FinishStep();

  // Whether what the step did to a customer is in its image.
  bool IsDone(const CustomerId& customer);
  absl::Status Restore(state::Shard* shard, model::Customer&& customer,
                       std::uint64_t as_of) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);

  EngineImpl& engine_;
  std::uint64_t checkpoint_ = 0;  // its step
  std::uint64_t step_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t image_bytes_ = 0;
  std::uint64_t last_image_ = 0;  // the largest step of all images
  // The step of a customer's image, by shard and place.
  std::vector<std::vector<std::uint64_t>> as_of_;
  std::optional<state::ImageReader::Known> known_;
  absl::Time now_ = absl::InfinitePast();  // of the step
  std::vector<Fact> facts_;                // of it, not yet applied
  DecidedList decided_, redecided_;        // in it: then, and now
  std::vector<store::Waiting> waiting_;
  absl::flat_hash_map<std::uint64_t, std::vector<CustomerId>> rosters_;  // by shard
  std::uint64_t roster_shards_ = 0;
  std::uint64_t roster_generation_ = 0;
  std::optional<store::Rules> rules_;
};

absl::Status EngineImpl::Replayer::ACheckpoint(const store::Checkpoint& checkpoint) {
  store::Reader rules(checkpoint.rules);
  store::Entry entry = store::ReadEntry(&rules);
  if (!rules.AtEnd() || !std::holds_alternative<store::Rules>(entry)) {
    return MakeStatus(Reason::kDamaged, "the rules of the checkpoint cannot be read");
  }
  absl::Status status = Do(std::get<store::Rules>(entry));
  if (!status.ok()) return status;
  absl::MutexLock lock(&engine_.change_mu_);
  if (!engine_.book_.Read(checkpoint.alerts)) {
    return MakeStatus(Reason::kDamaged, "the alerts of the checkpoint cannot be read");
  }
  std::vector<model::AlertPtr> shared;
  for (const model::AlertPtr& alert : engine_.book_.All()) {
    if (!alert->archived() && !alert->spec().customer.has_value()) shared.push_back(alert);
  }
  engine_.catalog_ = std::make_shared<const model::Catalog>(
      engine_.options_.tracked_group_keys, shared, checkpoint.generation);
  for (const std::unique_ptr<state::Shard>& shard : engine_.shards_) {
    state::ShardLock shard_lock(shard.get());
    shard->Begin(engine_.catalog_);
  }
  known_.emplace(&engine_.book_, *engine_.catalog_);
  checkpoint_ = step_ = checkpoint.step;
  as_of_.resize(engine_.shards_.size());
  return absl::OkStatus();
}

absl::Status EngineImpl::Replayer::AnImage(const store::Image& image) {
  if (!known_.has_value()) return DoesNotFit("an image without a checkpoint");
  state::ImageReader reader(image.customers, &*known_);
  image_bytes_ += image.customers.size();
  last_image_ = std::max(last_image_, image.as_of);
  while (!reader.AtEnd()) {
    const bool plain = reader.Next<bool>();
    const CustomerId id = reader.Peek<CustomerId>();
    state::Shard& shard = engine_.ShardOf(id);
    state::ShardLock lock(&shard);
    std::optional<model::Customer> customer =
        plain ? shard.ReadPlain(&reader)
              : state::ReadCustomer(shard.catalog().generation(), &reader);
    if (!customer.has_value()) {
      return MakeStatus(Reason::kDamaged, "an image of customers cannot be read");
    }
    absl::Status status = Restore(&shard, *std::move(customer), image.as_of);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status EngineImpl::Replayer::Restore(state::Shard* shard,
                                           model::Customer&& customer,
                                           std::uint64_t as_of) {
  if (shard->Find(customer.id) != nullptr) {
    return DoesNotFit(absl::StrCat("a second image of customer ", customer.id.ToString()));
  }
  std::vector<std::uint64_t>& places = as_of_[static_cast<std::size_t>(shard->number)];
  places.resize(shard->customer_count() + 1);
  places.back() = as_of;
  state::Slot* const slot = &shard->Restore(std::move(customer));
  Work work{.now = now_};
  engine_.HandOn(shard, slot, &work);
  std::size_t due = 0;
  slot->customer.pending.ForEach([&](const AlertId& alert, const model::Pending&) {
    due += model::HasPendingReset(slot->customer, alert) ? 1 : 0;
  });
  if (slot->customer.awaited != nullptr) {
    engine_.NoteReads(shard, slot);
    for (const auto& [alert, awaited] : *slot->customer.awaited) {
      const model::Pending* const pending = slot->customer.pending.Find(alert);
      due += pending != nullptr && pending->HasReset() ? 0 : 1;
    }
  }
  engine_.due_.fetch_add(due);
  if (!slot->customer.pending.empty() || slot->customer.awaited != nullptr) {
    shard->Queue(slot);
  }
  return absl::OkStatus();
}

bool EngineImpl::Replayer::IsDone(const CustomerId& customer) {
  if (step_ <= checkpoint_) return true;
  if (step_ > last_image_) return false;
  const std::size_t shard = engine_.ShardIndexOf(customer);
  state::ShardLock lock(engine_.shards_[shard].get());
  const std::uint32_t place = engine_.shards_[shard]->PlaceOf(
      state::LineIndex::HashOf(customer), customer);
  return place < as_of_[shard].size() && step_ <= as_of_[shard][place];
}

absl::Status EngineImpl::Replayer::Entries(std::uint64_t first_step,
                                           absl::string_view entries) {
  FinishStep();
  if (first_step > step_ + 1) {
    return DoesNotFit(absl::StrCat("step ", first_step, " behind step ", step_));
  }
  step_ = first_step - 1;
  bytes_ += entries.size();
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
    if (IsDone(model::CustomerOf(*fact))) return absl::OkStatus();
    facts_.push_back(std::move(*fact));
    return absl::OkStatus();
  }
  if (const auto* at = std::get_if<store::At>(&entry)) {
    FinishStep();
    now_ = at->instant;
    ++step_;
    return absl::OkStatus();
  }
  if (auto* decided = std::get_if<store::Decided>(&entry)) {
    if (IsDone(decided->customer)) return absl::OkStatus();
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
  if (IsDone(touched.customer)) return absl::OkStatus();
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
    case store::Touched::How::kReadsDropped:
      model::BeginReadsAgain(&slot->customer);
      engine_.NoteReads(&shard, slot);
      break;
  }
  return absl::OkStatus();
}

void EngineImpl::Replayer::BringUpToDate(state::Shard* shard, state::Slot* slot) {
  Work work{.now = now_};
  model::BringUpToDate(&slot->customer, engine_.ContextFor(*shard, *slot, &work));
  engine_.HandOn(shard, slot, &work);
}

std::uint64_t EngineImpl::Replayer::Generation() {
  absl::MutexLock lock(&engine_.change_mu_);
  return engine_.catalog_->generation();
}

const std::vector<CustomerId>& EngineImpl::Replayer::RosterOf(const store::Swept& swept) {
  const std::uint64_t generation = Generation();
  if (roster_shards_ != swept.shards || roster_generation_ != generation) rosters_.clear();
  roster_shards_ = swept.shards;
  roster_generation_ = generation;
  // Whoever comes later has taken the changes in from the start.
  const auto [it, inserted] = rosters_.try_emplace(swept.shard);
  if (!inserted) return it->second;
  for (const std::unique_ptr<state::Shard>& shard : engine_.shards_) {
    state::ShardLock lock(shard.get());
    for (const CustomerId& customer : shard->Roster(0, shard->customer_count())) {
      const std::uint64_t number = StableHash(customer.uuid()) & (swept.shards - 1);
      if (number == swept.shard) it->second.push_back(customer);
    }
  }
  std::sort(it->second.begin(), it->second.end());
  return it->second;
}

absl::Status EngineImpl::Replayer::Do(const store::Swept& swept) {
  const std::vector<CustomerId>& roster = RosterOf(swept);
  for (auto it = std::lower_bound(roster.begin(), roster.end(), swept.first);
       it != roster.end() && *it <= swept.last; ++it) {
    if (IsDone(*it)) continue;
    state::Shard& shard = engine_.ShardOf(*it);
    state::ShardLock lock(&shard);
    state::Line* const line = shard.LineOf(state::LineIndex::HashOf(*it), *it);
    // One that was plain then may not be so now: it may still stand in the queue.
    if (!shard.CatchUp(line)) BringUpToDate(&shard, &shard.Find(line));
  }
  return absl::OkStatus();
}

absl::Status EngineImpl::Replayer::Do(const store::WasReset& reset) {
  if (IsDone(reset.customer)) return absl::OkStatus();
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
  if (IsDone(answered.customer)) return absl::OkStatus();
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
  if (step_ <= checkpoint_) return absl::OkStatus();
  absl::MutexLock lock(&engine_.change_mu_);
  return PutInForce(engine_.book_.DraftCreate(
                        created.spec, created.spec.id.value_or(AlertId()),
                        created.drafted_at),
                    {});
}

absl::Status EngineImpl::Replayer::Do(const store::AlertUpdated& updated) {
  if (step_ <= checkpoint_) return absl::OkStatus();
  absl::MutexLock lock(&engine_.change_mu_);
  return PutInForce(
      engine_.book_.DraftUpdate(updated.alert, updated.update, updated.drafted_at), {});
}

absl::Status EngineImpl::Replayer::Do(const store::AlertStatusSet& set) {
  if (step_ <= checkpoint_) return absl::OkStatus();
  absl::MutexLock lock(&engine_.change_mu_);
  return PutInForce(engine_.book_.DraftStatus(set.alert, set.status, set.drafted_at),
                    {.release_uniqueness_key = set.release_uniqueness_key});
}

absl::Status EngineImpl::Replayer::PutInForce(
    const absl::StatusOr<model::AlertChange>& change, const ArchiveOptions& options) {
  if (!change.ok()) {
    return DoesNotFit(absl::StrCat("a change of an alert (", change.status().message(),
                                   ")"));
  }
  engine_.PutInForceAt(*change, now_, "");
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
  if (rules_.has_value() && step_ <= checkpoint_) return absl::OkStatus();
  // Whoever opened it then had the reads begin again that were under way.
  engine_.BeginReadsAgain();
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
  engine_.journal_->Begin(step_, bytes_);
  engine_.image_bytes_.store(image_bytes_);
}

void EngineImpl::TakeRedecided(Work* work) {
  replayer_->AddRedecided(work->decisions);
  work->decisions.clear();
}

absl::Status EngineImpl::Recover() {
  Replayer replayer(this);
  replayer_ = &replayer;
  absl::Status status = journal_->store().Load(&replayer);
  if (!status.ok()) return status;
  replayer.Finish();
  replayer_ = nullptr;
  store::Rules rules = RulesOfOptions(
      replayer.rules().has_value() ? replayer.rules()->seed : rules_.seed);
  const bool awaits = BeginReadsAgain();
  // Those that a source was to answer which there is no more have it fail.
  rules.has_source = rules.has_source || awaits;
  SetRules(rules);
  keeps_ = true;
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
