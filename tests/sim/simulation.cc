#include "tests/sim/simulation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/world.h"
#include "tests/support/case.h"
#include "tests/support/case_choices.h"
#include "tests/support/names.h"
#include "tests/support/random.h"

namespace tocsin::testing {
namespace {

using Mood = CollectingSink::Mood;

constexpr unsigned kAlertsInALife = 12;

const std::vector<AlertId>& AlertsOfLives() {
  static const auto* alerts = [] {
    auto* all = new std::vector<AlertId>;
    // Two digits, so that they are created in the order of their ids or not.
    for (unsigned i = 0; i <= kAlertsInALife; ++i) {
      all->push_back(AlertNumber(static_cast<int>(i * 7 % 13 + 10)));
    }
    return all;
  }();
  return *alerts;
}

std::uint64_t SeedOf(std::uint64_t seed, std::uint64_t step) {
  return Random(seed ^ (step * 0xd1342543de82ef95ULL)).Next();
}

class Simulation {
 public:
  Simulation(const Life& life, Figures* figures)
      : life_(life),
        figures_(figures),
        random_(SeedOf(life.seed, kWholeLife)),
        flavour_(static_cast<Flavour>(random_.Below(8))),
        setup_(GenerateSetup(random_, flavour_)),
        options_(OptionsFor(setup_, random_)),
        length_(40 + random_.Below(400)),
        first_alerts_(1 + random_.Below(4)),
        alerts_max_(2 + random_.Below(4)),
        world_(options_, StartOfCases(setup_), figures) {
    world_.SetInside([this] { Inside(); });
  }

  Ending Run() {
    Ending ending;
    const std::uint32_t end = std::min(life_.steps, length_);
    for (step_ = 0; step_ < end && world_.wrong().empty(); ++step_) {
      if (step_ < life_.left_out.size() && life_.left_out[step_]) continue;
      random_ = Random(SeedOf(life_.seed, step_));
      Step();
    }
    random_ = Random(SeedOf(life_.seed, length_));
    if (world_.wrong().empty() && end == length_) End();
    ending.wrong = world_.wrong();
    ending.at = step_;
    ending.told = std::move(told_);
    return ending;
  }

 private:
  static Options OptionsFor(const Setup& setup, Random& random) {
    Options options = OptionsOf(setup);
    options.worker_threads = 2;
    options.shards = 1 << random.Below(4);
    if (random.Below(3) == 0) options.outbox_max = 1 + random.Below(6);
    return options;
  }

  void Step() {
    ++figures_->steps;
    figures_->See(step_);
    const unsigned draw = random_.Below(64);
    if (step_ < first_alerts_) return Create(GenerateCreate(random_, flavour_));
    // Nothing is accepted while the outbox is full, so that is not for long.
    if (world_.mood() != Mood::kTakes && random_.Below(8) == 0) {
      return SetMood(Mood::kTakes);
    }
    if (draw < 32) return Command();
    if (draw < 38) return Reset();
    if (draw < 54) return world_.tasks() > 0 ? RunTask() : Command();
    if (draw < 56) return RunTick();
    if (draw < 58) return MoveClock(random_.Below(256));
    if (draw < 59) return SetMood(random_.Below(2) == 0 ? Mood::kFails : Mood::kThrows);
    if (draw < 60) return DrainOrRunTask();
    if (draw < 61 && random_.Below(8) == 0) {
      Tell("look at everything");
      return world_.CompareEverything(AlertsOfLives());
    }
    Look();
  }

  // In the middle of a task, as on other threads.
  void Inside() {
    if (random_.Below(6) > 0) return;
    for (unsigned steps = 1 + random_.Below(3); steps > 0; --steps) {
      if (!world_.wrong().empty()) return;
      ++figures_->inside;
      const unsigned draw = random_.Below(16);
      if (draw < 8) {
        Command();
      } else if (draw < 13) {
        if (world_.tasks() > 0) RunTask();
      } else if (draw < 14) {
        RunTick();
      } else if (draw < 15) {
        MoveClock(random_.Below(256));
      } else {
        DrainOrRunTask();
      }
    }
  }

  void Command();
  void Say(const testing::Command& command, Fact fact);
  void Create(const testing::Command& command);
  void Look();
  void Reset();

  void RunTask() {
    const unsigned index = random_.Below(static_cast<unsigned>(world_.tasks()));
    const int what = world_.WhatAt(index);
    if (what == work::Executor::kDeliveries) {
      Tell("run deliveries");
    } else if (what == work::Executor::kCallbacks) {
      Tell("run callbacks");
    } else {
      Tell("run shard ", what);
    }
    world_.RunTask(index);
  }

