#ifndef TOCSIN_ENGINE_CORE_ENGINE_IMPL_H_
#define TOCSIN_ENGINE_CORE_ENGINE_IMPL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/base/hash.h"
#include "engine/base/large_blocks.h"
#include "engine/core/batch.h"
#include "engine/core/journal.h"
#include "engine/core/moments.h"
#include "engine/model/catalog.h"
#include "engine/model/customer.h"
#include "engine/model/customer_alert.h"
#include "engine/model/decision.h"
#include "engine/model/posting.h"
#include "engine/model/reread.h"
#include "engine/notify/outbox.h"
#include "engine/state/alert_book.h"
#include "engine/state/positions.h"
#include "engine/state/shard.h"
#include "engine/store/entry.h"
#include "engine/store/store.h"
#include "engine/work/bell.h"
#include "engine/work/callback_queue.h"
#include "engine/work/executor.h"
#include "engine/work/gate.h"
#include "engine/work/group_commit.h"
#include "engine/work/spares.h"
#include "tocsin/engine.h"

namespace tocsin::core {

// The Engine. One file per verb: open, apply, tracked, alerts, reset, bulk_reset, query,
// explain, reads, drain, keep, checkpoint, recover, close.
// The order of its locks is in docs/concurrency.md.
class EngineImpl final : public Engine {
 public:
  // Without an executor nothing runs in the background. `moments` may be null; `store`
  // too, and then the engine is in memory only.
  EngineImpl(Options options, Clock* clock, std::uint64_t seed,
             std::unique_ptr<work::Executor> executor, Moments* moments,
             std::unique_ptr<store::Store> store);
  ~EngineImpl() override;

  // Recovers what the store holds, and starts the threads. Errors: those of the store;
  // kFailedPrecondition if it was made by other rules; kResourceExhausted if a thread
  // cannot be started.
  absl::Status Start();

