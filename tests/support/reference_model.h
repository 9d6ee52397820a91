#ifndef TOCSIN_TESTS_SUPPORT_REFERENCE_MODEL_H_
#define TOCSIN_TESTS_SUPPORT_REFERENCE_MODEL_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/support/reference_sums.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// The rules of the engine once more, as obviously as they can be written: plain
// maps, every alert looked at for every fact, nothing remembered that can be
// asked for again. Shares no code with the engine. What it gives no id to are
// notifications; a status carries its Reason where `ReasonIn` finds it.
//
// Thread safety: none; one thread, as an engine with `worker_threads = 0`.
class ReferenceModel : public Engine {
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
  absl::StatusOr<std::optional<std::uint64_t>> LastPosition(
      absl::string_view source) override;
  absl::Status Reset(CustomerId customer, AlertId alert,
                     const InstanceSelector& instance) override;
  absl::StatusOr<CustomerAlert> GetCustomerAlert(
      CustomerId customer, AlertId alert, const InstanceSelector& instance) override;
  absl::Status ForEachCustomerAlert(
      CustomerId customer, absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status ForEachCustomerAlert(
      AlertId alert, absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status ForEachInstance(
      CustomerId customer, AlertId alert,
      absl::FunctionRef<void(const CustomerAlert&)> visit) override;
  absl::Status Drain() override;
  Stats GetStats() override;
  absl::StatusOr<CloseResult> Close(absl::Duration deadline) override;

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
  };
  struct Instance {
    CustomerStatus status = CustomerStatus::kOk;
    std::uint64_t epoch = 0;
    bool judged = true;
    std::optional<Last> last;
    std::optional<Trigger> by;
    Due due;
  };
  // A customer alert.
  struct State {
    bool watching = false;  // enabled, and the customer in scope
    std::uint64_t epoch = 0;
    std::optional<Trigger> by;
    Due due;
    std::uint64_t reset_order = 0;
    std::map<Tuple, Instance> instances;
  };
  struct Period {
    absl::Time start = absl::InfinitePast();
    absl::Time end = absl::InfiniteFuture();
  };
  struct Customer {
    CustomerId id;
    bool archived = false;
    std::optional<PlanId> plan;
    ContractFields contracts;
    bool told = false;
    Period current;
    std::optional<Period> waiting;
    Sums sums;
    std::uint64_t sequence = 0;
    std::map<AlertId, State> states;
  };
  struct Decision {
    NotificationKind kind = NotificationKind::kReached;
    const Alert* alert = nullptr;
    Tuple tuple;
    Decimal value;
    std::optional<Decimal> previous;
    std::uint64_t epoch = 0;
    Trigger trigger = Trigger::kReset;
  };
  using Change = std::vector<Decision>;
  using Values = std::map<AlertId, std::map<Tuple, std::optional<Decimal>>>;

  // reference_alerts.cc
  absl::Status Begin();
  absl::Status CheckSpec(const AlertSpec& spec) const;
  bool InScope(const Alert& alert, const Customer& customer) const;
  bool AsksFor(const Alert& alert, const Measure& measure, CustomerId customer) const;
  void KeepMeasure(const Alert& alert);
  void ForgetMeasure(const Measure& measure);
  void Restart(Alert& alert, bool keep_single);
  void StopWatching(const Alert& alert);

  // reference_facts.cc
  Customer& AddCustomer(CustomerId id);
  absl::Time Boundary(const Customer& customer) const;
  Period PolicyPeriod(absl::Time at) const;
  void DoDueByClock(Customer& customer);
  void DoAllDueByClock(const Alert* changing = nullptr);
  void EndPeriod(Customer& customer, absl::Time decided_at);
  void BeginPeriod(Customer& customer, Period next, absl::Time decided_at);
  absl::Status CheckFact(const Fact& fact) const;
  void ApplyOne(const Fact& fact, std::size_t index, ApplyResult& result);
  void ApplyCount(const Count& count, std::size_t index, ApplyResult& result);
  absl::Status ApplyPeriod(Customer& customer, const PeriodTold& told);
  void ApplyCustomer(Customer& customer, const CustomerTold& told);
  void ApplyContract(Customer& customer, const ContractTold& told);

  // reference_judge.cc
  std::set<Tuple> Tuples(const Customer& customer, const Alert& alert) const;
  std::optional<Decimal> Value(const Customer& customer, const Alert& alert,
                               const Tuple& tuple) const;
  Values AllValues(const Customer& customer) const;
  void AddInstances(Customer& customer, const Alert& alert);
  void Watch(Customer& customer, const Alert& alert, Due due);
  void Unwatch(State& state);
  void Note(State& state, Instance& instance, Decision decision, Change& change);
  void JudgeDue(Customer& customer, Change& change);
  void JudgeDueInstance(const Alert& alert, State& state, const Tuple& tuple,
                        std::optional<Decimal> value, bool any_reset, Change& change);
  void JudgeFact(Customer& customer, const Values& before, Trigger trigger);
  void Publish(Customer& customer, Change change, absl::Time decided_at);
  void Settle(Customer& customer, absl::Time decided_at);
  std::size_t ResetsDue() const;
  void Deliver();

  // reference_query.cc
  absl::Status Find(CustomerId customer, AlertId alert, const InstanceSelector& selector,
                    Customer*& found_customer, Alert*& found_alert,
                    std::optional<Tuple>& tuple);
  CustomerAlert View(const Customer& customer, const Alert& alert,
                     const std::optional<Tuple>& tuple) const;
  std::vector<GroupValue> GroupsOf(const AlertSpec& spec, const Tuple& tuple) const;

  Options options_;
  absl::Time now_ = absl::InfinitePast();  // of the calls so far
  bool closed_ = false;
  std::map<AlertId, Alert> alerts_;
  std::map<std::string, AlertId> uniqueness_keys_;
  std::map<CustomerId, Customer> customers_;
  std::map<std::string, std::uint64_t> positions_;
  std::uint64_t resets_ = 0;
  std::deque<Notification> outbox_;
  Stats stats_;
};

// A status that `ReasonIn` knows the reason of.
absl::Status Refused(Reason reason);
// The reason of a status of the engine or of the model.
Reason ReasonIn(const absl::Status& status);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_REFERENCE_MODEL_H_
