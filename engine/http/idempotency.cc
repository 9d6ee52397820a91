#include "engine/http/idempotency.h"

#include <algorithm>

namespace tocsin::http {
namespace {

std::size_t SizeOf(const HttpResponse& response) {
  std::size_t size = sizeof response + response.body.size();
  for (const HttpField& field : response.fields) {
    size += sizeof field + field.first.size() + field.second.size();
  }
  return size;
}

}  // namespace

IdempotencyKeys::HolderId IdempotencyKeys::HolderOf(const Digest& key) {
  HolderId holder;
  std::copy_n(key.begin(), holder.size(), holder.begin());
  return holder;
}

bool IdempotencyKeys::HasRoomFor(const Holder& holder) const {
  return entries_.size() < limits_.keys_max && bytes_ < limits_.bytes_max &&
         holder.keys < limits_.keys_max - entries_.size() &&
         holder.bytes < limits_.bytes_max - bytes_;
}

absl::Duration IdempotencyKeys::RoomIn(const Holder& holder) const {
  const std::size_t free = limits_.keys_max - std::min(limits_.keys_max, entries_.size());
  // Each that goes is one less of its holder's, and one more that is free.
  const std::size_t surplus = holder.keys > free ? (holder.keys - free) / 2 : 0;
  absl::Time gone = now_ - limits_.keep;
  if (!holder.kept.empty()) {
    gone = holder.kept[std::min(surplus, holder.kept.size() - 1)];
  } else if (!kept_.empty()) {
    gone = kept_.front().first;
  }
  return limits_.keep - (now_ - gone);
}

IdempotencyKeys::Begun IdempotencyKeys::Begin(const Digest& key, const Digest& request) {
  std::shared_ptr<const HttpResponse> answered;
  {
    absl::MutexLock lock(&mutex_);
    DropOld();
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
      const auto known = holders_.find(HolderOf(key));
      static const Holder nobody;
      const Holder& holder = known == holders_.end() ? nobody : known->second;
      if (!HasRoomFor(holder)) {
        return {.kind = Kind::kFull, .retry_after = RoomIn(holder)};
      }
      ++holders_[HolderOf(key)].keys;
      entries_[key] = {.request = request};
      return {.kind = Kind::kFirst, .turn = Turn(this, key)};
    }
    if (found->second.request != request) return {.kind = Kind::kOther};
    answered = found->second.response;
  }
  if (answered == nullptr) return {.kind = Kind::kUnderWay};
  return {.kind = Kind::kAnswered, .response = *answered};
}

void IdempotencyKeys::KeepAt(absl::Time at, const Digest& key,
                             std::shared_ptr<const HttpResponse> response) {
  Holder& holder = holders_[HolderOf(key)];
  bytes_ += SizeOf(*response);
  holder.bytes += SizeOf(*response);
  holder.kept.push_back(at);
  entries_[key].response = std::move(response);
  kept_.emplace_back(at, key);
}

void IdempotencyKeys::Keep(const Digest& key, const HttpResponse& response) {
  auto kept = std::make_shared<const HttpResponse>(response);
  absl::MutexLock lock(&mutex_);
  DropOld();
  KeepAt(now_, key, std::move(kept));
}

void IdempotencyKeys::Load(const Digest& key, const Digest& request,
                           const HttpResponse& response, absl::Time at) {
  auto kept = std::make_shared<const HttpResponse>(response);
  absl::MutexLock lock(&mutex_);
  // One that was forgotten and then used again comes twice where keys are kept for longer
  // now: what was answered first is what is given again.
  if (!entries_.try_emplace(key, Entry{.request = request}).second) return;
  ++holders_[HolderOf(key)].keys;
  KeepAt(at, key, std::move(kept));
}

void IdempotencyKeys::Forget(const Digest& key) {
  absl::MutexLock lock(&mutex_);
  Remove(key);
}

void IdempotencyKeys::Remove(const Digest& key) {
  entries_.erase(key);
  const auto holder = holders_.find(HolderOf(key));
  if (--holder->second.keys == 0) holders_.erase(holder);
}

void IdempotencyKeys::DropOld() {
  now_ = std::max(now_, clock_->Now());  // a clock that goes back stands still
  while (!kept_.empty() && now_ - kept_.front().first >= limits_.keep) {
    const Digest key = kept_.front().second;
    Holder& holder = holders_[HolderOf(key)];
    const std::size_t bytes = SizeOf(*entries_[key].response);
    bytes_ -= bytes;
    holder.bytes -= bytes;
    holder.kept.pop_front();
    kept_.pop_front();
    Remove(key);
  }
}

bool IdempotencyKeys::Knows(const Digest& key) const {
  absl::MutexLock lock(&mutex_);
  return entries_.contains(key);
}

std::size_t IdempotencyKeys::size() const {
  absl::MutexLock lock(&mutex_);
  return entries_.size();
}

}  // namespace tocsin::http
