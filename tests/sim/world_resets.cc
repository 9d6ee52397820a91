// Resets, of one and of many, and what becomes of them as it is told.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/world.h"
#include "tests/support/describe.h"
#include "tests/support/differences.h"

namespace tocsin::testing {

ResetOptions World::TellTo(std::uint64_t number, Outcomes* outcomes) {
  ResetOptions options;
  // Who does not ask is told nothing.
  if (number % 4 == 3) return options;
  options.on_done = [this, number, outcomes](const ResetOutcome& outcome) {
    outcomes->push_back({number, outcome});
    if (outcomes == &actual_outcomes_) CalledBack(number);
  };
  return options;
}

void World::CalledBack(std::uint64_t number) {
  if (in_callback_task_ && inside_ && IsOutside()) {
    inside_callback_ = true;
    inside_();
    inside_callback_ = false;
  }
  if (number % 8 != 5) return;
  ++callback_failures_;
  throw std::runtime_error("a callback throws");
}

void World::Reset(const Action& action) {
  const std::uint64_t number = ++reset_number_;
  const absl::Status actual = engine_->Reset(
      action.customer, action.alert, action.selector, TellTo(number, &actual_outcomes_));
  SeeStatus(actual, model_.Reset(action.customer, action.alert, action.selector,
                                 TellTo(number, &expected_outcomes_)));
  if (actual.ok()) ++figures_->resets;
}

void World::ResetAll(const Action& action) {
  const auto reset = [&action](Engine& engine, std::string* resume) {
    const std::string from = action.go_on ? *resume : "";
    BulkResetResult result = action.of_customer ? engine.ResetAll(action.customer, from)
                                                : engine.ResetAll(action.alert, from);
    *resume = result.resume;
    return result;
  };
  if (action.go_on && !expected_resume_.empty()) ++figures_->went_on;
  const BulkResetResult actual = reset(*engine_, &actual_resume_);
  const BulkResetResult expected = reset(model_, &expected_resume_);
  SeeStatus(actual.status, expected.status);
  ++figures_->bulk_resets;
  figures_->resets += actual.taken;
  figures_->See(actual.taken);
  if (actual.taken != expected.taken ||
      actual.resume.empty() != expected.resume.empty()) {
    Wrong(absl::StrCat("a reset of many takes ", actual.taken, ", not ", expected.taken,
                       ", and would go on at '", actual.resume, "', not '",
                       expected.resume, "'"));
  }
}

// By customer alert they come in the model's order.
void World::CompareOutcomes() {
  model_.CallBack();
  for (const auto& [number, actual] : actual_outcomes_) {
    figures_->See(number * 4 + static_cast<std::uint64_t>(actual.kind));
    ++figures_->outcomes;
    const auto next = std::find_if(expected_outcomes_.begin(), expected_outcomes_.end(),
                                   [&one = actual](const auto& expected) {
                                     return expected.second.customer == one.customer &&
                                            expected.second.alert == one.alert;
                                   });
    const bool known = next != expected_outcomes_.end();
    if (!known || next->first != number || !Same(actual, next->second)) {
      return Wrong(Differing(
          "what became of a reset", absl::StrCat(number, ": ", Describe(actual)),
          known ? absl::StrCat(next->first, ": ", Describe(next->second)) : "nothing"));
    }
    expected_outcomes_.erase(next);
  }
  actual_outcomes_.clear();
}

// Whoever is to be told has somebody who will do it.
void World::CheckCallbacks() {
  if (paused_ || executor_->IsScheduled(work::Executor::kCallbacks)) return;
  for (const auto& [number, expected] : expected_outcomes_) {
    // It may not have taken in yet what the model knows already.
    if (executor_->IsScheduled(ShardOf(expected.customer))) continue;
    Wrong(absl::StrCat("nobody is scheduled to tell what became of reset ", number, ": ",
                       Describe(expected)));
  }
}

}  // namespace tocsin::testing
