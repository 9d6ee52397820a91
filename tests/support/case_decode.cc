#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/case.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

// One unit of the twelfth fractional digit on either side of every threshold.
constexpr Int128 kOne = Decimal::kUnitsPerOne;
constexpr Int128 kThresholds[] = {10 * kOne,     0,         5 * kOne,  10 * kOne + 1,
                                  10 * kOne - 1, 15 * kOne, -5 * kOne, 10 * kOne};
constexpr Int128 kAmounts[] = {
    5 * kOne,      10 * kOne,     0,          -5 * kOne, 1,         -1,
    10 * kOne - 1, 10 * kOne + 1, -10 * kOne, 5 * kOne,  15 * kOne, 5 * kOne};

template <typename T, std::size_t N>
const T& Pick(const T (&choices)[N], unsigned number) {
  return choices[number % N];
}

enum class What {
  kSpend,
  kUsage,
  kCreate,
  kUpdate,
  kReset,
  kDrain,
  kClock,
  kPeriod,
  kCustomer,
  kContract,
  kDisable,
  kEnable,
  kArchive,
  kBatchEnd,
};

What WhatOf(const Command& command) {
  static constexpr What kChoices[] = {
      What::kSpend,    What::kSpend,    What::kSpend,    What::kSpend,   What::kSpend,
      What::kSpend,    What::kSpend,    What::kSpend,    What::kUsage,   What::kUsage,
      What::kReset,    What::kReset,    What::kReset,    What::kUpdate,  What::kUpdate,
      What::kCreate,   What::kDrain,    What::kDrain,    What::kClock,   What::kClock,
      What::kPeriod,   What::kCustomer, What::kContract, What::kDisable, What::kEnable,
      What::kContract, What::kSpend,    What::kSpend,    What::kSpend,   What::kArchive,
      What::kSpend,    What::kUsage,
  };
  return Pick(kChoices, command.numbers[Command::kWhat]);
}

std::vector<GroupValue> FactGroups(unsigned number) {
  static const std::vector<GroupValue> kChoices[] = {
      {},
      {{"region", "a"}},
      {{"region", "b"}},
      {{"region", "aa"}, {"model", "a"}},
      {{"region", "a"}, {"model", "b"}},
      {{"model", "b"}, {"region", ""}},
      {{"region", ""}},
      {},
      {{"model", "a"}},
      {{"region", "aa"}},
      {{"model", ""}, {"region", "a"}},
      {{"region", "b"}, {"tier", "x"}},
  };
  return Pick(kChoices, number);
}

std::vector<GroupFilter> AlertGroups(unsigned number) {
  static const std::vector<GroupFilter> kChoices[] = {
      {},
      {{"region"}},
      {{"region", "a"}},
      {},
      {{"region"}, {"model"}},
      {{"model"}},
      {{"region", "a"}, {"model"}},
      {},
      {{"region", ""}},
      {{"model", "b"}, {"region"}},
      {},
      {{"region", "a"}, {"model", "b"}},
  };
  return Pick(kChoices, number);
}

std::vector<CustomFieldFilter> ContractFilters(unsigned number) {
  static const std::vector<CustomFieldFilter> kChoices[] = {
      {},
      {{FilterEntity::kContract, "tier", "gold"}},
      {},
      {},
      {{FilterEntity::kContract, "tier", "gold"}, {FilterEntity::kContract, "zone", "x"}},
      {},
      {},
      {},
  };
  return Pick(kChoices, number);
}

CustomFields ContractFieldsOf(unsigned number) {
  static const CustomFields kChoices[] = {
      {{"tier", "gold"}}, {}, {{"tier", "gold"}, {"zone", "x"}}, {{"tier", "silver"}}};
  return Pick(kChoices, number);
}

CreditTypeId CreditOf(unsigned number) {
  return number % 8 == 7 ? Named<CreditTypeId>("euro") : UsdCents();
}

// Turns commands into actions, with the clock as it will then stand.
class Decoder {
 public:
  explicit Decoder(const Setup& setup) : setup_(setup), now_(StartOfCases()) {}

  std::vector<CaseStep> Decode(const std::vector<Command>& commands) {
    for (const Command& command : commands) One(command);
    FlushBatch();
    steps_.push_back({Action{}, true});
    return std::move(steps_);
  }

 private:
  static unsigned N(const Command& command, Command::Field field) {
    return command.numbers[field];
  }

  void One(const Command& command) {
    std::optional<Fact> fact = FactOf(command);
    const unsigned flags = N(command, Command::kFlags);
    const bool look = setup_.look_rarely == 0 || flags % 8 == 7;
    if (!fact) {
      FlushBatch();
      Action action = ActionOf(command);
      steps_.push_back({std::move(action), look});
      return;
    }
    batch_.facts.push_back(*std::move(fact));
    batch_look_ |= look;
    // A fact may wait for the next command's, to be applied with it.
    if (flags % 4 != 3) {
      if (flags % 16 == 14) {
        batch_.position = Position{"log", N(command, Command::kVersion) % 8U};
      }
      FlushBatch();
    }
  }

