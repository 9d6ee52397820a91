#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/prefetch.h"
#include "engine/base/status.h"
#include "engine/core/batch.h"
#include "engine/core/engine_impl.h"
#include "engine/model/fact.h"
#include "engine/model/plain.h"

namespace tocsin::core {

absl::Status EngineImpl::CheckApplyOptions(std::size_t facts,
                                           const ApplyOptions& options) const {
  if (!options.fact_ids.empty() && options.fact_ids.size() != facts) {
    return MakeStatus(
        Reason::kMalformed,
        absl::StrCat("the batch has ", facts, " facts and ", options.fact_ids.size(),
                     " fact_ids; give one for each, or none at all"));
  }
  if (options.position.has_value()) {
    absl::Status status = state::CheckForm(*options.position);
    if (!status.ok()) return status;
  }
  if (options.fact_ids.empty() || options_.fact_ids_max > 0) return absl::OkStatus();
  return MakeStatus(Reason::kNotKept,
                    "the batch has fact_ids, but none are kept here "
                    "(Options::fact_ids_max is 0); leave them out");
}

bool EngineImpl::BeginBatch(std::size_t size, const ApplyOptions& options,
                            ApplyResult* result) {
  result->status = CheckRoom();
  if (!result->status.ok()) return false;
  if (size > kFactsPerBatchMax) {
    result->status = MakeStatus(Reason::kTooLong,
                                absl::StrCat("the batch has ", size, " facts; at most ",
                                             kFactsPerBatchMax, " are taken at once"));
    return false;
  }
  if (options.fact_ids.empty() && !options.position.has_value()) return true;
  result->status = CheckApplyOptions(size, options);
  if (!result->status.ok() || !options.position.has_value()) return result->status.ok();
  const absl::StatusOr<bool> begun = positions_.Begin(*options.position);
  result->status = begun.status();
  result->ignored = begun.ok() && !*begun;
  return begun.ok() && *begun;
}

void EngineImpl::EndBatch(const ApplyOptions& options, ApplyResult* result) {
  std::stable_sort(
      result->reports.begin(), result->reports.end(),
      [](const FactReport& a, const FactReport& b) { return a.index < b.index; });
  if (options.position.has_value()) {
    positions_.End(*options.position);
    if (journal() != nullptr) journal_->Add(*options.position);
  }
  NoteReceipt();
  Count(*result);
}

ApplyResult EngineImpl::Apply(absl::Span<const Fact> facts,
                              const ApplyOptions& options) noexcept {
  ApplyResult result;
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) {
    result.status = Closing();
    return result;
  }
  {
    Stay stay(group());
    ApplyBatch(facts, options, &result);
  }
  if (keeps_ && result.status.ok()) result.status = Acknowledge();
  return result;
}

void EngineImpl::ApplyBatch(absl::Span<const Fact> facts, const ApplyOptions& options,
                            ApplyResult* result) {
  if (!BeginBatch(facts.size(), options, result)) return;
  ApplyByShard(
      facts.size(), shards_.size(), &spare_routes_,
      [&](std::size_t index, auto add) {
        // Its customer; what stands in a row the processor asks for by itself.
        constexpr std::size_t kNext = 8;
        if (index + kNext < facts.size()) tocsin::Prefetch(&facts[index + kNext]);
        const CustomerId& customer = model::CustomerOf(facts[index]);
        add(ShardIndexOf(customer),
            FactRoute{.hash = state::LineIndex::HashOf(customer),
                      .index = static_cast<std::uint32_t>(index)});
      },
      [&](std::size_t shard, absl::Span<const FactRoute> routes) {
        ApplyToShard(shards_[shard].get(), facts, routes, options.fact_ids, result);
      });
  EndBatch(options, result);
}

void EngineImpl::ApplyToShard(state::Shard* shard, absl::Span<const Fact> facts,
                              absl::Span<const FactRoute> routes,
                              absl::Span<const std::string> ids, ApplyResult* result) {
  Work work;
  {
    Step step(journal(), shard, &work);
    // Comes while the clock is read.
    shard->PrefetchLine(routes.front().hash);
    // Under the lock, so that a customer's instants never go back.
    work.now = Now();
    if (!ids.empty()) {
      ApplyWithIds(shard, facts, ids, routes, &work, result);
    } else {
      state::Shard::Instant instant(work.now);
      work.ExpectFacts(routes.size());
      ApplyRun(shard, facts, routes, &instant, &work, result);
    }
  }
  if (work.decided || work.due) Pass(Moment::kFactDecided);
  FollowUp(shard, work);
}

