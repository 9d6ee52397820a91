#include "engine/wire/selector_json.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/wire/filter_json.h"
#include "engine/wire/json_tree.h"
#include "tocsin/alert_type.h"

namespace tocsin {
namespace {

constexpr Field kSelectors[] = {Field::kGroupValues, Field::kBalanceId, Field::kInvoiceId,
                                Field::kSeatFilter, Field::kAlertSpecifiers};

void RefuseTwoOfThem(FieldReader& in) {
  std::optional<Field> first;
  for (const Field field : kSelectors) {
    if (in.Find(field) == nullptr) continue;
    if (first.has_value()) {
      return in.Refuse(Reason::kMalformed, field,
                       absl::StrCat("stands beside ", FieldName(*first),
                                    "; an instance is named by one of them"));
    }
    first = field;
  }
}

void ReadGroupValues(FieldReader& in, std::vector<GroupValue>* values) {
  const JsonValue* given = in.Find(Field::kGroupValues);
  if (given != nullptr && given->kind == JsonKind::kObject) {
    in.ReadGroupObject(Field::kGroupValues, values);
  } else {
    in.ReadObjects(Field::kGroupValues, [values](FieldReader& element) {
      GroupValue& value = values->emplace_back();
      element.RefuseOthers({Field::kKey, Field::kValue}, "a group value");
      element.RequireText(Field::kKey, &value.key);
      element.RequireText(Field::kValue, &value.value);
    });
  }
  // Whoever meant one instance must not reset them all.
  if (given != nullptr && values->empty()) {
    in.Refuse(Reason::kMalformed, Field::kGroupValues,
              "names no key; leave it out to reset all instances");
  }
}

// The entity may be left out: all types that have specifiers have the same. Another
// one would name something else than what is selected.
void CheckEntity(FieldReader& in) {
  FilterEntity entity = FilterEntity::kContract;
  if (in.Find(Field::kEntity) != nullptr) ReadEntity(in, &entity);
  if (in.Find(Field::kEntity) == nullptr || !in.ok()) return;
  const auto asks_for = [entity](const AlertTypeInfo& type) {
    return type.has_alert_specifiers && type.custom_fields == entity;
  };
  if (std::none_of(AlertTypes().begin(), AlertTypes().end(), asks_for)) {
    in.Refuse(Reason::kNotOfThisType, Field::kEntity,
              absl::StrCat("is ", FilterEntityName(entity),
                           ", of which no type has alert_specifiers; leave it out"));
  }
}

// An alert fans out by one custom field at most, so there is one to name.
void ReadCustomField(FieldReader& in, std::optional<CustomField>* field) {
  std::size_t specifiers = 0;
  std::size_t fields = 0;
  in.ReadObjects(Field::kAlertSpecifiers, [&](FieldReader& specifier) {
    ++specifiers;
    specifier.RefuseOthers({Field::kCustomFieldFilters, Field::kExclude}, "a specifier");
    if (specifier.Find(Field::kExclude) != nullptr) {
      return specifier.Refuse(Reason::kMalformed, Field::kExclude,
                              "is given, but leaves out and names no instance");
    }
    specifier.ReadObjects(Field::kCustomFieldFilters, [&](FieldReader& filter) {
      ++fields;
      CustomField& read = field->emplace();
      filter.RefuseOthers(kCustomFieldFilterFields, kCustomFieldFilterText);
      CheckEntity(filter);
      filter.RequireText(Field::kKey, &read.key);
      filter.RequireText(Field::kValue, &read.value);
    });
  });
  if (!in.ok() || in.Find(Field::kAlertSpecifiers) == nullptr) return;
  if (specifiers == 1 && fields == 1) return;
  in.Refuse(Reason::kMalformed, Field::kAlertSpecifiers,
            absl::StrCat("names ", fields, " custom fields in ", specifiers,
                         " specifiers, must name one in one"));
}

void ReadOneSeat(FieldReader& in, std::optional<Seat>* seat) {
  in.ReadObject(Field::kSeatFilter, "an object with seat_group_key and seat_group_value",
                [seat](FieldReader& given) {
                  Seat& read = seat->emplace();
                  given.RefuseOthers({Field::kSeatGroupKey, Field::kSeatGroupValue},
                                     "a seat filter");
                  given.RequireText(Field::kSeatGroupKey, &read.group_key);
                  given.RequireText(Field::kSeatGroupValue, &read.group_value);
                });
}

}  // namespace

void ReadSelector(FieldReader& in, InstanceSelector* instance) {
  RefuseTwoOfThem(in);
  ReadGroupValues(in, &instance->group_values);
  in.ReadId(Field::kBalanceId, &instance->balance);
  in.ReadId(Field::kInvoiceId, &instance->invoice);
  ReadOneSeat(in, &instance->seat);
  ReadCustomField(in, &instance->custom_field);
}

}  // namespace tocsin
