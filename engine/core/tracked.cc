#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/strings/str_cat.h"
#include "engine/base/prefetch.h"
#include "engine/base/status.h"
#include "engine/core/batch.h"
#include "engine/core/engine_impl.h"
#include "engine/core/no_customer.h"
#include "engine/model/fact.h"
#include "engine/model/plain.h"

namespace tocsin::core {

namespace {

absl::Status NotTracked(const Tracked& tracked) {
  return MakeStatus(
      Reason::kMalformed,
      absl::StrCat("what is tracked as ", tracked.engine, ".", tracked.shard, ".",
                   tracked.place, ".", tracked.subject,
                   " is nothing in this engine; it must be what its Track ", "returned"));
}

model::PlainAddition AdditionOf(const state::Line& line, const model::Subject& subject,
                                const TrackedFact& fact) {
  return {line.customer, subject, fact.amount, fact.version, fact.time};
}

// Not part of its caller, which is slower for it where nothing is noted.
ABSL_ATTRIBUTE_NOINLINE void NoteTracked(const state::Line& line,
                                         const model::Subject& subject,
                                         const TrackedFact& fact, Work* work) {
  work->Note(AdditionOf(line, subject, fact));
}

}  // namespace

std::uint32_t EngineImpl::NextNumber() {
  static std::atomic<std::uint32_t> engines{0};
  return engines.fetch_add(1, std::memory_order_relaxed) + 1;
}

absl::StatusOr<Tracked> EngineImpl::Track(CustomerId customer,
                                          CreditTypeId credit_type) noexcept {
  return TrackSubject(customer, "credit_type_id", model::SpendIn(credit_type));
}

absl::StatusOr<Tracked> EngineImpl::Track(CustomerId customer,
                                          BillableMetricId metric) noexcept {
  return TrackSubject(customer, "billable_metric_id", model::UsageOf(metric));
}

absl::StatusOr<Tracked> EngineImpl::TrackSubject(const CustomerId& customer,
                                                 absl::string_view id_name,
                                                 const model::Subject& subject) {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  if (customer.is_nil()) return NilCustomer();
  if (subject.id.is_nil()) {
    return MakeStatus(Reason::kMissing, absl::StrCat(id_name, " is the nil UUID; a real ",
                                                     "one is required"));
  }
  const std::size_t number = ShardIndexOf(customer);
  state::Shard& shard = *shards_[number];
  state::ShardLock lock(&shard);
  const std::uint32_t place = shard.PlaceOf(state::LineIndex::HashOf(customer), customer);
  if (place == state::Line::kNone) return UnknownCustomer(customer);
  const std::optional<std::uint16_t> known = shard.NumberOf(subject);
  if (!known.has_value()) {
    return MakeStatus(Reason::kLimitReached,
                      absl::StrCat(id_name, " ", Id<CustomerTag>(subject.id).ToString(),
                                   " is one too many to be tracked; facts by id do not ",
                                   "have that limit"));
  }
  return Tracked{.engine = number_,
                 .shard = static_cast<std::uint32_t>(number),
                 .place = place,
                 .subject = *known};
}

ApplyResult EngineImpl::ApplyTracked(absl::Span<const TrackedFact> facts,
                                     const ApplyOptions& options) noexcept {
  ApplyResult result;
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) {
    result.status = Closing();
    return result;
  }
  {
    Stay stay(group());
    ApplyTrackedBatch(facts, options, &result);
  }
  if (keeps_ && result.status.ok()) result.status = Acknowledge();
  return result;
}

void EngineImpl::ApplyTrackedBatch(absl::Span<const TrackedFact> facts,
                                   const ApplyOptions& options, ApplyResult* result) {
  if (!options.fact_ids.empty()) {
    result->status =
        MakeStatus(Reason::kMalformed,
                   "ApplyTracked takes no fact_ids; send facts that have some by Apply");
    return;
  }
  if (!BeginBatch(facts.size(), options, result)) return;
  const auto find = [&](std::size_t index, auto add) {
    const Tracked& tracked = facts[index].tracked;
    const bool ours = tracked.engine == number_ && tracked.shard < shards_.size();
    if (!ours) return Refuse(index, NotTracked(tracked), result);
    add(tracked.shard,
        TrackedRoute{.index = static_cast<std::uint32_t>(index), .place = tracked.place});
  };
  ApplyByShard(facts.size(), shards_.size(), &spare_tracked_routes_, find,
               [&](std::size_t shard, absl::Span<const TrackedRoute> routes) {
                 ApplyTrackedToShard(shards_[shard].get(), facts, routes, result);
               });
  EndBatch(options, result);
}

void EngineImpl::ApplyTrackedToShard(state::Shard* shard,
                                     absl::Span<const TrackedFact> facts,
                                     absl::Span<const TrackedRoute> routes,
                                     ApplyResult* result) {
  Work work;
  {
    Step step(journal(), shard, &work);
    // Under the lock, so that a customer's instants never go back.
    work.now = Now();
    state::Shard::Instant instant(work.now);
    work.ExpectFacts(routes.size());
    ApplyTrackedRun(shard, facts, routes, &instant, &work, result);
  }
  if (work.decided || work.due) Pass(Moment::kFactDecided);
  FollowUp(shard, work);
}

void EngineImpl::ApplyTrackedRun(state::Shard* shard, absl::Span<const TrackedFact> facts,
                                 absl::Span<const TrackedRoute> routes,
                                 state::Shard::Instant* instant, Work* work,
                                 ApplyResult* result) {
  constexpr std::size_t kLines = 2 * kFactsAhead;
  std::array<state::Line*, kLines> lines;  // of the facts that are on their way
  const std::size_t count = routes.size();
  const std::size_t ahead = std::min(kLines, count);
  const bool is_noted = work->is_noted;
  std::size_t applied = 0;
  const auto ask = [&](std::size_t i) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu) {
    tocsin::Prefetch(lines[i % kLines] = shard->LineAt(routes[i].place));
  };
  for (std::size_t i = 0; i < ahead; ++i) ask(i);
  for (std::size_t i = 0; i < count; ++i) {
    const TrackedFact& fact = facts[routes[i].index];
    state::Line* const line = lines[i % kLines];
    if (i + ahead < count) ask(i + ahead);
    if (line != nullptr && shard->Add(line, fact.tracked.subject, fact.amount,
                                      fact.version, fact.time, instant)) {
      ++applied;
      if (is_noted)
        NoteTracked(*line, *shard->SubjectOf(fact.tracked.subject), fact, work);
    } else {
      ApplyTrackedTheLongWay(shard, line, fact, routes[i].index, work, result);
    }
  }
  result->applied += applied;
}

void EngineImpl::ApplyTrackedTheLongWay(state::Shard* shard, state::Line* line,
                                        const TrackedFact& fact, std::size_t index,
                                        Work* work, ApplyResult* result) {
  const model::Subject* const subject = shard->SubjectOf(fact.tracked.subject);
  if (line == nullptr || subject == nullptr) {
    return Refuse(index, NotTracked(fact.tracked), result);
  }
  const Fact whole = model::AsFact(AdditionOf(*line, *subject, fact));
  absl::Status status =
      model::ValidateFact(whole, work->now, options_.event_time_ahead_max);
  if (!status.ok()) return Refuse(index, std::move(status), result);
  ApplyToSlot(shard, &shard->Find(line), whole, index, work, result);
}

}  // namespace tocsin::core
