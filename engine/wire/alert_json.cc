#include "engine/wire/alert_json.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/base/text.h"
#include "engine/wire/fact_fields.h"
#include "engine/wire/filter_json.h"
#include "engine/wire/json_tree.h"
#include "tocsin/alert_type.h"

namespace tocsin {
namespace {

// What an alert keeps from its creation on.
constexpr FieldSet kFieldsThatStay = {Field::kAlertType,        Field::kCustomerId,
                                      Field::kPlanId,           Field::kCreditTypeId,
                                      Field::kBillableMetricId, Field::kUniquenessKey,
                                      Field::kEvaluateOnCreate};
// And what may change, beside its filters.
constexpr FieldSet kFieldsThatChange = {Field::kName, Field::kThreshold,
                                        Field::kNotifyResolved};

void ReadAlertType(FieldReader& in, AlertType* type) {
  const JsonValue* value =
      in.RequireString(Field::kAlertType, "the name of an alert type");
  if (value == nullptr) return;
  const std::optional<AlertType> known = AlertTypeFromName(value->text());
  if (known.has_value()) {
    *type = *known;
    return;
  }
  std::string names;
  for (const AlertTypeInfo& row : AlertTypes()) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", row.name);
  }
  in.Refuse(
      Reason::kMalformed, Field::kAlertType,
      absl::StrCat(Quote(value->text()), " is not supported; supported are ", names));
}

void ReadOnChange(FieldReader& in, OnChange* on_change) {
  if (!in.ok() || in.Find(Field::kOnChange) == nullptr) return;
  constexpr absl::string_view kWant = "\"keep\" or \"notify_again\"";
  const JsonValue* value = in.RequireString(Field::kOnChange, kWant);
  if (value == nullptr) return;
  if (value->text() == "keep") {
    *on_change = OnChange::kKeep;
  } else if (value->text() == "notify_again") {
    *on_change = OnChange::kNotifyAgain;
  } else {
    in.Refuse(Reason::kMalformed, Field::kOnChange,
              absl::StrCat("is ", Quote(value->text()), ", must be ", kWant));
  }
}

// An empty list takes the filters away; one left out keeps them.
template <typename Filters>
void UpdateFilter(FieldReader& in, Field field, Filters (*read)(FieldReader& in),
                  std::optional<Filters>* filters) {
  if (in.ok() && in.Find(field) != nullptr) *filters = read(in);
}

}  // namespace

void ReadAlertSpec(FieldReader& in, AlertSpec* spec) {
  in.RefuseOthers(
      FieldSet{Field::kId} | kFieldsThatStay | kFieldsThatChange | kAlertFilters,
      "an alert");
  in.ReadId(Field::kId, &spec->id);
  ReadAlertType(in, &spec->type);
  in.RequireText(Field::kName, &spec->name);
  in.RequireDecimal(Field::kThreshold, &spec->threshold.emplace());
  in.ReadText(Field::kUniquenessKey, &spec->uniqueness_key);
  in.ReadId(Field::kCustomerId, &spec->customer);
  in.ReadId(Field::kPlanId, &spec->plan);
  in.ReadId(Field::kCreditTypeId, &spec->credit_type);
  in.ReadId(Field::kBillableMetricId, &spec->billable_metric);
  spec->group_values = ReadGroupFilters(in);
  spec->custom_field_filters = ReadCustomFieldFilters(in);
  spec->invoice_types_filter = ReadInvoiceTypes(in);
  spec->credit_grant_type_filters = ReadCreditGrantTypes(in);
  spec->seat_filter = ReadSeatFilter(in);
  spec->alert_specifiers = ReadSpecifiers(in);
  in.ReadBool(Field::kEvaluateOnCreate, &spec->evaluate_on_create);
  in.ReadBool(Field::kNotifyResolved, &spec->notify_resolved);
}

void ReadAlertUpdate(FieldReader& in, AlertUpdate* update) {
  in.RefuseGiven(kFieldsThatStay, "cannot be changed; create another alert");
  constexpr FieldSet kPossible = kLineFields | kAlertIdFields | kFieldsThatChange |
                                 kAlertFilters | FieldSet{Field::kOnChange};
  // Such of them as are `null` are left out.
  if (!in.HasOnly(kPossible | kFieldsThatStay)) {
    in.RefuseOthers(kPossible, "an alert_update");
  }
  in.ReadText(Field::kName, &update->name);
  in.ReadDecimal(Field::kThreshold, &update->threshold);
  in.ReadBool(Field::kNotifyResolved, &update->notify_resolved);
  UpdateFilter(in, Field::kGroupValues, ReadGroupFilters, &update->group_values);
  UpdateFilter(in, Field::kCustomFieldFilters, ReadCustomFieldFilters,
               &update->custom_field_filters);
  UpdateFilter(in, Field::kInvoiceTypesFilter, ReadInvoiceTypes,
               &update->invoice_types_filter);
  UpdateFilter(in, Field::kCreditGrantTypeFilters, ReadCreditGrantTypes,
               &update->credit_grant_type_filters);
  update->seat_filter = ReadSeatFilter(in);
  UpdateFilter(in, Field::kAlertSpecifiers, ReadSpecifiers, &update->alert_specifiers);
  ReadOnChange(in, &update->on_change);
}

}  // namespace tocsin
