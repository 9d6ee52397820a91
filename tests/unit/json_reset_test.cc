// Catches a reset that selects another instance than it names, or the whole where it
// names one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/json_cases.h"
#include "tocsin/json.h"
#include "tocsin/status.h"

namespace tocsin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Reset(absl::string_view selector) {
  return absl::StrCat(R"({"type":"reset","customer_id":"$C","alert_id":"$A")",
                      selector.empty() ? "" : ",", selector, "}");
}

InstanceSelector Selected(absl::string_view selector) {
  const ResetStatement reset = Read<ResetStatement>(Reset(selector));
  EXPECT_EQ(reset.customer, IdOf<CustomerId>(kCustomerText));
  EXPECT_EQ(reset.alert, IdOf<AlertId>(kAlertText));
  return reset.instance;
}

TEST(ResetJson, WithoutASelectorIsOfTheWhole) {
  EXPECT_TRUE(Selected("").empty());
  EXPECT_TRUE(Selected(R"("group_values":null,"balance_id":null,"invoice_id":null,
                          "seat_filter":null,"alert_specifiers":null)")
                  .empty());
}

TEST(ResetJson, SelectsGroupValues) {
  for (const char* values :
       {R"([{"key":"region","value":"us"}])", R"({"region":"us"})"}) {
    const InstanceSelector instance = Selected(absl::StrCat("\"group_values\":", values));
    EXPECT_THAT(instance.group_values,
                ElementsAre(GroupValue{.key = "region", .value = "us"}));
    EXPECT_FALSE(instance.balance || instance.invoice || instance.seat ||
                 instance.custom_field);
  }
}

TEST(ResetJson, SelectsABalanceOrAnInvoice) {
  const InstanceSelector balance = Selected(R"("balance_id":"$O")");
  EXPECT_EQ(balance.balance, IdOf<BalanceId>(kOtherText));
  EXPECT_FALSE(balance.invoice || balance.seat || balance.custom_field);
  const InstanceSelector invoice =
      Selected(R"("invoice_id":"$O","balance_id":null,"group_values":null)");
  EXPECT_EQ(invoice.invoice, IdOf<InvoiceId>(kOtherText));
  EXPECT_FALSE(invoice.balance || invoice.seat || invoice.custom_field);
  EXPECT_THAT(invoice.group_values, IsEmpty());
}

TEST(ResetJson, SelectsASeat) {
  const InstanceSelector instance =
      Selected(R"("seat_filter":{"seat_group_key":"user","seat_group_value":""})");
  EXPECT_EQ(instance.seat, Seat{.group_key = "user"});
  EXPECT_FALSE(instance.balance || instance.invoice || instance.custom_field);
}

TEST(ResetJson, SelectsACustomField) {
  for (const char* entity :
       {"", R"("entity":null,)", R"("entity":"ContractCreditOrCommit",)"}) {
    const InstanceSelector instance =
        Selected(absl::StrCat(R"("alert_specifiers":[{"custom_field_filters":[{)", entity,
                              R"("key":"team","value":"red"}]}])"));
    EXPECT_EQ(instance.custom_field, (CustomField{.key = "team", .value = "red"}));
    EXPECT_FALSE(instance.balance || instance.invoice || instance.seat);
  }
}

class BadSelector : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadSelector, IsRefusedAndNamed) { ExpectRefused(GetParam()); }

