#include <algorithm>
#include <set>
#include <utility>

#include "tests/support/reference_model.h"

namespace tocsin::testing {

std::vector<GroupValue> ReferenceModel::GroupsOf(const AlertSpec& spec,
                                                 const Tuple& tuple) const {
  // The tuple goes by key; the answer in the alert's order.
  std::map<std::string, std::string> values;
  std::size_t i = 0;
  for (const auto& [key, value] : MeasureOf(spec).keys) {
    values[key] = value ? *value : tuple[i++];
  }
  std::vector<GroupValue> groups;
  for (const GroupFilter& filter : spec.group_values) {
    groups.push_back({filter.key, values.at(filter.key)});
  }
  return groups;
}

absl::Status ReferenceModel::Find(CustomerId customer_id, AlertId alert_id,
                                  const InstanceSelector& selector, Customer*& customer,
                                  Alert*& alert, std::optional<Tuple>& tuple) {
  if (customer_id.is_nil() || alert_id.is_nil()) return Refused(Reason::kMissing);
  std::map<std::string, std::string> wanted;
  for (const GroupValue& group : selector.group_values) {
    if (!wanted.emplace(group.key, group.value).second)
      return Refused(Reason::kMalformed);
  }
  auto found_alert = alerts_.find(alert_id);
  if (found_alert == alerts_.end()) return Refused(Reason::kUnknownAlert);
  alert = &found_alert->second;
  auto found_customer = customers_.find(customer_id);
  if (found_customer == customers_.end() || found_customer->second.archived) {
    return Refused(Reason::kUnknownCustomer);
  }
  customer = &found_customer->second;
  DoDueByClock(*customer);
  if (!InScope(*alert, *customer)) return Refused(Reason::kNotInScope);
  if (wanted.empty()) return absl::OkStatus();
  // Which keys select an instance only the alert tells.
  std::set<std::string> fanned;
  for (const GroupFilter& filter : alert->spec.group_values) {
    if (!filter.value) fanned.insert(filter.key);
  }
  for (const auto& [key, value] : wanted) {
    if (fanned.count(key) == 0) return Refused(Reason::kMalformed);
  }
  if (wanted.size() != fanned.size()) return Refused(Reason::kMalformed);
  Tuple values;
  for (const auto& [key, value] : wanted) values.push_back(value);
  const bool gone = alert->status == AlertStatus::kArchived;
  if (!gone && Tuples(*customer, *alert).count(values) == 0) {
    return Refused(Reason::kUnknownInstance);
  }
  tuple = values;
  return absl::OkStatus();
}

CustomerAlert ReferenceModel::View(const Customer& customer, const Alert& alert,
                                   const std::optional<Tuple>& tuple) const {
  const Measure measure = MeasureOf(alert.spec);
  static const State kNothing;
  auto it = customer.states.find(alert.id);
  const State& state = it == customer.states.end() ? kNothing : it->second;
  CustomerAlert view;
  view.customer = customer.id;
  view.alert = alert.id;
  view.type = alert.spec.type;
  view.alert_status = alert.status;
  view.alert_name = alert.spec.name;
  view.threshold = *alert.spec.threshold;
  view.epoch = state.epoch;
  view.triggered_by = state.by;
  view.group_dropped = customer.sums.Dropped(measure);
  if (!measure.fans_out()) view.value = Value(customer, alert, {});
  if (tuple) {
    view.value = Value(customer, alert, *tuple);
    view.group_values = GroupsOf(alert.spec, *tuple);
    auto instance = state.instances.find(*tuple);
    if (instance != state.instances.end()) view.epoch = instance->second.epoch;
  }
  if (!state.watching) return view;
  auto rank = [](CustomerStatus status) {
    return status == CustomerStatus::kInAlarm ? 2 : status == CustomerStatus::kEvaluating;
  };
  if (tuple) {
    const Instance& instance = state.instances.at(*tuple);
    view.status = instance.status;
    view.triggered_by = measure.fans_out() ? instance.by : state.by;
    return view;
  }
  const bool first_due = state.due.created || state.due.restarted || state.due.reset;
  view.status = state.instances.empty() && first_due ? CustomerStatus::kEvaluating
                                                     : CustomerStatus::kOk;
  for (const auto& [known, instance] : state.instances) {
    if (rank(instance.status) > rank(*view.status)) view.status = instance.status;
  }
  return view;
}

absl::StatusOr<CustomerAlert> ReferenceModel::GetCustomerAlert(
    CustomerId customer_id, AlertId alert_id, const InstanceSelector& selector) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  Customer* customer = nullptr;
  Alert* alert = nullptr;
  std::optional<Tuple> tuple;
  absl::Status found = Find(customer_id, alert_id, selector, customer, alert, tuple);
  if (!found.ok()) return found;
  return View(*customer, *alert, tuple);
}

