#include "tests/crash/scenario_story.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "tests/support/scenario.h"

namespace tocsin::testing {
namespace {

class Telling {
 public:
  Telling(const Scenario& scenario, std::uint64_t seed) : scenario_(scenario) {
    Random random(seed);
    story_.options = scenario.options;
    story_.options.worker_threads = 0;
    story_.options.random_seed = 1;
    story_.options.due_max = Options().due_max;
    story_.options.outbox_max = Options().outbox_max;
    ChooseSurroundings(random, &story_);
    story_.customers.clear();
    story_.alerts.clear();
    next_.clock = TimeFromText("2026-01-01").value();
  }

  Story Run() {
    for (const Step& step : scenario_.steps) {
      if (step.kind == Step::Kind::kAction) Add(step);
    }
    story_.calls.push_back(EndOf(next_));
    story_.customers.assign(customers_.begin(), customers_.end());
    return std::move(story_);
  }

 private:
  void Add(const Step& step) {
    const Action& action = step.action;
    if (action.verb == Action::Verb::kClock) {
      // One that goes back stands still, for who has seen it later.
      next_.clock = std::max(next_.clock, action.time);
    } else if (action.verb == Action::Verb::kSink) {
      next_.mood = action.mood;
    } else {
      AddCall(action);
    }
    if (action.verb == Action::Verb::kCreate && step.error.empty()) {
      story_.alerts.push_back(*action.spec.id);
    }
    if (scenario_.drain_each && action.verb != Action::Verb::kDrain) AddCall(Action{});
  }

  void AddCall(const Action& action) {
    next_.action = action;
    next_.action.go_on = false;  // nobody knows where, after a crash
    if (action.verb == Action::Verb::kApply) {
      next_.action.position = Position{kStorySource, story_.calls.size() + 1};
    }
    next_.flush = story_.calls.size() % 4 == 0;
    for (const Fact& fact : action.facts) {
      const CustomerId customer =
          std::visit([](const auto& one) { return one.customer; }, fact);
      if (customer != CustomerId()) customers_.insert(customer);
    }
    story_.calls.push_back(next_);
  }

  const Scenario& scenario_;
  Story story_;
  StoryCall next_;
  std::set<CustomerId> customers_;
};

}  // namespace

absl::StatusOr<Story> StoryOfScenario(const std::string& file, std::uint64_t seed) {
  const absl::StatusOr<Scenario> scenario = ReadScenario(file);
  if (!scenario.ok()) return scenario.status();
  return Telling(*scenario, seed).Run();
}

}  // namespace tocsin::testing
