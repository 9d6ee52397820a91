#include "engine/model/customer_alert.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/model/reading.h"

namespace tocsin::model {
namespace {

const Pending* FindPending(const Customer& customer, const AlertId& alert) {
  const auto it = customer.pending.find(alert);
  return it == customer.pending.end() ? nullptr : &it->second;
}

const AlertState* FindState(const Customer& customer, const AlertId& alert) {
  const auto it = customer.states.find(alert);
  return it == customer.states.end() ? nullptr : &it->second;
}

std::string OpenKeys(const AlertVersion& alert) {
  std::vector<std::string> keys;
  for (const GroupFilter& group : alert.measure->groups) {
    if (!group.value.has_value()) keys.push_back(Quote(group.key));
  }
  if (keys.empty()) return "no group keys, because the alert does not fan out";
  return absl::StrCat("just the keys ", absl::StrJoin(keys, ", "));
}

absl::Status BadSelector(const AlertVersion& alert) {
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat("the instance is to be named by ", OpenKeys(alert)));
}

CustomerStatus Worse(CustomerStatus a, CustomerStatus b) {
  const auto rank = [](CustomerStatus status) {
    return status == CustomerStatus::kInAlarm      ? 2
           : status == CustomerStatus::kEvaluating ? 1
                                                   : 0;
  };
  return rank(a) >= rank(b) ? a : b;
}

CustomerStatus StatusOf(const AlertVersion& alert, const Pending* pending,
                        absl::string_view instance, const Gauge* gauge) {
  if (pending != nullptr && pending->Evaluating(instance)) {
    return CustomerStatus::kEvaluating;
  }
  const AlertVersion& judged = pending == nullptr ? alert : *pending->judged_under;
  const bool reached =
      gauge != nullptr && gauge->sum.has_data && judged.IsReachedAt(gauge->sum.value);
  return reached ? CustomerStatus::kInAlarm : CustomerStatus::kOk;
}

CustomerAlert Frame(Customer* customer, const AlertVersion& alert) {
  CustomerAlert view{.customer = customer->id,
                     .alert = alert.id(),
                     .type = alert.spec().type,
                     .alert_status = alert.alert.status,
                     .alert_name = alert.spec().name,
                     .threshold = alert.threshold()};
  if (const AlertState* state = FindState(*customer, alert.id())) {
    view.epoch = state->epoch;
  }
  Meter* meter = customer->FindMeter(alert.measure->subject);
  const Slice* slice = meter ? meter->FindSlice(alert.measure.get()) : nullptr;
  if (slice != nullptr) view.group_dropped = slice->group_dropped;
  return view;
}

CustomerAlert DescribeInstance(Customer* customer, const AlertVersion& alert,
                               absl::string_view key, const Gauge* gauge) {
  CustomerAlert view = Frame(customer, alert);
  if (alert.enabled()) {
    view.status = StatusOf(alert, FindPending(*customer, alert.id()), key, gauge);
  }
  if (gauge != nullptr) view.value = gauge->sum.value_if_data();
  view.group_values = GroupValuesOf(alert.spec(), key);
  const AlertState* state = FindState(*customer, alert.id());
  const InstanceState* instance = state ? state->Find(key) : nullptr;
  if (instance != nullptr) {
    view.epoch = instance->epoch;
    if (instance->SaidInThisEpoch()) view.triggered_by = instance->last_trigger;
  }
  return view;
}

// Of all instances: the worst status, and the trigger of what was said last.
void Summarize(Customer* customer, const AlertVersion& alert, CustomerAlert* view) {
  const Pending* pending = FindPending(*customer, alert.id());
  if (alert.enabled()) {
    const bool owed =
        pending && (pending->judged_under == nullptr || pending->reset_whole);
    CustomerStatus worst = owed ? CustomerStatus::kEvaluating : CustomerStatus::kOk;
    ForEachGauge(customer, *alert.measure, [&](absl::string_view key, Gauge* gauge) {
      worst = Worse(StatusOf(alert, pending, key, gauge), worst);
    });
    view->status = worst;
  }
  const AlertState* state = FindState(*customer, alert.id());
  if (state != nullptr) view->triggered_by = state->last_trigger;
}

}  // namespace

absl::StatusOr<std::optional<std::string>> InstanceOf(const AlertVersion& alert,
                                                      const InstanceSelector& selector) {
  if (selector.group_values.empty()) return std::optional<std::string>();
  std::vector<std::string> values;
  std::size_t named = 0;
  for (const GroupFilter& group : alert.measure->groups) {
    const auto given = std::find_if(
        selector.group_values.begin(), selector.group_values.end(),
        [&group](const GroupValue& value) { return value.key == group.key; });
    if (given == selector.group_values.end()) {
      if (!group.value.has_value()) return BadSelector(alert);
      continue;
    }
    ++named;
    if (!group.value.has_value()) {
      values.push_back(given->value);
    } else if (*group.value != given->value) {
      return BadSelector(alert);
    }
  }
  if (named != selector.group_values.size()) return BadSelector(alert);
  return std::optional<std::string>(InstanceKeyOf(values));
}

absl::Status CheckInstance(Customer* customer, const AlertVersion& alert,
                           const std::optional<std::string>& instance) {
  if (!instance.has_value() || instance->empty()) return absl::OkStatus();
  bool found = false;
  ForEachGauge(customer, *alert.measure,
               [&](absl::string_view key, Gauge*) { found = found || key == *instance; });
  if (found) return absl::OkStatus();
  return MakeStatus(Reason::kUnknownInstance,
                    absl::StrCat("customer ", customer->id.ToString(),
                                 " has no such group values under alert ",
                                 alert.id().ToString(), " in this period"));
}

bool HasPendingReset(const Customer& customer, const AlertId& alert) {
  const Pending* pending = FindPending(customer, alert);
  return pending != nullptr && pending->HasReset();
}

void ResetAlert(Customer* customer, const AlertPtr& alert,
                const std::optional<std::string>& instance) {
  AlertState& state = customer->states[alert->id()];
  const auto [it, inserted] = customer->pending.try_emplace(alert->id());
  if (inserted) it->second.judged_under = alert;
  if (!instance.has_value() || instance->empty()) {
    state.RaiseEpoch();
    it->second.reset_whole = true;
    return;
  }
  // What has no state of its own has the customer alert's epoch; the other
  // instances are to keep what that was.
  ForEachGauge(customer, *alert->measure,
               [&state](absl::string_view key, Gauge*) { state.InstanceFor(key); });
  state.RaiseEpochOf(*instance);
  it->second.reset_instances.insert(*instance);
}

CustomerAlert Describe(Customer* customer, const AlertVersion& alert,
                       const std::optional<std::string>& instance) {
  const bool as_a_whole = alert.measure->FansOut() && !instance.has_value();
  if (as_a_whole) {
    CustomerAlert view = Frame(customer, alert);
    Summarize(customer, alert, &view);
    return view;
  }
  const std::string wanted = instance.value_or("");
  CustomerAlert view;
  ForEachGauge(customer, *alert.measure, [&](absl::string_view key, Gauge* gauge) {
    if (key == wanted) view = DescribeInstance(customer, alert, key, gauge);
  });
  return view;
}

std::vector<CustomerAlert> DescribeInstances(Customer* customer,
                                             const AlertVersion& alert) {
  std::vector<CustomerAlert> views;
  ForEachGauge(customer, *alert.measure, [&](absl::string_view key, Gauge* gauge) {
    views.push_back(DescribeInstance(customer, alert, key, gauge));
  });
  return views;
}

}  // namespace tocsin::model
