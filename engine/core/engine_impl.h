#ifndef TOCSIN_ENGINE_CORE_ENGINE_IMPL_H_
#define TOCSIN_ENGINE_CORE_ENGINE_IMPL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/core/batch.h"
#include "engine/core/engine_parts.h"
#include "engine/core/journal.h"
#include "engine/core/moments.h"
#include "engine/core/step.h"
#include "engine/model/catalog.h"
#include "engine/model/customer.h"
#include "engine/model/customer_alert.h"
#include "engine/model/decision.h"
#include "engine/model/posting.h"
#include "engine/model/reread.h"
#include "engine/notify/outbox.h"
#include "engine/state/shard.h"
#include "engine/store/entry.h"
#include "engine/store/store.h"
#include "engine/work/executor.h"
#include "engine/work/gate.h"
#include "engine/work/group_commit.h"
#include "tocsin/engine.h"

namespace tocsin::core {

// The Engine. One file per verb: open, apply, tracked, alerts, reset, bulk_reset, query,
// history, receipts, fact_ids, explain, reads, drain, keep, checkpoint, recover, close.
// The order of its locks is in docs/concurrency.md. What changes something is noexcept:
// what an exception left half done must not become durable.
class EngineImpl final : public Engine, private EngineParts {
 public:
  // Without an executor nothing runs in the background. `moments` may be null; `store`
  // too, and then the engine is in memory only.
  EngineImpl(Options options, Clock* clock, std::uint64_t seed,
             std::unique_ptr<work::Executor> executor, Moments* moments,
             std::unique_ptr<store::Store> store);
  ~EngineImpl() override;

  // Recovers what the store holds, and starts the threads. Errors: those of the store and
  // of its rules; kResourceExhausted if a thread cannot be started.
  absl::Status Start() noexcept;

