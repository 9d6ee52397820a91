#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/core/engine_impl.h"
#include "engine/model/fact.h"

namespace tocsin::core {

// Which shard a fact of the batch goes to, and the customer's slot there once it was
// looked for and found.
struct EngineImpl::Route {
  std::uint32_t shard = 0;
  std::uint32_t index = 0;
  state::Slot* slot = nullptr;
};

namespace {

// As many facts as are applied to a shard under one hold of its lock.
constexpr std::size_t kFactsPerHold = 4'096;

void Refuse(std::size_t index, absl::Status status, ApplyResult* result) {
  ++result->refused;
  result->reports.push_back(
      {.index = index, .kind = FactReport::Kind::kRefused, .status = std::move(status)});
}

// Sorts by shard, keeping the order within each.
template <typename Routes>
void SortByShard(std::size_t shards, Routes* routes) {
  std::vector<std::uint32_t> begin(shards + 1, 0);
  for (const auto& route : *routes) ++begin[route.shard + 1];
  for (std::size_t i = 0; i < shards; ++i) begin[i + 1] += begin[i];
  Routes sorted(routes->size());
  for (const auto& route : *routes) sorted[begin[route.shard]++] = route;
  *routes = std::move(sorted);
}

}  // namespace

ApplyResult EngineImpl::Apply(absl::Span<const Fact> facts, const ApplyOptions& options) {
  ApplyResult result;
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) {
    result.status = Closing();
    return result;
  }
  result.status = CheckRoom();
  if (!result.status.ok()) return result;
  if (facts.size() > kFactsPerBatchMax) {
    result.status = MakeStatus(
        Reason::kTooLong, absl::StrCat("the batch has ", facts.size(), " facts; at most ",
                                       kFactsPerBatchMax, " are taken at once"));
    return result;
  }
  if (options.position.has_value()) {
    const absl::StatusOr<bool> begun = positions_.Begin(*options.position);
    result.status = begun.status();
    result.ignored = begun.ok() && !*begun;
    if (!begun.ok() || !*begun) return result;
  }
  const absl::Time now = Now();
  absl::InlinedVector<Route, 8> routes;
  routes.reserve(facts.size());
  for (std::size_t i = 0; i < facts.size(); ++i) {
    absl::Status status =
        model::ValidateFact(facts[i], now, options_.event_time_ahead_max);
    if (!status.ok()) {
      Refuse(i, std::move(status), &result);
      continue;
    }
    const std::size_t shard = ShardIndexOf(model::CustomerOf(facts[i]));
    routes.push_back({static_cast<std::uint32_t>(shard), static_cast<std::uint32_t>(i)});
  }
  const bool many = shards_.size() > 1 && routes.size() > 1;
  if (many) SortByShard(shards_.size(), &routes);
  ApplyRoutes(facts, absl::MakeSpan(routes), &result);
  std::stable_sort(
      result.reports.begin(), result.reports.end(),
      [](const FactReport& a, const FactReport& b) { return a.index < b.index; });
  if (options.position.has_value()) positions_.End(*options.position);
  Count(result);
  return result;
}

void EngineImpl::ApplyRoutes(absl::Span<const Fact> facts, absl::Span<Route> routes,
                             ApplyResult* result) {
  for (std::size_t i = 0; i < routes.size();) {
    state::Shard* shard = shards_[routes[i].shard].get();
    Work work;
    const std::size_t end = std::min(routes.size(), i + kFactsPerHold);
    {
      absl::MutexLock lock(&shard->mu);
      // Under the lock, so that a customer's instants never go back.
      work.now = Now();
      for (const std::uint32_t same = routes[i].shard; i < end && routes[i].shard == same;
           ++i) {
        Prefetch(shard, facts, routes.subspan(i, end - i));
        ApplyOne(shard, routes[i], facts[routes[i].index], &work, result);
      }
    }
    if (work.decided || work.due) Pass(Moment::kFactDecided);
    FollowUp(shard, work);
  }
}

void EngineImpl::Prefetch(state::Shard* shard, absl::Span<const Fact> facts,
                          absl::Span<Route> next) {
  // Far enough ahead for memory to answer, and not so far that it is gone again.
  constexpr std::size_t kEntryAhead = 12;
  constexpr std::size_t kSlotAhead = 8;
  constexpr std::size_t kMetersAhead = 4;
  const auto is_near = [&](std::size_t ahead) {
    return ahead < next.size() && next[ahead].shard == next[0].shard;
  };
  const auto customer = [&](std::size_t ahead) -> const CustomerId& {
    return model::CustomerOf(facts[next[ahead].index]);
  };
  if (is_near(kEntryAhead)) shard->PrefetchEntry(customer(kEntryAhead));
  if (is_near(kSlotAhead)) {
    state::Slot* const slot = shard->Find(customer(kSlotAhead));
    if (slot != nullptr) slot->Prefetch();
    next[kSlotAhead].slot = slot;
  }
  if (is_near(kMetersAhead) && next[kMetersAhead].slot != nullptr) {
    next[kMetersAhead].slot->PrefetchMeters();
  }
}

void EngineImpl::ApplyOne(state::Shard* shard, const Route& route, const Fact& fact,
                          Work* work, ApplyResult* result) {
  const std::size_t index = route.index;
  const CustomerId& customer = model::CustomerOf(fact);
  state::Slot* found = route.slot;
  // One before it in the batch may have brought the customer since.
  if (found == nullptr && !model::MayBeFirst(fact)) {
    found = shard->Find(customer);
    if (found == nullptr) return Refuse(index, model::NotKnown(fact), result);
  }
  state::Slot& slot =
      found != nullptr ? *found : shard->FindOrCreate(customer, work->now);
  model::Outcome outcome =
      model::ApplyFact(&slot.customer, ContextFor(*shard, slot, work), fact);
  HandOn(shard, &slot, work);
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
