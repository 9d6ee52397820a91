#ifndef TOCSIN_ENGINE_H_
#define TOCSIN_ENGINE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tocsin/alert.h"
#include "tocsin/customer_alert.h"
#include "tocsin/decimal.h"
#include "tocsin/explanation.h"
#include "tocsin/fact.h"
#include "tocsin/history.h"
#include "tocsin/ids.h"
#include "tocsin/notification.h"
#include "tocsin/options.h"
#include "tocsin/receipt.h"
#include "tocsin/reset.h"
#include "tocsin/status.h"
#include "tocsin/tracked.h"

namespace tocsin {

// What an engine has done since it was opened, and what it holds.
struct Stats {
  std::uint64_t facts_applied = 0;
  std::uint64_t facts_refused = 0;
  std::uint64_t facts_stale = 0;
  std::uint64_t facts_late = 0;
  std::uint64_t facts_duplicate = 0;
  std::uint64_t facts_group_dropped = 0;
  std::uint64_t notifications_decided = 0;
  std::uint64_t notifications_delivered = 0;
  std::uint64_t delivery_failures = 0;  // refused or thrown by the sink
  std::uint64_t resets = 0;
  std::uint64_t source_reads = 0;     // begun
  std::uint64_t source_failures = 0;  // of those: errors, exceptions, timeouts
  // Re-evaluations that judged what the engine held, as all reads had failed or had to be
  // repeated.
  std::uint64_t source_given_up = 0;
  // Decisions that a newer version of this library would have made otherwise than they
  // stand in the journal, by which it recovered. Those in the journal count.
  std::uint64_t decisions_differed = 0;
  std::size_t customers = 0;
  std::size_t alerts = 0;  // enabled or disabled
  std::size_t due = 0;     // customer alerts that wait for a reset's evaluation
  std::size_t outbox = 0;  // notifications that wait for the sink
  std::uint64_t callback_failures = 0;  // exceptions out of `ResetOptions::on_done`
  // The engine's instant: what its clock has shown last, also before it was opened again.
  // InfinitePast if nobody has asked the clock yet.
  absl::Time last_instant = absl::InfinitePast();
  // Whether changes are refused, as there is less room than `Options::disk_reserve`.
  bool disk_is_full = false;
  // Bytes of the store's write-ahead log that are in use; 0 before the first commit, and
  // of an engine that is closing. They grow for as long as somebody stays in a
  // transaction that reads the database, and then begin anew.
  std::uint64_t log_bytes = 0;
};

// What a closed engine left undone.
struct CloseResult {
  std::size_t due = 0;
  std::size_t undelivered = 0;
};

// An engine is told facts about customers, keeps for each how it stands against
// its alerts' thresholds, and emits one notification when a threshold is
// reached.
//
// Thread safety: every method may be called from any thread at any time, and
// from a NotificationSink, where its comment does not say otherwise; from a
// `visit`, everything but `Close`, which would wait for itself. Changes to
// one customer happen one at a time, and every call sees the effect of those
// that returned before it began.
//
// Errors: a call on an engine that is closing answers kUnavailable. Each status
// carries a Reason. A call that fails has changed nothing; after kStoreFailed
// (kUnavailable) that is known only once an engine is opened on the directory again.
//
// Exceptions: none but those of a `visit` or a `WithReceipt`'s call. Where memory runs
// out the process ends (std::terminate): with a directory the next one finds what was
// acknowledged, as after any other end.
class Engine {
 public:
  // Errors, first match first: kInvalidArgument for an option out of its range. With a
  // directory: kFailedPrecondition for one that cannot be used (kStoreUnusable) or that
  // another engine has, or another program otherwise than it is on the disk
  // (kStoreInUse); then, whichever is met first as it is read,
  // kDataLoss for what is damaged (kDamaged), and kFailedPrecondition for what is no
  // store of this library (kStoreUnusable) or was made with an option that cannot change
  // (kStoreDiffers); kUnavailable if writing fails. kResourceExhausted if a thread cannot
  // be started.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(Options options) noexcept;

  // As `Close` without a deadline.
  virtual ~Engine() = default;

  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Begins to watch. Every customer in scope is judged at once, in the
  // background; until its turn comes its status is `evaluating`.
  // Errors, first match first: kInvalidArgument, or kOutOfRange for a threshold
  // beyond +-10^18, field by field: name, threshold, uniqueness key, ids and scope,
  // what is watched, then the filters in the order of AlertSpec; kAlreadyExists for
  // an id, then for a uniqueness key, that was used; kResourceExhausted for too many
  // alerts, then for a full outbox or disk.
  virtual absl::StatusOr<AlertId> CreateAlert(const AlertSpec& spec) = 0;

  // Changes an alert in place. Customers are judged against the new threshold
  // in the background, their status staying what it was until then.
  // Errors, first match first: kInvalidArgument for a nil id; kNotFound;
  // kFailedPrecondition if it is archived; kInvalidArgument for `on_change`;
  // kInvalidArgument or kOutOfRange, field by field as `CreateAlert`;
  // kResourceExhausted for a full outbox or disk.
  virtual absl::Status UpdateAlert(AlertId alert, const AlertUpdate& update) = 0;

