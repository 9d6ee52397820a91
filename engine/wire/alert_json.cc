#include "engine/wire/alert_json.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/wire/json_tree.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

void ReadAlertType(FieldReader& in, AlertType* type) {
  const JsonValue* value =
      in.RequireString(Field::kAlertType, "the name of an alert type");
  if (value == nullptr) return;
  const std::optional<AlertType> known = AlertTypeFromName(value->text());
  if (known.has_value()) {
    *type = *known;
    return;
  }
  in.Refuse(Reason::kMalformed, Field::kAlertType,
            absl::StrCat(Quote(value->text()), " is not supported; supported are ",
                         AlertTypeName(AlertType::kSpendThresholdReached), " and ",
                         AlertTypeName(AlertType::kUsageThresholdReached)));
}

std::vector<GroupFilter> ReadGroupFilters(FieldReader& in) {
  std::vector<GroupFilter> filters;
  in.ReadObjects(Field::kGroupValues, [&filters](FieldReader& element) {
    GroupFilter& filter = filters.emplace_back();
    element.RequireText(Field::kKey, &filter.key);
    element.ReadText(Field::kValue, &filter.value);
  });
  return filters;
}

void ReadEntity(FieldReader& in, FilterEntity* entity) {
  const JsonValue* value = in.RequireString(Field::kEntity, "\"Contract\"");
  if (value == nullptr) return;
  if (value->text() != "Contract") {
    return in.Refuse(
        Reason::kNotOfThisType, Field::kEntity,
        absl::StrCat("is ", Quote(value->text()),
                     ", must be \"Contract\" for the supported alert types"));
  }
  *entity = FilterEntity::kContract;
}

std::vector<CustomFieldFilter> ReadCustomFieldFilters(FieldReader& in) {
  std::vector<CustomFieldFilter> filters;
  in.ReadObjects(Field::kCustomFieldFilters, [&filters](FieldReader& element) {
    CustomFieldFilter& filter = filters.emplace_back();
    ReadEntity(element, &filter.entity);
    element.RequireText(Field::kKey, &filter.key);
    element.RequireText(Field::kValue, &filter.value);
  });
  return filters;
}

void RefuseForeignFilters(FieldReader& in, absl::string_view why) {
  in.RefuseGiven({Field::kCreditGrantTypeFilters, Field::kInvoiceTypesFilter,
                  Field::kSeatFilter, Field::kAlertSpecifiers},
                 why);
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

}  // namespace

void ReadAlertSpec(FieldReader& in, AlertSpec* spec) {
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
  in.ReadBool(Field::kEvaluateOnCreate, &spec->evaluate_on_create);
  in.ReadBool(Field::kNotifyResolved, &spec->notify_resolved);
  if (in.ok()) {
    RefuseForeignFilters(in, absl::StrCat("is not a filter of ",
                                          AlertTypeName(spec->type), "; leave it out"));
  }
}

void ReadAlertUpdate(FieldReader& in, AlertUpdate* update) {
  in.RefuseGiven(
      {Field::kAlertType, Field::kCustomerId, Field::kPlanId, Field::kCreditTypeId,
       Field::kBillableMetricId, Field::kUniquenessKey, Field::kEvaluateOnCreate},
      "cannot be changed; create another alert");
  RefuseForeignFilters(in, "is not a filter of the supported alert types; leave it out");
  in.ReadText(Field::kName, &update->name);
  in.ReadDecimal(Field::kThreshold, &update->threshold);
  in.ReadBool(Field::kNotifyResolved, &update->notify_resolved);
  if (in.ok() && in.Find(Field::kGroupValues) != nullptr) {
    update->group_values = ReadGroupFilters(in);
  }
  if (in.ok() && in.Find(Field::kCustomFieldFilters) != nullptr) {
    update->custom_field_filters = ReadCustomFieldFilters(in);
  }
  ReadOnChange(in, &update->on_change);
}

}  // namespace tocsin
