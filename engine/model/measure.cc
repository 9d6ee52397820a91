#include "engine/model/measure.h"

#include <algorithm>
#include <tuple>

namespace tocsin::model {
namespace {

constexpr char kEscape = '\0';
constexpr char kEscapedNul = '\xff';
constexpr char kEnd = '\x01';

void AppendValue(absl::string_view value, std::string* key) {
  for (const char c : value) {
    key->push_back(c);
    if (c == kEscape) key->push_back(kEscapedNul);
  }
  key->push_back(kEscape);
  key->push_back(kEnd);
}

const std::string* FindValue(absl::Span<const GroupValue> values,
                             const std::string& key) {
  for (const GroupValue& value : values) {
    if (value.key == key) return &value.value;
  }
  return nullptr;
}

bool SameKeys(const Measure& a, const Measure& b) {
  return std::equal(
      a.groups.begin(), a.groups.end(), b.groups.begin(), b.groups.end(),
      [](const GroupFilter& x, const GroupFilter& y) { return x.key == y.key; });
}

}  // namespace

Subject SpendIn(const CreditTypeId& credit_type) {
  return {.quantity = Quantity::kSpend, .id = credit_type.uuid()};
}

Subject UsageOf(const BillableMetricId& metric) {
  return {.quantity = Quantity::kUsage, .id = metric.uuid()};
}

Subject SubjectOf(const AlertSpec& spec) {
  if (spec.type == AlertType::kUsageThresholdReached) {
    return UsageOf(spec.billable_metric.value_or(BillableMetricId()));
  }
  return SpendIn(spec.credit_type.value_or(UsdCents()));
}

bool Measure::FansOut() const {
  return std::any_of(groups.begin(), groups.end(),
                     [](const GroupFilter& group) { return !group.value.has_value(); });
}

Measure MeasureOf(const AlertSpec& spec) {
  Measure measure{.subject = SubjectOf(spec),
                  .groups = spec.group_values,
                  .contract_filters = spec.custom_field_filters};
  std::sort(measure.groups.begin(), measure.groups.end(),
            [](const GroupFilter& a, const GroupFilter& b) { return a.key < b.key; });
  std::vector<CustomFieldFilter>& filters = measure.contract_filters;
  std::sort(filters.begin(), filters.end(),
            [](const CustomFieldFilter& a, const CustomFieldFilter& b) {
              return std::tie(a.key, a.value) < std::tie(b.key, b.value);
            });
  filters.erase(std::unique(filters.begin(), filters.end()), filters.end());
  return measure;
}

Measure MeasureOfKeys(const std::vector<std::string>& keys) {
  Measure measure;
  for (const std::string& key : keys) measure.groups.push_back({.key = key});
  std::sort(measure.groups.begin(), measure.groups.end(),
            [](const GroupFilter& a, const GroupFilter& b) { return a.key < b.key; });
  return measure;
}

bool MatchGroups(const Measure& measure, absl::Span<const GroupValue> values,
                 bool whole_set, std::string* instance_key) {
  instance_key->clear();
  if (values.size() < measure.groups.size()) return false;
  if (whole_set && values.size() != measure.groups.size()) return false;
  for (const GroupFilter& group : measure.groups) {
    const std::string* value = FindValue(values, group.key);
    if (value == nullptr) return false;
    if (!group.value.has_value()) {
      AppendValue(*value, instance_key);
    } else if (*value != *group.value) {
      return false;
    }
  }
  return true;
}

bool ComesBefore(const Measure& a, const Measure& b) {
  const auto compare = [](const auto& x, const auto& y) {
    return std::tie(x.key, x.value) < std::tie(y.key, y.value);
  };
  const auto less = [&compare](const auto& x, const auto& y) {
    return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end(), compare);
  };
  if (less(a.groups, b.groups)) return true;
  if (less(b.groups, a.groups)) return false;
  return less(a.contract_filters, b.contract_filters);
}

bool MatchContract(const Measure& measure, const CustomFields* fields) {
  if (fields == nullptr) return measure.contract_filters.empty();
  return std::all_of(measure.contract_filters.begin(), measure.contract_filters.end(),
                     [fields](const CustomFieldFilter& filter) {
                       const auto field = fields->find(filter.key);
                       return field != fields->end() && field->second == filter.value;
                     });
}

bool Covers(const Measure& wide, const Measure& narrow) {
  if (!SameKeys(wide, narrow)) return false;
  // With a contract filter the sums are kept by contract, whatever the filter
  // says; without one they are not.
  if (wide.FiltersContracts() != narrow.FiltersContracts()) return false;
  for (std::size_t i = 0; i < wide.groups.size(); ++i) {
    if (wide.groups[i].value && wide.groups[i].value != narrow.groups[i].value)
      return false;
  }
  return true;
}

std::vector<std::string> InstanceValues(absl::string_view instance_key) {
  std::vector<std::string> values;
  std::string value;
  for (std::size_t i = 0; i < instance_key.size(); ++i) {
    if (instance_key[i] != kEscape) {
      value.push_back(instance_key[i]);
    } else if (instance_key[++i] == kEscapedNul) {
      value.push_back(kEscape);
    } else {
      values.push_back(std::move(value));
      value.clear();
    }
  }
  return values;
}

std::string InstanceKeyOf(absl::Span<const std::string> values) {
  std::string key;
  for (const std::string& value : values) AppendValue(value, &key);
  return key;
}

std::vector<GroupValue> GroupValuesOf(const AlertSpec& spec,
                                      absl::string_view instance_key) {
  std::vector<const GroupFilter*> open;
  for (const GroupFilter& group : spec.group_values) {
    if (!group.value.has_value()) open.push_back(&group);
  }
  std::sort(open.begin(), open.end(),
            [](const GroupFilter* a, const GroupFilter* b) { return a->key < b->key; });
  std::vector<std::string> values = InstanceValues(instance_key);
  std::vector<GroupValue> result;
  result.reserve(spec.group_values.size());
  for (const GroupFilter& group : spec.group_values) {
    std::string value = group.value.value_or("");
    if (!group.value.has_value()) {
      const auto place = std::find(open.begin(), open.end(), &group) - open.begin();
      value = values[static_cast<std::size_t>(place)];
    }
    result.push_back({.key = group.key, .value = std::move(value)});
  }
  return result;
}

}  // namespace tocsin::model
