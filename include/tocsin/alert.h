#ifndef TOCSIN_ALERT_H_
#define TOCSIN_ALERT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tocsin/alert_type.h"
#include "tocsin/decimal.h"
#include "tocsin/ids.h"

namespace tocsin {

// With a value: only facts with that value. Without: one instance per value.
struct GroupFilter {
  std::string key = {};
  std::optional<std::string> value = std::nullopt;

  friend bool operator==(const GroupFilter&, const GroupFilter&) = default;
};

// Only what belongs to an entity whose custom field has this value.
struct CustomFieldFilter {
  FilterEntity entity = FilterEntity::kContract;
  std::string key = {};
  std::string value = {};

  friend bool operator==(const CustomFieldFilter&, const CustomFieldFilter&) = default;
};

// The balances of a seat. Without a value: one instance per seat.
struct SeatFilter {
  std::string group_key = {};
  std::optional<std::string> group_value = std::nullopt;

  friend bool operator==(const SeatFilter&, const SeatFilter&) = default;
};

// A custom field that a specifier asks for. Without a value: one instance per value;
// then it must be the only one of the only specifier.
struct SpecifierField {
  FilterEntity entity = FilterEntity::kContractCreditOrCommit;
  std::string key = {};
  std::optional<std::string> value = std::nullopt;

  friend bool operator==(const SpecifierField&, const SpecifierField&) = default;
};

// What passes all of these is left out.
struct SpecifierExclude {
  std::vector<CustomFieldFilter> custom_field_filters = {};

  friend bool operator==(const SpecifierExclude&, const SpecifierExclude&) = default;
};

// Balances that have all the custom fields and that no exclude leaves out. A balance
// counts if any of an alert's specifiers takes it.
struct AlertSpecifier {
  std::vector<SpecifierField> custom_field_filters = {};
  std::vector<SpecifierExclude> exclude = {};

  friend bool operator==(const AlertSpecifier&, const AlertSpecifier&) = default;
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
  // Which of the following fields a type has says `InfoOf`; the others are refused.
  // USD in cents if left out.
  std::optional<CreditTypeId> credit_type = std::nullopt;
  // Required of the type that has it.
  std::optional<BillableMetricId> billable_metric = std::nullopt;
  // At most 3 keys, none twice.
  std::vector<GroupFilter> group_values = {};
  // All must hold: of the fact's contract, or of the balance.
  std::vector<CustomFieldFilter> custom_field_filters = {};
  // Only invoices of one of these types.
  std::vector<std::string> invoice_types_filter = {};
  // Only credit grants of one of these types.
  std::vector<std::string> credit_grant_type_filters = {};
  // Required of the type that has it.
  std::optional<SeatFilter> seat_filter = std::nullopt;
  // Only balances that one of them takes.
  std::vector<AlertSpecifier> alert_specifiers = {};
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
  std::optional<std::vector<std::string>> invoice_types_filter = std::nullopt;
  std::optional<std::vector<std::string>> credit_grant_type_filters = std::nullopt;
  std::optional<SeatFilter> seat_filter = std::nullopt;
  std::optional<std::vector<AlertSpecifier>> alert_specifiers = std::nullopt;
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