  absl::StatusOr<AlertId> CreateAlert(const AlertSpec& spec) override;
  absl::Status UpdateAlert(AlertId alert, const AlertUpdate& update) override;
  absl::Status ArchiveAlert(AlertId alert, const ArchiveOptions& options) override;
  absl::Status DisableAlert(AlertId alert) override;
  absl::Status EnableAlert(AlertId alert) override;
  absl::StatusOr<Alert> GetAlert(AlertId alert) override;
  absl::Status ForEachAlert(absl::FunctionRef<void(const Alert&)> visit) override;
  ApplyResult Apply(absl::Span<const Fact> facts, const ApplyOptions& options) override;
  absl::StatusOr<std::optional<std::uint64_t>> LastPosition(
      absl::string_view source) override;
  absl::Status Reset(CustomerId customer, AlertId alert, const InstanceSelector& instance,
                     ResetOptions options) override;
  BulkResetResult ResetAll(AlertId alert, absl::string_view from) override;
  BulkResetResult ResetAll(CustomerId customer, absl::string_view from) override;
  absl::StatusOr<CustomerAlert> GetCustomerAlert(
      CustomerId customer, AlertId alert, const InstanceSelector& instance) override;
  absl::StatusOr<Explanation> Explain(CustomerId customer, AlertId alert,
                                      const InstanceSelector& instance) override;
  absl::Status ForEachCustomerAlert(
      CustomerId customer, absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status ForEachCustomerAlert(
      AlertId alert, absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status ForEachInstance(
      CustomerId customer, AlertId alert,
      absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::StatusOr<Tracked> Track(CustomerId customer, CreditTypeId credit_type) override;
  absl::StatusOr<Tracked> Track(CustomerId customer, BillableMetricId metric) override;
  ApplyResult ApplyTracked(absl::Span<const TrackedFact> facts,
                           const ApplyOptions& options) override;
  absl::Status Drain() override;
  absl::Status Flush() override;
  Stats GetStats() override;
  absl::StatusOr<CloseResult> Close(absl::Duration deadline) override;

 private:
  // What one call does to one shard: filled under the shard's lock, handed on
  // before it is released, and followed up after.
  struct Work {
    absl::Time now = {};
    std::vector<model::Decision> decisions = {};
    std::size_t resets_done = 0;
    std::vector<model::FinishedReset> finished_resets = {};
    bool finished = false;       // follow up: call who waited for a reset
    bool decided = false;        // follow up: deliver
    bool due = false;            // follow up: drain the shard
    bool earlier_timer = false;  // follow up: the timer's thread sleeps too long
    std::vector<model::BegunRead> reads = {};  // to be asked of the source
    std::size_t reads_failed = 0;
    std::size_t reads_given_up = 0;
    std::string entries = {};  // of the journal: what was done so far
  };

  // Tells a test, if there is one, that this thread is here.
  void Pass(Moment moment) const {
    if (moments_ != nullptr) moments_->At(moment);
  }

  // The engine's instant: the clock's, which never goes back.
  absl::Time Now();
  // The last one so far.
  absl::Time LastInstant() const;

  state::Shard& ShardOf(const CustomerId& customer) {
    return *shards_[ShardIndexOf(customer)];
  }
  std::size_t ShardIndexOf(const CustomerId& customer) const {
    return static_cast<std::size_t>(StableHash(customer.uuid())) & (shards_.size() - 1);
  }

  model::Context ContextFor(const state::Shard& shard, const state::Slot& slot,
                            Work* work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mu);
  // Hands on what was decided for the slot's customer, and keeps its timer right.
  void HandOn(state::Shard* shard, state::Slot* slot, Work* work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // As much of it as changes nothing but what resets have come to.
  void HandOnResets(Work* work);
  void HandOnReads(state::Shard* shard, state::Slot* slot, Work* work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // After the shard's lock was released.
  void FollowUp(state::Shard* shard, const Work& work);

  absl::Status Closing() const;
  absl::Status CheckRoom() const;
  // Error: kCalledFromSink inside the sink or a callback, for which `call` would wait.
  absl::Status CheckOutside(absl::string_view call) const;
  // Whether background work may go on: there is room for what it decides, and time.
  bool MayGoOn() const {
    return outbox_.HasRoom() && !closing_in_haste_.load(std::memory_order_relaxed);
  }

  // keep.cc
  using Stay = work::GroupCommit::Stay;
  // In whose `Stay` all is done that becomes durable; null without a store.
  work::GroupCommit* group() {
    return journal_ == nullptr ? nullptr : &journal_->group();
  }
  // Whether what is done is noted in the journal.
  bool keeps() const { return keeps_; }
  // Gives the journal what was done under a shard's lock, before that is released.
  void Keep(Work* work) {
    if (keeps() && !work->entries.empty()) KeepEntries(work);
  }
  void KeepEntries(Work* work);
  // Holds a shard's lock over one step, which becomes durable whole or not at all.
  class ABSL_SCOPED_LOCKABLE Step {
   public:
    Step(EngineImpl* engine, state::Shard* shard, Work* work)
        ABSL_EXCLUSIVE_LOCK_FUNCTION(shard->mu) ABSL_NO_THREAD_SAFETY_ANALYSIS
        : stay_(engine->group()),
          lock_(shard),
          engine_(engine),
          work_(work) {}
    ~Step() ABSL_UNLOCK_FUNCTION() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      engine_->Keep(work_);
    }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    const Stay stay_;
    const state::ShardLock lock_;
    EngineImpl* const engine_;
    Work* const work_;
  };
  // Has the journal say that somebody looked at the customer.
  void NoteTouched(const CustomerId& customer, store::Touched::How how, Work* work) const;
  // Of customers by id.
  void NoteSwept(const state::Shard& shard, absl::Span<const CustomerId> customers,
                 Work* work) const;
  void NoteDecided(Work* work) const;
  // Has the last instant become durable, if nothing else has to.
  void NoteInstant();
  // Returns once all that was done before is durable, or need not be.
  absl::Status Acknowledge();
  // Makes all that was done before durable. Error: kUnavailable; then the engine ends.
  absl::Status Commit();
  absl::Status Write(store::Transaction transaction,
                     const std::vector<model::Decision>& decided);

  // checkpoint.cc
  // Has a checkpoint made where there is enough journal for one.
  void MayCheckpoint();
  // Writes everything as it is, so that nobody needs the journal before it. Error:
  // kUnavailable.
  absl::Status Checkpoint() ABSL_LOCKS_EXCLUDED(change_mu_);
  // Whether a change of an alert is still to be shown to somebody.
  bool OwesSweep();
  // Of some customers from a place on, which it moves behind them; empty where there are
  // none.
  store::Image WriteImage(state::Shard* shard, std::uint32_t* place);
  void WriteCustomer(state::Shard* shard, state::Line* line, Work* work,
                     state::ImageWriter* writer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);

  // recover.cc, replayer.h
  class Replayer;
  absl::Status Recover();
  // Takes what was decided a second time.
  void TakeRedecided(Work* work);
  // What `options_` say of how everything is done.
  store::Rules RulesOfOptions(std::uint64_t seed) const;
  void SetRules(store::Rules rules);
  // Has the reads that are awaited begin again. Whether there are any.
  bool BeginReadsAgain();
  void ScheduleWhatIsDue();

  // apply.cc
  // Whether the batch is to be applied; else the result says why not.
  bool BeginBatch(std::size_t size, const ApplyOptions& options, ApplyResult* result);
  void EndBatch(const ApplyOptions& options, ApplyResult* result);
  void ApplyBatch(absl::Span<const Fact> facts, const ApplyOptions& options,
                  ApplyResult* result);
  void ApplyToShard(state::Shard* shard, absl::Span<const Fact> facts,
                    absl::Span<const FactRoute> routes, ApplyResult* result);
  // Begins to load what all of them look at, and applies them then: most of a fact's time
  // is waiting for memory.
  void ApplyRun(state::Shard* shard, absl::Span<const Fact> facts,
                absl::Span<const FactRoute> routes, state::Shard::Instant* instant,
                Work* work, ApplyResult* result) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // By all the rules, once it is known to be valid.
  void ApplyTheLongWay(state::Shard* shard, const Fact& fact, const FactRoute& route,
                       state::Shard::Instant* instant, Work* work, ApplyResult* result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  void ApplyToSlot(state::Shard* shard, state::Slot* slot, const Fact& fact,
                   std::size_t index, Work* work, ApplyResult* result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  void Count(const ApplyResult& result);

  // tracked.cc
  // Of an engine of this process.
  static std::uint32_t NextNumber();
  absl::StatusOr<Tracked> TrackSubject(const CustomerId& customer,
                                       absl::string_view id_name,
                                       const model::Subject& subject);
  void ApplyTrackedBatch(absl::Span<const TrackedFact> facts, const ApplyOptions& options,
                         ApplyResult* result);
  void ApplyTrackedToShard(state::Shard* shard, absl::Span<const TrackedFact> facts,
                           absl::Span<const TrackedRoute> routes, ApplyResult* result);
  void ApplyTrackedRun(state::Shard* shard, absl::Span<const TrackedFact> facts,
                       absl::Span<const TrackedRoute> routes,
                       state::Shard::Instant* instant, Work* work, ApplyResult* result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // `line` is null where there is none at the place.
  void ApplyTrackedTheLongWay(state::Shard* shard, state::Line* line,
                              const TrackedFact& fact, std::size_t index, Work* work,
                              ApplyResult* result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);

  // alerts.cc
  absl::StatusOr<AlertId> Create(const AlertSpec& spec);
  absl::Status Update(const AlertId& alert, const AlertUpdate& update);
  absl::Status SetStatus(const AlertId& alert, AlertStatus status,
                         const ArchiveOptions& options);
  absl::Status ChangeStatus(const AlertId& alert, AlertStatus status,
                            const ArchiveOptions& options);
  // `entries` are the journal's of the change.
  void PutInForce(const model::AlertChange& change, absl::string_view entries,
                  const ArchiveOptions& options = {})
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mu_);
  void PutInForceAlone(const model::AlertChange& change, absl::string_view entries,
                       const ArchiveOptions& options)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mu_);
  void PutInForceAt(const model::AlertChange& change, absl::Time now,
                    absl::string_view entries) ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mu_);
  void PutInForceForAll(model::AlertChange change, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mu_);
  void PutInForceForOne(const CustomerId& customer, model::AlertChange change,
                        absl::Time now, absl::string_view entries);
  // Ends the resets of an alert that has ended: those who have one are queued. Says
  // whether somebody is to be told.
  bool EndResets(state::Shard* shard, const AlertId& alert)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // Does what fell due by the clock for every customer, so that a change of an alert
  // never meets what fell due before it.
  void AdvanceEverybody();
  void AdvanceEverybodyNow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(timers_mu_);
  // First by instant, then by customer.
  using DueInstant = std::pair<state::Shard::Timer, state::Shard*>;
  using DueInstants =
      std::priority_queue<DueInstant, std::vector<DueInstant>, std::greater<>>;
  // Finds for whom in the shard something has fallen due, and when first.
  void FindDue(state::Shard* shard, absl::Time now, DueInstants* ended);
  static std::optional<absl::Time> DueBy(const model::Customer& customer, absl::Time now);
  AlertId NewAlertId() ABSL_EXCLUSIVE_LOCKS_REQUIRED(change_mu_);

  // query.cc, also for reset.cc
  // The alert in its newest version. Errors: kInvalidArgument for a nil id, or for a
  // selector that is not one of the alert's; kNotFound.
  absl::StatusOr<model::AlertPtr> FindAlert(const CustomerId& customer,
                                            const AlertId& alert,
                                            const InstanceSelector& selector) const;
  // Does what fell due for the customer by the clock, and takes in the alert changes
  // that it missed. Judges nothing else.
  void Refresh(state::Shard* shard, state::Slot* slot, Work* work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // The customer's slot, refreshed. Error: kNotFound.
  absl::StatusOr<state::Slot*> FindKnown(state::Shard* shard, const CustomerId& customer,
                                         Work* work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // The customer's slot, refreshed, if the alert speaks of the customer. Error:
  // kNotFound.
  absl::StatusOr<state::Slot*> FindInScope(state::Shard* shard,
                                           const CustomerId& customer,
                                           const model::AlertVersion& alert, Work* work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // The version by which the shard judges the customer; null once it is archived.
  model::AlertPtr InForce(const state::Shard& shard, const state::Slot& slot,
                          const AlertId& alert) ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mu);
  model::AlertPtr InForceOrArchived(const state::Shard& shard, const state::Slot& slot,
                                    const model::AlertPtr& known)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard.mu);

  // What a query asks of, if it is there. Errors: as `FindInScope`; of a selector.
  struct Asked {
    state::Slot* slot = nullptr;
    model::AlertPtr alert;  // as it is in force, or was when it was archived
    std::optional<std::string> instance;
  };
  absl::StatusOr<Asked> FindAsked(state::Shard* shard, const CustomerId& customer,
                                  const model::AlertPtr& known,
                                  const InstanceSelector& selector, Work* work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  absl::StatusOr<CustomerAlert> DescribeLocked(state::Shard* shard,
                                               const CustomerId& customer,
                                               const model::AlertPtr& known,
                                               const InstanceSelector& selector,
                                               Work* work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // Some of the shard's customers, from the `first`-th on; false if that was all.
  bool DescribeSome(state::Shard* shard, std::size_t first,
                    const model::AlertVersion& known, std::vector<CustomerAlert>* views);

  // reset.cc
  absl::Status ResetLocked(state::Shard* shard, const CustomerId& customer,
                           const model::AlertPtr& known, const InstanceSelector& selector,
                           ResetOptions* options, Work* work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // Of an alert in force that speaks of the customer, and an instance that exists.
  absl::Status ResetSlot(state::Shard* shard, state::Slot* slot,
                         const model::AlertPtr& alert,
                         const std::optional<std::string>& instance,
                         ResetOptions* options, Work* work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // Of one that may be reset, and has room.
  void ResetInForce(state::Shard* shard, state::Slot* slot, const model::AlertPtr& alert,
                    const model::WhatToReset& what, ResetOptions* options, Work* work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  bool ReserveDue();
  static absl::Status AlertDisabled(const AlertId& alert);

  // bulk_reset.cc
  struct RosterPosition;
  absl::StatusOr<RosterPosition> ReadPosition(const AlertId& alert,
                                              absl::string_view text,
                                              std::size_t customers);
  std::size_t LargestRoster();
  // Waits until those that were taken are durable.
  void AcknowledgeTaken(BulkResetResult* result);
  // Resets customers of one shard, those in `[at->customer, end)` of its roster. When it
  // fails `at` is the customer at which it did.
  absl::Status ResetSome(const model::AlertVersion& known, std::size_t end,
                         RosterPosition* at, std::size_t* taken);
  absl::Status ResetOnlyCustomer(const model::AlertPtr& known, std::size_t* taken);
  // Resets some of the customer's alerts, and takes those that are done off the front.
  absl::Status ResetSome(const CustomerId& customer,
                         absl::Span<const model::AlertPtr>* alerts, std::size_t* taken);
  // Whether calls are refused by now.
  absl::Status CheckOpen() const;

  // reads.cc
  struct AnswerPort;
  struct ReadKey {
    CustomerId customer;
    AlertId alert;
    std::uint64_t number = 0;
  };
  void OpenPort();
  // Waits until no answer is being taken; none is any more.
  void ClosePort();
  // Whether this thread is inside the source's `Read`.
  bool InsideSource() const;
  // Begins the reads of a customer whose time has come; `CallSource` follows.
  void BeginReads(state::Shard* shard, state::Slot* slot, Work* work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // Under no lock.
  void CallSource(const std::vector<model::BegunRead>& reads);
  absl::Status CheckAnswer(const CustomerId& customer, absl::Span<const Fact> facts);
  // As the journal has it.
  static store::Answered AsAnswered(const ReadKey& key,
                                    const absl::StatusOr<std::vector<Fact>>& answer);
  // On any thread, also inside `CallSource`.
  void TakeAnswer(const ReadKey& key, absl::StatusOr<std::vector<Fact>> answer);
  // Keeps the count of reads and the customer's timer for them right.
  void NoteReads(state::Shard* shard, state::Slot* slot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // Does all that is due and what answers still bring, until the source is silent for
  // `source_timeout` of the machine's clock.
  void FinishReads();

  // drain.cc
  void ScheduleDrain(state::Shard* shard);
  void ScheduleDelivery();
  // Judges all that is due in a shard. False if it may not go on.
  bool DrainShard(state::Shard* shard);
  bool Sweep(state::Shard* shard);
  bool DrainQueue(state::Shard* shard);
  void JudgeSome(state::Shard* shard, absl::Span<const CustomerId> customers);
  // As `FollowUp`, but calls who waited for a reset here; under no lock at all.
  void FollowUpAndCall(state::Shard* shard, Work* work);
  void Judge(state::Shard* shard, state::Slot* slot, Work* work)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);
  // Does what has fallen due and may have to be told, over all shards in one order.
  // False if it may not go on.
  bool RunTimers();
  void Deliver(notify::Outbox::Retry retry);
  // Goes on with what paused, once the outbox has room.
  void GoOn();
  // Whether something is to be judged in a shard where a period has ended.
  bool OwesJudgementAtAnInstant();
  void DrainEverything();
  absl::Duration Tick();

  // close.cc
  // From here on no background work is begun: what runs ends with the customers that
  // it holds, a delivery with the notification that the sink is at.
  void MakeHaste();
  // What is due, and what the source still answers.
  void Finish();
  CloseResult CountLeft();

  // Constant.
  const std::uint32_t number_ = NextNumber();
  const Options options_;
  // Constant once `Start` has returned.
  store::Rules rules_;
  model::ReadPolicy read_policy_;
  Replayer* replayer_ = nullptr;  // null but while the journal is done again
  bool keeps_ = false;

  // Constant.
  std::shared_ptr<AnswerPort> port_;  // null without a fact source
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
  std::atomic<std::uint64_t> image_bytes_{0};  // of the last checkpoint
  std::atomic<std::int64_t> next_tick_ns_;     // when the timer's thread wakes
  std::atomic<std::uint64_t> facts_applied_{0};
  std::atomic<std::uint64_t> facts_refused_{0};
  std::atomic<std::uint64_t> facts_stale_{0};
  std::atomic<std::uint64_t> facts_late_{0};
  std::atomic<std::uint64_t> facts_group_dropped_{0};
  std::atomic<std::uint64_t> resets_{0};
  std::atomic<std::uint64_t> source_reads_{0};
  std::atomic<std::uint64_t> source_failures_{0};
  std::atomic<std::uint64_t> source_given_up_{0};
  std::atomic<std::size_t> reads_under_way_{0};
  std::atomic<std::uint64_t> decisions_differed_{0};

  // One change of an alert at a time, from its draft until it is known.
  absl::Mutex change_mu_;
  std::shared_ptr<const model::Catalog> catalog_ ABSL_GUARDED_BY(change_mu_);
  std::mt19937_64 random_ ABSL_GUARDED_BY(change_mu_);

  // One run over the timers at a time, so that they go off in one order.
  absl::Mutex timers_mu_;

  // Null with 0 threads. Last, so that its threads end before what they use.
  std::unique_ptr<work::Executor> pool_;
};

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_ENGINE_IMPL_H_