  void RunTick() {
    Tell("tick");
    world_.RunTick();
  }

  void DrainOrRunTask() {
    if (world_.MayDrain()) {
      Perform({.verb = Action::Verb::kDrain});
    } else if (world_.tasks() > 0) {
      RunTask();
    }
  }

  void MoveClock(unsigned number) {
    const absl::Time now = world_.model().now();
    Perform({.verb = Action::Verb::kClock, .time = now + StepOf(number, now)});
  }

  void SetMood(Mood mood) { Perform({.verb = Action::Verb::kSink, .mood = mood}); }

  void Perform(const Action& action) {
    if (life_.tell) Tell(FormatAction(action));
    world_.Perform(action);
  }

  AlertId AlertOf(const testing::Command& command) const {
    const unsigned many = std::max(created_, 1U);
    return AlertsOfLives()[NumberOf(command, testing::Command::kWhich) % many];
  }
  unsigned ActiveAlerts() const {
    unsigned active = 0;
    for (unsigned i = 0; i < created_; ++i) {
      const Alert* alert = world_.model().FindAlert(AlertsOfLives()[i]);
      if (alert != nullptr && alert->status != AlertStatus::kArchived) ++active;
    }
    return active;
  }
  bool MayCombine() const { return setup_.few_groups == 0 && setup_.tracked == 0; }

  // With all faults off everything comes to its end by tasks and ticks alone; but now
  // and then it is closed before.
  void End();
  void Settle();
  void Close();

  template <typename... Words>
  void Tell(const Words&... words) {
    if (life_.tell) told_.push_back(absl::StrCat(step_, "  ", words...));
  }

  const Life& life_;
  Figures* const figures_;
  Random random_;
  const Flavour flavour_;
  const Setup setup_;
  const Options options_;
  const std::uint32_t length_;
  const std::uint32_t first_alerts_;
  const unsigned alerts_max_;
  World world_;
  std::uint32_t step_ = 0;
  unsigned created_ = 0;
  std::uint64_t offset_ = 0;
  Action bulk_reset_;  // the last one
  Action last_reset_;  // but those of many
  std::vector<std::string> told_;
};

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

void Simulation::Settle() {
  SetMood(Mood::kTakes);
  for (int round = 0; round < 64; ++round) {
    MoveClock(0);
    RunTick();
    const bool over = world_.tasks() == 0;
    while (world_.tasks() > 0 && world_.wrong().empty()) RunTask();
    if (over) break;
  }
  world_.CheckSettled();
  Tell("look at everything");
  world_.CompareEverything(AlertsOfLives());
}

void Simulation::Close() {
  const unsigned how = random_.Below(4);
  if (how == 0 || !world_.MayDrain()) {
    Tell("close at once");
    return world_.Close(absl::ZeroDuration(), {});
  }
  // It has time for so many tasks.
  unsigned time = how == 1 ? random_.Below(4) : ~0U;
  Tell("close, with time for ", time, " tasks");
  world_.Close(how == 1 ? absl::Seconds(1) : absl::InfiniteDuration(), [this, &time] {
    for (; time > 0 && world_.tasks() > 0 && world_.wrong().empty(); --time) RunTask();
    return world_.tasks() == 0;
  });
}

void Simulation::End() {
  if (random_.Below(3) > 0) Settle();
  Close();
}

}  // namespace

Ending Live(const Life& life, Figures* figures) {
  return Simulation(life, figures).Run();
}

std::uint64_t NextSeed(std::uint64_t seed) { return Random(seed).Next(); }

Life Shrink(Life life) {
  Figures figures;
  const Ending ending = Live(life, &figures);
  if (ending.wrong.empty()) return life;
  // The same thing must be wrong, not another.
  const auto kind = [](const std::string& wrong) {
    return wrong.substr(0, wrong.find('\n'));
  };
  const auto ends_badly = [&](const Life& candidate) {
    return kind(Live(candidate, &figures).wrong) == kind(ending.wrong);
  };
  const std::uint32_t steps = ending.at;
  life.steps = steps;
  life.left_out.resize(steps);
  for (std::uint32_t chunk = steps; chunk > 0; chunk /= 2) {
    for (std::uint32_t first = 0; first < steps; first += chunk) {
      Life smaller = life;
      const auto end = std::min(first + chunk, steps);
      std::fill(smaller.left_out.begin() + first, smaller.left_out.begin() + end, true);
      if (ends_badly(smaller)) life = std::move(smaller);
    }
  }
  return life;
}

}  // namespace tocsin::testing
