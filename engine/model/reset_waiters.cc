#include "engine/model/reset_waiters.h"

#include <memory>
#include <utility>
#include <vector>

#include "engine/base/mistake.h"
#include "engine/model/reading.h"

namespace tocsin::model {
namespace {

void Finish(ResetWaiter* waiter, ResetOutcome outcome, const Context& context) {
  outcome.epoch = waiter->epoch;
  context.finished_resets->push_back(
      {.outcome = outcome, .on_done = std::move(waiter->on_done)});
}

// What the judgement of an alert came to for what a waiter had reset.
ResetOutcome JudgedOutcome(const Customer& customer, const AlertVersion& alert,
                           absl::string_view instance, absl::Time as_of) {
  ResetOutcome outcome{.customer = customer.id, .alert = alert.id()};
  const bool whole = instance.empty();
  bool found = false;
  bool in_alarm = false;
  ForEachReading(customer, *alert.measure, as_of, [&](const Reading& reading) {
    if (!whole && reading.instance != instance) return;
    found = true;
    if (!reading.level.has_value()) return;
    in_alarm = in_alarm || alert.IsReachedAt(*reading.level);
    if (!whole || !alert.measure->FansOut()) outcome.value = reading.level->Rounded();
  });
  if (!whole && !found) {
    outcome.kind = ResetOutcome::Kind::kDropped;
    outcome.why = Reason::kUnknownInstance;
    return outcome;
  }
  outcome.status = in_alarm ? CustomerStatus::kInAlarm : CustomerStatus::kOk;
  return outcome;
}

}  // namespace

void AddWaiter(ResetWaiters* waiters, std::string instance, std::uint64_t epoch,
               OnResetDone on_done) {
  if (on_done == nullptr) return;
  if (*waiters == nullptr) {
    *waiters = std::make_unique<std::vector<ResetWaiter>>();
  }
  (*waiters)->push_back(
      {.instance = std::move(instance), .epoch = epoch, .on_done = std::move(on_done)});
}

void SupersedeWaiters(const Customer& customer, const AlertId& alert,
                      ResetWaiters* waiters, absl::string_view instance,
                      std::uint64_t epoch, const Context& context) {
  if (*waiters == nullptr) return;
  std::vector<ResetWaiter> left;
  for (ResetWaiter& waiter : **waiters) {
    if (TOCSIN_MISTAKE(superseded_not_told) && instance.empty()) continue;
    if (instance.empty() || waiter.instance == instance) {
      Finish(&waiter,
             {.kind = ResetOutcome::Kind::kSuperseded,
              .customer = customer.id,
              .alert = alert,
              .newer_epoch = epoch},
             context);
    } else {
      left.push_back(std::move(waiter));
    }
  }
  **waiters = std::move(left);
}

void FinishWaiters(const Customer& customer, const AlertVersion& alert,
                   ResetWaiters* waiters, absl::Time as_of, std::size_t first,
                   const Context& context) {
  if (*waiters == nullptr) return;
  for (ResetWaiter& waiter : **waiters) {
    ResetOutcome outcome = JudgedOutcome(customer, alert, waiter.instance, as_of);
    const bool judged = outcome.kind == ResetOutcome::Kind::kJudged;
    for (std::size_t i = first; judged && i < context.decisions->size(); ++i) {
      const Decision& decision = (*context.decisions)[i];
      if (decision.alert->id() != alert.id()) continue;
      const bool concerns =
          waiter.instance.empty() || decision.instance == waiter.instance;
      outcome.notified = outcome.notified || concerns;
    }
    Finish(&waiter, outcome, context);
  }
  waiters->reset();
}

void DropWaiters(const Customer& customer, const AlertId& alert, ResetWaiters* waiters,
                 Reason why, const Context& context) {
  if (*waiters == nullptr || TOCSIN_MISTAKE(dropped_not_told)) return;
  for (ResetWaiter& waiter : **waiters) {
    Finish(&waiter,
           {.kind = ResetOutcome::Kind::kDropped,
            .customer = customer.id,
            .alert = alert,
            .why = why},
           context);
  }
  waiters->reset();
}

}  // namespace tocsin::model