  // Ends evaluation at once and for good: once this returns nothing about the
  // alert is decided any more. What waits for the sink is still delivered.
  // Errors, first match first: kInvalidArgument for a nil id; kNotFound;
  // kFailedPrecondition if it is archived already.
  virtual absl::Status ArchiveAlert(AlertId alert,
                                    const ArchiveOptions& options = {}) = 0;

  // As archiving, but can be undone. Errors, first match first: kInvalidArgument
  // for a nil id; kNotFound; kFailedPrecondition if it is archived or disabled
  // already.
  virtual absl::Status DisableAlert(AlertId alert) = 0;

  // A reset of every customer in scope. Errors, first match first:
  // kInvalidArgument for a nil id; kNotFound; kFailedPrecondition if it is not
  // disabled; kResourceExhausted for a full outbox or disk.
  virtual absl::Status EnableAlert(AlertId alert) = 0;

  // Errors: kInvalidArgument for a nil id; kNotFound. An archived alert is still
  // found.
  virtual absl::StatusOr<Alert> GetAlert(AlertId alert) = 0;

  // Calls `visit` for every alert, by id. The alerts are those of the instant
  // of the call; no lock is held while `visit` runs.
  virtual absl::Status ForEachAlert(absl::FunctionRef<void(const Alert&)> visit) = 0;

  // Applies facts, in order for each customer. When it returns, every crossing
  // that they caused has been decided. A fact is applied whole or refused, and
  // never fails its neighbours.
  // Errors of the batch, first match first: kUnavailable; kResourceExhausted for a
  // full outbox or disk; kInvalidArgument for more than 1,048,576 facts, ids of facts
  // that are not one for each, or a malformed position; kFailedPrecondition for ids where
  // the engine keeps none; kResourceExhausted for too many sources; kFailedPrecondition
  // while another batch of its source is under way.
  virtual ApplyResult Apply(absl::Span<const Fact> facts,
                            const ApplyOptions& options = {}) = 0;

  // Finds a customer's spend in a credit type, or its usage of a metric, for
  // `TrackedFact`s. Changes nothing.
  // Errors, first match first: kUnavailable; kInvalidArgument for a nil id; kNotFound for
  // an unknown customer; kResourceExhausted beyond 65,535 credit types and metrics.
  virtual absl::StatusOr<Tracked> Track(CustomerId customer,
                                        CreditTypeId credit_type) = 0;
  virtual absl::StatusOr<Tracked> Track(CustomerId customer, BillableMetricId metric) = 0;
  // As `Apply` of the facts that they stand for, in less time. One that was not tracked
  // in this engine is refused.
  virtual ApplyResult ApplyTracked(absl::Span<const TrackedFact> facts,
                                   const ApplyOptions& options = {}) = 0;

  // The last offset applied from a source; nothing if there was none.
  virtual absl::StatusOr<std::optional<std::uint64_t>> LastPosition(
      absl::string_view source) = 0;

  // Clears what was concluded of a customer alert, or of one instance of it,
  // raises its epoch by one and schedules a fresh evaluation, in one step.
  // Returns without waiting for it. If the threshold is reached then, one
  // notification with the new epoch follows. `options` may ask to be told.
  // Errors, first match first: kUnavailable if the engine is closing;
  // kInvalidArgument for a nil id; kNotFound for an unknown alert;
  // kInvalidArgument for a selector that does not name what the alert fans out by;
  // kNotFound for an unknown customer, or an alert whose scope does not include
  // the customer; kFailedPrecondition for an archived alert; kNotFound
  // for an unknown instance; kFailedPrecondition for a disabled alert;
  // kResourceExhausted for a full outbox or disk, for 1,000,000 callbacks that have not
  // been called yet, or at `Options::due_max`.
  virtual absl::Status Reset(CustomerId customer, AlertId alert,
                             const InstanceSelector& instance = {},
                             ResetOptions options = {}) = 0;

  // A reset of every customer in the alert's scope that the engine knows, each as by a
  // call of its own: others go on between two of them, and where one is refused it
  // stops. Who comes meanwhile may be taken or not. To go on where a call stopped, give
  // its `resume` as `from`: nobody is left out, and nobody taken twice. Where `stop` is
  // given and another thread sets it, the call ends before the next customers, OK and
  // with a `resume`.
  // Errors, first match first: kUnavailable if the engine is closing; kInvalidArgument
  // for a nil id, then for a `from` that is none; kNotFound for an unknown alert;
  // kFailedPrecondition if it is archived or disabled, also while this runs;
  // kResourceExhausted as `Reset`; kUnavailable once it closes.
  virtual BulkResetResult ResetAll(AlertId alert, absl::string_view from = "",
                                   const std::atomic<bool>* stop = nullptr) = 0;

