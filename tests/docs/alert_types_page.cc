#include "tests/docs/alert_types_page.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tocsin::testing {
namespace {

constexpr absl::string_view kHead = R"(# Alert types

Made from the table in [engine/base/alert_type.cc](../engine/base/alert_type.cc) by
`./dev docs`; the tests see to it that it is not stale. The notifications are what the engine
made of an example. What counts, what is data and when each is judged is in
[semantics.md](semantics.md).

)";

absl::string_view UnitText(const AlertTypeInfo& info) {
  switch (info.unit) {
    case Unit::kMoney:
      return info.has_credit_type
                 ? "money: cents of USD, whole units of any other credit type"
                 : "money: a seat's balances are added up as they are, whatever their "
                   "credit types: cents of USD, whole units of any other";
    case Unit::kQuantity:
      return "the metric's quantity";
    case Unit::kPercent:
      return "percent, 0 to 100";
    case Unit::kDays:
      return "days of 24 hours, with their fraction";
  }
  return "";
}

std::string InstancesText(const AlertTypeInfo& info) {
  switch (info.watched) {
    case Watched::kSpend:
    case Watched::kUsage:
      return "one; one for each group value where a key of `group_values` has no value";
    case Watched::kInvoicesOfMonth:
    case Watched::kPlan:
      return "one";
    case Watched::kInvoice:
      return "one for each active invoice";
    case Watched::kBalance:
      return "one for each balance that counts and has an end";
    case Watched::kSeat:
      return "one for each seat; one where `seat_filter` has a `seat_group_value`";
    case Watched::kBalances:
      return info.has_alert_specifiers
                 ? "one; where a specifier leaves a key without a value one for each "
                   "value, and one for all in front of them"
                 : "one";
  }
  return "";
}

std::string FiltersText(const AlertTypeInfo& info) {
  std::vector<std::string> filters;
  if (info.has_billable_metric) filters.push_back("`billable_metric_id` (required)");
  if (info.has_credit_type) filters.push_back("`credit_type_id`");
  if (info.has_group_values) filters.push_back("`group_values`");
  if (info.custom_fields.has_value()) {
    filters.push_back(absl::StrCat("`custom_field_filters` of the entity `",
                                   FilterEntityName(*info.custom_fields), "`"));
  }
  if (info.has_invoice_types) filters.push_back("`invoice_types_filter`");
  if (info.has_credit_grant_types) filters.push_back("`credit_grant_type_filters`");
  if (info.has_seat_filter) filters.push_back("`seat_filter` (required)");
  if (info.has_alert_specifiers) filters.push_back("`alert_specifiers`");
  return filters.empty() ? "none" : absl::StrJoin(filters, ", ");
}

std::string Anchor(absl::string_view name) {
  return absl::StrCat("[`", name, "`](#", name, ")");
}

void AppendSection(const AlertTypeInfo& info, std::string* page) {
  const bool rises = info.direction == Direction::kRising;
  absl::StrAppend(page, "## ", info.name, "\n\nWatches ", info.summary, ".\n\n",
                  "| | |\n|---|---|\n| reached at | value ",
                  rises ? ">=" : "<=", " threshold |\n| unit | ", UnitText(info),
                  " |\n| instances | ", InstancesText(info), " |\n| filters | ",
                  FiltersText(info), " |\n| the value is called | `", info.value_field,
                  "` |\n\n```json\n", ToJson(ExampleOf(info)), "\n```\n");
}

}  // namespace

std::string AlertTypesPage() {
  std::string page(kHead);
  absl::StrAppend(&page, "| type | reached at | watches |\n|---|---|---|\n");
  for (const AlertTypeInfo& info : AlertTypes()) {
    const bool rises = info.direction == Direction::kRising;
    absl::StrAppend(&page, "| ", Anchor(info.name), " | ", rises ? ">=" : "<=", " | ",
                    info.summary, " |\n");
  }
  for (const AlertTypeInfo& info : AlertTypes()) {
    page.push_back('\n');
    AppendSection(info, &page);
  }
  return page;
}

}  // namespace tocsin::testing
