#include "engine/model/customer_alert.h"

#include <algorithm>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "engine/base/mistake.h"
#include "engine/base/status.h"
#include "engine/model/reading.h"
#include "engine/model/reread.h"
#include "engine/model/reset_waiters.h"

namespace tocsin::model {
namespace {

const AlertState* FindState(const Customer& customer, const AlertId& alert) {
  const auto it = customer.states.find(alert);
  return it == customer.states.end() ? nullptr : &it->second;
}

CustomerStatus Worse(CustomerStatus a, CustomerStatus b) {
  const auto rank = [](CustomerStatus status) {
    return status == CustomerStatus::kInAlarm      ? 2
           : status == CustomerStatus::kEvaluating ? 1
                                                   : 0;
  };
  return rank(a) >= rank(b) ? a : b;
}

CustomerAlert Frame(const Customer& customer, const AlertVersion& alert) {
  CustomerAlert view{.customer = customer.id,
                     .alert = alert.id(),
                     .type = alert.spec().type,
                     .alert_status = alert.alert.status,
                     .alert_name = alert.spec().name,
                     .threshold = alert.threshold()};
  if (const AlertState* state = FindState(customer, alert.id())) {
    view.epoch = state->epoch;
    view.source_failed = state->source_failed;
  }
  const Meter* meter = customer.FindMeter(alert.measure->subject);
  const Slice* slice = meter ? meter->FindSlice(alert.measure.get()) : nullptr;
  if (slice != nullptr) view.group_dropped = slice->group_dropped;
  return view;
}

CustomerAlert DescribeInstance(const Customer& customer, const AlertVersion& alert,
                               const Reading& reading) {
  CustomerAlert view = Frame(customer, alert);
  if (alert.enabled()) {
    view.status = StatusOf(customer, alert, reading);
  }
  if (reading.level.has_value()) view.value = reading.level->Rounded();
  InstanceSelector about = SelectorOf(alert.spec(), reading.instance);
  view.group_values = std::move(about.group_values);
  view.balance = about.balance;
  view.invoice = about.invoice;
  view.seat = std::move(about.seat);
  view.custom_field = std::move(about.custom_field);
  const AlertState* state = FindState(customer, alert.id());
  const InstanceState* instance = state ? state->Find(reading.instance) : nullptr;
  if (instance != nullptr) {
    view.epoch = instance->epoch;
    if (instance->SaidInThisEpoch()) view.triggered_by = instance->last_trigger;
  }
  return view;
}

// Makes a reset's re-evaluation pending; of one instance, or of all where it is null.
// Who waits for its end is returned.
ResetWaiters& Owe(Customer* customer, const AlertPtr& alert, const std::string* instance,
                  absl::Time now) {
  const auto [entry, inserted] = customer->pending.FindOrMake(alert->id());
  Pending& pending = *entry;
  if (inserted) {
    pending.judged_under = alert;
    pending.since = now;
  }
  if (instance == nullptr) {
    pending.reset_whole = !TOCSIN_MISTAKE(reset_keeps_latch);
  } else {
    pending.reset_instances.Change().insert(*instance);
  }
  return pending.waiters;
}

// That what was concluded of an instance, or of all where it is empty, is so no more.
void NoteReset(Customer* customer, const Context& context, const AlertPtr& alert,
               const std::string& instance) {
  if (instance.empty()) {
    DropStands(customer, alert->id());
  } else if (!customer->stands.IsEmpty()) {
    TakeStand(customer, alert->id(), instance);
  }
  if (context.transitions == nullptr) return;
  Transition& transition = context.transitions->emplace_back();
  transition.customer = customer->id;
  transition.alert = alert;
  transition.instance = instance;
  transition.status = CustomerStatus::kEvaluating;
  transition.triggered_by = Trigger::kReset;
  transition.epoch = customer->states[alert->id()].epoch;
  transition.time = context.now;
}

// Of all instances: the worst status, and the trigger of what was said last.
void Summarize(const Customer& customer, const AlertVersion& alert, absl::Time now,
               CustomerAlert* view) {
  const Pending* pending = customer.pending.Find(alert.id());
  if (alert.enabled()) {
    const Awaited* awaited = customer.FindAwaited(alert.id());
    const bool owed =
        (pending && (pending->judged_under == nullptr || pending->reset_whole)) ||
        (awaited && awaited->whole);
    CustomerStatus worst = owed ? CustomerStatus::kEvaluating : CustomerStatus::kOk;
    ForEachReading(customer, *alert.measure, now, [&](const Reading& reading) {
      worst = Worse(StatusOf(customer, alert, reading), worst);
    });
    view->status = worst;
  }
  const AlertState* state = FindState(customer, alert.id());
  if (state != nullptr) view->triggered_by = state->last_trigger;
}

}  // namespace

CustomerStatus StatusOf(const Customer& customer, const AlertVersion& alert,
                        const Reading& reading) {
  const Pending* const pending = customer.pending.Find(alert.id());
  if (customer.Awaits(alert.id(), reading.instance) ||
      (pending != nullptr && pending->Evaluating(reading.instance))) {
    return CustomerStatus::kEvaluating;
  }
  // Until it is judged the status stays what it was when the alert changed.
  const AlertVersion& judged = pending == nullptr ? alert : *pending->judged_under;
  const std::optional<Level> level =
      pending == nullptr ? reading.level : reading.LevelAt(pending->since);
  const bool reached = level.has_value() && judged.IsReachedAt(*level);
  return FindStand(customer, alert.id(), reading.instance).value_or(reached)
             ? CustomerStatus::kInAlarm
             : CustomerStatus::kOk;
}

absl::Status CheckInstance(const Customer& customer, const AlertVersion& alert,
                           const std::optional<std::string>& instance, absl::Time now) {
  if (!instance.has_value() || instance->empty()) return absl::OkStatus();
  bool found = false;
  ForEachReading(customer, *alert.measure, now, [&](const Reading& reading) {
    found = found || reading.instance == *instance;
  });
  if (found) return absl::OkStatus();
  return MakeStatus(Reason::kUnknownInstance,
                    absl::StrCat("customer ", customer.id.ToString(), " has no ",
                                 NameInstance(alert.spec(), *instance), " under alert ",
                                 alert.id().ToString(),
                                 " now; only one that has data there can be named"));
}

bool HasPendingReset(const Customer& customer, const AlertId& alert) {
  const Pending* pending = customer.pending.Find(alert);
  return (pending != nullptr && pending->HasReset()) ||
         customer.FindAwaited(alert) != nullptr;
}

void ResetAlert(Customer* customer, const Context& context, const AlertPtr& alert,
                const WhatToReset& what, OnResetDone on_done) {
  const AlertId& id = alert->id();
  AlertState& state = customer->states[id];
  const std::string* const one = what.instance.empty() ? nullptr : &what.instance;
  ResetWaiters& waiters = what.read_anew ? AwaitSource(customer, *alert, one, context.now)
                                         : Owe(customer, alert, one, context.now);
  if (one == nullptr) {
    state.RaiseEpoch();
  } else {
    // What has no state of its own has the customer alert's epoch; the other
    // instances are to keep what that was.
    ForEachReading(*customer, *alert->measure, context.now,
                   [&state](const Reading& reading) {
                     if (!TOCSIN_MISTAKE(neighbours_get_epoch))
                       state.InstanceFor(reading.instance);
                   });
    state.RaiseEpochOf(*one);
  }
  state.reset_by = Trigger::kReset;
  state.reset_at = context.now;
  NoteReset(customer, context, alert, what.instance);
  SupersedeWaiters(*customer, id, &waiters, what.instance, state.epoch, context);
  AddWaiter(&waiters, what.instance, state.epoch, std::move(on_done));
}

CustomerAlert Describe(const Customer& customer, const AlertVersion& alert,
                       const std::optional<std::string>& instance, absl::Time now) {
  const bool as_a_whole = alert.measure->FansOut() && !instance.has_value();
  if (as_a_whole) {
    CustomerAlert view = Frame(customer, alert);
    Summarize(customer, alert, now, &view);
    return view;
  }
  const std::string wanted = instance.value_or("");
  CustomerAlert view;
  ForEachReading(customer, *alert.measure, now, [&](const Reading& reading) {
    if (reading.instance == wanted) view = DescribeInstance(customer, alert, reading);
  });
  return view;
}

std::vector<CustomerAlert> DescribeInstances(const Customer& customer,
                                             const AlertVersion& alert, absl::Time now) {
  absl::btree_map<std::string, CustomerAlert> views;
  ForEachReading(customer, *alert.measure, now, [&](const Reading& reading) {
    views.emplace(reading.instance, DescribeInstance(customer, alert, reading));
  });
  std::vector<CustomerAlert> in_order;
  in_order.reserve(views.size());
  for (auto& [key, view] : views) in_order.push_back(std::move(view));
  return in_order;
}

}  // namespace tocsin::model
