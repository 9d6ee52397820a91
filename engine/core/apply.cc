#include <algorithm>
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

namespace {

// As many facts as have their memory asked for together, and how many such groups before
// they are applied: so early that it has come by then, and so late that none is gone
// again.
constexpr std::size_t kGroup = 8;
constexpr std::size_t kStages = 4;

}  // namespace

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
  if (!options.position.has_value()) return true;
  const absl::StatusOr<bool> begun = positions_.Begin(*options.position);
  result->status = begun.status();
  result->ignored = begun.ok() && !*begun;
  return begun.ok() && *begun;
}

void EngineImpl::EndBatch(const ApplyOptions& options, ApplyResult* result) {
  std::stable_sort(
      result->reports.begin(), result->reports.end(),
      [](const FactReport& a, const FactReport& b) { return a.index < b.index; });
  if (options.position.has_value()) positions_.End(*options.position);
  Count(*result);
}

ApplyResult EngineImpl::Apply(absl::Span<const Fact> facts, const ApplyOptions& options) {
  ApplyResult result;
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) {
    result.status = Closing();
    return result;
  }
  if (!BeginBatch(facts.size(), options, &result)) return result;
  const absl::Time passed = LastInstant();
  ApplyByShard(
      facts.size(), shards_.size(), &spare_routes_,
      [&](std::size_t index, auto add) {
        const CustomerId& customer = model::CustomerOf(facts[index]);
        if (customer.is_nil() || !model::IsValidPlain(facts[index], passed)) {
          absl::Status status =
              model::ValidateFact(facts[index], Now(), options_.event_time_ahead_max);
          if (!status.ok()) return Refuse(index, std::move(status), &result);
        }
        add(ShardIndexOf(customer), {.hash = state::LineIndex::HashOf(customer),
                                     .index = static_cast<std::uint32_t>(index)});
      },
      [&](std::size_t shard, absl::Span<FactRoute> routes) {
        ApplyToShard(shards_[shard].get(), facts, routes, &result);
      });
  EndBatch(options, &result);
  return result;
}

void EngineImpl::ApplyToShard(state::Shard* shard, absl::Span<const Fact> facts,
                              absl::Span<FactRoute> routes, ApplyResult* result) {
  const auto group = [routes](std::size_t number) {
    return routes.subspan(std::min(number * kGroup, routes.size()), kGroup);
  };
  const std::size_t groups = (routes.size() + kGroup - 1) / kGroup;
  // One fact has nobody to wait beside.
  const std::size_t ahead = routes.size() > 1 ? kStages : 0;
  Work work;
  {
    state::ShardLock lock(shard);
    // Under the lock, so that a customer's instants never go back.
    work.now = Now();
    state::Shard::Instant instant(work.now);
    for (std::size_t step = 0; step < groups + ahead; ++step) {
      if (ahead > 0) Prefetch(*shard, facts, group, step);
      if (step < ahead) continue;
      for (const FactRoute& route : group(step - ahead)) {
        ApplyOne(shard, route, facts[route.index], &instant, &work, result);
      }
    }
  }
  if (work.decided || work.due) Pass(Moment::kFactDecided);
  FollowUp(shard, work);
}

template <typename Group>
void EngineImpl::Prefetch(const state::Shard& shard, absl::Span<const Fact> facts,
                          const Group& group, std::size_t step) {
  for (const FactRoute& route : group(step)) {
    shard.PrefetchIndex(route.hash);
    tocsin::Prefetch(&facts[route.index]);
  }
  if (step < 1) return;
  for (FactRoute& route : group(step - 1)) route.place = shard.PrefetchLine(route.hash);
  if (step < 2) return;
  for (const FactRoute& route : group(step - 2)) {
    if (route.place != state::Line::kNone) shard.PrefetchBehind(route.place);
  }
  if (step < 3) return;
  for (const FactRoute& route : group(step - 3)) {
    if (route.place != state::Line::kNone) shard.PrefetchMeters(route.place);
  }
}

void EngineImpl::ApplyOne(state::Shard* shard, const FactRoute& route, const Fact& fact,
                          state::Shard::Instant* instant, Work* work,
                          ApplyResult* result) {
  const std::size_t index = route.index;
  const CustomerId& customer = model::CustomerOf(fact);
  const std::uint32_t place = shard->PlaceOf(route.hash, customer, route.place);
  const bool known = place != state::Line::kNone;
  const std::optional<model::PlainAddition> addition = model::AsPlainAddition(fact);
  if (known && addition.has_value() &&
      shard->Add(place, addition->subject, addition->amount, addition->version,
                 addition->time, instant)) {
    ++result->applied;
    return;
  }
  if (!known && !model::MayBeFirst(fact)) {
    return Refuse(index, model::NotKnown(fact), result);
  }
  state::Slot& slot =
      known ? shard->Find(place) : shard->FindOrCreate(customer, work->now);
  ApplyToSlot(shard, &slot, fact, index, work, result);
}

void EngineImpl::ApplyToSlot(state::Shard* shard, state::Slot* slot, const Fact& fact,
                             std::size_t index, Work* work, ApplyResult* result) {
  model::Outcome outcome =
      model::ApplyFact(&slot->customer, ContextFor(*shard, *slot, work), fact);
  HandOn(shard, slot, work);
  if (!outcome.status.ok()) {
    Refuse(index, std::move(outcome.status), result);
  } else if (outcome.late) {
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
  add(facts_applied_, result.applied);
  add(facts_refused_, result.refused);
  add(facts_stale_, result.stale);
  add(facts_late_, result.late);
  add(facts_group_dropped_, result.group_dropped);
}

absl::StatusOr<std::optional<std::uint64_t>> EngineImpl::LastPosition(
    absl::string_view source) {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  return positions_.Last(source);
}

}  // namespace tocsin::core
