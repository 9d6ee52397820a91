#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "engine/base/mistake.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/core/engine_impl.h"
#include "engine/model/customer_alert.h"

namespace tocsin::core {

// How far a walk over everybody came: which customer of which shard's roster is next.
// It goes over all shards with some customers of each, and then over all of them again,
// so that no two holds of one lock follow each other. In front of it, up to the end of
// this round, are the shards before this one; behind it this one and those after it.
// Rosters only grow, so it stays right.
struct EngineImpl::RosterPosition {
  std::size_t shard = 0;
  std::size_t customer = 0;
};

namespace {

// As many customers, or alerts of one, as are reset under one hold of a shard's lock. A
// list of more than 127 pointers would be a large allocation, at which glibc joins all
// that is free, however much it is: 100 ms under the lock have been seen.
constexpr std::size_t kResetPerHold = 64;

absl::Status BadPosition(absl::string_view text) {
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat("a reset cannot go on at ", Quote(text),
                                 "; it must be empty, or what `resume` was of the same ",
                                 "reset (BulkResetResult::resume), on this engine"));
}

// Where a reset of all that belongs to `owner` goes on, with the owner before it: where
// one alert's reset stopped says nothing about another's.
std::string PositionOf(absl::string_view owner, absl::string_view position) {
  return absl::StrCat(owner, "/", position);
}

// `PositionOf` the other way. False if it is of another owner, or none.
bool ConsumeOwner(absl::string_view owner, absl::string_view* text) {
  return absl::ConsumePrefix(text, owner) && absl::ConsumePrefix(text, "/");
}

}  // namespace

absl::StatusOr<EngineImpl::RosterPosition> EngineImpl::ReadPosition(
    const AlertId& alert, absl::string_view text, std::size_t customers) {
  if (text.empty()) return RosterPosition{};
  absl::string_view left = text;
  const bool own = ConsumeOwner(alert.ToString(), &left);
  const std::vector<absl::string_view> parts = absl::StrSplit(left, '.');
  RosterPosition at;
  const bool read = own && parts.size() == 2 && absl::SimpleAtoi(parts[0], &at.shard) &&
                    absl::SimpleAtoi(parts[1], &at.customer);
  // Numbers can be written in other ways, which no reset has given out.
  if (!read || left != absl::StrCat(at.shard, ".", at.customer) ||
      at.shard >= shards_.size() || at.customer > customers) {
    return BadPosition(text);
  }
  return at;
}

void EngineImpl::AcknowledgeTaken(BulkResetResult* result) {
  if (result->taken == 0) return;
  absl::Status status = Acknowledge();
  if (!status.ok()) result->status = std::move(status);
}

std::size_t EngineImpl::LargestRoster() {
  std::size_t largest = 0;
  for (const std::unique_ptr<state::Shard>& shard : shards_) {
    state::ShardLock lock(shard.get());
    largest = std::max(largest, shard->customer_count());
  }
  return largest;
}

absl::Status EngineImpl::CheckOpen() const {
  return close_called_.load() ? Closing() : absl::OkStatus();
}

BulkResetResult EngineImpl::ResetAll(AlertId alert, absl::string_view from,
                                     const std::atomic<bool>* stop) noexcept {
  BulkResetResult result;
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) {
    result.status = Closing();
    return result;
  }
  const absl::StatusOr<model::AlertPtr> found = book_.Get(alert);
  const std::size_t customers = LargestRoster();
  const absl::StatusOr<RosterPosition> start = ReadPosition(alert, from, customers);
  if (alert.is_nil() || !found.ok() || !start.ok()) {
    result.status = alert.is_nil() || start.ok() ? found.status() : start.status();
    return result;
  }
  const model::AlertVersion& known = **found;
  if (!known.enabled()) {
    result.status = known.archived() ? state::AlertArchived(alert) : AlertDisabled(alert);
    return result;
  }
  RosterPosition at = *start;
  bool is_stopped = false;
  if (known.spec().customer.has_value()) {
    result.status = ResetOnlyCustomer(*found, &result.taken);
  } else {
    std::size_t end = at.customer - at.customer % kResetPerHold + kResetPerHold;
    while (result.status.ok() && end - kResetPerHold < customers) {
      is_stopped = stop != nullptr && stop->load();
      if (is_stopped) break;
      result.status = ResetSome(known, end, &at, &result.taken);
      if (!result.status.ok()) break;
      ++at.shard;
      if (at.shard == shards_.size()) {
        at.shard = TOCSIN_MISTAKE(bulk_passes_shard_over) ? 1 : 0;
        end += kResetPerHold;
      }
      at.customer = end - kResetPerHold;
    }
  }
  if (is_stopped || absl::IsResourceExhausted(result.status)) {
    if (TOCSIN_MISTAKE(bulk_passes_customer_over)) ++at.customer;
    result.resume =
        PositionOf(alert.ToString(), absl::StrCat(at.shard, ".", at.customer));
  }
  AcknowledgeTaken(&result);
  return result;
}

