#include "tests/crash/search.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/crash/scenario_story.h"
#include "tests/support/random.h"

namespace tocsin::testing {
namespace {

// In one of so many lives that end, every change of the recovery has its turn too.
constexpr std::uint64_t kWhoseRecoveryEnds = 32;
constexpr unsigned kThirdMax = 24;

class Searching {
 public:
  explicit Searching(const SearchOptions& options) : options_(options) {}

  Searched Run() {
    std::uint64_t seed = options_.seed;
    for (const std::string& scenario : options_.scenarios) {
      if (IsDone()) break;
      OfScenario(scenario, seed++);
    }
    for (; options_.scenarios.empty() && !IsDone(); ++seed) {
      Trials trials(seed);
      if (options_.made_before && !trials.story().made_before()) continue;
      OfStory({.seed = seed}, 1, &trials);
    }
    return searched_;
  }

 private:
  bool IsDone() const {
    return !searched_.wrong.empty() || searched_.points >= options_.points;
  }

  void OfScenario(const std::string& scenario, std::uint64_t seed) {
    absl::StatusOr<Story> story = StoryOfScenario(scenario, seed);
    if (!story.ok()) {
      searched_.wrong = story.status().ToString();
      return;
    }
    Trials trials(*std::move(story));
    OfStory({.scenario = scenario, .seed = seed}, options_.every, &trials);
  }

  void OfStory(const CrashPoint& whole, std::uint64_t every, Trials* trials) {
    const auto point = [&whole](std::vector<std::uint64_t> at) {
      CrashPoint one = whole;
      one.at = std::move(at);
      return one;
    };
    ++searched_.stories;
    const std::uint64_t changes = Try(whole, trials).changes.front();
    for (std::uint64_t at = 1 + whole.seed % every; at <= changes && !IsDone();
         at += every) {
      const Trial ended = Try(point({at}), trials);
      if ((whole.seed + at) % kWhoseRecoveryEnds != 0 || ended.opened.size() < 2)
        continue;
      for (std::uint64_t then = 1; then <= ended.opened[1] && !IsDone(); ++then) {
        (void)Try(point({at, then}), trials);
        if (IsDone()) return;
        Random random(at * 1'000 + then);
        (void)Try(point({at, then, 1 + random.Below(kThirdMax)}), trials);
      }
    }
  }

  Trial Try(CrashPoint point, Trials* trials) {
    Trial trial = RunPoint(point, options_.lies_about, trials);
    searched_.points += point.at.empty() ? 0 : 1;
    searched_.ends += trial.ended;
    searched_.while_opening += trial.refused_to_open;
    searched_.in += trial.in;
    searched_.out += trial.out;
    searched_.again += trial.again;
    searched_.wrong = trial.wrong;
    searched_.last = std::move(point);
    return trial;
  }

  const SearchOptions options_;
  Searched searched_;
};

}  // namespace

std::string CrashPoint::ToString() const {
  return absl::StrCat(scenario.empty() ? "" : "--scenario ", scenario,
                      scenario.empty() ? "" : " ", "--seed ", seed, " --point ",
                      at.empty() ? "0" : absl::StrJoin(at, "."));
}

std::string Searched::ToString() const {
  return absl::StrCat(points, " points in ", stories, " stories: ", ends,
                      " ends, of them ", while_opening,
                      " while opening; calls under way ", in, " in and ", out, " out; ",
                      again, " notifications again");
}

Trial RunPoint(const CrashPoint& point, const std::set<Sync>& lies_about,
               Trials* trials) {
  Fate fate{.chance = point.seed};
  for (const std::uint64_t at : point.at) {
    fate.chance = Random(fate.chance + at).Next();
    Random random(fate.chance);
    fate.lives.push_back({.power_goes_at = at,
                          .leaves = static_cast<Leaves>(random.Below(kWaysToEnd)),
                          .lies_about = lies_about});
  }
  return trials->Run(fate);
}

Searched Search(const SearchOptions& options) { return Searching(options).Run(); }

}  // namespace tocsin::testing
