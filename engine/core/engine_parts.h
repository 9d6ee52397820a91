#ifndef TOCSIN_ENGINE_CORE_ENGINE_PARTS_H_
#define TOCSIN_ENGINE_CORE_ENGINE_PARTS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "engine/base/hash.h"
#include "engine/base/large_blocks.h"
#include "engine/core/batch.h"
#include "engine/core/counters.h"
#include "engine/core/journal.h"
#include "engine/core/moments.h"
#include "engine/model/catalog.h"
#include "engine/model/customer.h"
#include "engine/notify/outbox.h"
#include "engine/state/alert_book.h"
#include "engine/state/positions.h"
#include "engine/state/shard.h"
#include "engine/store/entry.h"
#include "engine/work/bell.h"
#include "engine/work/callback_queue.h"
#include "engine/work/gate.h"
#include "engine/work/group_commit.h"
#include "engine/work/spares.h"
#include "tocsin/ids.h"
#include "tocsin/options.h"

namespace tocsin::core {

// What an engine is made of, which all of its verbs use.
struct EngineParts {
  EngineParts(Options options, Clock* clock, std::uint64_t seed, std::uint32_t number,
              Moments* moments, std::unique_ptr<store::Store> store);

  // Tells a test, if there is one, that this thread is here.
  void Pass(Moment moment) const {
    if (moments_ != nullptr) moments_->At(moment);
  }

  using Stay = work::GroupCommit::Stay;
  // What is done is noted there; null without a store, and while it is opened.
  Journal* journal() { return keeps_ ? journal_.get() : nullptr; }
  // In whose `Stay` all is done that becomes durable; null where nothing is.
  work::GroupCommit* group() { return keeps_ ? &journal_->group() : nullptr; }

  // Whether background work may go on: there is room for what it decides, and time.
  bool MayGoOn() const {
    return outbox_.HasRoom() && !closing_in_haste_.load(std::memory_order_relaxed);
  }

  state::Shard& ShardOf(const CustomerId& customer) {
    return *shards_[ShardIndexOf(customer)];
  }
  std::size_t ShardIndexOf(const CustomerId& customer) const {
    return static_cast<std::size_t>(StableHash(customer.uuid())) & (shards_.size() - 1);
  }

  // In the `Stay` of a change that is accepted: it takes along the receipt of the call
  // that this thread is in, if there is one.
  void NoteReceipt();

  // Constant.
  const std::uint32_t number_;  // among the engines of this process
  const Options options_;
  // Constant once `Start` has returned.
  store::Rules rules_;
  model::ReadPolicy read_policy_;
  bool keeps_ = false;

  // Constant.
  Clock* const clock_;
  Moments* const moments_;  // null but in tests
  LargeBlocks blocks_;      // of the shards
  std::vector<std::unique_ptr<state::Shard>> shards_;

  // Safe by themselves.
  std::unique_ptr<Journal> journal_;              // null without a store
  std::uint64_t next_waiting_ = 1;                // for who commits
  std::atomic<std::int64_t> written_instant_ns_;  // that is durable
  work::Gate gate_;
  work::Spares<Routes<FactRoute>> spare_routes_;
  work::Spares<Routes<TrackedRoute>> spare_tracked_routes_;
  state::AlertBook book_;
  state::Positions positions_;
  work::Bell answers_;  // rings with each answer that is taken
  notify::Outbox outbox_;
  work::CallbackQueue callbacks_;
  std::atomic<std::int64_t> last_instant_ns_;
  std::atomic<std::size_t> due_{0};  // customer alerts with a reset pending
  std::atomic<bool> close_called_{false};
  std::atomic<bool> closing_in_haste_{false};  // the deadline is over
  std::atomic<bool> paused_{false};            // a drain stopped at a full outbox
  std::atomic<bool> delivery_scheduled_{false};
  std::atomic<bool> commit_scheduled_{false};
  std::atomic<bool> checkpoint_scheduled_{false};
  std::atomic<bool> disk_is_short_{false};     // of room, when it was last looked at
  std::atomic<std::uint64_t> image_bytes_{0};  // of the last checkpoint
  // When that was, or when the engine was opened.
  std::atomic<std::int64_t> checkpoint_at_ns_{0};
  std::atomic<std::int64_t> next_tick_ns_;  // when the timer's thread wakes
  std::atomic<std::size_t> reads_under_way_{0};
  Counters counters_;

  // One change of an alert at a time, from its draft until it is known.
  absl::Mutex change_mu_;
  std::shared_ptr<const model::Catalog> catalog_ ABSL_GUARDED_BY(change_mu_);
  std::mt19937_64 random_ ABSL_GUARDED_BY(change_mu_);

  // One run over the timers at a time, so that they go off in one order.
  absl::Mutex timers_mu_;
};

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_ENGINE_PARTS_H_
