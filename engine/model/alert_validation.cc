#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/model/alert_version.h"

namespace tocsin::model {
namespace {

struct TextRule {
  absl::string_view what;
  std::size_t min = 0;
  std::size_t max = 0;
};

absl::Status CheckText(const TextRule& rule, absl::string_view text) {
  if (text.size() < rule.min || text.size() > rule.max) {
    return MakeStatus(Reason::kTooLong,
                      absl::StrCat(rule.what, " has ", text.size(),
                                   " bytes; it must have ", rule.min, " to ", rule.max));
  }
  if (!IsValidUtf8(text)) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat(rule.what, " ", Quote(text), " is not valid UTF-8"));
  }
  return absl::OkStatus();
}

absl::Status Missing(absl::string_view what) {
  return MakeStatus(Reason::kMissing, absl::StrCat(what, " is required"));
}

template <typename AnyId>
absl::Status CheckId(absl::string_view what, const std::optional<AnyId>& id) {
  if (id.has_value() && id->is_nil()) {
    return MakeStatus(
        Reason::kMissing,
        absl::StrCat(what, " is the nil UUID; leave it out or give a real one"));
  }
  return absl::OkStatus();
}

absl::Status CheckNamesAndThreshold(const AlertSpec& spec) {
  if (spec.name.empty()) return Missing("name");
  absl::Status status = CheckText({"name", 1, kAlertNameMax}, spec.name);
  if (!status.ok()) return status;
  if (!spec.threshold.has_value()) return Missing("threshold");
  if (!spec.threshold->IsAmount()) {
    return MakeStatus(
        Reason::kOutOfRange,
        absl::StrCat("threshold ", spec.threshold->ToString(), " is beyond +-10^18"));
  }
  if (!spec.uniqueness_key.has_value()) return absl::OkStatus();
  return CheckText({"uniqueness_key", 1, kUniquenessKeyMax}, *spec.uniqueness_key);
}

absl::Status CheckScope(const AlertSpec& spec) {
  absl::Status status = CheckId("id", spec.id);
  if (status.ok()) status = CheckId("customer_id", spec.customer);
  if (status.ok()) status = CheckId("plan_id", spec.plan);
  if (!status.ok()) return status;
  if (spec.customer.has_value() && spec.plan.has_value()) {
    return MakeStatus(
        Reason::kMalformed,
        "customer_id and plan_id are both given; an alert is for one customer, "
        "for the customers of one plan, or (with neither) for all");
  }
  return absl::OkStatus();
}

absl::Status NotOfThisType(absl::string_view filter, AlertType type) {
  return MakeStatus(Reason::kNotOfThisType, absl::StrCat(AlertTypeName(type), " has no ",
                                                         filter, "; leave it out"));
}

absl::Status CheckSubject(const AlertSpec& spec) {
  absl::Status status = CheckId("credit_type_id", spec.credit_type);
  if (status.ok()) status = CheckId("billable_metric_id", spec.billable_metric);
  if (!status.ok()) return status;
  switch (spec.type) {
    case AlertType::kSpendThresholdReached:
      if (spec.billable_metric) return NotOfThisType("billable_metric_id", spec.type);
      return absl::OkStatus();
    case AlertType::kUsageThresholdReached:
      if (spec.credit_type) return NotOfThisType("credit_type_id", spec.type);
      if (!spec.custom_field_filters.empty()) {
        return NotOfThisType("custom_field_filters", spec.type);
      }
      if (!spec.billable_metric) return Missing("billable_metric_id");
      return absl::OkStatus();
    default:
      break;
  }
  return MakeStatus(
      Reason::kMalformed,
      absl::StrCat("alert type number ", static_cast<int>(spec.type), " is unknown"));
}

absl::Status CheckGroups(const std::vector<GroupFilter>& groups) {
  if (groups.size() > kGroupKeysPerAlertMax) {
    return MakeStatus(Reason::kTooLong,
                      absl::StrCat("group_values has ", groups.size(), " keys; at most ",
                                   kGroupKeysPerAlertMax, " are allowed"));
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    absl::Status status =
        CheckText({"a key of group_values", 1, kGroupKeyMax}, groups[i].key);
    if (status.ok() && groups[i].value) {
      status =
          CheckText({"a value of group_values", 0, kGroupValueMax}, *groups[i].value);
    }
    if (!status.ok()) return status;
    for (std::size_t j = 0; j < i; ++j) {
      if (groups[j].key != groups[i].key) continue;
      return MakeStatus(Reason::kMalformed,
                        absl::StrCat("group_values has the key ", Quote(groups[i].key),
                                     " twice; each may be given once"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCustomFields(const std::vector<CustomFieldFilter>& filters) {
  if (filters.size() > kCustomFieldFiltersMax) {
    return MakeStatus(
        Reason::kTooLong,
        absl::StrCat("custom_field_filters has ", filters.size(), " entries; at most ",
                     kCustomFieldFiltersMax, " are allowed"));
  }
  for (const CustomFieldFilter& filter : filters) {
    if (filter.entity != FilterEntity::kContract) {
      return MakeStatus(Reason::kNotOfThisType,
                        absl::StrCat("entity number ", static_cast<int>(filter.entity),
                                     " in custom_field_filters; this type has Contract"));
    }
    absl::Status status =
        CheckText({"a key of custom_field_filters", 1, kCustomFieldKeyMax}, filter.key);
    if (status.ok()) {
      status = CheckText({"a value of custom_field_filters", 0, kCustomFieldValueMax},
                         filter.value);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateAlert(const AlertSpec& spec) {
  absl::Status status = CheckNamesAndThreshold(spec);
  if (status.ok()) status = CheckScope(spec);
  if (status.ok()) status = CheckSubject(spec);
  if (status.ok()) status = CheckGroups(spec.group_values);
  if (status.ok()) status = CheckCustomFields(spec.custom_field_filters);
  return status;
}

absl::StatusOr<AlertSpec> UpdatedSpec(const AlertSpec& spec, const AlertUpdate& update) {
  AlertSpec updated = spec;
  if (update.name) updated.name = *update.name;
  if (update.threshold) updated.threshold = *update.threshold;
  if (update.notify_resolved) updated.notify_resolved = *update.notify_resolved;
  if (update.group_values) updated.group_values = *update.group_values;
  if (update.custom_field_filters) {
    updated.custom_field_filters = *update.custom_field_filters;
  }
  absl::Status status = ValidateAlert(updated);
  if (!status.ok()) return status;
  return updated;
}

}  // namespace tocsin::model
