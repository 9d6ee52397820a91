#ifndef TOCSIN_ENGINE_CORE_JOURNAL_H_
#define TOCSIN_ENGINE_CORE_JOURNAL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/model/transition.h"
#include "engine/store/entry.h"
#include "engine/store/store.h"
#include "engine/work/group_commit.h"
#include "tocsin/alert.h"
#include "tocsin/fact.h"

namespace tocsin::core {

// What was done and is not yet durable, in the order in which it was done.
//
// Thread safety: thread-safe, but the store, which is for who commits. `Add` is called
// inside a `Stay` of the group, and where order matters under the lock that makes it.
class Journal {
 public:
  explicit Journal(std::unique_ptr<store::Store> store) : store_(std::move(store)) {}

  work::GroupCommit& group() { return group_; }
  store::Store& store() { return *store_; }
  // Lets go of the store, so that another engine may have it. Nothing is committed after.
  void CloseStore() { store_ = nullptr; }

  // The entries of one step, which was at this instant.
  void Add(absl::Time at, absl::string_view entries) {
    absl::MutexLock lock(&mu_);
    ++step_;
    if (next_.entries.empty()) next_.first_step = step_;
    store::Put(store::At{at}, &next_.entries);
    next_.entries.append(entries.data(), entries.size());
    group_.Note();
  }
  void Add(const Position& position) {
    absl::MutexLock lock(&mu_);
    next_.positions.push_back(position);
    group_.Note();
  }
  void Add(const Alert& alert) {
    absl::MutexLock lock(&mu_);
    next_.alerts.push_back(alert);
    group_.Note();
  }
  // The images that are added next are of another checkpoint than those before.
  void BeginCheckpoint() {
    absl::MutexLock lock(&mu_);
    next_.begins_checkpoint = true;
  }
  void Add(store::Image image) {
    absl::MutexLock lock(&mu_);
    next_.images.push_back(std::move(image));
    group_.Note();
  }
  void Add(store::Checkpoint checkpoint) {
    absl::MutexLock lock(&mu_);
    next_.checkpoint = std::move(checkpoint);
    group_.Note();
  }
  // That the sink has taken the notification of this number. Need not become durable
  // soon: it may come to the sink a second time.
  void AddTaken(std::uint64_t number) {
    absl::MutexLock lock(&mu_);
    next_.taken.push_back(number);
    group_.Note();
  }

  // Of one step, beside its entries.
  void AddTransitions(std::vector<model::Transition> transitions) {
    absl::MutexLock lock(&mu_);
    for (model::Transition& one : transitions) transitions_.push_back(std::move(one));
    group_.Note();
  }
  // Beside what it is about, in one `Stay`.
  void Add(const Receipt& receipt) {
    absl::MutexLock lock(&mu_);
    next_.receipts.push_back(receipt);
    group_.Note();
  }
  void AddFactIds(std::vector<std::string> fact_ids) {
    absl::MutexLock lock(&mu_);
    for (std::string& one : fact_ids) next_.fact_ids.push_back(std::move(one));
    group_.Note();
  }
  std::vector<model::Transition> TakeTransitions() {
    absl::MutexLock lock(&mu_);
    return std::exchange(transitions_, {});
  }

  // All that is to become durable next. While nobody stays.
  store::Transaction Take() {
    absl::MutexLock lock(&mu_);
    bytes_ += next_.entries.size();
    store::Transaction taken = std::exchange(next_, {});
    // As much as this time, which is what the next one is likely to have.
    next_.entries.reserve(std::min(taken.entries.size(), kBytesReservedMax));
    return taken;
  }

  // The number of the last step; under a shard's lock there is nothing of the shard
  // behind it.
  std::uint64_t step() const {
    absl::MutexLock lock(&mu_);
    return step_;
  }
  // How much was taken since the last checkpoint.
  std::uint64_t bytes() const {
    absl::MutexLock lock(&mu_);
    return bytes_;
  }
  // A checkpoint was made when so much had been taken.
  void Forget(std::uint64_t bytes) {
    absl::MutexLock lock(&mu_);
    bytes_ -= bytes;
  }
  // Goes on behind what a store had.
  void Begin(std::uint64_t step, std::uint64_t bytes) {
    absl::MutexLock lock(&mu_);
    step_ = step;
    bytes_ = bytes;
  }

 private:
  static constexpr std::size_t kBytesReservedMax = std::size_t{1} << 20;

  work::GroupCommit group_;
  std::unique_ptr<store::Store> store_;

  mutable absl::Mutex mu_;
  std::uint64_t step_ ABSL_GUARDED_BY(mu_) = 0;
  std::uint64_t bytes_ ABSL_GUARDED_BY(mu_) = 0;
  store::Transaction next_ ABSL_GUARDED_BY(mu_);
  std::vector<model::Transition> transitions_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_JOURNAL_H_
