#ifndef TOCSIN_ENGINE_STATE_SHARD_H_
#define TOCSIN_ENGINE_STATE_SHARD_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/base/thread_annotations.h"
#include "absl/container/btree_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/base/large_blocks.h"
#include "engine/base/mistake.h"
#include "engine/base/prefetch.h"
#include "engine/model/catalog.h"
#include "engine/model/customer.h"
#include "engine/state/customer_image.h"
#include "engine/state/fact_ids.h"
#include "engine/state/line.h"
#include "engine/state/plain_tables.h"
#include "engine/state/slot.h"
#include "tocsin/ids.h"
#include "tocsin/options.h"

namespace tocsin::state {

// A part of the customers, under one lock: their state, the catalog they are
// judged by, and what is due for them.
//
// Thread safety: everything needs `mu`, which the caller holds over one change of
// one customer or a few, never over I/O or a callback, and never together with the
// lock of another shard.
class Shard {
 public:
  // `blocks` must outlive it.
  Shard(int shard_number, std::shared_ptr<const model::Catalog> catalog,
        PeriodPolicy policy, LargeBlocks* blocks)
      : number(shard_number),
        policy_(policy),
        catalog_(std::move(catalog)),
        lines_(blocks),
        further_(blocks),
        index_(blocks) {}

  const int number;  // among the engine's shards, from 0

  absl::Mutex mu;
  // Threads that are about to have `mu`, and how often it was had. Only hints.
  std::atomic<std::uint32_t> waiting = 0;
  std::atomic<std::uint32_t> holds = 0;

  FactIds fact_ids ABSL_GUARDED_BY(mu);  // of its customers

