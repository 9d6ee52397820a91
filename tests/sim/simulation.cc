#include "tests/sim/simulation.h"

#include <algorithm>
#include <utility>

#include "tests/sim/simulation_life.h"

namespace tocsin::testing {

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

void Simulation::Settle() {
  SetMood(CollectingSink::Mood::kTakes);
  source_is_well_ = true;
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
