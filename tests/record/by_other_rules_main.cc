// Plays for a while on an engine of other rules and ends amid it: by_other_rules DIR
// SEED STEPS; without a step it plays what can be counted. Prints what the engine showed
// last.
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/strings/numbers.h"
#include "tests/record/play.h"
#include "tests/support/kept_story.h"

namespace tocsin::testing {
namespace {

int Run(const std::string& directory, std::uint64_t seed, int steps) {
  PlayedEngine played;
  played.directory = directory;
  played.sink.SetMood(CollectingSink::Mood::kFails);
  absl::Status status = played.Open(seed % 2 == 0);
  if (status.ok() && steps == 0) status = PlayCounted(*played.engine);
  if (status.ok() && steps > 0) status = CreateAlerts(*played.engine);
  Random random(seed);
  for (int i = 0; i < steps && status.ok(); ++i) status = PlayStep(&played, &random);
  if (!status.ok()) {
    std::cerr << status << "\n";
    return 1;
  }
  std::cout << ShownState(*played.engine) << std::flush;
  // Nothing is closed.
  _exit(0);
}

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) {
  std::uint64_t seed = 0;
  int steps = 0;
  if (argc != 4 || !absl::SimpleAtoi(argv[2], &seed) ||
      !absl::SimpleAtoi(argv[3], &steps)) {
    std::cerr << "usage: by_other_rules DIR SEED STEPS\n";
    return 2;
  }
  return tocsin::testing::Run(argv[1], seed, steps);
}
