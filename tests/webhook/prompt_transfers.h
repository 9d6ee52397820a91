#ifndef TOCSIN_TESTS_WEBHOOK_PROMPT_TRANSFERS_H_
#define TOCSIN_TESTS_WEBHOOK_PROMPT_TRANSFERS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "engine/webhook/transfers.h"

namespace tocsin::testing {

// What came to a receiver that answers at once, and how it answers; outlives the sinks.
//
// Thread safety: every method may be called from any thread.
class PromptReceiver {
 public:
  void Answer(int status) {
    absl::MutexLock lock(&mu_);
    status_ = status;
  }
  int Take(const webhook::Transfer& transfer) {
    absl::MutexLock lock(&mu_);
    bodies_.push_back(*transfer.body);
    headers_ = transfer.headers;
    return status_;
  }
  // Of the last one, `Name: value`.
  std::vector<std::string> headers() {
    absl::MutexLock lock(&mu_);
    return headers_;
  }
  std::vector<std::string> bodies() {
    absl::MutexLock lock(&mu_);
    return bodies_;
  }
  std::vector<std::string> Await(std::size_t count) {
    absl::MutexLock lock(&mu_);
    const auto are_there = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return bodies_.size() >= count;
    };
    mu_.Await(absl::Condition(&are_there));
    return bodies_;
  }

 private:
  absl::Mutex mu_;
  int status_ ABSL_GUARDED_BY(mu_) = 200;
  std::vector<std::string> bodies_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> headers_ ABSL_GUARDED_BY(mu_);
};

// Transfers to it, which end in the next `Run`; those to one that `hangs` never.
class PromptTransfers : public webhook::Transfers {
 public:
  explicit PromptTransfers(PromptReceiver* receiver, bool hangs = false)
      : receiver_(receiver), hangs_(hangs) {}

  void Begin(webhook::Transfer transfer) override {
    begun_.push_back(std::move(transfer));
  }
  void Cancel(std::uint64_t key) override {
    const auto is_it = [key](const auto& transfer) { return transfer.key == key; };
    begun_.erase(std::remove_if(begun_.begin(), begun_.end(), is_it), begun_.end());
  }
  void Run(absl::Duration at_most, std::vector<webhook::Ended>* ended) override {
    if (!hangs_ && !begun_.empty()) {
      for (const webhook::Transfer& transfer : begun_) {
        const int status = receiver_->Take(transfer);
        ended->push_back({.key = transfer.key,
                          .status = status,
                          .failure = status == 200 ? "" : "the answer is not 200"});
      }
      begun_.clear();
      return;
    }
    absl::MutexLock lock(&mu_);
    mu_.AwaitWithTimeout(absl::Condition(&woken_), at_most);
    woken_ = false;
  }
  std::size_t under_way() const override { return begun_.size(); }
  void Wake() override {
    absl::MutexLock lock(&mu_);
    woken_ = true;
  }

 private:
  PromptReceiver* const receiver_;
  const bool hangs_;
  std::vector<webhook::Transfer> begun_;
  absl::Mutex mu_;
  bool woken_ ABSL_GUARDED_BY(mu_) = false;
};

// Transfers that hang until one is woken behind `Arm`. Then the first ends, and the
// others once there is time to wait for them, or nobody ever has it.
class HangingTransfers : public webhook::Transfers {
 public:
  void Arm() {
    absl::MutexLock lock(&mu_);
    armed_ = true;
  }
  // How often it was to go on at once while there was nothing to go on with.
  int hurried() {
    absl::MutexLock lock(&mu_);
    return hurried_;
  }
  void AwaitBegun(std::size_t count) {
    absl::MutexLock lock(&mu_);
    const auto are_there = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return begun_.size() >= count;
    };
    mu_.Await(absl::Condition(&are_there));
  }

  void Begin(webhook::Transfer transfer) override {
    absl::MutexLock lock(&mu_);
    begun_.push_back(transfer.key);
  }
  void Cancel(std::uint64_t key) override {
    absl::MutexLock lock(&mu_);
    begun_.erase(std::remove(begun_.begin(), begun_.end(), key), begun_.end());
  }
  void Run(absl::Duration at_most, std::vector<webhook::Ended>* ended) override {
    constexpr int kHurriedUntilTheyEnd = 100;
    absl::MutexLock lock(&mu_);
    if (!ends_) {
      mu_.AwaitWithTimeout(absl::Condition(&woken_), at_most);
      woken_ = false;
      return;
    }
    const bool is_time = at_most > absl::ZeroDuration();
    if (has_ended_one_ && !is_time && ++hurried_ <= kHurriedUntilTheyEnd) return;
    const std::size_t count = has_ended_one_ ? begun_.size() : 1;
    for (std::size_t i = 0; i < count; ++i) {
      ended->push_back({.key = begun_[i], .failure = "no answer"});
    }
    begun_.erase(begun_.begin(), begun_.begin() + static_cast<std::ptrdiff_t>(count));
    has_ended_one_ = true;
  }
  std::size_t under_way() const override {
    absl::MutexLock lock(&mu_);
    return begun_.size();
  }
  void Wake() override {
    absl::MutexLock lock(&mu_);
    woken_ = true;
    ends_ = armed_;
  }

 private:
  mutable absl::Mutex mu_;
  std::vector<std::uint64_t> begun_ ABSL_GUARDED_BY(mu_);
  bool armed_ ABSL_GUARDED_BY(mu_) = false;
  bool ends_ ABSL_GUARDED_BY(mu_) = false;
  bool has_ended_one_ ABSL_GUARDED_BY(mu_) = false;
  bool woken_ ABSL_GUARDED_BY(mu_) = false;
  int hurried_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_WEBHOOK_PROMPT_TRANSFERS_H_
