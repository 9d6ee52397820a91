#include "engine/wire/filter_json.h"

#include "absl/strings/str_cat.h"
#include "engine/base/text.h"
#include "engine/wire/json_tree.h"

namespace tocsin {

void ReadEntity(FieldReader& in, FilterEntity* entity) {
  constexpr absl::string_view kWant =
      "Contract, Commit, ContractCredit or ContractCreditOrCommit";
  const JsonValue* value = in.RequireString(Field::kEntity, kWant);
  if (value == nullptr) return;
  const std::optional<FilterEntity> known = FilterEntityFromName(value->text());
  if (!known.has_value()) {
    return in.Refuse(Reason::kMalformed, Field::kEntity,
                     absl::StrCat("is ", Quote(value->text()), ", must be ", kWant));
  }
  *entity = *known;
}

std::vector<GroupFilter> ReadGroupFilters(FieldReader& in) {
  std::vector<GroupFilter> filters;
  in.ReadObjects(Field::kGroupValues, [&filters](FieldReader& element) {
    GroupFilter& filter = filters.emplace_back();
    element.RefuseOthers({Field::kKey, Field::kValue}, "a group filter");
    element.RequireText(Field::kKey, &filter.key);
    element.ReadText(Field::kValue, &filter.value);
  });
  return filters;
}

std::vector<CustomFieldFilter> ReadCustomFieldFilters(FieldReader& in) {
  std::vector<CustomFieldFilter> filters;
  in.ReadObjects(Field::kCustomFieldFilters, [&filters](FieldReader& element) {
    CustomFieldFilter& filter = filters.emplace_back();
    element.RefuseOthers(kCustomFieldFilterFields, kCustomFieldFilterText);
    ReadEntity(element, &filter.entity);
    element.RequireText(Field::kKey, &filter.key);
    element.RequireText(Field::kValue, &filter.value);
  });
  return filters;
}

std::vector<std::string> ReadInvoiceTypes(FieldReader& in) {
  std::vector<std::string> types;
  in.ReadTexts(Field::kInvoiceTypesFilter, &types);
  return types;
}

std::vector<std::string> ReadCreditGrantTypes(FieldReader& in) {
  std::vector<std::string> types;
  in.ReadTexts(Field::kCreditGrantTypeFilters, &types);
  return types;
}

std::optional<SeatFilter> ReadSeatFilter(FieldReader& in) {
  std::optional<SeatFilter> filter;
  in.ReadObject(Field::kSeatFilter,
                "an object with seat_group_key and, for one seat, seat_group_value",
                [&filter](FieldReader& seat) {
                  SeatFilter& read = filter.emplace();
                  seat.RefuseOthers({Field::kSeatGroupKey, Field::kSeatGroupValue},
                                    "a seat filter");
                  seat.RequireText(Field::kSeatGroupKey, &read.group_key);
                  seat.ReadText(Field::kSeatGroupValue, &read.group_value);
                });
  return filter;
}

std::vector<AlertSpecifier> ReadSpecifiers(FieldReader& in) {
  std::vector<AlertSpecifier> specifiers;
  in.ReadObjects(Field::kAlertSpecifiers, [&specifiers](FieldReader& element) {
    AlertSpecifier& specifier = specifiers.emplace_back();
    element.RefuseOthers({Field::kCustomFieldFilters, Field::kExclude}, "a specifier");
    element.ReadObjects(Field::kCustomFieldFilters, [&specifier](FieldReader& filter) {
      SpecifierField& field = specifier.custom_field_filters.emplace_back();
      filter.RefuseOthers(kCustomFieldFilterFields, kCustomFieldFilterText);
      ReadEntity(filter, &field.entity);
      filter.RequireText(Field::kKey, &field.key);
      filter.ReadText(Field::kValue, &field.value);
    });
    element.ReadObjects(Field::kExclude, [&specifier](FieldReader& exclude) {
      exclude.RefuseOthers({Field::kCustomFieldFilters}, "an exclude");
      specifier.exclude.emplace_back().custom_field_filters =
          ReadCustomFieldFilters(exclude);
    });
  });
  return specifiers;
}

}  // namespace tocsin
