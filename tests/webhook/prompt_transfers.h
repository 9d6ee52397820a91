#ifndef TOCSIN_TESTS_WEBHOOK_PROMPT_TRANSFERS_H_
#define TOCSIN_TESTS_WEBHOOK_PROMPT_TRANSFERS_H_

#include <cstddef>
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

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_WEBHOOK_PROMPT_TRANSFERS_H_