void EngineImpl::ApplyRun(state::Shard* shard, absl::Span<const Fact> facts,
                          absl::Span<const FactRoute> routes,
                          state::Shard::Instant* instant, Work* work,
                          ApplyResult* result) {
  constexpr std::size_t kLines = 4 * kFactsAhead;
  std::array<state::Line*, kLines> lines;  // of the facts that are on their way
  const std::size_t count = routes.size();
  // One fact has nobody to wait beside.
  const std::size_t ahead = count > 1 ? kFactsAhead : 0;
  const bool is_noted = work->is_noted;
  std::size_t applied = 0;
  for (std::size_t step = 0; step < count + 3 * ahead; ++step) {
    if (step < count) {
      shard->PrefetchIndex(routes[step].hash);
      PrefetchBytes(&facts[routes[step].index], sizeof(Fact));
    }
    if (const std::size_t i = step - ahead; i < count) {
      lines[i % kLines] = shard->PrefetchLine(routes[i].hash);
    }
    if (const std::size_t i = step - 2 * ahead; i < count) {
      if (const state::Line* line = lines[i % kLines]) shard->PrefetchBehind(*line);
    }
    const std::size_t i = step - 3 * ahead;
    if (i >= count) continue;
    const Fact& fact = facts[routes[i].index];
    state::Line* const line = lines[i % kLines];
    const std::optional<model::PlainAddition> addition = model::AsPlainAddition(fact);
    if (addition.has_value() && line != nullptr && line->customer == addition->customer &&
        shard->Add(line, addition->subject, addition->amount, addition->version,
                   addition->time, instant)) {
      ++applied;
      if (is_noted) work->Note(*addition);
    } else {
      ApplyTheLongWay(shard, fact, routes[i], instant, work, result);
    }
  }
  result->applied += applied;
}

void EngineImpl::ApplyTheLongWay(state::Shard* shard, const Fact& fact,
                                 const FactRoute& route, state::Shard::Instant* instant,
                                 Work* work, ApplyResult* result) {
  const std::size_t index = route.index;
  if (!model::IsValidPlain(fact, work->now)) {
    absl::Status status =
        model::ValidateFact(fact, work->now, options_.event_time_ahead_max);
    if (!status.ok()) return Refuse(index, std::move(status), result);
  }
  const CustomerId& customer = model::CustomerOf(fact);
  state::Line* const line = shard->LineOf(route.hash, customer);
  if (line == nullptr && !model::MayBeFirst(fact)) {
    return Refuse(index, model::NotKnown(fact), result);
  }
  const std::optional<model::PlainAddition> addition =
      model::AsAdditionToWhole(fact, shard->catalog());
  if (line != nullptr && addition.has_value() &&
      shard->Add(line, addition->subject, addition->amount, addition->version,
                 addition->time, instant)) {
    ++result->applied;
    work->Note(fact);
    return;
  }
  state::Slot& slot =
      line != nullptr ? shard->Find(line) : shard->FindOrCreate(customer, work->now);
  ApplyToSlot(shard, &slot, fact, index, work, result);
}

void EngineImpl::ApplyToSlot(state::Shard* shard, state::Slot* slot, const Fact& fact,
                             std::size_t index, Work* work, ApplyResult* result) {
  model::Outcome outcome =
      model::ApplyFact(&slot->customer, ContextFor(*shard, *slot, work), fact);
  HandOn(shard, slot, work);
  if (!outcome.status.ok()) {
    work->Note(store::Touched{slot->customer.id, store::Touched::How::kBroughtUpToDate});
    return Refuse(index, std::move(outcome.status), result);
  }
  work->Note(fact);
  if (outcome.late) {
    ++result->late;
    result->reports.push_back({.index = index, .kind = FactReport::Kind::kLate});
  } else if (outcome.stale) {
    ++result->stale;
    result->reports.push_back({.index = index, .kind = FactReport::Kind::kStale});
  } else {
    ++result->applied;
    if (!outcome.group_dropped) return;
    ++result->group_dropped;
    result->reports.push_back({.index = index, .kind = FactReport::Kind::kGroupDropped});
  }
}

void EngineImpl::Count(const ApplyResult& result) {
  const auto add = [](std::atomic<std::uint64_t>& counter, std::size_t count) {
    if (count > 0) counter.fetch_add(count, std::memory_order_relaxed);
  };
  add(counters_.facts_applied, result.applied);
  add(counters_.facts_refused, result.refused);
  add(counters_.facts_stale, result.stale);
  add(counters_.facts_late, result.late);
  add(counters_.facts_duplicate, result.duplicates);
  add(counters_.facts_group_dropped, result.group_dropped);
}

absl::StatusOr<std::optional<std::uint64_t>> EngineImpl::LastPosition(
    absl::string_view source) noexcept {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  return positions_.Last(source);
}

}  // namespace tocsin::core
