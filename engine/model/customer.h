#ifndef TOCSIN_ENGINE_MODEL_CUSTOMER_H_
#define TOCSIN_ENGINE_MODEL_CUSTOMER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "engine/base/rare.h"
#include "engine/base/small_map.h"
#include "engine/model/agenda.h"
#include "engine/model/awaited.h"
#include "engine/model/catalog.h"
#include "engine/model/decision.h"
#include "engine/model/gauge.h"
#include "engine/model/holdings.h"
#include "engine/model/period.h"
#include "engine/model/reset_waiter.h"
#include "engine/model/stands.h"
#include "engine/model/transition.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"
#include "tocsin/reset.h"

namespace tocsin::model {

// What was said about one instance of a customer alert. Kept only where something
// was: an instance without one has the epoch and crossing number of its customer
// alert.
struct InstanceState {
  std::uint64_t epoch = 0;
  std::uint64_t crossing = 0;  // of the last `reached`; never goes back

  // The last notification, if there was one.
  std::uint64_t last_epoch = 0;
  std::optional<NotificationKind> last_kind;
  Trigger last_trigger = Trigger::kSpend;
  absl::Time last_at = absl::InfinitePast();
  Decimal last_value = {};

  bool SaidInThisEpoch() const { return last_kind.has_value() && last_epoch == epoch; }
};

// One customer's state under one alert, as far as it does not follow from the
// value: kept from the first notification or reset on.
struct AlertState {
  std::uint64_t epoch = 0;
  std::uint64_t crossing_max = 0;  // of all instances it ever had
  // Of the last notification since the last reset.
  std::optional<Trigger> last_trigger;
  bool source_failed = false;  // the last time that it should have been read
  // What gave the epoch that it has, and when; InfinitePast where nothing is known.
  Trigger reset_by = Trigger::kReset;
  absl::Time reset_at = absl::InfinitePast();
  Rare<absl::btree_map<std::string, InstanceState>> instances;  // but the whole
  // Of the whole, whose key is empty; in place, as most alerts have nothing else.
  std::optional<InstanceState> whole;

  InstanceState& InstanceFor(absl::string_view instance_key);
  const InstanceState* Find(absl::string_view instance_key) const;
  InstanceState* Find(absl::string_view instance_key) {
    return const_cast<InstanceState*>(std::as_const(*this).Find(instance_key));
  }
  void Erase(absl::string_view instance_key);
  // Gives all instances the next epoch.
  void RaiseEpoch();
  // Forgets what was said, but not how often: for who leaves the alert's scope.
  void Forget();
  // Gives one instance the next epoch.
  void RaiseEpochOf(absl::string_view instance_key);
};

// A judgement that is owed, and why. Several reasons make one judgement.
struct Pending {
  // Under which version the alert was last judged; null if it never was, or what
  // was concluded is void.
  AlertPtr judged_under;
  absl::Time since = absl::InfinitePast();  // when that ceased to be in force
  bool created = false;
  bool restarted = false;  // enabled, or its filters changed
  bool updated = false;
  bool renotify = false;
  bool reset_whole = false;
  bool period_began = false;  // while the reset awaited the fact source
  Rare<absl::btree_set<std::string>> reset_instances;
  // Where the reset awaited the fact source: what its instances were judged at before.
  Rare<std::optional<absl::btree_map<std::string, Decimal>>> judged_before_read;
  ResetWaiters waiters;

  bool HasReset() const { return reset_whole || !reset_instances->empty(); }
  // Whether the instance is judged for any of the reasons.
  bool Concerns(absl::string_view instance_key) const {
    return created || restarted || updated || renotify || reset_whole ||
           reset_instances->contains(instance_key);
  }
  // Until judged, nothing is concluded about the instance.
  bool Evaluating(absl::string_view instance_key) const {
    return judged_under == nullptr || reset_whole ||
           reset_instances->contains(instance_key);
  }
};

// A contract that was told.
struct Contract {
  CustomFields fields;
  absl::Time named_at = absl::InfinitePast();  // by the last fact
};
using Contracts = absl::flat_hash_map<ContractId, Contract>;

// What a customer was told to have, beside its plan.
struct Profile {
  std::optional<absl::Time> plan_ends_at;
  CustomFields custom_fields;
};

// The alerts for one customer only.
struct OwnAlerts {
  std::vector<AlertPtr> alerts;      // not archived
  std::vector<AlertChange> changes;  // of those, not yet taken in
};

// All that is known and concluded of one customer. Plain data: the functions of
// this folder change it, one call at a time.
struct Customer {
  Customer(const CustomerId& customer_id, PeriodState current_period,
           std::uint64_t catalog_generation)
      : id(customer_id),
        period(std::move(current_period)),
        generation(catalog_generation) {}

