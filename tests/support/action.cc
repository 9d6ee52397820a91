#include "tests/support/action.h"

#include <utility>

#include "tests/support/by_handle.h"

namespace tocsin::testing {
namespace {

Outcome PerformReset(const Action& action, const Stage& stage) {
  ResetOptions options;
  if (stage.outcomes != nullptr) {
    options.on_done = [outcomes = stage.outcomes](const ResetOutcome& outcome) {
      outcomes->push_back(outcome);
    };
  }
  return {stage.engine->Reset(action.customer, action.alert, action.selector,
                              std::move(options))};
}

Outcome PerformResetAll(const Action& action, const Stage& stage) {
  const std::string from = action.go_on ? *stage.resume : "";
  BulkResetResult result = action.of_customer
                               ? stage.engine->ResetAll(action.customer, from)
                               : stage.engine->ResetAll(action.alert, from);
  *stage.resume = std::move(result.resume);
  return {.status = std::move(result.status), .taken = result.taken};
}

}  // namespace

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
      const ApplyOptions options{.position = action.position, .fact_ids = stage.fact_ids};
      ApplyResult result = stage.facts_by == FactsBy::kHandle
                               ? ApplyByHandle(engine, action.facts, options)
                               : engine.Apply(action.facts, options);
      return {result.status, std::move(result)};
    }
    case Action::Verb::kReset:
      return PerformReset(action, stage);
    case Action::Verb::kResetAll:
      return PerformResetAll(action, stage);
    case Action::Verb::kDrain:
      return {engine.Drain()};
  }
  return {absl::InternalError("no such verb")};
}

}  // namespace tocsin::testing
