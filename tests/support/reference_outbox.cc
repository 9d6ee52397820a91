// What is told to whom, and in which order.
#include <algorithm>
#include <tuple>
#include <utility>

#include "tests/support/reference_model.h"

namespace tocsin::testing {

template <typename Shown>
void ShowInstance(const AlertSpec& spec, const Tuple& tuple, Shown& shown) {
  const AlertTypeInfo& info = InfoOf(spec.type);
  if (info.watched == Watched::kBalance) {
    shown.balance = BalanceId::Parse(tuple[0]).value();
  }
  if (info.watched == Watched::kInvoice) {
    shown.invoice = InvoiceId::Parse(tuple[0]).value();
  }
  if (info.watched == Watched::kSeat) {
    const SeatFilter& filter = *spec.seat_filter;
    shown.seat =
        Seat{filter.group_key, filter.group_value ? *filter.group_value : tuple[0]};
  }
  const std::optional<std::string> open = OpenField(spec);
  if (open && !tuple.empty()) shown.custom_field = CustomField{*open, tuple[0]};
  if (!IsCounted(spec)) return;
  // The tuple goes by key; the answer in the alert's order.
  std::map<std::string, std::string> values;
  std::size_t i = 0;
  for (const auto& [key, value] : MeasureOf(spec).keys) {
    values[key] = value ? *value : tuple[i++];
  }
  for (const GroupFilter& filter : spec.group_values) {
    shown.group_values.push_back({filter.key, values.at(filter.key)});
  }
}

template void ShowInstance(const AlertSpec&, const Tuple&, Notification&);
template void ShowInstance(const AlertSpec&, const Tuple&, CustomerAlert&);

void ReferenceModel::Publish(Customer& customer, Change change, absl::Time decided_at) {
  auto order = [](const Decision& decision) {
    const AlertSpec& spec = decision.alert->spec;
    const bool falling = InfoOf(spec.type).direction == Direction::kFalling;
    const Int128 threshold = spec.threshold->units();
    return std::make_tuple(decision.kind == NotificationKind::kReached, decision.tuple,
                           falling, falling ? -threshold : threshold, decision.alert->id);
  };
  std::sort(change.begin(), change.end(), [&order](const Decision& a, const Decision& b) {
    return order(a) < order(b);
  });
  for (const Decision& decision : change) {
    auto& instances = customer.states.at(decision.alert->id).instances;
    auto said = instances.find(decision.tuple);
    if (said != instances.end() && said->second.last) said->second.last->at = decided_at;
    const AlertSpec& spec = decision.alert->spec;
    const AlertTypeInfo& info = InfoOf(spec.type);
    Notification notification;
    notification.kind = decision.kind;
    notification.alert_type = spec.type;
    notification.customer = customer.id;
    notification.alert = decision.alert->id;
    notification.alert_name = spec.name;
    notification.threshold = *spec.threshold;
    notification.value = decision.value;
    notification.previous_value = decision.previous;
    if (info.unit == Unit::kPercent) {
      notification.remaining_balance = decision.remaining.value_or(Decimal());
    }
    notification.epoch = decision.epoch;
    notification.sequence = ++customer.sequence;
    notification.triggered_by = decision.trigger;
    notification.timestamp = decided_at;
    if (info.has_credit_type) {
      notification.credit_type = spec.credit_type.value_or(UsdCents());
    }
    notification.billable_metric = spec.billable_metric;
    ShowInstance(spec, decision.tuple, notification);
    if (notification.invoice) {
      notification.invoice_type =
          customer.invoices.at(*notification.invoice).invoice_type;
    }
    outbox_.push_back(std::move(notification));
    ++stats_.notifications_decided;
  }
}

std::size_t ReferenceModel::ResetsDue() const {
  std::size_t due = 0;
  for (const auto& [id, customer] : customers_) {
    for (const auto& [alert, state] : customer.states) {
      if (OwesReset(state)) ++due;
    }
  }
  return due;
}

absl::Status ReferenceModel::Drain() {
  if (absl::Status status = Begin(); !status.ok()) return status;
  DoAllDueByClock();
  for (auto& [id, customer] : customers_) {
    bool swept = false;
    for (const auto& [alert, state] : customer.states) {
      swept |= state.due.created || state.due.updated || state.due.restarted;
    }
    if (swept) Settle(customer, now_);
  }
  std::map<std::uint64_t, Customer*> by_order;
  for (auto& [id, customer] : customers_) {
    for (const auto& [alert, state] : customer.states) {
      bool due = state.due.reset;
      for (const auto& [tuple, instance] : state.instances) due |= instance.due.reset;
      if (due) by_order[state.reset_order] = &customer;
    }
  }
  for (auto& [order, customer] : by_order) Settle(*customer, now_);
  Deliver();
  CallBack();
  return absl::OkStatus();
}

void ReferenceModel::Deliver() {
  while (!outbox_.empty()) {
    if (options_.sink != nullptr) {
      absl::Status taken;
      try {
        taken = options_.sink->Deliver(outbox_.front());
      } catch (const std::exception& error) {
        taken = absl::UnknownError(error.what());
      }
      if (!taken.ok()) {
        ++stats_.delivery_failures;
        return;
      }
    }
    ++stats_.notifications_delivered;
    outbox_.pop_front();
  }
}

}  // namespace tocsin::testing
