#include "engine/model/reset_waiters.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/mistake.h"
#include "engine/model/reading.h"

namespace tocsin::model {
namespace {

void Finish(ResetWaiter* waiter, ResetOutcome outcome, const Context& context) {
  outcome.epoch = waiter->epoch;
  context.finished_resets->push_back(
      {.outcome = outcome, .on_done = std::move(waiter->on_done)});
}

// All of them, with their instances, in the order of their resets; then none waits.
std::vector<std::pair<std::string, ResetWaiter>> Take(ResetWaiters* waiters) {
  std::vector<std::pair<std::string, ResetWaiter>> taken;
  for (auto& [instance, waiter] : **waiters) {
    taken.emplace_back(instance, std::move(waiter));
  }
  waiters->reset();
  std::sort(taken.begin(), taken.end(),
            [](const auto& a, const auto& b) { return a.second.epoch < b.second.epoch; });
  return taken;
}

// What the judgement of an alert came to for what was reset.
struct Judged {
  bool in_alarm = false;
  std::optional<Decimal> value;
  bool notified = false;
};

// For each instance that waiters had reset and that is there, and for the whole.
absl::flat_hash_map<std::string, Judged> JudgedOf(const Customer& customer,
                                                  const AlertVersion& alert,
                                                  const ResetWaiters& waiters,
                                                  absl::Time as_of) {
  absl::flat_hash_map<std::string, Judged> judged;
  Judged whole;
  ForEachReading(customer, *alert.measure, as_of, [&](const Reading& reading) {
    const bool in_alarm = reading.level.has_value() && alert.IsReachedAt(*reading.level);
    std::optional<Decimal> value;
    if (reading.level.has_value()) value = reading.level->Rounded();
    whole.in_alarm = whole.in_alarm || in_alarm;
    if (!alert.measure->FansOut()) whole.value = value;
    if (!reading.instance.empty() && waiters->contains(reading.instance)) {
      judged[reading.instance] = {.in_alarm = in_alarm, .value = value};
    }
  });
  judged[""] = whole;
  return judged;
}

// Decisions of the context from the `first`-th on.
void NoteNotified(const AlertId& alert, std::size_t first, const Context& context,
                  absl::flat_hash_map<std::string, Judged>* judged) {
  for (std::size_t i = first; i < context.decisions->size(); ++i) {
    const Decision& decision = (*context.decisions)[i];
    if (decision.alert->id() != alert) continue;
    judged->at("").notified = true;
    const auto one = judged->find(decision.instance);
    if (one != judged->end()) one->second.notified = true;
  }
}

}  // namespace

void AddWaiter(ResetWaiters* waiters, const std::string& instance, std::uint64_t epoch,
               OnResetDone on_done) {
  if (on_done == nullptr) return;
  if (*waiters == nullptr) *waiters = std::make_unique<ResetWaiters::element_type>();
  (**waiters)[instance] = {.epoch = epoch, .on_done = std::move(on_done)};
}

void SupersedeWaiters(const Customer& customer, const AlertId& alert,
                      ResetWaiters* waiters, const std::string& instance,
                      std::uint64_t epoch, const Context& context) {
  if (*waiters == nullptr) return;
  const auto supersede = [&](ResetWaiter* waiter) {
    Finish(waiter,
           {.kind = ResetOutcome::Kind::kSuperseded,
            .customer = customer.id,
            .alert = alert,
            .newer_epoch = epoch},
           context);
  };
  if (!instance.empty()) {
    const auto one = (*waiters)->find(instance);
    if (one == (*waiters)->end()) return;
    supersede(&one->second);
    (*waiters)->erase(one);
    return;
  }
  for (auto& [key, waiter] : Take(waiters)) {
    if (!TOCSIN_MISTAKE(superseded_not_told)) supersede(&waiter);
  }
}

void FinishWaiters(const Customer& customer, const AlertVersion& alert,
                   ResetWaiters* waiters, absl::Time as_of, std::size_t first,
                   const Context& context) {
  if (*waiters == nullptr) return;
  absl::flat_hash_map<std::string, Judged> judged =
      JudgedOf(customer, alert, *waiters, as_of);
  NoteNotified(alert.id(), first, context, &judged);
  for (auto& [instance, waiter] : Take(waiters)) {
    ResetOutcome outcome{.customer = customer.id, .alert = alert.id()};
    const auto one = judged.find(instance);
    if (one == judged.end()) {
      outcome.kind = ResetOutcome::Kind::kDropped;
      outcome.why = Reason::kUnknownInstance;
    } else {
      const Judged& its = one->second;
      outcome.status = its.in_alarm ? CustomerStatus::kInAlarm : CustomerStatus::kOk;
      outcome.value = its.value;
      outcome.notified = its.notified;
    }
    Finish(&waiter, outcome, context);
  }
}

void DropWaiters(const Customer& customer, const AlertId& alert, ResetWaiters* waiters,
                 Reason why, const Context& context) {
  if (*waiters == nullptr || TOCSIN_MISTAKE(dropped_not_told)) return;
  for (auto& [instance, waiter] : Take(waiters)) {
    Finish(&waiter,
           {.kind = ResetOutcome::Kind::kDropped,
            .customer = customer.id,
            .alert = alert,
            .why = why},
           context);
  }
}

}  // namespace tocsin::model
