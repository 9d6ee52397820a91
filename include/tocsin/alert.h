#ifndef TOCSIN_ALERT_H_
#define TOCSIN_ALERT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tocsin/decimal.h"
#include "tocsin/ids.h"

namespace tocsin {

enum class AlertType {
  kSpendThresholdReached,  // spend in one credit type in the current period
  kUsageThresholdReached,  // usage of one billable metric in the current period
};

// `spend_threshold_reached`, as on the wire.
absl::string_view AlertTypeName(AlertType type);
std::optional<AlertType> AlertTypeFromName(absl::string_view name);

// With a value: only facts with that value. Without: one instance per value.
struct GroupFilter {
  std::string key = {};
  std::optional<std::string> value = std::nullopt;

  friend bool operator==(const GroupFilter&, const GroupFilter&) = default;
};

enum class FilterEntity { kContract };

// Only what belongs to an entity whose custom field has this value.
struct CustomFieldFilter {
  FilterEntity entity = FilterEntity::kContract;
  std::string key = {};
  std::string value = {};

  friend bool operator==(const CustomFieldFilter&, const CustomFieldFilter&) = default;
};

// What an alert watches, for whom, and from where on. Every type's scope is one
// customer, the customers of one plan, or (neither given) all customers.
struct AlertSpec {
  // Given by the engine if left out. An id is never used a second time.
  std::optional<AlertId> id = std::nullopt;
  AlertType type = AlertType::kSpendThresholdReached;
  std::string name = {};  // 1 to 256 bytes of UTF-8
  // Required. Reached at `value >= threshold`; a value equal to it has reached it.
  std::optional<Decimal> threshold = std::nullopt;
  // 1 to 128 bytes. A second use is refused with kAlreadyExists.
  std::optional<std::string> uniqueness_key = std::nullopt;
  std::optional<CustomerId> customer = std::nullopt;
  std::optional<PlanId> plan = std::nullopt;
  // Of spend: USD in cents if left out.
  std::optional<CreditTypeId> credit_type = std::nullopt;
  // Of usage: required.
  std::optional<BillableMetricId> billable_metric = std::nullopt;
  // At most 3 keys, none twice.
  std::vector<GroupFilter> group_values = {};
  // Of spend: all must hold of the fact's contract.
  std::vector<CustomFieldFilter> custom_field_filters = {};
  // False: who is past the threshold already becomes `in_alarm` silently.
  bool evaluate_on_create = true;
  // Also say when the value comes back.
  bool notify_resolved = false;
};

// What to do about a customer in alarm that is still past the threshold.
enum class OnChange { kKeep, kNotifyAgain };

// Fields left out stay. Changed filters begin every customer afresh, with the
// next epoch; the rest changes in place.
struct AlertUpdate {
  std::optional<std::string> name = std::nullopt;
  std::optional<Decimal> threshold = std::nullopt;
  std::optional<bool> notify_resolved = std::nullopt;
  std::optional<std::vector<GroupFilter>> group_values = std::nullopt;
  std::optional<std::vector<CustomFieldFilter>> custom_field_filters = std::nullopt;
  OnChange on_change = OnChange::kKeep;
};

struct ArchiveOptions {
  // Lets the uniqueness key be used again.
  bool release_uniqueness_key = false;
};

enum class AlertStatus { kEnabled, kDisabled, kArchived };

// `enabled`, as on the wire.
absl::string_view AlertStatusName(AlertStatus status);

struct Alert {
  AlertId id = {};
  AlertSpec spec = {};
  AlertStatus status = AlertStatus::kEnabled;
  absl::Time updated_at = {};
};

}  // namespace tocsin

#endif  // TOCSIN_ALERT_H_