  const model::Catalog& catalog() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return *catalog_;
  }
  // Makes the next catalog the one in force. Customers take the change in when
  // they are touched next.
  void Install(std::shared_ptr<const model::Catalog> catalog, model::AlertChange change)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  // Of one without customers: what it judges by from the start.
  void Begin(std::shared_ptr<const model::Catalog> catalog)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    catalog_ = std::move(catalog);
  }

  // A customer's place in the shard; `Line::kNone` where it is unknown. `hash` is the
  // `LineIndex`'s.
  std::uint32_t PlaceOf(std::uint64_t hash, const CustomerId& customer) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return index_.Find(hash, customer, lines_);
  }
  // The line at a place; null where there is none. Of a customer it is always the same.
  Line* LineAt(std::uint32_t place) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return place < lines_.size() ? &lines_[place] : nullptr;
  }
  // A customer's line; null where it is unknown.
  Line* LineOf(std::uint64_t hash, const CustomerId& customer)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return LineAt(PlaceOf(hash, customer));
  }

  // Begin to load what a fact looks at: first the index; then the line that it points to,
  // which is returned, and is mostly the right one, null if there is none; then what is
  // behind that.
  void PrefetchIndex(std::uint64_t hash) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    index_.Prefetch(hash);
  }
  Line* PrefetchLine(std::uint64_t hash) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    const std::uint32_t place = index_.Guess(hash);
    if (place == Line::kNone) return nullptr;
    Line* const line = &lines_[place];
    tocsin::Prefetch(line);
    return line;
  }
  void PrefetchBehind(const Line& line) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    if (!line.IsFolded()) {
      line.slot->Prefetch();
    } else if (line.next != Line::kNone) {
      tocsin::Prefetch(&further_[line.next]);
    }
  }

  // What one hold of the lock sees of time: an instant, and a period that it is in, which
  // most customers share. Of one shard and hold.
  class Instant {
   public:
    explicit Instant(absl::Time at) : now(at) {}
    const absl::Time now;

   private:
    friend Shard;
    std::uint32_t period_ = kNoPeriod;
  };

  // Adds to a sum of a plain customer where that crosses nothing and is nothing new.
  // False, and nothing is changed, where the fact has to go the long way, and may be a
  // bad one. Part of its caller, as the call would be a sixth of it.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool Add(Line* line, const model::Subject& subject,
                                        Decimal amount,
                                        const std::optional<std::uint64_t>& version,
                                        const std::optional<absl::Time>& time,
                                        Instant* instant)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    const auto is_it = [&subject](const SubjectTable& subjects, std::uint16_t one) {
      return subjects[one] == subject;
    };
    return AddWhere(is_it, line, amount, version, time, instant);
  }
  // The same, of a subject by its number.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool Add(Line* line, std::uint32_t subject, Decimal amount,
                                        const std::optional<std::uint64_t>& version,
                                        const std::optional<absl::Time>& time,
                                        Instant* instant)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    const auto is_it = [subject](const SubjectTable&, std::uint16_t one) {
      return one == subject;
    };
    return AddWhere(is_it, line, amount, version, time, instant);
  }
  // Nothing where there are too many subjects.
  std::optional<std::uint16_t> NumberOf(const model::Subject& subject)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return subjects_.Number(subject, *catalog_);
  }
  // Null where there is none of the number.
  const model::Subject* SubjectOf(std::uint32_t numbered) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return numbered < subjects_.size() ? &subjects_[static_cast<std::uint16_t>(numbered)]
                                       : nullptr;
  }

  // Whether nothing is pending for the customer of a line, nor will be before something
  // touches it.
  bool IsAtRest(const Line& line) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return line.IsFolded() && IsInForce(line);
  }

  // Has the customer of a line take in the changes that it missed, where they are
  // nothing to it: as if it had been found and folded again. False, and nothing is
  // changed, where it has to be.
  ABSL_ATTRIBUTE_COLD bool CatchUp(Line* line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  // What is found is good until `Settle`. Null where the customer is unknown.
  Slot* Find(const CustomerId& customer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  Slot& Find(Line* line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  Slot& FindOrCreate(const CustomerId& customer, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // The customer of a line in bytes: a plain one, which must be at rest.
  void WritePlain(const Line& line, ImageWriter* writer) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // The other way round; nothing, and the reader has failed, where there is none.
  std::optional<CustomerImage> ReadPlain(ImageKind kind, ImageReader* reader) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // Makes a customer known that is not yet.
  Slot& Restore(model::Customer&& customer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // Folds those that were found into their lines again, where their sums are plain.
  // Before the lock is released.
  void Settle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  std::size_t customer_count() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return lines_.size();
  }
  // Up to `count` customers from the `first`-th on, in the order of their coming.
  std::vector<CustomerId> Roster(std::size_t first, std::size_t count) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  // The changes of the catalog that the customer has not taken in.
  absl::Span<const model::AlertChange> MissedBy(const model::Customer& customer) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // Forgets the changes up to a generation that every customer has taken in.
  void ForgetChanges(std::uint64_t generation) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // Whether a sweep over all customers is owed since the last `ForgetChanges`.
  bool HasChanges() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) { return !changes_.empty(); }

  bool HasQueued() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) { return !due_.empty(); }
  // All that are queued.
  std::vector<Slot*> Queued() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return {due_.begin(), due_.end()};
  }
  // Queues a customer that has something pending; nothing if it is queued.
  void Queue(Slot* slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // The first queued customer, taken out; null when there is none.
  Slot* NextQueued() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  // Sets, moves or takes away the customer's timer: it goes off when something falls
  // due that the customer may have to be told. All else waits until they are touched
  // next, as nobody could tell. True if it was set or moved.
  bool SetTimer(Slot* slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // The first timer: when, and for whom.
  using Timer = std::pair<absl::Time, CustomerId>;
  std::optional<Timer> FirstTimer() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  // Sets, moves or, for InfiniteFuture, takes away when a read of the fact source is to
  // begin for the customer, or has failed.
  void SetReadTimer(Slot* slot, absl::Time at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  absl::Time FirstReadTimer() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // Queues up to `count` customers whose reads are due, the first ones.
  void QueueReadsDue(absl::Time now, std::size_t count) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // All that have such a timer.
  std::vector<Slot*> Reading() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  // Nothing falls due for a customer before `earliest_instant`. Whoever changes a
  // customer notes when it does; a walk over everybody begins with forgetting and finds
  // the earliest instant anew.
  absl::Time earliest_instant() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return earliest_instant_;
  }
  void NoteInstant(const Slot& slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    earliest_instant_ = std::min(earliest_instant_, slot.customer.NextInstant());
  }
  void ForgetEarliestInstant() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    earliest_instant_ = absl::InfiniteFuture();
  }
  // Up to `count` slots from the `first`-th on, in the order of their coming.
  std::vector<Slot*> Slots(std::size_t first, std::size_t count)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  // Whether a task that drains the shard is on its way.
  bool drain_scheduled ABSL_GUARDED_BY(mu) = false;

 private:
  // Whether the customer has taken in all changes of the catalog.
  bool IsInForce(const Line& line) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return line.sum.generation == static_cast<std::uint32_t>(catalog_->generation()) ||
           TOCSIN_MISTAKE(sum_misses_changes);
  }
  static constexpr std::uint32_t kNoPeriod = Line::kUnfolded + 1;
  template <typename IsIt>
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool AddWhere(IsIt is_it, Line* line, Decimal amount,
                                             const std::optional<std::uint64_t>& version,
                                             const std::optional<absl::Time>& time,
                                             Instant* instant)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  std::unique_ptr<Slot> SlotOf(const Line& line) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  void Unfold(Line* line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  static bool FoldingPays(Slot* slot, const model::Period& period);
  void Fold(Line* line) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  // The customer's sums, in a period; none if it has none, or they are not plain.
  absl::InlinedVector<Line, 2> LinesOf(const model::Customer& customer,
                                       const model::Period& period)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);

  const PeriodPolicy policy_;

  std::shared_ptr<const model::Catalog> catalog_ ABSL_GUARDED_BY(mu);
  // Those that made `catalog_` of its predecessors, oldest first.
  std::vector<model::AlertChange> changes_ ABSL_GUARDED_BY(mu);

  Lines lines_ ABSL_GUARDED_BY(mu);    // a customer each, in the order of their coming
  Lines further_ ABSL_GUARDED_BY(mu);  // sums of theirs but the first
  LineIndex index_ ABSL_GUARDED_BY(mu);
  PeriodTable periods_ ABSL_GUARDED_BY(mu);
  SubjectTable subjects_ ABSL_GUARDED_BY(mu);
  std::vector<Line*> touched_ ABSL_GUARDED_BY(mu);  // found since `Settle`
  std::deque<Slot*> due_ ABSL_GUARDED_BY(mu);
  absl::btree_set<Timer> timers_ ABSL_GUARDED_BY(mu);
  absl::btree_set<Timer> read_timers_ ABSL_GUARDED_BY(mu);
  absl::Time earliest_instant_ ABSL_GUARDED_BY(mu) = absl::InfiniteFuture();
};

