#include <algorithm>
#include <set>
#include <utility>

#include "tests/support/reference_model.h"

namespace tocsin::testing {

// The instance that a selector names under an alert, or nothing if it names the whole.
absl::Status ReferenceModel::ReadSelector(const AlertSpec& spec,
                                          const InstanceSelector& selector,
                                          std::optional<Tuple>& tuple) {
  const AlertTypeInfo& info = InfoOf(spec.type);
  if (selector.balance) {
    if (info.watched != Watched::kBalance) return Refused(Reason::kMalformed);
    tuple = Tuple{selector.balance->ToString()};
  }
  if (selector.invoice) {
    if (info.watched != Watched::kInvoice) return Refused(Reason::kMalformed);
    tuple = Tuple{selector.invoice->ToString()};
  }
  if (selector.seat) {
    if (info.watched != Watched::kSeat) return Refused(Reason::kMalformed);
    const SeatFilter& filter = *spec.seat_filter;
    if (selector.seat->group_key != filter.group_key) return Refused(Reason::kMalformed);
    const std::string& value = selector.seat->group_value;
    if (filter.group_value && *filter.group_value != value) {
      return Refused(Reason::kMalformed);
    }
    if (!filter.group_value) tuple = Tuple{value};
  }
  if (selector.custom_field) {
    const std::optional<std::string> open = OpenField(spec);
    if (!open || selector.custom_field->key != *open) return Refused(Reason::kMalformed);
    tuple = Tuple{selector.custom_field->value};
  }
  std::map<std::string, std::string> wanted;
  for (const GroupValue& group : selector.group_values) {
    if (!wanted.emplace(group.key, group.value).second)
      return Refused(Reason::kMalformed);
  }
  // A value that the alert fixes says nothing; all others name one instance.
  std::size_t open_keys = 0;
  for (const GroupFilter& filter : spec.group_values) {
    auto named = wanted.find(filter.key);
    if (!filter.value) {
      ++open_keys;
    } else if (named != wanted.end()) {
      if (named->second != *filter.value) return Refused(Reason::kMalformed);
      wanted.erase(named);
    }
  }
  if (wanted.empty()) return absl::OkStatus();
  if (wanted.size() != open_keys) return Refused(Reason::kMalformed);
  Tuple values;
  for (const auto& [key, value] : wanted) {
    auto opens = [&key = key](const GroupFilter& filter) { return filter.key == key; };
    if (std::none_of(spec.group_values.begin(), spec.group_values.end(), opens)) {
      return Refused(Reason::kMalformed);
    }
    values.push_back(value);
  }
  tuple = values;
  return absl::OkStatus();
}

absl::Status ReferenceModel::Find(CustomerId customer_id, AlertId alert_id,
                                  const InstanceSelector& selector, Customer*& customer,
                                  Alert*& alert, std::optional<Tuple>& tuple) {
  if (customer_id.is_nil() || alert_id.is_nil()) return Refused(Reason::kMissing);
  if (selector.balance && selector.balance->is_nil()) return Refused(Reason::kMissing);
  if (selector.invoice && selector.invoice->is_nil()) return Refused(Reason::kMissing);
  auto found_alert = alerts_.find(alert_id);
  if (found_alert == alerts_.end()) return Refused(Reason::kUnknownAlert);
  alert = &found_alert->second;
  // Which values name an instance only the alert tells.
  absl::Status read = ReadSelector(alert->spec, selector, tuple);
  if (!read.ok()) return read;
  auto found_customer = customers_.find(customer_id);
  if (found_customer == customers_.end() || found_customer->second.archived) {
    return Refused(Reason::kUnknownCustomer);
  }
  customer = &found_customer->second;
  DoDueByClock(*customer);
  if (!InScope(*alert, *customer)) return Refused(Reason::kNotInScope);
  const bool gone = alert->status == AlertStatus::kArchived;
  if (tuple && !gone && Tuples(*customer, *alert).count(*tuple) == 0) {
    return Refused(Reason::kUnknownInstance);
  }
  return absl::OkStatus();
}

CustomerAlert ReferenceModel::View(const Customer& customer, const Alert& alert,
                                   const std::optional<Tuple>& tuple) const {
  static const State kNothing;
  const bool fans_out = FansOut(alert.spec);
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
  view.source_failed = state.source_failed;
  if (IsCounted(alert.spec)) {
    view.group_dropped = customer.sums.Dropped(MeasureOf(alert.spec));
  }
  if (!fans_out && !tuple) view.value = Value(customer, alert, {});
  if (tuple) {
    view.value = Value(customer, alert, *tuple);
    ShowInstance(alert.spec, *tuple, view);
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
    view.triggered_by = fans_out ? instance.by : state.by;
    return view;
  }
  const bool first_due = state.due.created || state.due.restarted || state.due.reset;
  view.status = first_due ? CustomerStatus::kEvaluating : CustomerStatus::kOk;
  for (const auto& [known, instance] : state.instances) {
    if (!instance.gone && rank(instance.status) > rank(*view.status))
      view.status = instance.status;
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

absl::StatusOr<std::vector<HistoryEvent>> ReferenceModel::History(CustomerId, AlertId,
                                                                  const HistoryRange&) {
  return absl::UnimplementedError("the model keeps no history");
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
