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

IdempotencyKeys::Begun IdempotencyKeys::Begin(const Digest& key, const Digest& request) {
  std::shared_ptr<const HttpResponse> answered;
  {
    absl::MutexLock lock(&mutex_);
    DropOld();
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
      if (entries_.size() >= limits_.keys_max || bytes_ >= limits_.bytes_max) {
        return {.kind = Kind::kFull};
      }
      entries_[key] = {.request = request};
      return {.kind = Kind::kFirst, .turn = Turn(this, key)};
    }
    if (found->second.request != request) return {.kind = Kind::kOther};
    answered = found->second.response;
  }
  if (answered == nullptr) return {.kind = Kind::kUnderWay};
  return {.kind = Kind::kAnswered, .response = *answered};
}

void IdempotencyKeys::Keep(const Digest& key, const HttpResponse& response) {
  auto kept = std::make_shared<const HttpResponse>(response);
  absl::MutexLock lock(&mutex_);
  DropOld();
  bytes_ += SizeOf(*kept);
  entries_[key].response = std::move(kept);
  kept_.emplace_back(now_, key);
}

void IdempotencyKeys::Load(const Digest& key, const Digest& request,
                           const HttpResponse& response, absl::Time at) {
  auto kept = std::make_shared<const HttpResponse>(response);
  absl::MutexLock lock(&mutex_);
  bytes_ += SizeOf(*kept);
  entries_[key] = {.request = request, .response = std::move(kept)};
  kept_.emplace_back(at, key);
}

void IdempotencyKeys::Forget(const Digest& key) {
  absl::MutexLock lock(&mutex_);
  entries_.erase(key);
}

void IdempotencyKeys::DropOld() {
  now_ = std::max(now_, clock_->Now());  // a clock that goes back stands still
  while (!kept_.empty() && now_ - kept_.front().first >= limits_.keep) {
    const auto old = entries_.find(kept_.front().second);
    bytes_ -= SizeOf(*old->second.response);
    entries_.erase(old);
    kept_.pop_front();
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
