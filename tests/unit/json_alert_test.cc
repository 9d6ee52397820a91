// Catches alerts and changes of alerts that are read as something else than they
// say: a filter passed over watches something else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/json_cases.h"
#include "tocsin/alert_type.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(AlertJson, ReadsEveryField) {
  absl::StatusOr<AlertSpec> spec = AlertSpecFromJson(Fill(
      R"({"id":"$A","alert_type":"spend_threshold_reached","name":"Caf\u00e9",
          "threshold":5000,
          "uniqueness_key":"u","customer_id":"$C","credit_type_id":"$O",
          "group_values":[{"key":"region","value":"us"},{"key":"model"},
            {"key":"x","value":null}],
          "custom_field_filters":[{"entity":"Contract","key":"k","value":"v"}],
          "evaluate_on_create":false,"notify_resolved":true})"));
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->id, IdOf<AlertId>(kAlertText));
  EXPECT_EQ(spec->type, AlertType::kSpendThresholdReached);
  EXPECT_EQ(spec->name, "Caf\u00e9");
  EXPECT_EQ(spec->threshold, Dec("5000"));
  EXPECT_EQ(spec->uniqueness_key, "u");
  EXPECT_EQ(spec->customer, IdOf<CustomerId>(kCustomerText));
  EXPECT_EQ(spec->plan, std::nullopt);
  EXPECT_EQ(spec->credit_type, IdOf<CreditTypeId>(kOtherText));
  EXPECT_THAT(spec->group_values,
              ElementsAre(GroupFilter{.key = "region", .value = "us"},
                          GroupFilter{.key = "model"}, GroupFilter{.key = "x"}));
  EXPECT_THAT(spec->custom_field_filters,
              ElementsAre(CustomFieldFilter{.key = "k", .value = "v"}));
  EXPECT_FALSE(spec->evaluate_on_create);
  EXPECT_TRUE(spec->notify_resolved);
}

TEST(AlertJson, PassesOnWhatTheEngineJudges) {
  absl::StatusOr<AlertSpec> spec = AlertSpecFromJson(Fill(absl::StrCat(
      R"({"alert_type":"spend_threshold_reached","threshold":"-1",
          "billable_metric_id":"$O",
          "plan_id":"$O","customer_id":"$C","name":")",
      std::string(300, 'n'), R"("})")));
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->billable_metric, IdOf<BillableMetricId>(kOtherText));
  EXPECT_EQ(spec->name.size(), 300u);
  EXPECT_EQ(spec->id, std::nullopt);
  // Usage without a metric.
  EXPECT_TRUE(AlertSpecFromJson(
                  R"({"alert_type":"usage_threshold_reached","name":"n","threshold":1})")
                  .ok());
}

TEST(AlertJson, AnArrayNamesTheElementThatIsWrong) {
  const std::string good =
      R"({"alert_type":"usage_threshold_reached","name":"n","threshold":1})";
  absl::StatusOr<std::vector<AlertSpec>> specs =
      AlertSpecsFromJson(absl::StrCat("[", good, ",\n", good, "]"));
  ASSERT_TRUE(specs.ok()) << specs.status();
  EXPECT_THAT(*specs, SizeIs(2));
  EXPECT_THAT(*AlertSpecsFromJson("[]"), SizeIs(0));
  EXPECT_THAT(AlertSpecsFromJson(absl::StrCat("[", good, R"(,{"alert_type":"x"}])"))
                  .status()
                  .ToString(),
              HasSubstr("[1].alert_type: \"x\" is not supported"));
  EXPECT_THAT(AlertSpecsFromJson(absl::StrCat("[", good, ",7]")).status().ToString(),
              HasSubstr("line 1: [1]: is a number, must be an object"));
  EXPECT_THAT(AlertSpecsFromJson(good).status().ToString(),
              HasSubstr("an array of alerts"));
  EXPECT_THAT(AlertSpecsFromJson(absl::StrCat("[", good)).status().ToString(),
              HasSubstr("ends too early"));
}

// An alert of a type that has specifiers, with `fields` beside what it must have.
std::string AlertWith(absl::string_view fields) {
  return absl::StrCat(R"({"id":"$A","name":"n","threshold":1,"alert_type":)",
                      R"("low_remaining_contract_credit_and_commit_balance_reached",)",
                      fields, "}");
}