absl::Status EngineImpl::ResetOnlyCustomer(const model::AlertPtr& known,
                                           std::size_t* taken) {
  absl::Status status = Reset(*known->spec().customer, known->id(), {}, {});
  if (status.ok()) ++*taken;
  // Its only customer may be archived; then there is nobody to reset.
  return ReasonOf(status) == Reason::kUnknownCustomer ? absl::OkStatus() : status;
}

absl::Status EngineImpl::ResetSome(const model::AlertVersion& known, std::size_t end,
                                   RosterPosition* at, std::size_t* taken) {
  absl::Status status = CheckOpen();
  if (!status.ok()) return status;
  state::Shard* shard = shards_[at->shard].get();
  Work work;
  ResetOptions nobody_told;
  {
    Step step(journal(), shard, &work);
    if (at->customer >= shard->customer_count()) return absl::OkStatus();
    work.now = Now();
    const model::AlertPtr* alert = shard->catalog().FindAlert(known.id());
    if (alert == nullptr) return state::AlertArchived(known.id());
    for (state::Slot* slot : shard->Slots(at->customer, end - at->customer)) {
      if (slot->customer.InScope(known.spec())) {
        Refresh(shard, slot, &work);
        status = ResetSlot(shard, slot, *alert, std::nullopt, &nobody_told, &work);
        if (!status.ok()) break;
        ++*taken;
      }
      ++at->customer;
    }
  }
  FollowUp(shard, work);
  return status;
}

BulkResetResult EngineImpl::ResetAll(CustomerId customer, absl::string_view from,
                                     const std::atomic<bool>* stop) noexcept {
  BulkResetResult result;
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) {
    result.status = Closing();
    return result;
  }
  if (customer.is_nil()) {
    result.status = FindAlert(customer, {}, {}).status();
    return result;
  }
  absl::StatusOr<AlertId> first = AlertId();
  absl::string_view left_of = from;
  const bool own = from.empty() || ConsumeOwner(customer.ToString(), &left_of);
  if (!from.empty()) first = AlertId::Parse(left_of);
  if (!own || !first.ok()) {
    result.status = BadPosition(from);
    return result;
  }
  std::vector<model::AlertPtr> enabled;
  for (model::AlertPtr& alert : book_.All()) {
    const std::optional<CustomerId>& only = alert->spec().customer;
    const bool concerns = alert->enabled() && !(alert->id() < *first) &&
                          (!only.has_value() || *only == customer);
    if (concerns) enabled.push_back(std::move(alert));
  }
  absl::Span<const model::AlertPtr> left = enabled;
  bool is_stopped = false;
  do {
    result.status = ResetSome(customer, &left, &result.taken);
    is_stopped = !left.empty() && stop != nullptr && stop->load();
  } while (result.status.ok() && !left.empty() && !is_stopped);
  if ((is_stopped && result.status.ok()) || absl::IsResourceExhausted(result.status)) {
    result.resume = PositionOf(customer.ToString(), left.front()->id().ToString());
  }
  AcknowledgeTaken(&result);
  return result;
}

absl::Status EngineImpl::ResetSome(const CustomerId& customer,
                                   absl::Span<const model::AlertPtr>* alerts,
                                   std::size_t* taken) {
  absl::Status status = CheckOpen();
  if (!status.ok()) return status;
  state::Shard& shard = ShardOf(customer);
  Work work;
  ResetOptions nobody_told;
  {
    Step step(journal(), &shard, &work);
    work.now = Now();
    const absl::StatusOr<state::Slot*> slot = FindKnown(&shard, customer, &work);
    if (!slot.ok()) return slot.status();
    for (std::size_t i = 0; i < kResetPerHold && !alerts->empty(); ++i) {
      const model::AlertPtr alert = InForce(shard, **slot, alerts->front()->id());
      // One that has ended meanwhile is none of those any more that are to be reset.
      if (alert != nullptr && alert->enabled() &&
          (*slot)->customer.InScope(alert->spec())) {
        status = ResetSlot(&shard, *slot, alert, std::nullopt, &nobody_told, &work);
        if (!status.ok()) break;
        ++*taken;
      }
      alerts->remove_prefix(1);
    }
  }
  FollowUp(&shard, work);
  return status;
}

}  // namespace tocsin::core