  void FlushBatch() {
    if (batch_.facts.empty()) return;
    batch_.verb = Action::Verb::kApply;
    steps_.push_back(
        {std::exchange(batch_, Action{}), std::exchange(batch_look_, false)});
  }

  absl::Time TimeOf(unsigned number) const {
    static constexpr int kHalfHours[] = {0, -1, 1, 2, -2, 0, 4, -80};
    return now_ + Pick(kHalfHours, number) * absl::Minutes(30);
  }

  template <typename CountFact>
  void FillCount(const Command& command, CountFact& fact) const {
    fact.customer = CustomersOfCases()[N(command, Command::kWho) % 4];
    fact.group_values = FactGroups(N(command, Command::kGroups));
    const unsigned version = N(command, Command::kVersion);
    if (version % 2 == 1) fact.version = version / 2 % 4;
    const unsigned time = N(command, Command::kTime);
    if (time % 4 == 3) fact.time = TimeOf(time / 4);
  }

  template <typename SpendFact>
  Fact FillSpend(const Command& command, SpendFact fact) const {
    FillCount(command, fact);
    fact.credit_type = CreditOf(N(command, Command::kWhich));
    const unsigned contract = N(command, Command::kWho) / 4 % 4;
    if (contract == 1 || contract == 2)
      fact.contract = Contract(static_cast<int>(contract));
    return fact;
  }

  Fact SpendOf(const Command& command) const {
    const Decimal amount =
        Decimal::FromUnits(Pick(kAmounts, N(command, Command::kAmount)));
    if (N(command, Command::kFlags) / 4 % 3 == 1) {
      return FillSpend(command, SpendTotal{.customer = {}, .total = amount});
    }
    return FillSpend(command, SpendAdded{.customer = {}, .amount = amount});
  }

  Fact UsageOf(const Command& command) const {
    const Decimal amount =
        Decimal::FromUnits(Pick(kAmounts, N(command, Command::kAmount)));
    const BillableMetricId metric = Metric(1 + N(command, Command::kWhich) % 8 / 7);
    if (N(command, Command::kFlags) / 4 % 3 == 1) {
      UsageTotal fact{.customer = {}, .billable_metric = metric, .total = amount};
      FillCount(command, fact);
      return fact;
    }
    UsageAdded fact{.customer = {}, .billable_metric = metric, .quantity = amount};
    FillCount(command, fact);
    return fact;
  }

  Fact PeriodOf(const Command& command) const {
    static constexpr int kLengths[] = {2, 1, 48, 4, 0, 3};
    PeriodTold told;
    told.customer = CustomersOfCases()[N(command, Command::kWho) % 4];
    told.starts_at = TimeOf(N(command, Command::kTime));
    told.ends_at =
        told.starts_at + Pick(kLengths, N(command, Command::kAmount)) * absl::Minutes(30);
    return told;
  }

  static Fact CustomerOf(const Command& command) {
    CustomerTold told{.customer = CustomersOfCases()[N(command, Command::kWho) % 4]};
    const unsigned which = N(command, Command::kWhich) % 8;
    if (which < 3) told.plan = Plan(1);
    if (which == 3) told.plan = Plan(2);
    if (which == 4) told.plan = Patch<PlanId>::Clear();
    if (which == 5) told.archived = true;
    if (which == 6) told.archived = false;
    return told;
  }

  std::optional<Fact> FactOf(const Command& command) const {
    switch (WhatOf(command)) {
      case What::kSpend:
        return SpendOf(command);
      case What::kUsage:
        return UsageOf(command);
      case What::kPeriod:
        return PeriodOf(command);
      case What::kCustomer:
        return CustomerOf(command);
      case What::kContract:
        return ContractTold{CustomersOfCases()[N(command, Command::kWho) % 4],
                            Contract(1 + N(command, Command::kWhich) % 2),
                            ContractFieldsOf(N(command, Command::kGroups))};
      default:
        return std::nullopt;
    }
  }

  AlertId AlertOf(const Command& command) const {
    const unsigned many = created_ == 0 ? 1 : created_;
    return AlertsOfCases()[N(command, Command::kWhich) % many];
  }

  // Where two ways to start a measure could rightly differ, cases do not go.
  bool MayCombine() const { return setup_.few_groups == 0 && setup_.tracked == 0; }