  // The same of every enabled alert whose scope includes the customer, by id. Alerts
  // that are created meanwhile may be taken or not.
  // Errors, first match first: kUnavailable if the engine is closing; kInvalidArgument
  // for a nil id, then for a `from` that is none; kNotFound for an unknown customer,
  // also while this runs; kResourceExhausted as `Reset`; kUnavailable once it closes.
  virtual BulkResetResult ResetAll(CustomerId customer, absl::string_view from = "",
                                   const std::atomic<bool>* stop = nullptr) = 0;

  // One customer's state under one alert. Errors as `Reset`, but never
  // kResourceExhausted; and the state of a disabled or archived alert is given,
  // without a status.
  virtual absl::StatusOr<CustomerAlert> GetCustomerAlert(
      CustomerId customer, AlertId alert, const InstanceSelector& instance = {}) = 0;

  // Why a customer alert, or one instance of it, is what it is: its state, since when
  // and by what, what was said last, and what is due. Errors as `GetCustomerAlert`.
  virtual absl::StatusOr<Explanation> Explain(CustomerId customer, AlertId alert,
                                              const InstanceSelector& instance = {}) = 0;

  // What became of a customer alert and its instances, the oldest first, as far back as
  // `Options::history_keep` says. That a customer was `ok` from the start is none of it.
  // What it shows is durable.
  // Errors, first match first: kUnavailable; kInvalidArgument for a nil id, or a `limit`
  // out of its range; kNotFound for an unknown alert or customer; kFailedPrecondition
  // where no history is kept.
  virtual absl::StatusOr<std::vector<HistoryEvent>> History(
      CustomerId customer, AlertId alert, const HistoryRange& range = {}) = 0;

  // Runs `call` on this thread. The first change of an alert or a customer alert, or the
  // first batch of facts, that is accepted from it becomes durable together with the
  // receipt: after a crash both are there, or neither. Where none is accepted the receipt
  // is thrown away.
  // Errors, before `call` is run, first match first: kInvalidArgument for a receipt
  // beyond its limits; kFailedPrecondition where none are kept.
  virtual absl::Status WithReceipt(const Receipt& receipt,
                                   absl::FunctionRef<void()> call) = 0;

  // What was noted with changes as long ago as `Options::receipts_keep` says, the oldest
  // first; what it shows is durable. Errors: kUnavailable; kFailedPrecondition where none
  // are kept.
  virtual absl::StatusOr<std::vector<Receipt>> Receipts() = 0;

  // Calls `visit` for each enabled alert whose scope includes the customer, by
  // id. No lock is held while `visit` runs. Errors: kInvalidArgument for a nil id;
  // kNotFound.
  virtual absl::Status ForEachCustomerAlert(
      CustomerId customer, absl::FunctionRef<void(const CustomerAlert&)> visit) = 0;

  // Calls `visit` for each customer in the alert's scope, in no special order;
  // each as it is when its turn comes. No lock is held while `visit` runs.
  // Errors: kInvalidArgument for a nil id; kNotFound; kFailedPrecondition for an
  // archived or disabled alert.
  virtual absl::Status ForEachCustomerAlert(
      AlertId alert, absl::FunctionRef<void(const CustomerAlert&)> visit) = 0;

  // Calls `visit` for each instance that a customer has under an alert, by the
  // bytes of its values; an alert without fan-out has one. Errors as
  // `GetCustomerAlert`.
  virtual absl::Status ForEachInstance(
      CustomerId customer, AlertId alert,
      absl::FunctionRef<void(const CustomerAlert&)> visit) = 0;

  // Does, or waits for, everything that is due by the clock: re-evaluations,
  // periods and balances that ended, deliveries, callbacks. A notification whose delivery
  // failed is tried once more and left if it fails again. Not from a NotificationSink or
  // a callback: kFailedPrecondition. A `Close` without time ends it early: kUnavailable.
  virtual absl::Status Drain() = 0;

  // Returns once everything that was done before is durable: with
  // `Durability::kGrouped` the acknowledgement of the calls before it. Nothing without a
  // directory. Error: kUnavailable.
  virtual absl::Status Flush() = 0;

  virtual Stats GetStats() = 0;

  // Refuses new calls, waits for running ones, and then finishes what is due and
  // delivers what is decided, for at most `deadline` on the machine's clock; then
  // stops the threads and lets go of the directory. Says how much was left: without a
  // directory it is lost, with one the next engine has it. Error: kUnavailable if writing
  // fails. Closing again does nothing, also while
  // the first is not done, and says 0. A notification whose delivery failed is tried once
  // more, whatever the deadline: a sink that is down would keep the host from ending. The
  // notification that the sink is at is waited for. With a deadline of 0 or below
  // nothing else is begun, also by a `Drain` that is running. Without worker threads
  // a deadline above 0 is not looked at. Who waits for a reset that was not judged is
  // told so (kDropped, kClosing), before it returns. Not from a NotificationSink or a
  // callback: kFailedPrecondition.
  virtual absl::StatusOr<CloseResult> Close(
      absl::Duration deadline = absl::InfiniteDuration()) = 0;

 protected:
  Engine() = default;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_H_
