#include <algorithm>

#include "tocsin/http.h"

namespace tocsin {

NotificationFeed::NotificationFeed(NotificationSink* to, std::size_t keep)
    : to_(to), keep_(std::max(keep, std::size_t{1})) {}

absl::Status NotificationFeed::Deliver(const Notification& notification) {
  if (to_ != nullptr) {
    absl::Status status = to_->Deliver(notification);
    if (!status.ok()) return status;
  }
  absl::MutexLock lock(&mu_);
  // Copied into what was there, so that its memory serves again.
  if (newest_.size() < keep_) {
    newest_.push_back(notification);
  } else {
    newest_[taken_ % keep_] = notification;
  }
  ++taken_;
  return absl::OkStatus();
}

absl::Status NotificationFeed::Sync() {
  return to_ == nullptr ? absl::OkStatus() : to_->Sync();
}

std::uint64_t NotificationFeed::taken() const {
  absl::MutexLock lock(&mu_);
  return taken_;
}

std::vector<NotificationFeed::Kept> NotificationFeed::Behind(std::uint64_t after,
                                                             std::size_t max) const {
  absl::MutexLock lock(&mu_);
  std::vector<Kept> kept;
  std::uint64_t at = std::max(after, taken_ - newest_.size());
  while (at < taken_ && kept.size() < max) {
    kept.push_back({.number = at + 1, .notification = newest_[at % keep_]});
    ++at;
  }
  return kept;
}

}  // namespace tocsin
