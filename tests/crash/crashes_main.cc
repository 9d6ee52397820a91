// The search for a crash that loses something, as a program: for as many points as one
// likes, until one is wrong.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "sqlite3.h"
#include "tests/crash/scenario_story.h"
#include "tests/crash/search.h"
#include "tests/support/scenario.h"

namespace tocsin::testing {
namespace {

bool ReadPoint(const std::string& text, CrashPoint* point) {
  const std::vector<std::string> parts = absl::StrSplit(text, '.');
  for (const std::string& part : parts) {
    std::uint64_t at = 0;
    if (!absl::SimpleAtoi(part, &at)) return false;
    if (at > 0) point->at.push_back(at);
  }
  return true;
}

int RunOne(const CrashPoint& point) {
  absl::StatusOr<Story> story = point.scenario.empty()
                                    ? MakeStory(point.seed)
                                    : StoryOfScenario(point.scenario, point.seed);
  if (!story.ok()) {
    std::fprintf(stderr, "%s\n", story.status().ToString().c_str());
    return 2;
  }
  Trials trials(*std::move(story));
  const Trial trial = RunPoint(point, {}, &trials);
  std::printf("%s%s\n", trials.story().ToString().c_str(),
              trial.wrong.empty() ? "nothing is wrong" : trial.wrong.c_str());
  return trial.wrong.empty() ? 0 : 1;
}

int Main(int argc, char** argv) {
  // Every lock would be dearer; the tests run with it.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  SearchOptions options{.points = 1'000'000};
  CrashPoint point;
  bool one = false;
  bool well = true;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--seed") {
      well = well && absl::SimpleAtoi(value, &options.seed);
    } else if (name == "--points") {
      well = well && absl::SimpleAtoi(value, &options.points);
    } else if (name == "--scenarios") {
      options.scenarios = ScenariosIn(value);
      well = well && !options.scenarios.empty();
    } else if (name == "--scenario") {
      point.scenario = value;
    } else {
      one = true;
      well = well && name == "--point" && ReadPoint(value, &point);
    }
  }
  if (!well) {
    std::fprintf(stderr,
                 "usage: tocsin_crashes [--seed S] [--points N]\n"
                 "       tocsin_crashes [--seed S] [--points N] --scenarios DIRECTORY\n"
                 "       tocsin_crashes [--scenario FILE] [--seed S] --point K[.K]\n");
    return 2;
  }
  point.seed = options.seed;
  if (one) return RunOne(point);
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  const Searched searched = Search(options);
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  std::printf("from seed %llu: %s; in %.1f s\n",
              static_cast<unsigned long long>(options.seed), searched.ToString().c_str(),
              seconds);
  if (searched.wrong.empty()) return 0;
  std::printf("WRONG: tocsin_crashes %s\n%s", searched.last.ToString().c_str(),
              searched.wrong.c_str());
  return 1;
}

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) { return tocsin::testing::Main(argc, argv); }
