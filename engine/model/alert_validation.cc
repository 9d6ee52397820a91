#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/model/alert_version.h"

namespace tocsin::model {
namespace {

struct TextRule {
  std::string what;
  std::size_t min = 0;
  std::size_t max = 0;
};

absl::Status CheckText(const TextRule& rule, absl::string_view text) {
  if (text.empty() && rule.min > 0) {
    return MakeStatus(Reason::kMissing,
                      absl::StrCat(rule.what, " is empty; it must have ", rule.min,
                                   " to ", rule.max, " bytes"));
  }
  if (text.size() > rule.max) {
    return MakeStatus(Reason::kTooLong,
                      absl::StrCat(rule.what, " ", Quote(text), " has ", text.size(),
                                   " bytes; it must have ", rule.min, " to ", rule.max));
  }
  if (!IsValidUtf8(text)) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat(rule.what, " ", Quote(text), " is not valid UTF-8"));
  }
  return absl::OkStatus();
}

absl::Status Missing(absl::string_view what, absl::string_view right) {
  return MakeStatus(Reason::kMissing, absl::StrCat(what, " is missing; ", right));
}

// Of a field that some types must have.
absl::Status MissingOfType(absl::string_view what, AlertType type) {
  return Missing(what, absl::StrCat(AlertTypeName(type), " must have one"));
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
  absl::Status status = CheckText({"name", 1, kAlertNameMax}, spec.name);
  if (!status.ok()) return status;
  if (!spec.threshold.has_value()) return Missing("threshold", "give a decimal");
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
        absl::StrCat("customer_id ", spec.customer->ToString(), " and plan_id ",
                     spec.plan->ToString(), " are both given; an alert is for one ",
                     "customer, for the customers of one plan, or (with neither) for ",
                     "all"));
  }
  return absl::OkStatus();
}

absl::Status NotOfThisType(absl::string_view filter, AlertType type) {
  return MakeStatus(Reason::kNotOfThisType, absl::StrCat(AlertTypeName(type), " has no ",
                                                         filter, "; leave it out"));
}

absl::Status CheckSubject(const AlertSpec& spec) {
  const AlertTypeInfo& info = InfoOf(spec.type);
  absl::Status status = CheckId("credit_type_id", spec.credit_type);
  if (status.ok()) status = CheckId("billable_metric_id", spec.billable_metric);
  if (!status.ok()) return status;
  if (spec.credit_type && !info.has_credit_type) {
    return NotOfThisType("credit_type_id", spec.type);
  }
  if (spec.billable_metric && !info.has_billable_metric) {
    return NotOfThisType("billable_metric_id", spec.type);
  }
  if (!spec.billable_metric && info.has_billable_metric) {
    return MissingOfType("billable_metric_id", spec.type);
  }
  return absl::OkStatus();
}

absl::Status TooManyEntries(absl::string_view what, std::size_t count, std::size_t max) {
  return MakeStatus(
      Reason::kTooLong,
      absl::StrCat(what, " has ", count, " entries; at most ", max, " are allowed"));
}

