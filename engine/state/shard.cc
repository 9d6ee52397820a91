#include "engine/state/shard.h"

#include <algorithm>

namespace tocsin::state {
namespace {

void PrefetchBytes(const void* object, std::size_t size) {
  constexpr std::size_t kLine = 64;
  for (std::size_t at = 0; at < size; at += kLine) {
    __builtin_prefetch(static_cast<const char*>(object) + at);
  }
}

}  // namespace

void Slot::Prefetch() const { PrefetchBytes(this, sizeof *this); }

void Slot::PrefetchMeters() const {
  constexpr std::size_t kMetersMax = 2;
  const std::vector<model::Meter>& meters = customer.meters;
  PrefetchBytes(meters.data(),
                std::min(meters.size(), kMetersMax) * sizeof(model::Meter));
}

void Shard::Install(std::shared_ptr<const model::Catalog> catalog,
                    model::AlertChange change) {
  catalog_ = std::move(catalog);
  // Days run down by themselves: when the next threshold is reached of a customer that
  // has not taken the change in, is not known.
  const model::Measure& measure = *change.after->measure;
  if (measure.subject.info().unit == Unit::kDays)
    earliest_instant_ = absl::InfinitePast();
  changes_.push_back(std::move(change));
}

Slot* Shard::Find(const CustomerId& customer) {
  const auto it = slots_.find(customer);
  return it == slots_.end() ? nullptr : it->second.get();
}

Slot& Shard::FindOrCreate(const CustomerId& customer, absl::Time now) {
  const auto [it, inserted] = slots_.try_emplace(customer);
  if (inserted) {
    it->second = std::make_unique<Slot>(customer, policy_, now, catalog_->generation());
    roster_.push_back(it->second.get());
    NoteInstant(*it->second);
  }
  return *it->second;
}

std::vector<CustomerId> Shard::Roster(std::size_t first, std::size_t count) const {
  std::vector<CustomerId> customers;
  const std::size_t end = std::min(first + count, roster_.size());
  for (std::size_t i = first; i < end; ++i) customers.push_back(roster_[i]->customer.id);
  return customers;
}

absl::Span<const model::AlertChange> Shard::MissedBy(
    const model::Customer& customer) const {
  const std::uint64_t missed = catalog_->generation() - customer.generation;
  return absl::MakeConstSpan(changes_).last(static_cast<std::size_t>(missed));
}

void Shard::ForgetChanges(std::uint64_t generation) {
  const std::uint64_t first = catalog_->generation() - changes_.size();
  if (generation <= first) return;
  changes_.erase(changes_.begin(),
                 changes_.begin() + static_cast<std::ptrdiff_t>(generation - first));
}

void Shard::Queue(Slot* slot) {
  if (slot->queued) return;
  slot->queued = true;
  due_.push_back(slot);
}

Slot* Shard::NextQueued() {
  if (due_.empty()) return nullptr;
  Slot* slot = due_.front();
  due_.pop_front();
  slot->queued = false;
  return slot;
}

std::vector<Slot*> Shard::Slots(std::size_t first, std::size_t count) const {
  const auto begin = roster_.begin() + static_cast<std::ptrdiff_t>(first);
  const std::size_t some = std::min(count, roster_.size() - first);
  return {begin, begin + static_cast<std::ptrdiff_t>(some)};
}

bool Shard::SetTimer(Slot* slot) {
  const model::Customer& customer = slot->customer;
  const absl::Time next = customer.NextToTell();
  if (slot->timer == next) return false;
  if (slot->timer != absl::InfiniteFuture()) timers_.erase({slot->timer, customer.id});
  slot->timer = next;
  if (next == absl::InfiniteFuture()) return false;
  timers_.insert({next, customer.id});
  return true;
}

void Shard::SetReadTimer(Slot* slot, absl::Time at) {
  if (slot->read_at == at) return;
  const CustomerId& customer = slot->customer.id;
  if (slot->read_at != absl::InfiniteFuture()) {
    read_timers_.erase({slot->read_at, customer});
  }
  slot->read_at = at;
  if (at != absl::InfiniteFuture()) read_timers_.insert({at, customer});
}

absl::Time Shard::FirstReadTimer() const {
  return read_timers_.empty() ? absl::InfiniteFuture() : read_timers_.begin()->first;
}

void Shard::QueueReadsDue(absl::Time now, std::size_t count) {
  for (const auto& [at, customer] : read_timers_) {
    if (at > now || count-- == 0) return;
    Queue(Find(customer));
  }
}

std::vector<Slot*> Shard::Reading() {
  std::vector<Slot*> reading;
  for (const auto& [at, customer] : read_timers_) reading.push_back(Find(customer));
  return reading;
}

std::optional<Shard::Timer> Shard::FirstTimer() const {
  if (timers_.empty()) return std::nullopt;
  return *timers_.begin();
}

}  // namespace tocsin::state
