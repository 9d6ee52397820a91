#ifndef TOCSIN_CUSTOMER_ALERT_H_
#define TOCSIN_CUSTOMER_ALERT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tocsin/alert.h"
#include "tocsin/decimal.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"
#include "tocsin/notification.h"

namespace tocsin {

enum class CustomerStatus { kOk, kInAlarm, kEvaluating };

// `in_alarm`, as on the wire.
absl::string_view CustomerStatusName(CustomerStatus status);

// One instance of an alert that fans out. Empty: the whole.
struct InstanceSelector {
  // The group keys without a value in the alert, in any order.
  std::vector<GroupValue> group_values = {};
  std::optional<BalanceId> balance = std::nullopt;
  std::optional<InvoiceId> invoice = std::nullopt;
  std::optional<Seat> seat = std::nullopt;
  // The custom field that the alert's specifier leaves open.
  std::optional<CustomField> custom_field = std::nullopt;

  bool empty() const {
    return group_values.empty() && !balance && !invoice && !seat && !custom_field;
  }
};

// One customer's state under one alert, or one instance of it.
struct CustomerAlert {
  CustomerId customer = {};
  AlertId alert = {};
  AlertType type = AlertType::kSpendThresholdReached;
  AlertStatus alert_status = AlertStatus::kEnabled;
  std::string alert_name = {};
  Decimal threshold = {};
  // Of an alert with instances: the worst of them, `in_alarm` before
  // `evaluating` before `ok`. Nothing while the alert is disabled or archived.
  std::optional<CustomerStatus> status = std::nullopt;
  // What the measure stands at now. Nothing without data, and of an alert that fans
  // out as a whole.
  std::optional<Decimal> value = std::nullopt;
  std::uint64_t epoch = 0;
  // What led to the last notification since the last reset.
  std::optional<Trigger> triggered_by = std::nullopt;
  // Of an instance: the alert's group keys with its values.
  std::vector<GroupValue> group_values = {};
  // Of an instance: the balance, invoice, seat or custom field that it is about.
  std::optional<BalanceId> balance = std::nullopt;
  std::optional<InvoiceId> invoice = std::nullopt;
  std::optional<Seat> seat = std::nullopt;
  std::optional<CustomField> custom_field = std::nullopt;
  // How many facts went uncounted in this period because the measure had too
  // many group values.
  std::uint64_t group_dropped = 0;
  // The last re-evaluation that should have read the fact source could not, and judged
  // what the engine held.
  bool source_failed = false;
};

}  // namespace tocsin

#endif  // TOCSIN_CUSTOMER_ALERT_H_