absl::Status CheckGroups(const AlertSpec& spec) {
  const std::vector<GroupFilter>& groups = spec.group_values;
  if (!groups.empty() && !InfoOf(spec.type).has_group_values) {
    return NotOfThisType("group_values", spec.type);
  }
  if (groups.size() > kGroupKeysPerAlertMax) {
    return TooManyEntries("group_values", groups.size(), kGroupKeysPerAlertMax);
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

absl::Status CheckEntity(absl::string_view what, FilterEntity entity, AlertType type) {
  const FilterEntity own = *InfoOf(type).custom_fields;
  if (entity == own) return absl::OkStatus();
  const int number = static_cast<int>(entity);
  const std::string name = number < kFilterEntityCount
                               ? std::string(FilterEntityName(entity))
                               : absl::StrCat("number ", number);
  return MakeStatus(Reason::kNotOfThisType,
                    absl::StrCat(what, " has the entity ", name,
                                 ", which is not one that ", AlertTypeName(type),
                                 " filters by; it must be ", FilterEntityName(own)));
}

absl::Status CheckFilters(absl::string_view what, AlertType type,
                          const std::vector<CustomFieldFilter>& filters) {
  if (filters.size() > kCustomFieldFiltersMax) {
    return TooManyEntries(what, filters.size(), kCustomFieldFiltersMax);
  }
  for (const CustomFieldFilter& filter : filters) {
    absl::Status status = CheckEntity(what, filter.entity, type);
    if (status.ok()) {
      status =
          CheckText({absl::StrCat("a key of ", what), 1, kCustomFieldKeyMax}, filter.key);
    }
    if (status.ok()) {
      status = CheckText({absl::StrCat("a value of ", what), 0, kCustomFieldValueMax},
                         filter.value);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckCustomFields(const AlertSpec& spec) {
  constexpr absl::string_view kName = "custom_field_filters";
  if (spec.custom_field_filters.empty()) return absl::OkStatus();
  if (!InfoOf(spec.type).custom_fields) return NotOfThisType(kName, spec.type);
  return CheckFilters(kName, spec.type, spec.custom_field_filters);
}

absl::Status CheckTypes(absl::string_view what, bool has, AlertType type,
                        const std::vector<std::string>& types) {
  if (types.empty()) return absl::OkStatus();
  if (!has) return NotOfThisType(what, type);
  if (types.size() > kTypesPerAlertMax) {
    return TooManyEntries(what, types.size(), kTypesPerAlertMax);
  }
  for (const std::string& name : types) {
    absl::Status status =
        CheckText({absl::StrCat("an entry of ", what), 1, kTypeNameMax}, name);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckSeat(const AlertSpec& spec) {
  const bool has = InfoOf(spec.type).has_seat_filter;
  if (!spec.seat_filter.has_value()) {
    return has ? MissingOfType("seat_filter", spec.type) : absl::OkStatus();
  }
  if (!has) return NotOfThisType("seat_filter", spec.type);
  absl::Status status =
      CheckText({"seat_group_key", 1, kGroupKeyMax}, spec.seat_filter->group_key);
  if (!status.ok() || !spec.seat_filter->group_value) return status;
  return CheckText({"seat_group_value", 0, kGroupValueMax},
                   *spec.seat_filter->group_value);
}

absl::Status CheckSpecifier(const AlertSpecifier& specifier, AlertType type, bool alone) {
  const std::vector<SpecifierField>& fields = specifier.custom_field_filters;
  std::vector<CustomFieldFilter> filters;
  filters.reserve(fields.size());
  for (const SpecifierField& field : fields) {
    filters.push_back({field.entity, field.key, field.value.value_or("")});
  }
  absl::Status status = CheckFilters("alert_specifiers", type, filters);
  if (!status.ok()) return status;
  for (const SpecifierField& field : fields) {
    if (field.value.has_value() || (alone && fields.size() == 1)) continue;
    return MakeStatus(
        Reason::kMalformed,
        absl::StrCat("the key ", Quote(field.key), " in alert_specifiers has no value; ",
                     "that is allowed only where it is the one key of the one ",
                     "specifier"));
  }
  if (specifier.exclude.size() > kSpecifiersMax) {
    return TooManyEntries("exclude", specifier.exclude.size(), kSpecifiersMax);
  }
  for (const SpecifierExclude& exclude : specifier.exclude) {
    if (exclude.custom_field_filters.empty()) {
      return MakeStatus(Reason::kMissing,
                        absl::StrCat("an exclude in alert_specifiers has no ",
                                     "custom_field_filters; it must have 1 to ",
                                     kCustomFieldFiltersMax));
    }
    status = CheckFilters("exclude", type, exclude.custom_field_filters);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckSpecifiers(const AlertSpec& spec) {
  const std::vector<AlertSpecifier>& specifiers = spec.alert_specifiers;
  if (specifiers.empty()) return absl::OkStatus();
  if (!InfoOf(spec.type).has_alert_specifiers) {
    return NotOfThisType("alert_specifiers", spec.type);
  }
  if (specifiers.size() > kSpecifiersMax) {
    return TooManyEntries("alert_specifiers", specifiers.size(), kSpecifiersMax);
  }
  for (const AlertSpecifier& specifier : specifiers) {
    absl::Status status = CheckSpecifier(specifier, spec.type, specifiers.size() == 1);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckType(AlertType type) {
  const auto number = static_cast<std::size_t>(type);
  if (number < AlertTypes().size()) return absl::OkStatus();
  return MakeStatus(Reason::kMalformed, absl::StrCat("alert type number ", number,
                                                     " is unknown; it must be 0 to ",
                                                     AlertTypes().size() - 1));
}

}  // namespace

absl::Status ValidateAlert(const AlertSpec& spec) {
  absl::Status status = CheckType(spec.type);
  if (!status.ok()) return status;
  const AlertTypeInfo& info = InfoOf(spec.type);
  if (status.ok()) status = CheckNamesAndThreshold(spec);
  if (status.ok()) status = CheckScope(spec);
  if (status.ok()) status = CheckSubject(spec);
  if (status.ok()) status = CheckGroups(spec);
  if (status.ok()) status = CheckCustomFields(spec);
  if (status.ok()) {
    status = CheckTypes("invoice_types_filter", info.has_invoice_types, spec.type,
                        spec.invoice_types_filter);
  }
  if (status.ok()) {
    status = CheckTypes("credit_grant_type_filters", info.has_credit_grant_types,
                        spec.type, spec.credit_grant_type_filters);
  }
  if (status.ok()) status = CheckSeat(spec);
  if (status.ok()) status = CheckSpecifiers(spec);
  return status;
}

absl::StatusOr<AlertSpec> UpdatedSpec(const AlertSpec& spec, const AlertUpdate& update) {
  AlertSpec updated = spec;
  const auto take = [](const auto& given, auto* field) {
    if (given.has_value()) *field = *given;
  };
  take(update.name, &updated.name);
  take(update.threshold, &updated.threshold);
  take(update.notify_resolved, &updated.notify_resolved);
  take(update.group_values, &updated.group_values);
  take(update.custom_field_filters, &updated.custom_field_filters);
  take(update.invoice_types_filter, &updated.invoice_types_filter);
  take(update.credit_grant_type_filters, &updated.credit_grant_type_filters);
  take(update.seat_filter, &updated.seat_filter);
  take(update.alert_specifiers, &updated.alert_specifiers);
  absl::Status status = ValidateAlert(updated);
  if (!status.ok()) return status;
  return updated;
}

}  // namespace tocsin::model