  absl::StatusOr<AlertId> CreateAlert(const AlertSpec& spec) noexcept override;
  absl::Status UpdateAlert(AlertId alert, const AlertUpdate& update) noexcept override;
  absl::Status ArchiveAlert(AlertId, const ArchiveOptions&) noexcept override;
  absl::Status DisableAlert(AlertId alert) noexcept override;
  absl::Status EnableAlert(AlertId alert) noexcept override;
  absl::StatusOr<Alert> GetAlert(AlertId alert) noexcept override;
  absl::Status ForEachAlert(absl::FunctionRef<void(const Alert&)> visit) override;
  ApplyResult Apply(absl::Span<const Fact> facts,
                    const ApplyOptions& options) noexcept override;
  absl::StatusOr<std::optional<std::uint64_t>> LastPosition(
      absl::string_view source) noexcept override;
  absl::Status Reset(CustomerId customer, AlertId alert, const InstanceSelector& instance,
                     ResetOptions options) noexcept override;
  BulkResetResult ResetAll(AlertId, absl::string_view,
                           const std::atomic<bool>*) noexcept override;
  BulkResetResult ResetAll(CustomerId, absl::string_view,
                           const std::atomic<bool>*) noexcept override;
  absl::StatusOr<CustomerAlert> GetCustomerAlert(
      CustomerId, AlertId, const InstanceSelector&) noexcept override;
  absl::StatusOr<Explanation> Explain(CustomerId customer, AlertId alert,
                                      const InstanceSelector& instance) noexcept override;
  absl::StatusOr<std::vector<HistoryEvent>> History(
      CustomerId customer, AlertId alert, const HistoryRange& range) noexcept override;
  absl::Status WithReceipt(const Receipt&, absl::FunctionRef<void()> call) override;
  absl::StatusOr<std::vector<Receipt>> Receipts() noexcept override;
  absl::Status ForEachCustomerAlert(
      CustomerId customer, absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status ForEachCustomerAlert(
      AlertId alert, absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status ForEachInstance(CustomerId, AlertId,
                               absl::FunctionRef<void(const CustomerAlert&)>) override;
  absl::StatusOr<Tracked> Track(CustomerId, CreditTypeId) noexcept override;
  absl::StatusOr<Tracked> Track(CustomerId, BillableMetricId) noexcept override;
  ApplyResult ApplyTracked(absl::Span<const TrackedFact> facts,
                           const ApplyOptions& options) noexcept override;
  absl::Status Drain() noexcept override;
  absl::Status Flush() noexcept override;
  Stats GetStats() noexcept override;
  absl::StatusOr<CloseResult> Close(absl::Duration deadline) noexcept override;

 private:
  // The engine's instant: the clock's, which never goes back.
  absl::Time Now();
  // The last one so far.
  absl::Time LastInstant() const;

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
  absl::Status CheckRoom();
  // Error: kCalledFromSink inside the sink or a callback, for which `call` would wait.
  absl::Status CheckOutside(absl::string_view call) const;

  // keep.cc
  // Has the last instant become durable, if nothing else has to.
  void NoteInstant();
  // Returns once all that was done before is durable, or need not be.
  absl::Status Acknowledge();
  // Makes all that was done before durable. Error: kUnavailable; then the engine ends.
  absl::Status Commit();
  // Notes whether the store has room for more. Error: kResourceExhausted if not.
  absl::Status CheckDisk();
  absl::Status Write(store::Transaction transaction,
                     const std::vector<model::Decision>& decided);

  // history.cc
  // That an alert's customers begin afresh, or have no status any more.
  void NoteAlertChange(const model::AlertChange& change);
  void AddHistory(store::Transaction* transaction);
  // Does what fell due for the customer by the clock. Error: kNotFound.
  absl::Status RefreshKnown(const CustomerId& customer);

  // fact_ids.cc
  absl::Status CheckApplyOptions(std::size_t facts, const ApplyOptions& options) const;
  state::FactIds::Window FactIdWindow(absl::Time now) const;
  // As `ApplyRun`, but of those that are not known.
  void ApplyWithIds(state::Shard* shard, absl::Span<const Fact> facts,
                    absl::Span<const std::string> ids, absl::Span<const FactRoute> routes,
                    Work* work, ApplyResult* result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(shard->mu);

  // checkpoint.cc
  // Has a checkpoint made where there is enough journal for one.
  void MayCheckpoint();
  // Writes everything as it is, so that nobody needs the journal before it. Error:
  // kUnavailable.
  absl::Status Checkpoint() ABSL_LOCKS_EXCLUDED(change_mu_);
  class Imager;

  // recover.cc, replayer.h
  class Replayer;
  absl::Status Recover();
  // Takes what was decided a second time.
  void TakeRedecided(Work* work);
  void NoteRedone(model::Context* context);
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
                    absl::Span<const FactRoute> routes, absl::Span<const std::string> ids,
                    ApplyResult* result);
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
  void PutInForceNow(const model::AlertChange& change, absl::string_view entries,
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
  // Some of the shard's customers, from the `first`-th on; false if that was all.
  bool DescribeSome(state::Shard* shard, std::size_t first,
                    const model::AlertVersion& known,
                    std::vector<CustomerAlert>* views) noexcept;
  absl::Status DescribeAlertsOf(const CustomerId& customer,
                                std::vector<CustomerAlert>* views) noexcept;
  absl::Status DescribeInstancesOf(const CustomerId& customer, const AlertId& alert,
                                   std::vector<CustomerAlert>* views) noexcept;

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
  // Does, over all shards in one order, what has fallen due. False if it may not go on.
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

  // Constant once `Start` has returned.
  std::shared_ptr<AnswerPort> port_;  // null where no fact source is read
  Replayer* replayer_ = nullptr;      // null but while the journal is done again

  // Null with 0 threads. Last, so that its threads end before what they use.
  std::unique_ptr<work::Executor> pool_;
};

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_ENGINE_IMPL_H_