AlertSpec ReadAlert(absl::string_view fields) {
  absl::StatusOr<AlertSpec> spec = AlertSpecFromJson(Fill(AlertWith(fields)));
  EXPECT_TRUE(spec.ok()) << fields << ": " << spec.status();
  return spec.ok() ? *spec : AlertSpec();
}

TEST(AlertJson, KnowsEveryType) {
  for (const AlertTypeInfo& type : AlertTypes()) {
    absl::StatusOr<AlertSpec> spec = AlertSpecFromJson(
        absl::StrCat(R"({"name":"n","threshold":1,"alert_type":")", type.name, "\"}"));
    ASSERT_TRUE(spec.ok()) << spec.status();
    EXPECT_EQ(spec->type, type.type);
  }
}

TEST(AlertJson, AnUnknownTypeIsToldEveryName) {
  const absl::Status status =
      AlertSpecFromJson(R"({"alert_type":"low_balance","name":"n","threshold":1})")
          .status();
  EXPECT_EQ(ReasonOf(status), Reason::kMalformed);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("alert_type: \"low_balance\" is not supported"));
  for (const AlertTypeInfo& type : AlertTypes()) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(type.name)));
  }
}

TEST(AlertJson, ReadsTheFiltersOfEveryType) {
  const AlertSpec spec = ReadAlert(
      R"("invoice_types_filter":["USAGE","","USAGE"],
         "credit_grant_type_filters":["trial"],
         "seat_filter":{"seat_group_key":"user","seat_group_value":"alice"},
         "custom_field_filters":[{"entity":"Contract","key":"a","value":"b"},
           {"entity":"Commit","key":"","value":""},
           {"value":"v","key":"k","entity":"ContractCredit"},
           {"entity":"ContractCreditOrCommit","key":"k","value":"v"}])");
  EXPECT_THAT(spec.invoice_types_filter, ElementsAre("USAGE", "", "USAGE"));
  EXPECT_THAT(spec.credit_grant_type_filters, ElementsAre("trial"));
  EXPECT_EQ(spec.seat_filter, (SeatFilter{.group_key = "user", .group_value = "alice"}));
  EXPECT_THAT(
      spec.custom_field_filters,
      ElementsAre(
          CustomFieldFilter{.entity = FilterEntity::kContract, .key = "a", .value = "b"},
          CustomFieldFilter{.entity = FilterEntity::kCommit},
          CustomFieldFilter{
              .entity = FilterEntity::kContractCredit, .key = "k", .value = "v"},
          CustomFieldFilter{.entity = FilterEntity::kContractCreditOrCommit,
                            .key = "k",
                            .value = "v"}));
}

TEST(AlertJson, ASeatFilterWithoutAValueIsOpen) {
  for (const char* value : {"", R"(,"seat_group_value":null)"}) {
    const AlertSpec spec =
        ReadAlert(absl::StrCat(R"("seat_filter":{"seat_group_key":"user")", value, "}"));
    EXPECT_EQ(spec.seat_filter, SeatFilter{.group_key = "user"});
  }
}

TEST(AlertJson, ReadsSpecifiers) {
  const AlertSpec spec = ReadAlert(
      R"("alert_specifiers":[
           {"custom_field_filters":[
              {"entity":"ContractCreditOrCommit","key":"team","value":"red"},
              {"entity":"Commit","key":"open"},
              {"entity":"Contract","key":"null","value":null}],
            "exclude":[
              {"custom_field_filters":[
                 {"entity":"ContractCredit","key":"a","value":"b"},
                 {"entity":"ContractCreditOrCommit","key":"c","value":""}]},
              {"custom_field_filters":[]},
              {}]},
           {}])");
  ASSERT_THAT(spec.alert_specifiers, SizeIs(2));
  EXPECT_THAT(
      spec.alert_specifiers[0].custom_field_filters,
      ElementsAre(SpecifierField{.key = "team", .value = "red"},
                  SpecifierField{.entity = FilterEntity::kCommit, .key = "open"},
                  SpecifierField{.entity = FilterEntity::kContract, .key = "null"}));
  const std::vector<SpecifierExclude>& exclude = spec.alert_specifiers[0].exclude;
  ASSERT_THAT(exclude, SizeIs(3));
  EXPECT_THAT(exclude[0].custom_field_filters,
              ElementsAre(
                  CustomFieldFilter{
                      .entity = FilterEntity::kContractCredit, .key = "a", .value = "b"},
                  CustomFieldFilter{.entity = FilterEntity::kContractCreditOrCommit,
                                    .key = "c"}));
  EXPECT_THAT(exclude[1].custom_field_filters, IsEmpty());
  EXPECT_THAT(exclude[2].custom_field_filters, IsEmpty());
  EXPECT_EQ(spec.alert_specifiers[1], AlertSpecifier());
}

