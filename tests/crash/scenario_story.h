#ifndef TOCSIN_TESTS_CRASH_SCENARIO_STORY_H_
#define TOCSIN_TESTS_CRASH_SCENARIO_STORY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "tests/crash/story.h"

namespace tocsin::testing {

// The calls of a scenario file as a story, on surroundings that follow from the seed.
// What the scenario expects is not asked: the twin is told the same. Bounds of what is
// due and of the outbox are left out, as how much is hangs on what was done sooner than
// it must be. Errors: of `ReadScenario`.
absl::StatusOr<Story> StoryOfScenario(const std::string& file, std::uint64_t seed);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CRASH_SCENARIO_STORY_H_