  CustomerId id;
  PeriodState period;
  std::uint64_t generation;    // of the catalog whose changes were taken in
  std::uint64_t sequence = 0;  // of the last notification
  bool archived = false;
  // Something was reached in this period that may have to be resolved at its end.
  bool may_resolve_at_end = false;

  std::vector<Meter> meters;

  std::optional<PlanId> plan;
  Rare<Profile> profile;
  Rare<Contracts> contracts;
  std::unique_ptr<Holdings> holdings;  // null where there is nothing of it
  Agenda agenda;                       // beside the end of the period

  Rare<OwnAlerts> own;
  absl::btree_map<AlertId, AlertState> states;
  // In place, as a reset of everybody makes one for each customer, and each is gone soon:
  // allocated by one thread and freed by another, they would have both wait.
  SmallMap<AlertId, Pending> pending;
  std::unique_ptr<AwaitedAlerts> awaited;  // null where none is
  Rare<Stands> stands;

  const Meter* FindMeter(const Subject& subject) const {
    for (const Meter& meter : meters) {
      if (meter.subject == subject) return &meter;
    }
    return nullptr;
  }
  Meter* FindMeter(const Subject& subject) {
    return const_cast<Meter*>(std::as_const(*this).FindMeter(subject));
  }
  Meter& MeterFor(const Subject& subject);
  const CustomFields* FindContract(const ContractId& contract) const {
    const auto it = contracts->find(contract);
    return it == contracts->end() ? nullptr : &it->second.fields;
  }
  Contract* FindContractToChange(const ContractId& contract) {
    Contracts* const known = contracts.IfThere();
    if (known == nullptr) return nullptr;
    const auto it = known->find(contract);
    return it == known->end() ? nullptr : &it->second;
  }
  Holdings& HoldingsToChange() {
    if (holdings == nullptr) holdings = std::make_unique<Holdings>();
    return *holdings;
  }
  const Awaited* FindAwaited(const AlertId& alert) const {
    if (awaited == nullptr) return nullptr;
    const auto it = awaited->find(alert);
    return it == awaited->end() ? nullptr : &it->second;
  }
  Awaited* FindAwaited(const AlertId& alert) {
    return const_cast<Awaited*>(std::as_const(*this).FindAwaited(alert));
  }
  // Whether nothing is decided about an instance until the fact source was read.
  bool Awaits(const AlertId& alert, absl::string_view instance) const {
    const Awaited* const waits = FindAwaited(alert);
    return waits != nullptr && waits->Concerns(instance);
  }
  // When something falls due next.
  absl::Time NextInstant() const { return std::min(period.ends_at(), agenda.first()); }
  // When something falls due next that may have to be told. All else can wait until
  // the customer is touched, as nobody could tell.
  absl::Time NextToTell() const {
    return may_resolve_at_end ? NextInstant() : agenda.first();
  }
  bool InScope(const AlertSpec& spec) const {
    if (archived) return false;
    if (spec.customer.has_value()) return *spec.customer == id;
    return !spec.plan.has_value() || spec.plan == plan;
  }
};

// What a decision changes of a customer, as it was.
struct BeforeDecision {
  CustomerId customer;
  AlertId alert;
  std::string instance;
  std::uint64_t sequence = 0;
  std::uint64_t crossing_max = 0;
  std::optional<Trigger> last_trigger;
  InstanceState said;
};

// How the fact source is read.
struct ReadPolicy {
  absl::Duration timeout;
  int attempts_max = 1;
  std::size_t additions_max = 0;
  std::uint64_t seed = 0;  // of the jitter
};

// What a change of one customer stands on, and where its decisions go.
struct Context {
  const Catalog& catalog;
  // The catalog's changes since the customer's generation, oldest first.
  absl::Span<const AlertChange> missed;
  absl::Time now;
  std::size_t groups_per_measure_max = 0;
  std::size_t instances_per_customer_max = 0;
  absl::Duration keep_ended;
  // Appended to, in the order in which they are to be sent.
  std::vector<Decision>* decisions = nullptr;
  // Appended to in the order in which they are; null where nobody wants to know.
  std::vector<Transition>* transitions = nullptr;
  // Appended to before a decision is; null but where it may have to be undone.
  std::vector<BeforeDecision>* before_decisions = nullptr;
  // Raised by one for each customer alert whose reset is not due any more.
  std::size_t* resets_done = nullptr;
  // Appended to where somebody waits for a reset's end.
  std::vector<FinishedReset>* finished_resets = nullptr;
  const ReadPolicy* reads = nullptr;  // null without a fact source
  // Raised by one for each read that failed.
  std::size_t* reads_failed = nullptr;
  // Raised by one for each re-evaluation for which the source was given up.
  std::size_t* reads_given_up = nullptr;
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_CUSTOMER_H_
