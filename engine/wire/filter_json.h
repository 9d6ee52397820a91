#ifndef TOCSIN_ENGINE_WIRE_FILTER_JSON_H_
#define TOCSIN_ENGINE_WIRE_FILTER_JSON_H_

#include <optional>
#include <string>
#include <vector>

#include "engine/wire/field_reader.h"
#include "tocsin/alert.h"

namespace tocsin {

// What a custom field filter may have, wherever it stands.
inline constexpr FieldSet kCustomFieldFilterFields = {Field::kEntity, Field::kKey,
                                                      Field::kValue};
inline constexpr absl::string_view kCustomFieldFilterText = "a custom field filter";

// The filters of an alert, by their names.
inline constexpr FieldSet kAlertFilters = {
    Field::kGroupValues,        Field::kCustomFieldFilters,
    Field::kInvoiceTypesFilter, Field::kCreditGrantTypeFilters,
    Field::kSeatFilter,         Field::kAlertSpecifiers};

// The filters of an alert. Each reads the field of its name, if given, and leaves
// what is wrong in `in.status()`. Whether the alert's type has the filter is the
// engine's to judge: a type is one row of its table and none of the reader's.

// [{"key":S,"value":S?}]
std::vector<GroupFilter> ReadGroupFilters(FieldReader& in);
// [{"entity":S,"key":S,"value":S}]
std::vector<CustomFieldFilter> ReadCustomFieldFilters(FieldReader& in);
// [S]
std::vector<std::string> ReadInvoiceTypes(FieldReader& in);
std::vector<std::string> ReadCreditGrantTypes(FieldReader& in);
// {"seat_group_key":S,"seat_group_value":S?}
std::optional<SeatFilter> ReadSeatFilter(FieldReader& in);
// [{"custom_field_filters":[{"entity":S,"key":S,"value":S?}]?,
//   "exclude":[{"custom_field_filters":[{"entity":S,"key":S,"value":S}]}]?}]
std::vector<AlertSpecifier> ReadSpecifiers(FieldReader& in);

// The field `entity`, which must be there and be one of FilterEntityName.
void ReadEntity(FieldReader& in, FilterEntity* entity);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_FILTER_JSON_H_
