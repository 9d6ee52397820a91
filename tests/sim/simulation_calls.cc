// The calls of a life: which there are, and what is looked at after them.
#include <optional>
#include <utility>

#include "tests/sim/simulation_life.h"

namespace tocsin::testing {

void Simulation::Command() {
  const testing::Command command = GenerateCommand(random_, flavour_);
  std::optional<Fact> fact = FactOf(command, world_.model().now());
  if (fact) return Say(command, *std::move(fact));
  Action action;
  action.alert = AlertOf(command);
  const Alert* alert = world_.model().FindAlert(action.alert);
  switch (WhatOf(command)) {
    case What::kCreate:
      return Create(command);
    case What::kUpdate:
      action.verb = Action::Verb::kUpdate;
      action.update =
          UpdateOf(command, alert == nullptr ? AlertSpec() : alert->spec, MayCombine());
      break;
    case What::kClock:
      return MoveClock(NumberOf(command, testing::Command::kTime));
    case What::kDisable:
      action.verb = Action::Verb::kDisable;
      break;
    case What::kEnable:
      action.verb = Action::Verb::kEnable;
      break;
    case What::kArchive:
      action.verb = Action::Verb::kArchive;
      action.release_key = NumberOf(command, testing::Command::kFlags) % 2 == 1;
      break;
    case What::kDrain:
      if (world_.tasks() > 0) RunTask();
      return;
    default:
      action.verb = Action::Verb::kReset;
      action.customer = WhoOf(command);
      if (NumberOf(command, testing::Command::kFlags) % 4 == 1 && alert != nullptr) {
        action.selector = SelectorOf(command, alert->spec);
      }
      break;
  }
  Perform(action);
  if (action.verb == Action::Verb::kReset) {
    world_.CompareState(action.customer, action.alert, {});
  }
}

void Simulation::Say(const testing::Command& command, Fact fact) {
  const CustomerId customer = WhoOf(command);
  // Whoever is archived is so for a short time only.
  if (auto* told = std::get_if<CustomerTold>(&fact)) {
    if (world_.model().IsArchived(customer)) told->archived = false;
    if (told->archived == true && random_.Below(4) > 0) told->archived.reset();
  }
  Action action;
  action.verb = Action::Verb::kApply;
  action.facts.push_back(std::move(fact));
  const unsigned flags = NumberOf(command, testing::Command::kFlags);
  if (flags % 16 == 14) {
    offset_ += NumberOf(command, testing::Command::kVersion) % 4U;
    action.position = Position{"log", offset_};
  }
  for (unsigned more = flags % 8 == 7 ? 1 + random_.Below(4) : 0; more > 0; --more) {
    std::optional<Fact> next =
        FactOf(GenerateCommand(random_, flavour_), world_.model().now());
    if (next) action.facts.push_back(*std::move(next));
  }
  Perform(action);
  if (created_ > 0 && flags % 16 == 9) {
    world_.CompareExplanation(customer, AlertOf(command), {});
  } else if (created_ > 0) {
    world_.CompareState(customer, AlertOf(command), {});
  }
  if (flags % 32 == 3) world_.CompareCustomer(customer);
}

void Simulation::Create(const testing::Command& command) {
  const bool again = NumberOf(command, testing::Command::kWhich) % 16 == 15;
  if (created_ > 0 && (created_ == kAlertsInALife || ActiveAlerts() >= alerts_max_) &&
      !again) {
    return RunTick();
  }
  Action action;
  action.verb = Action::Verb::kCreate;
  action.spec = SpecOf(command, MayCombine());
  if (created_ == 0 || (created_ < kAlertsInALife && !again)) ++created_;
  action.spec.id = AlertsOfLives()[created_ - 1];
  action.spec.name = absl::StrCat("n", created_);
  Perform(action);
}

// Of an alert that is there, as a whole or one instance; or of many.
void Simulation::Reset() {
  const testing::Command command = GenerateCommand(random_, flavour_);
  Action action;
  action.verb = Action::Verb::kReset;
  action.customer = WhoOf(command);
  action.alert = AlertOf(command);
  // Often what was reset a moment ago.
  if (!last_reset_.alert.is_nil() && random_.Below(3) == 0) action = last_reset_;
  if (NumberOf(command, testing::Command::kWhat) % 8 == 0) {
    const unsigned flags = NumberOf(command, testing::Command::kFlags);
    action.verb = Action::Verb::kResetAll;
    action.of_customer = flags % 4 == 0;
    // Mostly what stopped goes on, now and then another of which it is no position.
    if (world_.bulk_stopped() && flags % 8 > 1) action = bulk_reset_;
    action.go_on = flags % 16 > 1;
    bulk_reset_ = action;
    return Perform(action);
  }
  const Alert* alert = world_.model().FindAlert(action.alert);
  if (alert == nullptr) return RunTick();
  action.selector = {};
  if (NumberOf(command, testing::Command::kFlags) % 2 == 1) {
    action.selector = SelectorOf(command, alert->spec);
  }
  last_reset_ = action;
  Perform(action);
  if (random_.Below(4) == 0) {
    // Of what was reset, or of an instance beside it.
    const bool gone = alert->status == AlertStatus::kArchived;
    const InstanceSelector about =
        random_.Below(2) == 0
            ? action.selector
            : SelectorOf(GenerateCommand(random_, flavour_), alert->spec);
    return world_.CompareExplanation(action.customer, action.alert,
                                     gone ? InstanceSelector() : about);
  }
  world_.CompareState(action.customer, action.alert, {});
}

void Simulation::Look() {
  const testing::Command command = GenerateCommand(random_, flavour_);
  const CustomerId customer = WhoOf(command);
  // One more than there are.
  const AlertId id =
      AlertsOfLives()[NumberOf(command, testing::Command::kWhich) % (created_ + 1)];
  const Alert* alert = world_.model().FindAlert(id);
  Tell("look at ", NameOf(customer), " ", NameOf(id));
  // What instances an archived alert had is nobody's business any more.
  const bool gone = alert == nullptr || alert->status == AlertStatus::kArchived;
  const bool whole = gone || random_.Below(2) == 0;
  const InstanceSelector selector =
      whole ? InstanceSelector() : SelectorOf(command, alert->spec);
  if (random_.Below(2) == 0) return world_.CompareExplanation(customer, id, selector);
  world_.CompareState(customer, id, selector);
}

// Totals of what is read, at, near and off the threshold, newer and older than what is
// known; of group values that are there and others; no sum twice.
std::vector<Fact> Simulation::FactsFor(const ReadRequest& request) {
  const AlertSpec& spec = request.spec;
  const bool spend = spec.type == AlertType::kSpendThresholdReached;
  std::vector<Fact> facts;
  if (!spend && spec.type != AlertType::kUsageThresholdReached) return facts;
  static constexpr const char* kValues[] = {"a", "b", "aa", "", "c"};
  const bool by_contract = spend && !spec.custom_field_filters.empty();
  std::vector<std::pair<std::vector<GroupValue>, std::optional<ContractId>>> told;
  for (unsigned many = random_.Below(4); many > 0; --many) {
    std::vector<GroupValue> groups;
    for (const GroupFilter& filter : spec.group_values) {
      groups.push_back({filter.key, filter.value && random_.Below(8) > 0
                                        ? *filter.value
                                        : Pick(kValues, random_.Below(5))});
    }
    // Of another set of keys, which was not asked for.
    if (random_.Below(8) == 0) groups = {{"model", "a"}};
    std::optional<ContractId> contract;
    if (!spec.custom_field_filters.empty() || random_.Below(8) == 0) {
      contract = Named<ContractId>(random_.Below(2) == 0 ? "k1" : "k2");
    }
    // Each sum once, of which several contracts may be parts.
    if (std::any_of(told.begin(), told.end(), [&](const auto& other) {
          return other.first == groups && (!by_contract || other.second == contract);
        })) {
      continue;
    }
    told.emplace_back(groups, contract);
    const int units = static_cast<int>(random_.Below(4)) - 1;
    const Decimal total = Decimal::FromUnits(
        (random_.Below(3) > 0 ? spec.threshold->units() : Int128{0}) + Int128{units});
    std::optional<std::uint64_t> version;
    // How many additions an answer with a version is to another read hangs on how many
    // sums it speaks of.
    const bool few_additions = options_.read_additions_max < 100;
    if (!few_additions && random_.Below(3) > 0) version = random_.Below(8);
    if (spend) {
      facts.push_back(SpendTotal{.customer = request.customer,
                                 .total = total,
                                 .credit_type = spec.credit_type.value_or(UsdCents()),
                                 .contract = contract,
                                 .group_values = groups,
                                 .version = version});
    } else {
      facts.push_back(UsageTotal{.customer = request.customer,
                                 .billable_metric = *spec.billable_metric,
                                 .total = total,
                                 .group_values = groups,
                                 .version = version});
    }
    if (life_.tell) {
      Action action;
      action.verb = Action::Verb::kApply;
      action.facts = {facts.back()};
      Tell("the source knows ", FormatAction(action));
    }
  }
  return facts;
}

}  // namespace tocsin::testing
