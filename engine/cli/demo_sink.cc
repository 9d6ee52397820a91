#include "engine/cli/demo_sink.h"

namespace tocsin::cli {
namespace {

// Far longer than any delivery takes: past it something is broken.
constexpr absl::Duration kPatience = absl::Seconds(30);
// Far longer than a thread without work takes to fall asleep.
constexpr absl::Duration kQuiet = absl::Milliseconds(50);

}  // namespace

absl::Status DemoSink::Deliver(const Notification& notification) {
  const auto now = std::chrono::steady_clock::now();
  absl::MutexLock lock(&mutex_);
  arrivals_.push_back({.customer = notification.customer,
                       .alert = notification.alert,
                       .kind = notification.kind,
                       .triggered_by = notification.triggered_by,
                       .value = notification.value,
                       .previous_value = notification.previous_value,
                       .epoch = notification.epoch,
                       .decided_at = notification.timestamp,
                       .arrived_at = now});
  mutex_.Await(absl::Condition(
      +[](bool* held) { return !*held; }, &held_));
  return absl::OkStatus();
}

std::size_t DemoSink::size() {
  absl::MutexLock lock(&mutex_);
  return arrivals_.size();
}

std::vector<Arrival> DemoSink::From(std::size_t begin) {
  absl::MutexLock lock(&mutex_);
  return {arrivals_.begin() + static_cast<std::ptrdiff_t>(begin), arrivals_.end()};
}

std::optional<Arrival> DemoSink::Await(std::size_t begin) {
  const auto has_come = [this, begin]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return arrivals_.size() > begin;
  };
  absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithTimeout(absl::Condition(&has_come), kPatience)) {
    return std::nullopt;
  }
  return arrivals_[begin];
}

void DemoSink::AwaitQuiet() {
  std::size_t known = 0;
  const auto has_come = [this, &known]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return arrivals_.size() > known;
  };
  absl::MutexLock lock(&mutex_);
  do {
    known = arrivals_.size();
  } while (mutex_.AwaitWithTimeout(absl::Condition(&has_come), kQuiet));
}

void DemoSink::Hold() {
  absl::MutexLock lock(&mutex_);
  held_ = true;
}

void DemoSink::Release() {
  absl::MutexLock lock(&mutex_);
  held_ = false;
}

}  // namespace tocsin::cli