template <typename IsIt>
inline bool Shard::AddWhere(IsIt is_it, Line* line, Decimal amount,
                            const std::optional<std::uint64_t>& version,
                            const std::optional<absl::Time>& time, Instant* instant) {
  if (!amount.IsAmount()) return false;
  if (line->period != instant->period_) {
    if (!line->IsFolded() || !periods_.Contains(line->period, instant->now)) return false;
    instant->period_ = line->period;
  }
  if (time.has_value() &&
      (*time > instant->now || !periods_.Contains(line->period, *time))) {
    return false;
  }
  if (!IsInForce(*line) && !CatchUp(line)) return false;
  while (!is_it(subjects_, line->subject)) {
    if (line->next == Line::kNone) return false;
    line = &further_[line->next];
  }
  return model::AddWithinBand(subjects_.ladder(line->subject), amount, version,
                              &line->sum);
}

// Holds a shard's lock, and has what was found settled before it goes.
class ABSL_SCOPED_LOCKABLE ShardLock {
 public:
  explicit ShardLock(Shard* shard) ABSL_EXCLUSIVE_LOCK_FUNCTION(shard->mu)
      : shard_(*shard) {
    shard->waiting.fetch_add(1, std::memory_order_relaxed);
    shard->mu.Lock();
    shard->waiting.fetch_sub(1, std::memory_order_relaxed);
    shard->holds.store(shard->holds.load(std::memory_order_relaxed) + 1,
                       std::memory_order_relaxed);
  }
  ~ShardLock() ABSL_UNLOCK_FUNCTION() {
    shard_.Settle();
    shard_.mu.Unlock();
  }
  ShardLock(const ShardLock&) = delete;
  ShardLock& operator=(const ShardLock&) = delete;

 private:
  Shard& shard_;
};

}  // namespace tocsin::state

#endif  // TOCSIN_ENGINE_STATE_SHARD_H_
