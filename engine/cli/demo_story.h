#ifndef TOCSIN_ENGINE_CLI_DEMO_STORY_H_
#define TOCSIN_ENGINE_CLI_DEMO_STORY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/cli/demo_run.h"
#include "tocsin/ids.h"

namespace tocsin::cli {

// What becomes of one customer, told step by step with the values that the engine
// gives: reaching a threshold, a wrong fact and its correction, a reset.
//
// `candidates` are those of DemoFeed::StoryCustomers. If nobody is fit for a story, as
// it needs spend or usage, the text is TellRecord's. An error is one of the engine, or
// that it did something else than the story says.
absl::StatusOr<std::string> TellStory(DemoRun* run,
                                      const std::vector<CustomerId>& candidates);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_STORY_H_