absl::Status ReferenceModel::ForEachCustomerAlert(
    CustomerId customer_id, absl::FunctionRef<void(const CustomerAlert&)> visit) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  if (customer_id.is_nil()) return Refused(Reason::kMissing);
  auto it = customers_.find(customer_id);
  if (it == customers_.end() || it->second.archived) {
    return Refused(Reason::kUnknownCustomer);
  }
  DoDueByClock(it->second);
  for (const auto& [id, alert] : alerts_) {
    if (alert.status != AlertStatus::kEnabled || !InScope(alert, it->second)) continue;
    visit(View(it->second, alert, std::nullopt));
  }
  return absl::OkStatus();
}

absl::Status ReferenceModel::ForEachCustomerAlert(
    AlertId alert_id, absl::FunctionRef<void(const CustomerAlert&)> visit) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  if (alert_id.is_nil()) return Refused(Reason::kMissing);
  auto it = alerts_.find(alert_id);
  if (it == alerts_.end()) return Refused(Reason::kUnknownAlert);
  if (it->second.status == AlertStatus::kArchived) return Refused(Reason::kAlertArchived);
  if (it->second.status == AlertStatus::kDisabled) return Refused(Reason::kAlertDisabled);
  for (auto& [id, customer] : customers_) {
    if (!InScope(it->second, customer)) continue;
    DoDueByClock(customer);
    visit(View(customer, it->second, std::nullopt));
  }
  return absl::OkStatus();
}

absl::Status ReferenceModel::ForEachInstance(
    CustomerId customer_id, AlertId alert_id,
    absl::FunctionRef<void(const CustomerAlert&)> visit) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  Customer* customer = nullptr;
  Alert* alert = nullptr;
  std::optional<Tuple> none;
  absl::Status found = Find(customer_id, alert_id, {}, customer, alert, none);
  if (!found.ok()) return found;
  for (const Tuple& tuple : Tuples(*customer, *alert))
    visit(View(*customer, *alert, tuple));
  return absl::OkStatus();
}

absl::StatusOr<Alert> ReferenceModel::GetAlert(AlertId id) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  auto it = alerts_.find(id);
  if (it == alerts_.end()) return Refused(Reason::kUnknownAlert);
  return it->second;
}

absl::Status ReferenceModel::ForEachAlert(absl::FunctionRef<void(const Alert&)> visit) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  for (const auto& [id, alert] : alerts_) visit(alert);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::uint64_t>> ReferenceModel::LastPosition(
    absl::string_view source) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  auto it = positions_.find(std::string(source));
  if (it == positions_.end()) return std::optional<std::uint64_t>();
  return std::optional<std::uint64_t>(it->second);
}

Stats ReferenceModel::GetStats() {
  Stats stats = stats_;
  stats.customers = customers_.size();
  for (const auto& [id, alert] : alerts_) {
    if (alert.status != AlertStatus::kArchived) ++stats.alerts;
  }
  stats.due = ResetsDue();
  stats.outbox = outbox_.size();
  return stats;
}

absl::StatusOr<CloseResult> ReferenceModel::Close(absl::Duration) {
  if (closed_) return CloseResult{};
  absl::Status drained = Drain();
  if (!drained.ok()) return drained;
  closed_ = true;
  return CloseResult{.due = ResetsDue(), .undelivered = outbox_.size()};
}

}  // namespace tocsin::testing
