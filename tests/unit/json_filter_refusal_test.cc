// Catches filters of alerts that are malformed and taken, or refused without naming
// the field, its value and what would be right.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/json_cases.h"
#include "tocsin/json.h"
#include "tocsin/status.h"

namespace tocsin {
namespace {

std::string With(absl::string_view filters) {
  return absl::StrCat(R"({"type":"alert","alert":{"id":"$A","name":"n","threshold":1,)",
                      R"("alert_type":"spend_threshold_reached",)", filters, "}}");
}

class BadFilter : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadFilter, IsRefusedAndNamed) { ExpectRefused(GetParam()); }

const BadCase kBadFilters[] = {
    {"EntityUnknown",
     With(R"("custom_field_filters":[{"entity":"Plan","key":"k","value":"v"}])"),
     Reason::kMalformed,
     {"alert.custom_field_filters[0].entity: is \"Plan\"", "Contract,", "Commit,",
      "ContractCredit or ContractCreditOrCommit"}},
    {"EntityInLowerCase",
     With(R"("custom_field_filters":[{"entity":"Commit","key":"k","value":"v"},
                                     {"entity":"commit","key":"k","value":"v"}])"),
     Reason::kMalformed,
     {"alert.custom_field_filters[1].entity: is \"commit\"", "Commit"}},
    {"EntityMissing",
     With(R"("custom_field_filters":[{"key":"k","value":"v"}])"),
     Reason::kMissing,
     {"alert.custom_field_filters[0].entity: is missing", "ContractCreditOrCommit"}},
    {"EntityNumber",
     With(R"("custom_field_filters":[{"entity":1,"key":"k","value":"v"}])"),
     Reason::kMalformed,
     {"alert.custom_field_filters[0].entity: is a number (\"1\")", "Commit"}},
    {"FieldKeyTwice",
     With(R"("custom_field_filters":[{"entity":"Commit","key":"k","key":"k"}])"),
     Reason::kMalformed,
     {"\"key\"", "twice"}},
    {"InvoiceTypesText",
     With(R"("invoice_types_filter":"USAGE")"),
     Reason::kMalformed,
     {"alert.invoice_types_filter: is a string (\"USAGE\")", "an array of strings"}},
    {"InvoiceTypeNumber",
     With(R"("invoice_types_filter":["USAGE",7])"),
     Reason::kMalformed,
     {"alert.invoice_types_filter[1]: is a number (\"7\")", "a string"}},
    {"InvoiceTypeNull",
     With(R"("invoice_types_filter":[null])"),
     Reason::kMalformed,
     {"alert.invoice_types_filter[0]: is null", "a string"}},
    {"InvoiceTypesDeeper",
     With(R"("invoice_types_filter":[["USAGE"]])"),
     Reason::kMalformed,
     {"alert.invoice_types_filter[0]: is an array", "a string"}},
    {"GrantTypesObject",
     With(R"("credit_grant_type_filters":{"a":"b"})"),
     Reason::kMalformed,
     {"alert.credit_grant_type_filters: is an object", "an array of strings"}},
    {"GrantTypeBool",
     With(R"("credit_grant_type_filters":[true])"),
     Reason::kMalformed,
     {"alert.credit_grant_type_filters[0]: is true", "a string"}},
    {"SeatText",
     With(R"("seat_filter":"user")"),
     Reason::kMalformed,
     {"alert.seat_filter: is a string (\"user\")", "seat_group_key"}},
    {"SeatArray",
     With(R"("seat_filter":[{"seat_group_key":"user"}])"),
     Reason::kMalformed,
     {"alert.seat_filter: is an array", "an object with seat_group_key"}},
    {"SeatWithoutKey",
     With(R"("seat_filter":{"seat_group_value":"alice"})"),
     Reason::kMissing,
     {"alert.seat_filter.seat_group_key: is missing", "a string"}},
    {"SeatValueNumber",
     With(R"("seat_filter":{"seat_group_key":"user","seat_group_value":1})"),
     Reason::kMalformed,
     {"alert.seat_filter.seat_group_value: is a number (\"1\")", "a string"}},
    {"SeatKeyTwice",
     With(R"("seat_filter":{"seat_group_key":"a","seat_group_key":"b"})"),
     Reason::kMalformed,
     {"\"seat_group_key\"", "twice"}},
    {"SpecifiersObject",
     With(R"("alert_specifiers":{"custom_field_filters":[]})"),
     Reason::kMalformed,
     {"alert.alert_specifiers: is an object", "an array of objects"}},
    {"SpecifierText",
     With(R"("alert_specifiers":[{},"team"])"),
     Reason::kMalformed,
     {"alert.alert_specifiers[1]: is a string (\"team\")", "an object"}},
    {"SpecifierDeeper",
     With(R"("alert_specifiers":[[{}]])"),
     Reason::kMalformed,
     {"alert.alert_specifiers[0]: is an array", "an object"}},
    {"SpecifierTooDeep",
     With(absl::StrCat(R"("alert_specifiers":[{"x":)", std::string(13, '['),
                       std::string(13, ']'), "}]")),
     Reason::kMalformed,
     {"more than 16 levels"}},
    {"SpecifierFieldsObject",
     With(R"("alert_specifiers":[{"custom_field_filters":{}}])"),
     Reason::kMalformed,
     {"alert.alert_specifiers[0].custom_field_filters: is an object",
      "an array of objects"}},
    {"SpecifierFieldText",
     With(R"("alert_specifiers":[{"custom_field_filters":["team"]}])"),
     Reason::kMalformed,
     {"alert.alert_specifiers[0].custom_field_filters[0]: is a string (\"team\")"}},
    {"SpecifierEntityUnknown",
     With(R"("alert_specifiers":[{},{"custom_field_filters":[
             {"entity":"CommitOrContractCredit","key":"k"}]}])"),
     Reason::kMalformed,
     {"alert.alert_specifiers[1].custom_field_filters[0].entity: is "
      "\"CommitOrContractCredit\"",
      "ContractCreditOrCommit"}},
    {"SpecifierEntityMissing",
     With(R"("alert_specifiers":[{"custom_field_filters":[{"key":"k"}]}])"),
     Reason::kMissing,
     {"alert.alert_specifiers[0].custom_field_filters[0].entity: is missing"}},
    {"SpecifierKeyMissing",
     With(R"("alert_specifiers":[{"custom_field_filters":[{"entity":"Commit"}]}])"),
     Reason::kMissing,
     {"alert.alert_specifiers[0].custom_field_filters[0].key: is missing"}},
    {"SpecifierValueNumber",
     With(R"("alert_specifiers":[{"custom_field_filters":[
             {"entity":"Commit","key":"k","value":5}]}])"),
     Reason::kMalformed,
     {"alert.alert_specifiers[0].custom_field_filters[0].value: is a number (\"5\")"}},
    {"SpecifierFieldsTwice",
     With(R"("alert_specifiers":[{"exclude":[],"exclude":[]}])"),
     Reason::kMalformed,
     {"\"exclude\"", "twice"}},
    {"ExcludeObject",
     With(R"("alert_specifiers":[{"exclude":{"custom_field_filters":[]}}])"),
     Reason::kMalformed,
     {"alert.alert_specifiers[0].exclude: is an object", "an array of objects"}},
    {"ExcludeNumber",
     With(R"("alert_specifiers":[{"exclude":[{},1]}])"),
     Reason::kMalformed,
     {"alert.alert_specifiers[0].exclude[1]: is a number (\"1\")", "an object"}},
    {"ExcludeWithoutValue",
     With(R"("alert_specifiers":[{"exclude":[{"custom_field_filters":[
             {"entity":"Commit","key":"k"}]}]}])"),
     Reason::kMissing,
     {"alert.alert_specifiers[0].exclude[0].custom_field_filters[0].value: is missing"}},
    {"UpdateOfSeat",
     R"({"type":"alert_update","id":"$A","seat_filter":{}})",
     Reason::kMissing,
     {"seat_filter.seat_group_key: is missing"}},
    {"UpdateOfInvoiceTypes",
     R"({"type":"alert_update","id":"$A","invoice_types_filter":[{}]})",
     Reason::kMalformed,
     {"invoice_types_filter[0]: is an object", "a string"}},
    {"UpdateOfSpecifiers",
     R"({"type":"alert_update","id":"$A","alert_specifiers":[{"exclude":1}]})",
     Reason::kMalformed,
     {"alert_specifiers[0].exclude: is a number (\"1\")"}},
};

INSTANTIATE_TEST_SUITE_P(Alerts, BadFilter, ::testing::ValuesIn(kBadFilters),
                         NameOfBadCase);

}  // namespace
}  // namespace tocsin
