#ifndef TOCSIN_TESTS_SIM_SIMULATION_LIFE_H_
#define TOCSIN_TESTS_SIM_SIMULATION_LIFE_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/sim/simulation.h"
#include "tests/sim/world.h"
#include "tests/support/case.h"
#include "tests/support/case_choices.h"
#include "tests/support/names.h"
#include "tests/support/random.h"

namespace tocsin::testing {

constexpr unsigned kAlertsInALife = 12;
// As many days have no more than twelve digits. So what is judged just before an instant
// shows the same days as at it.
constexpr absl::Duration kEvenStep = absl::Nanoseconds(432);
const std::vector<AlertId>& AlertsOfLives();
std::uint64_t SeedOf(std::uint64_t seed, std::uint64_t step);

// A life while it is lived: draws what happens next.
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
        has_source_(random_.Below(3) == 0),
        world_(options_, has_source_, StartOfCases(setup_), figures) {
    world_.SetInside([this] { Inside(); });
    world_.SetReply([this] { return ReplyNow(); });
    world_.SetFacts([this](const ReadRequest& request) { return FactsFor(request); });
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
    options.source_attempts_max = 1 + static_cast<int>(random.Below(4));
    // `Close` waits as long by the machine's clock.
    options.source_timeout = 500 * kEvenStep;
    if (random.Below(3) == 0) options.read_additions_max = 1 + random.Below(3);
    return options;
  }

  void Step() {
    ++figures_->steps;
    figures_->See(step_);
    const unsigned draw = random_.Below(64);
    if (step_ < first_alerts_) return Create(GenerateCreate(random_, flavour_));
    // Nothing is accepted while the outbox is full, so that is not for long.
    if (world_.mood() != CollectingSink::Mood::kTakes && random_.Below(8) == 0) {
      return SetMood(CollectingSink::Mood::kTakes);
    }
    if (has_source_ && random_.Below(8) == 0) {
      if (world_.waiting() > 0 && random_.Below(2) == 0) return Answer();
      return MoveClockALittle();
    }
    if (draw < 32) return Command();
    if (draw < 38) return Reset();
    if (draw < 54) return world_.tasks() > 0 ? RunTask() : Command();
    if (draw < 56) return RunTick();
    if (draw < 58) return MoveClock(random_.Below(256));
    if (draw < 59)
      return SetMood(random_.Below(2) == 0 ? CollectingSink::Mood::kFails
                                           : CollectingSink::Mood::kThrows);
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

  // By as much as a read takes, or a wait after it: by a little more than 50, 75, 100 and
  // 400 ms, and than a minute.
  void MoveClockALittle() {
    const absl::Duration steps[] = {
        options_.source_timeout, options_.source_timeout - absl::Nanoseconds(1),
        115'741 * kEvenStep,     173'612 * kEvenStep,
        231'482 * kEvenStep,     925'926 * kEvenStep,
        138'888'889 * kEvenStep};
    const absl::Time now = world_.model().now();
    Perform({.verb = Action::Verb::kClock, .time = now + Pick(steps, random_.Below(7))});
  }

  World::Reply ReplyNow() {
    using Reply = World::Reply;
    static constexpr Reply kReplies[] = {
        Reply::kGood,  Reply::kGood,      Reply::kGoodAndThrows, Reply::kError,
        Reply::kError, Reply::kWrongFact, Reply::kOfAnother,     Reply::kThrows,
        Reply::kLater, Reply::kLater,     Reply::kLater,         Reply::kLater};
    if (source_is_well_) return Reply::kGood;
    const Reply reply = Pick(kReplies, random_.Below(12));
    Tell("the source replies ", static_cast<int>(reply));
    return reply;
  }

  std::vector<Fact> FactsFor(const ReadRequest& request);

  void Answer() {
    using Reply = World::Reply;
    const unsigned index = random_.Below(static_cast<unsigned>(world_.waiting()));
    static constexpr Reply kReplies[] = {Reply::kGood, Reply::kGood, Reply::kGood,
                                         Reply::kError, Reply::kOfAnother};
    const Reply reply = Pick(kReplies, random_.Below(5));
    Tell("answer ", index, ": ", static_cast<int>(reply));
    world_.Answer(index, reply);
  }

  void MoveClock(unsigned number) {
    const absl::Time now = world_.model().now();
    Perform({.verb = Action::Verb::kClock, .time = now + StepOf(number, now)});
  }

  void SetMood(CollectingSink::Mood mood) {
    Perform({.verb = Action::Verb::kSink, .mood = mood});
  }

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
    if (!life_.tell) return;
    std::string line = absl::StrCat(step_, "  ", words...);
    // At the end the clock and the timer take turns, often for long.
    const auto recent =
        told_.end() - std::min<std::ptrdiff_t>(4, told_.end() - told_.begin());
    if (std::find(recent, told_.end(), line) == told_.end()) {
      told_.push_back(std::move(line));
    }
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
  const bool has_source_;
  World world_;
  bool source_is_well_ = false;
  std::uint32_t step_ = 0;
  unsigned created_ = 0;
  std::uint64_t offset_ = 0;
  Action bulk_reset_;  // the last one
  Action last_reset_;  // but those of many
  std::vector<std::string> told_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SIM_SIMULATION_LIFE_H_
