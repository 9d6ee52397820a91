#ifndef TOCSIN_TESTS_SUPPORT_REFERENCE_MODEL_H_
#define TOCSIN_TESTS_SUPPORT_REFERENCE_MODEL_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/support/reference_awaited.h"
#include "tests/support/reference_sums.h"
#include "tests/support/reference_values.h"
#include "tests/support/without_receipts.h"

namespace tocsin::testing {

// The rules of the engine once more, as obviously as they can be written: plain maps,
// every alert looked at for every fact of its kind, nothing remembered that can be asked
// for again. Shares no code with the engine. Notifications have no id.
//
// Thread safety: none; one thread, as an engine with `worker_threads = 0`.
class ReferenceModel : public WithoutReceipts {
 public:
  explicit ReferenceModel(Options options);

  absl::StatusOr<AlertId> CreateAlert(const AlertSpec& spec) override;
  absl::Status UpdateAlert(AlertId alert, const AlertUpdate& update) override;
  absl::Status ArchiveAlert(AlertId alert, const ArchiveOptions& options) override;
  absl::Status DisableAlert(AlertId alert) override;
  absl::Status EnableAlert(AlertId alert) override;
  absl::StatusOr<Alert> GetAlert(AlertId alert) override;
  absl::Status ForEachAlert(absl::FunctionRef<void(const Alert&)> visit) override;
  ApplyResult Apply(absl::Span<const Fact> facts, const ApplyOptions& options) override;
  absl::StatusOr<Tracked> Track(CustomerId customer, CreditTypeId credit_type) override;
  absl::StatusOr<Tracked> Track(CustomerId customer, BillableMetricId metric) override;
  ApplyResult ApplyTracked(absl::Span<const TrackedFact> facts,
                           const ApplyOptions& options) override;
  absl::StatusOr<std::optional<std::uint64_t>> LastPosition(
      absl::string_view source) override;
  absl::Status Reset(CustomerId customer, AlertId alert, const InstanceSelector& instance,
                     ResetOptions options) override;
  BulkResetResult ResetAll(AlertId, absl::string_view, const std::atomic<bool>*) override;
  BulkResetResult ResetAll(CustomerId, absl::string_view,
                           const std::atomic<bool>*) override;
  // The notification's id is nil.
  absl::StatusOr<Explanation> Explain(CustomerId customer, AlertId alert,
                                      const InstanceSelector& instance) override;
  absl::StatusOr<CustomerAlert> GetCustomerAlert(
      CustomerId customer, AlertId alert, const InstanceSelector& instance) override;
  // It keeps none.
  absl::StatusOr<std::vector<HistoryEvent>> History(CustomerId, AlertId,
                                                    const HistoryRange&) override;
  absl::Status ForEachCustomerAlert(
      CustomerId customer, absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status ForEachCustomerAlert(
      AlertId alert, absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status ForEachInstance(
      CustomerId customer, AlertId alert,
      absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status Drain() override;
  absl::Status Flush() override { return {}; }
  Stats GetStats() override;
  absl::StatusOr<CloseResult> Close(absl::Duration deadline) override;

  // reference_background.cc: for a simulation, in which others do what is due and
  // deliver, and the model is told of it.

  // The clock is looked at, as by every call.
  void Look() { (void)Begin(); }
  absl::Time now() const { return now_; }
  bool HasRoom() const { return outbox_.size() < options_.outbox_max; }
  std::size_t undelivered() const { return outbox_.size(); }
  std::uint64_t decided() const { return stats_.notifications_decided; }
  // Null for an alert that never was.
  const Alert* FindAlert(AlertId alert) const;
  bool Knows(CustomerId customer) const { return customers_.count(customer) > 0; }
  bool IsArchived(CustomerId customer) const;
  // Whether a judgement is owed to the customer.
  bool OwesJudgement(CustomerId customer) const;
  // How many of its customer alerts one is owed for.
  std::size_t JudgementsOwed(CustomerId customer) const;
  // Whether something has fallen due for the customer by the clock and is not done.
  bool LagsBehind(CustomerId customer) const;
  // In which order a reset of everybody goes: customers with a smaller number first, and
  // of one number as they came. Told before the first.
  void SetWalk(std::function<std::size_t(CustomerId)> walk) { walk_ = std::move(walk); }
  // Tells who waits for resets what became of them.
  void CallBack();
  // Tells those who still wait that the engine is closed.
  void TellClosing();
  using BegunRead = BegunReference;
  // Whether something waits for the source.
  bool AwaitsSource(CustomerId customer) const;
  // Whether a drain has something to do for the customer: a judgement, an answer, or a
  // read that is to begin or has failed by now.
  bool NeedsDrain(CustomerId customer) const;
  // Whether somebody should have been sent for it, the clock aside; or by it too.
  bool NeedsTask(CustomerId customer) const;
  // Begins the reads that must begin by now.
  void BeginReads(CustomerId customer);
  // Takes out a read that was begun, or begins one that may begin by now; nothing where
  // there is none.
  std::optional<BegunRead> TakeBegun(CustomerId customer, AlertId alert);
  const std::vector<BegunRead>& begun() const { return begun_; }
  void Answer(CustomerId customer, AlertId alert, std::uint64_t number,
              absl::StatusOr<std::vector<Fact>> answer);

  // Does what fell due by the clock, for one customer or for all in order; the latter
  // while there is room in the outbox.
  void CatchUp(CustomerId customer);
  void CatchUpWhileRoom();
  // Judges what is owed to the customer, after what fell due by the clock.
  void Judge(CustomerId customer);
  // Judges all that is owed to anybody.
  void JudgeEverybody();
  // Of what waits for the sink, the customer's first; null if there is none.
  const Notification* FirstWaiting(CustomerId customer) const;
  void TakeFirstWaiting(CustomerId customer);

 private:
  // Why a judgement is owed.
  struct Due {
    bool reset = false;
    bool restarted = false;  // enabled, or other filters
    bool updated = false;
    bool notify_again = false;
    bool created = false;
    bool created_notifies = false;
    bool came = false;  // into scope

    bool any() const { return reset || restarted || updated || created || came; }
  };
  struct Last {
    NotificationKind kind = NotificationKind::kReached;
    std::uint64_t epoch = 0;
    absl::Time at;
    Decimal value;
    Trigger by = Trigger::kReset;
  };
  struct Instance {
    CustomerStatus status = CustomerStatus::kOk;
    std::uint64_t epoch = 0;
    bool judged = true;
    bool remembered = false;  // something was said of it, or it met a reset of one
    std::optional<Last> last;
    std::optional<Trigger> by;
    Due due;
    // Its period ended while it waited for the source: it has no data, and is judged
    // once more.
    bool gone = false;
  };
  using SourceRead = ReferenceRead;
  using Awaited = ReferenceAwaited;
  // Who is to be told what becomes of a reset, of one instance or of all.
  struct Waiter {
    std::optional<Tuple> tuple;
    std::uint64_t epoch = 0;
    ResetOptions options;
  };
  // A customer alert.
  struct State {
    bool watching = false;  // enabled, and the customer in scope
    std::uint64_t epoch = 0;
    std::optional<Trigger> by;
    Due due;
    absl::Time due_since;  // the oldest reason
    // What gave the epoch, and when; nothing where nobody knows.
    std::optional<Explanation::Change> begun;
    std::uint64_t reset_order = 0;
    std::map<Tuple, Instance> instances;
    std::vector<Waiter> waiters;
    std::optional<Awaited> awaited;
    // Of one that waits no more and is to be judged: as `Awaited::judged`.
    std::optional<std::map<Tuple, Decimal>> judged_before_read;
    bool source_failed = false;

    bool Awaits(const Tuple& tuple) const { return awaited && awaited->Concerns(tuple); }
  };
  using Period = ReferencePeriod;
  struct Customer {
    CustomerId id;
    std::size_t came = 0;  // how many were there before
    Moment moment;         // up to which everything is done that fell due
    bool archived = false;
    std::optional<PlanId> plan;
    std::optional<absl::Time> plan_ends_at;
    absl::Time plan_end_told_at = absl::InfinitePast();
    ContractFields contracts;
    std::map<ContractId, absl::Time> contracts_named_at;
    bool told = false;
    Period current;
    std::optional<Period> waiting;
    Sums sums;
    std::map<BalanceId, Balance> balances;
    std::map<InvoiceId, Invoice> invoices;
    // Sums that had a balance which was forgotten: they stay at 0, not at nothing.
    std::map<Target, std::set<Tuple>> had_balances;
    // When days were judged, other than by a fact.
    std::map<Target, std::map<Tuple, absl::Time>> days_judged_at;
    std::uint64_t sequence = 0;
    std::map<AlertId, State> states;
  };
  // What an instance that has data stands at.
  struct Reading {
    Exact value;
    Exact judged;  // what is compared with the threshold
    std::optional<Decimal> remaining = std::nullopt;  // of a percentage
  };
  using Readings = std::map<Tuple, Reading>;
  struct Decision {
    NotificationKind kind = NotificationKind::kReached;
    const Alert* alert = nullptr;
    Tuple tuple;
    Decimal value;
    std::optional<Decimal> previous;
    std::optional<Decimal> remaining;
    std::uint64_t epoch = 0;
    Trigger trigger = Trigger::kReset;
  };
  using Change = std::vector<Decision>;
  using Values = std::map<AlertId, std::map<Tuple, Decimal>>;
  // Which alerts speak of what a fact is about.
  using Which = bool (*)(const AlertSpec&);

  // reference_check.cc
  absl::Status CheckSpec(const AlertSpec& spec) const;
  absl::Status CheckFact(const Fact& fact) const;

  // reference_alerts.cc
  absl::Status Begin();
  bool InScope(const Alert& alert, const Customer& customer) const;
  bool AsksFor(const Alert& alert, const Target& target, CustomerId customer) const;
  void KeepTarget(const Alert& alert);
  void ForgetTarget(const AlertSpec& spec);
  void Restart(Alert& alert, bool keep_single);
  void StopWatching(const Alert& alert);

  // reference_clock.cc
  absl::Time Boundary(const Customer& customer) const;
  Period PolicyPeriod(absl::Time at) const;
  void EndPeriod(Customer& customer, absl::Time decided_at, Change& change);
  void BeginPeriod(Customer& customer, Period next, absl::Time decided_at,
                   Change& change);
  void EndPeriodsUpTo(Customer& customer, absl::Time time);
  absl::Time NextDays(const Customer& customer) const;
  absl::Time NextInstant(const Customer& customer) const;
  std::optional<absl::Time> NextDue(const Customer& customer) const;
  void DoInstant(Customer& customer, absl::Time instant);
  void Forget(Customer& customer);
  void DoDueByClock(Customer& customer);
  void DoAllDueByClock(const Alert* changing = nullptr);

  // reference_facts.cc
  Customer& AddCustomer(CustomerId id);
  void ApplyOne(const Fact& fact, std::size_t index, ApplyResult& result);
  void ApplyCount(const Count& count, std::size_t index, ApplyResult& result);
  absl::Status ApplyPeriod(Customer& customer, const PeriodTold& told);
  void ApplyCustomer(Customer& customer, const CustomerTold& told);
  void ApplyContract(Customer& customer, const ContractTold& told);

  // reference_balances.cc
  absl::Status ApplyBalance(Customer& customer, const BalanceTold& told, bool& stale);
  absl::Status ApplyDraw(Customer& customer, const BalanceDrawn& drawn, bool& stale);
  absl::Status ApplyInvoice(Customer& customer, const InvoiceTold& told, bool& stale);
  void SetBalance(Customer& customer, BalanceId id, const Balance& balance);

  // reference_readings.cc
  Readings Read(const Customer& customer, const Alert& alert) const;
  Readings ReadCounted(const Customer& customer, const AlertSpec& spec) const;
  Readings ReadBalances(const Customer& customer, const AlertSpec& spec) const;
  Readings ReadDays(const Customer& customer, const AlertSpec& spec) const;
  Readings ReadInvoices(const Customer& customer, const AlertSpec& spec) const;
  Readings ReadEnded(const Customer& customer, const Alert& alert,
                     const std::map<Tuple, Decimal>& before) const;
  absl::Time EndOf(const Customer& customer, const AlertSpec& spec,
                   const Tuple& tuple) const;
  absl::Time LastJudged(const Customer& customer, const AlertSpec& spec,
                        const Tuple& tuple) const;
  static bool IsReached(const Alert& alert, const Reading& reading);
  std::set<Tuple> Tuples(const Customer& customer, const Alert& alert) const;
  std::optional<Decimal> Value(const Customer& customer, const Alert& alert,
                               const Tuple& tuple) const;
  std::map<Tuple, Decimal> LastValuesOf(const Customer& customer,
                                        const Alert& alert) const;
  Values LastValues(const Customer& customer, Which which) const;

  // reference_judge.cc
  void AddInstances(Customer& customer, const Alert& alert);
  static void AddInstances(State& state, const Alert& alert, const Readings& readings);
  static void AddInstance(State& state, const Tuple& tuple);
  static bool Owes(const State& state);
  // Before another reason is added.
  void NoteDue(State& state) const {
    if (!Owes(state)) state.due_since = now_;
  }
  static bool Owes(const Customer& customer);
  static const Reading* Find(const Readings& readings, const Tuple& tuple);
  void Watch(Customer& customer, const Alert& alert, Due due);
  void Unwatch(State& state);
  static bool ReachedInThisEpoch(const Instance& instance);
  void Note(State& state, Instance& instance, Decision decision, Change& change);
  void JudgeDue(Customer& customer, Change& change);
  void JudgeDueInstance(State& state, Instance& instance, const Reading* reading,
                        bool any_reset, Decision decision, Change& change);
  void JudgeChange(Customer& customer, const Values& before, Which which,
                   std::optional<Trigger> trigger, Change& change);
  static std::optional<NotificationKind> JudgeInstance(const Alert& alert,
                                                       Instance& instance,
                                                       const Reading* reading,
                                                       Trigger trigger);
  void Settle(Customer& customer, absl::Time decided_at);

  // reference_outbox.cc
  void Publish(Customer& customer, Change change, absl::Time decided_at);
  std::size_t ResetsDue() const;
  void Deliver();

  // reference_query.cc
  static absl::Status ReadSelector(const AlertSpec& spec,
                                   const InstanceSelector& selector,
                                   std::optional<Tuple>& tuple);
  absl::Status Find(CustomerId customer, AlertId alert, const InstanceSelector& selector,
                    Customer*& found_customer, Alert*& found_alert,
                    std::optional<Tuple>& tuple);
  CustomerAlert View(const Customer& customer, const Alert& alert,
                     const std::optional<Tuple>& tuple) const;

  // reference_reset.cc
  absl::Status ResetPair(Customer& customer, const Alert& alert,
                         const std::optional<Tuple>& tuple, ResetOptions options);
  void Tell(Waiter& waiter, ResetOutcome outcome);
  void Supersede(const Customer& customer, const Alert& alert,
                 const std::optional<Tuple>& tuple);
  void DropWaiters(const Customer& customer, const Alert& alert, Reason why);
  void TellJudged(const Customer& customer, const Alert& alert, const Change& change);

  // reference_source.cc
  bool IsRead(const Alert& alert) const;
  void AwaitSource(Customer& customer, const Alert& alert,
                   const std::optional<Tuple>& tuple);
  void BeginRead(Customer& customer, const Alert& alert, Awaited& awaited);
  // As a failure, or to be read again, or well.
  enum class Taken { kNot, kAgain, kWell };
  Taken TakeFacts(Customer& customer, const Alert& alert, const Awaited& awaited,
                  const SourceRead& read);
  Taken TakeSums(Customer& customer, const Alert& alert, const Awaited& awaited,
                 const SourceRead& read);
  void SetSum(Customer& customer, const Sums::Key& key, const Sums::Cell& cell,
              const Count& count);
  void NoteCount(Customer& customer, const Count& count);
  void NoteHeld(Customer& customer, Watched watched);
  void TakeAnswer(Customer& customer, const Alert& alert, State& state);
  void TakeAnswers(Customer& customer);
  void BringUp(Customer& customer);
  void SpoilReads(const Alert& alert);
  static bool IsDueNow(const State& state);

  // reference_explain.cc
  static bool OwesReset(const State& state);
  static std::optional<Explanation::Due> DueOf(const State& state,
                                               const Instance* instance);
  static std::optional<Explanation::Change> Since(const Alert& alert, const State& state,
                                                  const Instance* instance,
                                                  CustomerStatus status);

  Options options_;
  absl::Time now_ = absl::InfinitePast();  // of the calls so far
  bool closed_ = false;
  std::map<AlertId, Alert> alerts_;
  std::map<std::string, AlertId> uniqueness_keys_;
  std::map<CustomerId, Customer> customers_;
  std::map<std::string, std::uint64_t> positions_;
  std::uint64_t resets_ = 0;
  std::function<std::size_t(CustomerId)> walk_;
  std::deque<Notification> outbox_;
  std::vector<std::pair<Waiter, ResetOutcome>> to_tell_;
  std::vector<BegunRead> begun_;
  Stats stats_;
};

// The alert's keys with the values of one instance: of a notification or of a
// customer alert.
template <typename Shown>
void ShowInstance(const AlertSpec& spec, const Tuple& tuple, Shown& shown);

// A status that `ReasonIn` knows the reason of.
absl::Status Refused(Reason reason);
// The reason of a status of the engine or of the model.
Reason ReasonIn(const absl::Status& status);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_REFERENCE_MODEL_H_
