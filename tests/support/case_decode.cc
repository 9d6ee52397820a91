#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "tests/support/case.h"
#include "tests/support/case_choices.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

// Turns commands into actions, with the clock as it will then stand.
class Decoder {
 public:
  explicit Decoder(const Setup& setup) : setup_(setup), now_(StartOfCases(setup)) {}

  std::vector<CaseStep> Decode(const std::vector<Command>& commands) {
    for (const Command& command : commands) One(command);
    FlushBatch();
    steps_.push_back({Action{}, true});
    return std::move(steps_);
  }

 private:
  void One(const Command& command) {
    std::optional<Fact> fact = FactOf(command, now_);
    const unsigned flags = NumberOf(command, Command::kFlags);
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
        batch_.position = Position{"log", NumberOf(command, Command::kVersion) % 8U};
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

  AlertId AlertOf(const Command& command) const {
    const unsigned many = created_ == 0 ? 1 : created_;
    return AlertsOfCases()[NumberOf(command, Command::kWhich) % many];
  }

  // Where two ways to start a measure could rightly differ, cases do not go.
  bool MayCombine() const { return setup_.few_groups == 0 && setup_.tracked == 0; }

  AlertSpec CreatedBy(const Command& command) {
    AlertSpec spec = SpecOf(command, MayCombine());
    const unsigned which = NumberOf(command, Command::kWhich);
    const bool fresh =
        created_ == 0 || (created_ < AlertsOfCases().size() && which % 16 != 15);
    if (fresh) ++created_;
    spec.id = AlertsOfCases()[created_ - 1];
    spec.name = absl::StrCat("n", created_);
    Remember(spec);
    return spec;
  }

  // The alert as it will be, if it is created.
  void Remember(const AlertSpec& spec) {
    if (alerts_.count(*spec.id) > 0 || (spec.uniqueness_key && key_holder_)) return;
    if (spec.uniqueness_key) key_holder_ = *spec.id;
    alerts_[*spec.id] = spec;
  }

  AlertUpdate UpdatedBy(const Command& command, AlertId alert) {
    const auto known = alerts_.find(alert);
    if (known == alerts_.end()) return UpdateOf(command, AlertSpec(), MayCombine());
    AlertSpec& spec = known->second;
    AlertUpdate update = UpdateOf(command, spec, MayCombine());
    if (archived_.count(alert) > 0) return update;
    if (update.group_values) spec.group_values = *update.group_values;
    if (update.seat_filter) spec.seat_filter = *update.seat_filter;
    if (update.alert_specifiers) spec.alert_specifiers = *update.alert_specifiers;
    return update;
  }

  Action ActionOf(const Command& command) {
    Action action;
    action.alert = AlertOf(command);
    switch (WhatOf(command)) {
      case What::kCreate:
        action.verb = Action::Verb::kCreate;
        action.spec = CreatedBy(command);
        break;
      case What::kUpdate:
        action.verb = Action::Verb::kUpdate;
        action.update = UpdatedBy(command, action.alert);
        break;
      case What::kReset:
        action.verb = Action::Verb::kReset;
        action.customer = WhoOf(command);
        if (NumberOf(command, Command::kFlags) % 8 == 6) {
          action.verb = Action::Verb::kResetAll;
          action.of_customer = NumberOf(command, Command::kVersion) % 2 == 1;
          action.go_on = NumberOf(command, Command::kVersion) % 4 > 1;
          break;
        }
        if (NumberOf(command, Command::kFlags) % 4 == 1 && alerts_.count(action.alert)) {
          action.selector = SelectorOf(command, alerts_.at(action.alert));
        }
        break;
      case What::kClock: {
        const absl::Duration by = StepOf(NumberOf(command, Command::kTime), now_);
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
        action.release_key = NumberOf(command, Command::kFlags) % 2 == 1;
        if (alerts_.count(action.alert) > 0 && archived_.insert(action.alert).second &&
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
  std::map<AlertId, AlertSpec> alerts_;  // as they will be
  std::set<AlertId> archived_;
  std::optional<AlertId> key_holder_;
  Action batch_;
  bool batch_look_ = false;
  std::vector<CaseStep> steps_;
};

}  // namespace

What WhatOf(const Command& command) {
  // The first half knows spend and usage only.
  static constexpr What kChoices[] = {
      What::kSpend,    What::kSpend,    What::kSpend,    What::kSpend,   What::kSpend,
      What::kSpend,    What::kSpend,    What::kSpend,    What::kUsage,   What::kUsage,
      What::kReset,    What::kReset,    What::kReset,    What::kUpdate,  What::kUpdate,
      What::kCreate,   What::kDrain,    What::kDrain,    What::kClock,   What::kClock,
      What::kPeriod,   What::kCustomer, What::kContract, What::kDisable, What::kEnable,
      What::kContract, What::kSpend,    What::kSpend,    What::kSpend,   What::kArchive,
      What::kSpend,    What::kUsage,    What::kBalance,  What::kBalance, What::kBalance,
      What::kBalance,  What::kBalance,  What::kBalance,  What::kBalance, What::kBalance,
      What::kDraw,     What::kDraw,     What::kDraw,     What::kDraw,    What::kDraw,
      What::kInvoice,  What::kInvoice,  What::kInvoice,  What::kInvoice, What::kCustomer,
      What::kCustomer, What::kReset,    What::kReset,    What::kReset,   What::kUpdate,
      What::kUpdate,   What::kClock,    What::kClock,    What::kClock,   What::kClock,
      What::kClock,    What::kDrain,    What::kEnable,   What::kDisable,
  };
  return Pick(kChoices, NumberOf(command, Command::kWhat));
}

CustomerId WhoOf(const Command& command) {
  return CustomersOfCases()[NumberOf(command, Command::kWho) % 4];
}

CreditTypeId CreditOf(unsigned number) {
  return number % 8 == 7 ? Named<CreditTypeId>("euro") : UsdCents();
}

absl::Time InstantOf(unsigned number, absl::Time now) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::CivilDay today(absl::ToCivilSecond(now, utc));
  const absl::CivilMonth month(today);
  switch (number % 16) {
    case 1:
      return now + absl::Minutes(30);
    case 2:
      return now + absl::Hours(1);
    case 4:
      return absl::FromCivil(today + 2, utc);
    case 5:
      return absl::FromCivil(month + 1, utc);
    case 6:
      return now;
    case 7:
      return now - absl::Hours(1);
    case 8:
      return absl::FromCivil(today, utc);
    case 9:
      return absl::FromCivil(today + 8, utc);
    case 10:
      return absl::FromCivil(month + 2, utc);
    case 11:
      return now + absl::Hours(2);
    case 12:
      return absl::FromCivil(today + 29, utc);
    case 13:
      return now + absl::Hours(24);
    case 14:
      return now + absl::Hours(1) + absl::Nanoseconds(1);
    default:
      return absl::FromCivil(today + 1, utc);
  }
}

absl::Duration StepOf(unsigned number, absl::Time now) {
  static constexpr int kHalfHours[] = {1, 2, 1, 4, -2, 48, 1488, 3};
  if (number % 16 < 8) return Pick(kHalfHours, number) * absl::Minutes(30);
  const absl::Time midnight = InstantOf(0, now);
  const absl::Time month_end = InstantOf(5, now);
  const absl::Duration choices[] = {midnight - now,
                                    month_end - now,
                                    midnight - absl::Nanoseconds(1) - now,
                                    absl::Nanoseconds(1),
                                    midnight - now,
                                    absl::Hours(24) * 7,
                                    absl::Hours(24) * 400,
                                    midnight + absl::Hours(1) - now};
  return Pick(choices, number);
}

std::vector<CaseStep> StepsOf(const Case& test_case) {
  return Decoder(test_case.setup).Decode(test_case.commands);
}

}  // namespace tocsin::testing