const BadCase kBadSelectors[] = {
    {"AlertMissing",
     R"({"type":"reset","customer_id":"$C"})",
     Reason::kMissing,
     {"alert_id: is missing"}},
    {"GroupWithoutValue",
     Reset(R"("group_values":[{"key":"k"}])"),
     Reason::kMissing,
     {"group_values[0].value: is missing"}},
    {"GroupsText",
     Reset(R"("group_values":"eu")"),
     Reason::kMalformed,
     {"group_values: is a string (\"eu\")", "array of objects"}},
    {"BalanceMalformed",
     Reset(R"("balance_id":"c")"),
     Reason::kMalformed,
     {"balance_id:", "\"c\""}},
    {"BalanceNil",
     Reset(R"("balance_id":"00000000-0000-0000-0000-000000000000")"),
     Reason::kMissing,
     {"balance_id:", "nil"}},
    {"InvoiceNumber",
     Reset(R"("invoice_id":12)"),
     Reason::kMalformed,
     {"invoice_id: is a number (\"12\")", "UUID"}},
    {"SeatEmpty",
     Reset(R"("seat_filter":{})"),
     Reason::kMissing,
     {"seat_filter.seat_group_key: is missing"}},
    {"SeatWithoutValue",
     Reset(R"("seat_filter":{"seat_group_key":"user"})"),
     Reason::kMissing,
     {"seat_filter.seat_group_value: is missing"}},
    {"SeatText",
     Reset(R"("seat_filter":"alice")"),
     Reason::kMalformed,
     {"seat_filter: is a string (\"alice\")", "seat_group_key", "seat_group_value"}},
    {"SeatValueTwice",
     Reset(R"("seat_filter":{"seat_group_value":"a","seat_group_value":"a"})"),
     Reason::kMalformed,
     {"\"seat_group_value\"", "twice"}},
    {"SpecifiersEmpty",
     Reset(R"("alert_specifiers":[])"),
     Reason::kMalformed,
     {"alert_specifiers: names 0 custom fields in 0 specifiers", "one in one"}},
    {"SpecifierEmpty",
     Reset(R"("alert_specifiers":[{}])"),
     Reason::kMalformed,
     {"alert_specifiers: names 0 custom fields in 1 specifiers", "one in one"}},
    {"TwoSpecifiers",
     Reset(R"("alert_specifiers":[{"custom_field_filters":[{"key":"k","value":"v"}]},
                                  {}])"),
     Reason::kMalformed,
     {"alert_specifiers: names 1 custom fields in 2 specifiers"}},
    {"TwoFields",
     Reset(R"("alert_specifiers":[{"custom_field_filters":[
              {"key":"k","value":"v"},{"key":"l","value":"w"}]}])"),
     Reason::kMalformed,
     {"alert_specifiers: names 2 custom fields in 1 specifiers"}},
    {"FieldWithoutKey",
     Reset(R"("alert_specifiers":[{"custom_field_filters":[{"value":"v"}]}])"),
     Reason::kMissing,
     {"alert_specifiers[0].custom_field_filters[0].key: is missing"}},
    {"FieldWithoutValue",
     Reset(R"("alert_specifiers":[{"custom_field_filters":[{"key":"k"}]}])"),
     Reason::kMissing,
     {"alert_specifiers[0].custom_field_filters[0].value: is missing"}},
    {"FieldOfNoEntity",
     Reset(R"("alert_specifiers":[{"custom_field_filters":[
              {"entity":"Seat","key":"k","value":"v"}]}])"),
     Reason::kMalformed,
     {"alert_specifiers[0].custom_field_filters[0].entity: is \"Seat\"",
      "ContractCreditOrCommit"}},
    {"FieldOfAnotherEntity",
     Reset(R"("alert_specifiers":[{"custom_field_filters":[
              {"entity":"Contract","key":"k","value":"v"}]}])"),
     Reason::kNotOfThisType,
     {"alert_specifiers[0].custom_field_filters[0].entity: is Contract", "leave it out"}},
    {"FieldsText",
     Reset(R"("alert_specifiers":[{"custom_field_filters":"k"}])"),
     Reason::kMalformed,
     {"alert_specifiers[0].custom_field_filters: is a string (\"k\")"}},
    {"Exclude",
     Reset(R"("alert_specifiers":[{"custom_field_filters":[{"key":"k","value":"v"}],
                                   "exclude":[]}])"),
     Reason::kMalformed,
     {"alert_specifiers[0].exclude:", "names no instance"}},
    {"BalanceBesideGroups",
     Reset(R"("balance_id":"$O","group_values":{"k":"v"})"),
     Reason::kMalformed,
     {"balance_id: stands beside group_values", "one of them"}},
    {"InvoiceBesideBalance",
     Reset(R"("invoice_id":"$O","balance_id":"$O")"),
     Reason::kMalformed,
     {"invoice_id: stands beside balance_id"}},
    {"SeatBesideInvoice",
     Reset(R"("seat_filter":{"seat_group_key":"a","seat_group_value":"b"},
              "invoice_id":"$O")"),
     Reason::kMalformed,
     {"seat_filter: stands beside invoice_id"}},
    {"SpecifiersBesideSeat",
     Reset(R"("seat_filter":{"seat_group_key":"a","seat_group_value":"b"},
              "alert_specifiers":[{"custom_field_filters":[{"key":"k","value":"v"}]}])"),
     Reason::kMalformed,
     {"alert_specifiers: stands beside seat_filter"}},
};

INSTANTIATE_TEST_SUITE_P(Resets, BadSelector, ::testing::ValuesIn(kBadSelectors),
                         NameOfBadCase);

}  // namespace
}  // namespace tocsin
