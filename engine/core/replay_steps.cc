#include <algorithm>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/core/replayer.h"
#include "engine/model/clock.h"
#include "engine/model/customer_alert.h"
#include "engine/model/fact.h"
#include "engine/model/reread.h"

namespace tocsin::core {

absl::Status EngineImpl::Replayer::DoesNotFit(absl::string_view what) {
  return MakeStatus(Reason::kDamaged,
                    absl::StrCat(what, ", which what is before it does not allow"));
}

absl::Status EngineImpl::Replayer::Entries(std::uint64_t first_step,
                                           absl::string_view entries) {
  FinishStep();
  if (first_step > step_ + 1) {
    return DoesNotFit(absl::StrCat("step ", first_step, " behind step ", step_));
  }
  step_ = first_step - 1;
  bytes_ += entries.size();
  Count(entries.size());
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
  if (auto* settled = std::get_if<store::Settled>(&entry)) {
    if (IsDone(settled->customer)) return absl::OkStatus();
    settled_.push_back(std::move(*settled));
    return absl::OkStatus();
  }
  ApplyFacts();
  return std::visit(
      [this](auto& one) -> absl::Status {
        using One = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<One, Fact> || std::is_same_v<One, store::At> ||
                      std::is_same_v<One, store::Decided> ||
                      std::is_same_v<One, store::Settled>) {
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
  if (roster_shards_ != swept.shards || roster_generation_ != generation)
    rosters_.clear();
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
  return PutInForce(
      engine_.book_.DraftCreate(created.spec, created.spec.id.value_or(AlertId()),
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
    return DoesNotFit(
        absl::StrCat("a change of an alert (", change.status().message(), ")"));
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
  engine_.counters_.decisions_differed.fetch_add(result.refused);
}

void EngineImpl::Replayer::FinishStep() {
  ApplyFacts();
  CompareWithRecord();
  const std::int64_t now_ns = absl::ToUnixNanos(now_);
  if (now_ns > engine_.last_instant_ns_.load()) engine_.last_instant_ns_.store(now_ns);
}

void EngineImpl::Replayer::Finish() {
  FinishStep();
  progress_.bytes_done = progress_.bytes;
  Tell();
  if (!waiting_.empty()) engine_.next_waiting_ = waiting_.back().number + 1;
  engine_.outbox_.Restore(std::move(waiting_));
  engine_.journal_->Begin(step_, bytes_);
  engine_.image_bytes_.store(image_bytes_);
}

}  // namespace tocsin::core
