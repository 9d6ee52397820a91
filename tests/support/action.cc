#include "tests/support/action.h"

namespace tocsin::testing {

Outcome Perform(const Action& action, const Stage& stage) {
  Engine& engine = *stage.engine;
  switch (action.verb) {
    case Action::Verb::kClock:
      stage.clock->Set(action.time);
      return {};
    case Action::Verb::kSink:
      stage.sink->SetMood(action.mood);
      return {};
    case Action::Verb::kCreate:
      return {engine.CreateAlert(action.spec).status()};
    case Action::Verb::kUpdate:
      return {engine.UpdateAlert(action.alert, action.update)};
    case Action::Verb::kArchive:
      return {engine.ArchiveAlert(action.alert,
                                  {.release_uniqueness_key = action.release_key})};
    case Action::Verb::kDisable:
      return {engine.DisableAlert(action.alert)};
    case Action::Verb::kEnable:
      return {engine.EnableAlert(action.alert)};
    case Action::Verb::kApply: {
      ApplyResult result = engine.Apply(action.facts, {.position = action.position});
      return {result.status, std::move(result)};
    }
    case Action::Verb::kReset:
      return {engine.Reset(action.customer, action.alert, action.selector)};
    case Action::Verb::kDrain:
      return {engine.Drain()};
  }
  return {absl::InternalError("no such verb")};
}

}  // namespace tocsin::testing