TEST(AlertJson, FiltersLeftOutNullOrEmptyAreNone) {
  for (const char* fields :
       {R"("seat_filter":null)",
        R"("seat_filter":null,"invoice_types_filter":null,"alert_specifiers":null,
           "credit_grant_type_filters":null,"custom_field_filters":null,
           "group_values":null)",
        R"("invoice_types_filter":[],"credit_grant_type_filters":[],
           "alert_specifiers":[],"custom_field_filters":[],"group_values":[])"}) {
    const AlertSpec spec = ReadAlert(fields);
    EXPECT_THAT(spec.group_values, IsEmpty());
    EXPECT_THAT(spec.custom_field_filters, IsEmpty());
    EXPECT_THAT(spec.invoice_types_filter, IsEmpty());
    EXPECT_THAT(spec.credit_grant_type_filters, IsEmpty());
    EXPECT_EQ(spec.seat_filter, std::nullopt);
    EXPECT_THAT(spec.alert_specifiers, IsEmpty());
  }
}

TEST(AlertJson, AnUpdateHasTheSameFilters) {
  const AlertUpdate update = Read<AlertUpdateStatement>(
                                 R"({"type":"alert_update","id":"$A",
          "custom_field_filters":[{"entity":"Commit","key":"k","value":"v"}],
          "invoice_types_filter":["USAGE"],"credit_grant_type_filters":["trial"],
          "seat_filter":{"seat_group_key":"user"},
          "alert_specifiers":[{"custom_field_filters":[
             {"entity":"ContractCreditOrCommit","key":"k"}]}]})")
                                 .update;
  EXPECT_THAT(*update.custom_field_filters,
              ElementsAre(CustomFieldFilter{
                  .entity = FilterEntity::kCommit, .key = "k", .value = "v"}));
  EXPECT_THAT(*update.invoice_types_filter, ElementsAre("USAGE"));
  EXPECT_THAT(*update.credit_grant_type_filters, ElementsAre("trial"));
  EXPECT_EQ(update.seat_filter, SeatFilter{.group_key = "user"});
  ASSERT_THAT(*update.alert_specifiers, SizeIs(1));
  EXPECT_THAT(update.alert_specifiers->front().custom_field_filters,
              ElementsAre(SpecifierField{.key = "k"}));
}

TEST(AlertJson, AnUpdateTellsKeptFiltersFromNone) {
  const AlertUpdate kept =
      Read<AlertUpdateStatement>(
          R"({"type":"alert_update","id":"$A","name":"n","invoice_types_filter":null,
              "credit_grant_type_filters":null,"seat_filter":null,
              "alert_specifiers":null,"custom_field_filters":null})")
          .update;
  EXPECT_EQ(kept.custom_field_filters, std::nullopt);
  EXPECT_EQ(kept.invoice_types_filter, std::nullopt);
  EXPECT_EQ(kept.credit_grant_type_filters, std::nullopt);
  EXPECT_EQ(kept.seat_filter, std::nullopt);
  EXPECT_EQ(kept.alert_specifiers, std::nullopt);
  const AlertUpdate none =
      Read<AlertUpdateStatement>(
          R"({"type":"alert_update","id":"$A","invoice_types_filter":[],
              "credit_grant_type_filters":[],"alert_specifiers":[],
              "custom_field_filters":[]})")
          .update;
  ASSERT_TRUE(none.custom_field_filters && none.invoice_types_filter &&
              none.credit_grant_type_filters && none.alert_specifiers);
  EXPECT_THAT(*none.custom_field_filters, IsEmpty());
  EXPECT_THAT(*none.invoice_types_filter, IsEmpty());
  EXPECT_THAT(*none.credit_grant_type_filters, IsEmpty());
  EXPECT_THAT(*none.alert_specifiers, IsEmpty());
}

}  // namespace
}  // namespace tocsin
