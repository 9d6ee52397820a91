#include "engine/notify/outbox.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/mistake.h"
#include "engine/notify/notification.h"

namespace tocsin::notify {
namespace {

constexpr absl::Duration kFirstRetry = absl::Milliseconds(100);

thread_local const Outbox* delivering_here = nullptr;

}  // namespace

Outbox::Outbox(const Options& options, std::uint64_t seed, bool keeps)
    : keeps_(keeps),
      sink_(options.sink),
      outbox_max_(options.outbox_max),
      retry_max_(options.delivery_retry_max),
      random_(seed) {}

void Outbox::Push(std::vector<model::Decision>* decisions) {
  if (decisions->empty()) return;
  decided_.fetch_add(decisions->size(), std::memory_order_relaxed);
  if (sink_ != nullptr) {
    size_.fetch_add(decisions->size(), std::memory_order_relaxed);
    absl::MutexLock lock(&mu_);
    for (model::Decision& decision : *decisions) {
      if (keeps_) {
        pushed_.push_back(std::move(decision));
      } else {
        queue_.Push({.decision = std::move(decision)});
      }
    }
  }
  decisions->clear();
}

std::vector<model::Decision> Outbox::Seal() {
  absl::MutexLock lock(&mu_);
  return std::exchange(pushed_, {});
}

void Outbox::Release(std::vector<store::Waiting> waiting) {
  if (waiting.empty()) return;
  absl::MutexLock lock(&mu_);
  for (store::Waiting& one : waiting) {
    queue_.Push({.made = std::make_unique<store::Waiting>(std::move(one))});
  }
}

void Outbox::Restore(std::vector<store::Waiting> waiting) {
  if (sink_ == nullptr) return;
  size_.fetch_add(waiting.size(), std::memory_order_relaxed);
  Release(std::move(waiting));
}

std::vector<std::uint64_t> Outbox::TakeTaken() {
  absl::MutexLock lock(&mu_);
  return std::exchange(taken_, {});
}

void Outbox::Deliver(absl::FunctionRef<absl::Time()> now, Retry retry) {
  if (!Begin(now(), retry)) return;
  while (true) {
    if (next_ == in_hand_.size()) {
      // Once for all that wait, as it may take as long as the disk does.
      if (QueueIsEmpty()) SyncTaken();
      if (!TakeBatchOrEnd()) return;
    }
    if (stopped_.load(std::memory_order_relaxed)) {
      SyncTaken();
      absl::MutexLock lock(&mu_);
      delivering_ = false;
      return;
    }
    const DecisionQueue::Queued& next = in_hand_[next_];
    const absl::Status status = next.made != nullptr
                                    ? GiveToSink(next.made->notification)
                                    : GiveToSink(MakeNotification(next.decision));
    if (!status.ok()) {
      if (TOCSIN_MISTAKE(refused_is_dropped)) ++next_;
      SyncTaken();
      EndInFailure(now());
      return;
    }
    if (!TOCSIN_MISTAKE(delivered_twice) || delivered_.load() % 7 != 3) ++next_;
    if (next.made != nullptr) unsynced_.push_back(next.made->number);
    // Whoever delivers is the only one that counts.
    delivered_.store(delivered_.load(std::memory_order_relaxed) + 1,
                     std::memory_order_relaxed);
    size_.fetch_sub(1, std::memory_order_relaxed);
  }
}

absl::Time Outbox::NextDelivery() const {
  if (size() == 0 || stopped_.load(std::memory_order_relaxed)) {
    return absl::InfiniteFuture();
  }
  absl::MutexLock lock(&mu_);
  return retry_at_;
}

bool Outbox::InsideSink() const { return delivering_here == this; }

bool Outbox::Begin(absl::Time now, Retry retry) {
  if (size() == 0) return false;
  absl::MutexLock lock(&mu_);
  if (stopped_.load(std::memory_order_relaxed)) return false;
  if (retry == Retry::kNow) mu_.Await(absl::Condition(this, &Outbox::Idle));
  if (delivering_) return false;
  if (retry == Retry::kWhenDue && now < retry_at_) return false;
  delivering_ = true;
  return true;
}

bool Outbox::TakeBatchOrEnd() {
  absl::MutexLock lock(&mu_);
  failures_in_a_row_ = 0;
  retry_at_ = absl::InfinitePast();
  next_ = 0;
  in_hand_.clear();
  // In one step with finding the queue empty: whoever pushes after this finds
  // nobody delivering, and so begins.
  delivering_ = !queue_.empty();
  if (delivering_) in_hand_ = queue_.Take(std::move(in_hand_));
  return delivering_;
}

bool Outbox::QueueIsEmpty() const {
  absl::MutexLock lock(&mu_);
  return queue_.empty();
}

void Outbox::SyncTaken() {
  if (unsynced_.empty()) return;
  if (!CallSink([this] { return sink_->Sync(); }).ok()) {
    failures_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  absl::MutexLock lock(&mu_);
  taken_.insert(taken_.end(), unsynced_.begin(), unsynced_.end());
  unsynced_.clear();
}

absl::Status Outbox::GiveToSink(const Notification& notification) {
  return CallSink([&] { return sink_->Deliver(notification); });
}

absl::Status Outbox::CallSink(absl::FunctionRef<absl::Status()> call) {
  const Outbox* outer = std::exchange(delivering_here, this);
  absl::Status status;
  try {
    status = call();
  } catch (const std::exception& error) {
    status = absl::UnknownError(absl::StrCat("the sink threw: ", error.what()));
  } catch (...) {
    status = absl::UnknownError("the sink threw something that is no std::exception");
  }
  delivering_here = outer;
  return status;
}

void Outbox::EndInFailure(absl::Time now) {
  failures_.fetch_add(1, std::memory_order_relaxed);
  absl::MutexLock lock(&mu_);
  const int doublings = std::min(failures_in_a_row_++, 30);
  const absl::Duration wait =
      std::min(retry_max_, kFirstRetry * (std::int64_t{1} << doublings));
  // Half of the wait is left to chance, so that engines that failed together do
  // not come back together.
  const auto half = absl::ToInt64Microseconds(wait / 2);
  std::uniform_int_distribution<std::int64_t> jitter(0, half);
  retry_at_ = now + absl::Microseconds(half + jitter(random_));
  delivering_ = false;
}

}  // namespace tocsin::notify