  AlertSpec SpecOf(const Command& command) {
    AlertSpec spec;
    const unsigned which = N(command, Command::kWhich);
    const unsigned flags = N(command, Command::kFlags);
    const bool fresh =
        created_ == 0 || (created_ < AlertsOfCases().size() && which % 16 != 15);
    if (fresh) ++created_;
    spec.id = AlertsOfCases()[created_ - 1];
    spec.name = absl::StrCat("n", created_);
    spec.threshold = Decimal::FromUnits(Pick(kThresholds, N(command, Command::kAmount)));
    spec.group_values = AlertGroups(N(command, Command::kGroups));
    if (which % 4 == 3) {
      spec.type = AlertType::kUsageThresholdReached;
      spec.billable_metric = Metric(1);
    } else {
      if (which % 8 == 6) spec.credit_type = CreditOf(7);
      if (spec.group_values.empty() || MayCombine()) {
        spec.custom_field_filters = ContractFilters(N(command, Command::kVersion));
      }
    }
    const unsigned scope = N(command, Command::kWho) % 8;
    if (scope == 5) spec.customer = CustomersOfCases()[which / 4 % 4];
    if (scope == 6) spec.plan = Plan(1);
    if (scope == 7) spec.plan = Plan(2);
    spec.notify_resolved = flags % 2 == 1;
    spec.evaluate_on_create = flags / 2 % 4 != 3;
    if (flags / 8 % 8 == 7) spec.uniqueness_key = "key";
    Remember(spec);
    return spec;
  }

  // What the alert groups by, if it will be created.
  void Remember(const AlertSpec& spec) {
    if (groups_.count(*spec.id) > 0 || (spec.uniqueness_key && key_holder_)) return;
    if (spec.uniqueness_key) key_holder_ = *spec.id;
    groups_[*spec.id] = spec.group_values;
  }

  AlertUpdate UpdateOf(const Command& command) const {
    AlertUpdate update;
    const unsigned flags = N(command, Command::kFlags);
    const unsigned what = N(command, Command::kVersion) % 8;
    if (what != 1) {
      update.threshold =
          Decimal::FromUnits(Pick(kThresholds, N(command, Command::kAmount)));
    }
    if (what == 1 || what == 2) update.name = absl::StrCat("u", flags % 4);
    if (what == 3) update.notify_resolved = flags / 4 % 2 == 1;
    if (what == 4) update.group_values = AlertGroups(N(command, Command::kGroups));
    if (what == 5 && MayCombine()) {
      update.custom_field_filters = ContractFilters(N(command, Command::kGroups));
    }
    if (flags / 8 % 2 == 1) update.on_change = OnChange::kNotifyAgain;
    return update;
  }

  // One instance, there or not, by the keys that the alert fans out by.
  InstanceSelector SelectorOf(const Command& command) {
    static const std::string kValues[] = {"a", "b", "aa", "", "a", "c"};
    InstanceSelector selector;
    unsigned number = N(command, Command::kGroups);
    const auto groups = groups_.find(AlertOf(command));
    if (groups == groups_.end()) return selector;
    for (const GroupFilter& filter : groups->second) {
      if (filter.value) continue;
      selector.group_values.push_back({filter.key, Pick(kValues, number)});
      number /= 6;
    }
    return selector;
  }

  Action ActionOf(const Command& command) {
    Action action;
    action.alert = AlertOf(command);
    switch (WhatOf(command)) {
      case What::kCreate:
        action.verb = Action::Verb::kCreate;
        action.spec = SpecOf(command);
        break;
      case What::kUpdate:
        action.verb = Action::Verb::kUpdate;
        action.update = UpdateOf(command);
        if (action.update.group_values && groups_.count(action.alert) > 0 &&
            archived_.count(action.alert) == 0) {
          groups_[action.alert] = *action.update.group_values;
        }
        break;
      case What::kReset:
        action.verb = Action::Verb::kReset;
        action.customer = CustomersOfCases()[N(command, Command::kWho) % 4];
        if (N(command, Command::kFlags) % 4 == 1) action.selector = SelectorOf(command);
        break;
      case What::kClock: {
        static constexpr int kHalfHours[] = {1, 2, 1, 4, -2, 48, 1488, 3};
        const absl::Duration by =
            Pick(kHalfHours, N(command, Command::kTime)) * absl::Minutes(30);
        action.verb = Action::Verb::kClock;
        action.time = now_ + by;
        // A clock that nobody has read did not go back.
        if (by < absl::ZeroDuration()) steps_.push_back({Action{}, false});
        if (by > absl::ZeroDuration()) now_ = action.time;
        break;
      }
      case What::kDisable:
        action.verb = Action::Verb::kDisable;
        break;
      case What::kEnable:
        action.verb = Action::Verb::kEnable;
        break;
      case What::kArchive:
        action.verb = Action::Verb::kArchive;
        action.release_key = N(command, Command::kFlags) % 2 == 1;
        if (groups_.count(action.alert) > 0 && archived_.insert(action.alert).second &&
            action.release_key && key_holder_ == action.alert) {
          key_holder_.reset();
        }
        break;
      default:
        action.verb = Action::Verb::kDrain;
        break;
    }
    return action;
  }

  const Setup setup_;
  absl::Time now_;
  unsigned created_ = 0;
  std::map<AlertId, std::vector<GroupFilter>> groups_;  // of each alert
  std::set<AlertId> archived_;
  std::optional<AlertId> key_holder_;
  Action batch_;
  bool batch_look_ = false;
  std::vector<CaseStep> steps_;
};

}  // namespace

std::vector<CaseStep> StepsOf(const Case& test_case) {
  return Decoder(test_case.setup).Decode(test_case.commands);
}

}  // namespace tocsin::testing
