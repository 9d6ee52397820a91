#include "engine/model/measure.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>

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

template <typename Filter>
bool IsBefore(const Filter& a, const Filter& b) {
  return std::tie(a.key, a.value) < std::tie(b.key, b.value);
}

template <typename Filters>
bool AreBefore(const Filters& a, const Filters& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      IsBefore<typename Filters::value_type>);
}

bool IsExcludeBefore(const SpecifierExclude& a, const SpecifierExclude& b) {
  return AreBefore(a.custom_field_filters, b.custom_field_filters);
}

bool IsSpecifierBefore(const AlertSpecifier& a, const AlertSpecifier& b) {
  if (AreBefore(a.custom_field_filters, b.custom_field_filters)) return true;
  if (AreBefore(b.custom_field_filters, a.custom_field_filters)) return false;
  return std::lexicographical_compare(a.exclude.begin(), a.exclude.end(),
                                      b.exclude.begin(), b.exclude.end(),
                                      IsExcludeBefore);
}

template <typename Values, typename Less>
void SortUnique(Values* values, Less less) {
  std::sort(values->begin(), values->end(), less);
  values->erase(std::unique(values->begin(), values->end()), values->end());
}

}  // namespace

Subject SubjectOf(const AlertSpec& spec) {
  Subject subject{.type = spec.type};
  if (subject.info().has_billable_metric) {
    subject.id = spec.billable_metric.value_or(BillableMetricId()).uuid();
  } else if (subject.info().has_credit_type) {
    subject.id = spec.credit_type.value_or(UsdCents()).uuid();
  }
  return subject;
}

const std::string* OpenFieldOf(const std::vector<AlertSpecifier>& specifiers) {
  if (specifiers.size() != 1) return nullptr;
  const std::vector<SpecifierField>& fields = specifiers.front().custom_field_filters;
  return fields.size() == 1 && !fields.front().value ? &fields.front().key : nullptr;
}

const std::string* Measure::OpenField() const { return OpenFieldOf(specifiers); }

bool Measure::FansOut() const {
  switch (subject.info().watched) {
    case Watched::kSpend:
    case Watched::kUsage:
      return std::any_of(groups.begin(), groups.end(),
                         [](const GroupFilter& group) { return !group.value; });
    case Watched::kInvoice:
    case Watched::kBalance:
      return true;
    case Watched::kSeat:
      return !seat.has_value() || !seat->group_value.has_value();
    case Watched::kBalances:
      return OpenField() != nullptr;
    case Watched::kInvoicesOfMonth:
    case Watched::kPlan:
      return false;
  }
  return false;
}

Measure MeasureOf(const AlertSpec& spec) {
  Measure measure{.subject = SubjectOf(spec),
                  .groups = spec.group_values,
                  .custom_fields = spec.custom_field_filters,
                  .types = spec.invoice_types_filter,
                  .seat = spec.seat_filter,
                  .specifiers = spec.alert_specifiers};
  measure.types.insert(measure.types.end(), spec.credit_grant_type_filters.begin(),
                       spec.credit_grant_type_filters.end());
  std::sort(measure.groups.begin(), measure.groups.end(), IsBefore<GroupFilter>);
  SortUnique(&measure.custom_fields, IsBefore<CustomFieldFilter>);
  SortUnique(&measure.types, std::less<>());
  for (AlertSpecifier& specifier : measure.specifiers) {
    SortUnique(&specifier.custom_field_filters, IsBefore<SpecifierField>);
    for (SpecifierExclude& exclude : specifier.exclude) {
      SortUnique(&exclude.custom_field_filters, IsBefore<CustomFieldFilter>);
    }
    SortUnique(&specifier.exclude, IsExcludeBefore);
  }
  SortUnique(&measure.specifiers, IsSpecifierBefore);
  return measure;
}

Measure MeasureOfKeys(const std::vector<std::string>& keys) {
  Measure measure;
  for (const std::string& key : keys) measure.groups.push_back({.key = key});
  std::sort(measure.groups.begin(), measure.groups.end(), IsBefore<GroupFilter>);
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
  if (AreBefore(a.groups, b.groups)) return true;
  if (AreBefore(b.groups, a.groups)) return false;
  return AreBefore(a.custom_fields, b.custom_fields);
}

bool MatchFields(absl::Span<const CustomFieldFilter> filters,
                 const CustomFields& fields) {
  return std::all_of(filters.begin(), filters.end(),
                     [&fields](const CustomFieldFilter& filter) {
                       const auto field = fields.find(filter.key);
                       return field != fields.end() && field->second == filter.value;
                     });
}

bool MatchContract(const Measure& measure, const CustomFields* fields) {
  if (fields == nullptr) return measure.custom_fields.empty();
  return MatchFields(measure.custom_fields, *fields);
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
    } else if (++i == instance_key.size()) {
      break;  // it is no key
    } else if (instance_key[i] == kEscapedNul) {
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

std::string InstanceKeyOfOne(const std::string& value) {
  return InstanceKeyOf(absl::MakeConstSpan(&value, 1));
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
  // The whole, or an instance from before the filters were changed.
  if (values.size() != open.size()) return {};
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
