#ifndef TOCSIN_TESTS_SUPPORT_KEPT_STORY_H_
#define TOCSIN_TESTS_SUPPORT_KEPT_STORY_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/support/collecting_sink.h"
#include "tocsin/engine.h"

// A short story that leaves something of everything that an engine keeps, and all that
// an engine shows of it.
namespace tocsin::testing {

// Steps of one call each, none of which delivers or judges what waits for `Drain`.
using StoryStep = std::function<absl::Status(Engine&)>;
const std::vector<StoryStep>& Story();
// All of it. The first error.
absl::Status TellStory(Engine& engine);

// What an engine shows of the story's customers, alerts and sources, in many lines.
std::string ShownState(Engine& engine);
// The same, what `Drain` has delivered and judged then, and the same again.
std::string ShownStateAndRest(Engine& engine, CollectingSink& sink);
// The story's histories, and all receipts. An error of the store is shown as such.
std::string ShownRecords(Engine& engine);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_KEPT_STORY_H_
