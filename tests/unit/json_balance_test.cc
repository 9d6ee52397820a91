// Catches facts of balances and invoices that are read as something else than they
// say: a field kept that was taken away, a credit type that nobody told.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/json_cases.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// A balance fact with `fields` beside those that it must have.
std::string Balance(absl::string_view fields = "") {
  return absl::StrCat(
      R"({"type":"balance","customer_id":"$C","balance_id":"$O","balance_type":"commit",)",
      R"("granted":100,"remaining":40)", fields.empty() ? "" : ",", fields, "}");
}

TEST(BalanceJson, ReadsEveryField) {
  const BalanceTold fact = ReadFact<BalanceTold>(
      R"({"version":18446744073709551615,"type":"balance",
          "seat":{"seat_group_value":"","seat_group_key":"user"},
          "credit_grant_type":"trial","custom_fields":{"a":"b","c":""},
          "ends_at":"1997-01-01T13:00:01+01:00","starts_at":"1997-01-01T12:00:00Z",
          "remaining":"-0.5","granted":1000.25,"credit_type_id":"$A",
          "balance_type":"credit_grant","balance_id":"$O","customer_id":"$C"})");
  EXPECT_EQ(fact.customer, IdOf<CustomerId>(kCustomerText));
  EXPECT_EQ(fact.balance, IdOf<BalanceId>(kOtherText));
  EXPECT_EQ(fact.type, BalanceType::kCreditGrant);
  EXPECT_EQ(fact.credit_type, IdOf<CreditTypeId>(kAlertText));
  EXPECT_EQ(fact.granted, Dec("1000.25"));
  EXPECT_EQ(fact.remaining, Dec("-0.5"));
  ASSERT_FALSE(fact.starts_at.keeps());
  EXPECT_EQ(fact.starts_at.value(), Noon());
  ASSERT_FALSE(fact.ends_at.keeps());
  EXPECT_EQ(fact.ends_at.value(), Noon() + absl::Seconds(1));
  ASSERT_FALSE(fact.custom_fields.keeps());
  EXPECT_THAT(*fact.custom_fields.value(), ElementsAre(Pair("a", "b"), Pair("c", "")));
  ASSERT_FALSE(fact.credit_grant_type.keeps());
  EXPECT_EQ(fact.credit_grant_type.value(), "trial");
  ASSERT_FALSE(fact.seat.keeps());
  EXPECT_EQ(fact.seat.value(), (Seat{.group_key = "user", .group_value = ""}));
  EXPECT_EQ(fact.version, std::numeric_limits<std::uint64_t>::max());
}

TEST(BalanceJson, KeepsWhatIsLeftOut) {
  const BalanceTold fact = ReadFact<BalanceTold>(Balance());
  EXPECT_EQ(fact.granted, Dec("100"));
  EXPECT_EQ(fact.remaining, Dec("40"));
  EXPECT_EQ(fact.credit_type, std::nullopt);
  EXPECT_TRUE(fact.starts_at.keeps());
  EXPECT_TRUE(fact.ends_at.keeps());
  EXPECT_TRUE(fact.custom_fields.keeps());
  EXPECT_TRUE(fact.credit_grant_type.keeps());
  EXPECT_TRUE(fact.seat.keeps());
  EXPECT_EQ(fact.version, std::nullopt);
}

TEST(BalanceJson, TakesAwayWhatIsNull) {
  const BalanceTold fact = ReadFact<BalanceTold>(
      Balance(R"("starts_at":null,"ends_at":null,"custom_fields":null,
                 "credit_grant_type":null,"seat":null,"credit_type_id":null,
                 "version":null)"));
  ASSERT_FALSE(fact.starts_at.keeps());
  EXPECT_EQ(fact.starts_at.value(), std::nullopt);
  ASSERT_FALSE(fact.ends_at.keeps());
  EXPECT_EQ(fact.ends_at.value(), std::nullopt);
  ASSERT_FALSE(fact.custom_fields.keeps());
  EXPECT_EQ(fact.custom_fields.value(), std::nullopt);
  ASSERT_FALSE(fact.credit_grant_type.keeps());
  EXPECT_EQ(fact.credit_grant_type.value(), std::nullopt);
  ASSERT_FALSE(fact.seat.keeps());
  EXPECT_EQ(fact.seat.value(), std::nullopt);
  // Said to be USD in cents; not the same as not said.
  EXPECT_EQ(fact.credit_type, UsdCents());
  EXPECT_EQ(fact.version, std::nullopt);
}

TEST(BalanceJson, ReplacesMapsWholeByEmptyOnes) {
  const BalanceTold fact = ReadFact<BalanceTold>(Balance(R"("custom_fields":{})"));
  ASSERT_FALSE(fact.custom_fields.keeps());
  EXPECT_THAT(*fact.custom_fields.value(), IsEmpty());
}

TEST(BalanceJson, KnowsEveryType) {
  for (int i = 0; i < kBalanceTypeCount; ++i) {
    const auto type = static_cast<BalanceType>(i);
    const BalanceTold fact = ReadFact<BalanceTold>(absl::StrCat(
        R"({"type":"balance","customer_id":"$C","balance_id":"$O","granted":0,)",
        R"("remaining":0,"balance_type":")", BalanceTypeName(type), "\"}"));
    EXPECT_EQ(fact.type, type);
  }
}

TEST(BalanceJson, AReaderForgetsTheBalanceBefore) {
  StatementReader reader;
  Statement statement;
  const std::string full =
      Fill(Balance(R"("version":7,"seat":{"seat_group_key":"k","seat_group_value":"v"},
                 "custom_fields":{"a":"b"},"credit_type_id":"$A","ends_at":null)"));
  const std::string plain = Fill(Balance());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(reader.Read(full, &statement).ok());
    ASSERT_TRUE(reader.Read(plain, &statement).ok());
    const auto& fact = std::get<BalanceTold>(std::get<Fact>(statement.what));
    EXPECT_EQ(fact.version, std::nullopt);
    EXPECT_EQ(fact.credit_type, std::nullopt);
    EXPECT_TRUE(fact.seat.keeps());
    EXPECT_TRUE(fact.custom_fields.keeps());
    EXPECT_TRUE(fact.ends_at.keeps());
  }
}

TEST(DrawJson, ReadsEveryField) {
  const BalanceDrawn fact = ReadFact<BalanceDrawn>(
      R"({"type":"draw","customer_id":"$C","balance_id":"$O","amount":"-2.50",
          "version":3})");
  EXPECT_EQ(fact.customer, IdOf<CustomerId>(kCustomerText));
  EXPECT_EQ(fact.balance, IdOf<BalanceId>(kOtherText));
  EXPECT_EQ(fact.amount, Dec("-2.5"));
  EXPECT_EQ(fact.version, 3u);
  EXPECT_EQ(ReadFact<BalanceDrawn>(
                R"({"type":"draw","customer_id":"$C","balance_id":"$O","amount":1})")
                .version,
            std::nullopt);
}

TEST(InvoiceJson, ReadsEveryField) {
  const InvoiceTold fact = ReadFact<InvoiceTold>(
      R"({"type":"invoice","customer_id":"$C","invoice_id":"$O","invoice_type":"USAGE",
          "credit_type_id":"$A","total":12.5,"active":false,"version":0})");
  EXPECT_EQ(fact.customer, IdOf<CustomerId>(kCustomerText));
  EXPECT_EQ(fact.invoice, IdOf<InvoiceId>(kOtherText));
  EXPECT_EQ(fact.invoice_type, "USAGE");
  EXPECT_EQ(fact.credit_type, IdOf<CreditTypeId>(kAlertText));
  EXPECT_EQ(fact.total, Dec("12.5"));
  EXPECT_FALSE(fact.active);
  EXPECT_EQ(fact.version, 0u);
}

// Of an invoice nothing can be taken away.
TEST(InvoiceJson, TakesNullAsLeftOut) {
  for (const char* more : {"", R"(,"credit_type_id":null,"version":null)"}) {
    const InvoiceTold fact = ReadFact<InvoiceTold>(
        absl::StrCat(R"({"type":"invoice","customer_id":"$C","invoice_id":"$O",)",
                     R"("invoice_type":"","total":0,"active":true)", more, "}"));
    EXPECT_EQ(fact.credit_type, std::nullopt);
    EXPECT_TRUE(fact.active);
    EXPECT_EQ(fact.version, std::nullopt);
  }
}

TEST(BalanceJson, CarriesItsTimeBesideIt) {
  for (const std::string& line :
       {Balance(R"("timestamp":"1997-01-01T12:00:00Z")"),
        std::string(R"({"type":"draw","customer_id":"$C","balance_id":"$O","amount":1,
                        "timestamp":"1997-01-01T12:00:00Z"})")}) {
    absl::StatusOr<Statement> statement = StatementFromJson(Fill(line));
    ASSERT_TRUE(statement.ok()) << statement.status();
    EXPECT_EQ(statement->time, Noon());
  }
}

class BadBalance : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadBalance, IsRefusedAndNamed) { ExpectRefused(GetParam()); }

const BadCase kBadBalances[] = {
    {"CustomerMissing",
     R"({"type":"balance","balance_id":"$O","balance_type":"commit","granted":1,
         "remaining":1})",
     Reason::kMissing,
     {"customer_id: is missing", "UUID"}},
    {"IdMissing",
     R"({"type":"balance","customer_id":"$C","balance_type":"commit","granted":1,
         "remaining":1})",
     Reason::kMissing,
     {"balance_id: is missing", "UUID"}},
    {"IdNil",
     R"({"type":"balance","customer_id":"$C","balance_type":"commit","granted":1,
         "remaining":1,"balance_id":"00000000-0000-0000-0000-000000000000"})",
     Reason::kMissing,
     {"balance_id:", "nil"}},
    {"TypeMissing",
     R"({"type":"balance","customer_id":"$C","balance_id":"$O","granted":1,
         "remaining":1})",
     Reason::kMissing,
     {"balance_type: is missing", "commit", "contract_credit", "credit_grant"}},
    {"TypeUnknown",
     R"({"type":"balance","customer_id":"$C","balance_id":"$O","balance_type":"Commit",
         "granted":1,"remaining":1})",
     Reason::kMalformed,
     {"balance_type: is \"Commit\"", "commit, contract_credit or credit_grant"}},
    {"TypeNotString",
     R"({"type":"balance","customer_id":"$C","balance_id":"$O","balance_type":1})",
     Reason::kMalformed,
     {"balance_type: is a number (\"1\")", "contract_credit"}},
    {"GrantedMissing",
     R"({"type":"balance","customer_id":"$C","balance_id":"$O","balance_type":"commit",
         "remaining":1})",
     Reason::kMissing,
     {"granted: is missing", "decimal"}},
    {"GrantedNull",
     R"({"type":"balance","customer_id":"$C","balance_id":"$O","balance_type":"commit",
         "granted":null,"remaining":1})",
     Reason::kMissing,
     {"granted: is null"}},
    {"Granted13Digits",
     R"({"type":"balance","customer_id":"$C","balance_id":"$O","balance_type":"commit",
         "granted":"0.0000000000001","remaining":1})",
     Reason::kMalformed,
     {"granted:", "0.0000000000001", "12"}},
    {"Granted1e999",
     R"({"type":"balance","customer_id":"$C","balance_id":"$O","balance_type":"commit",
         "granted":1e999,"remaining":1})",
     Reason::kOutOfRange,
     {"granted:", "1e999"}},
    {"RemainingMissing",
     R"({"type":"balance","customer_id":"$C","balance_id":"$O","balance_type":"commit",
         "granted":1})",
     Reason::kMissing,
     {"remaining: is missing"}},
    {"RemainingNan",
     R"({"type":"balance","customer_id":"$C","balance_id":"$O","balance_type":"commit",
         "granted":1,"remaining":NaN})",
     Reason::kMalformed,
     {"\"remaining\"", "NaN"}},
    {"RemainingNanText",
     R"({"type":"balance","customer_id":"$C","balance_id":"$O","balance_type":"commit",
         "granted":1,"remaining":"NaN"})",
     Reason::kMalformed,
     {"remaining:", "NaN"}},
    {"RemainingTooLarge",
     R"({"type":"balance","customer_id":"$C","balance_id":"$O","balance_type":"commit",
         "granted":1,"remaining":"-1000000000000000000.000000000001"})",
     Reason::kOutOfRange,
     {"remaining:", "-1000000000000000000.000000000001"}},
    {"CreditTypeMalformed",
     Balance(R"("credit_type_id":"usd")"),
     Reason::kMalformed,
     {"credit_type_id:", "\"usd\""}},
    {"StartNotInCalendar",
     Balance(R"("starts_at":"1997-02-29T00:00:00Z")"),
     Reason::kMalformed,
     {"starts_at:", "1997-02-29"}},
    {"EndNumber",
     Balance(R"("ends_at":852120000)"),
     Reason::kMalformed,
     {"ends_at: is a number (\"852120000\")", "RFC 3339"}},
    {"CustomFieldsArray",
     Balance(R"("custom_fields":[])"),
     Reason::kMalformed,
     {"custom_fields: is an array", "an object"}},
    {"CustomFieldNumber",
     Balance(R"("custom_fields":{"k":1})"),
     Reason::kMalformed,
     {"custom_fields:", "\"k\"", "a string"}},
    {"CustomFieldTwice",
     Balance(R"("custom_fields":{"k":"a","k":"a"})"),
     Reason::kMalformed,
     {"\"k\"", "twice"}},
    {"GrantTypeNumber",
     Balance(R"("credit_grant_type":5)"),
     Reason::kMalformed,
     {"credit_grant_type: is a number (\"5\")", "a string"}},
    {"SeatText",
     Balance(R"("seat":"alice")"),
     Reason::kMalformed,
     {"seat: is a string (\"alice\")", "seat_group_key", "seat_group_value"}},
    {"SeatWithoutKey",
     Balance(R"("seat":{"seat_group_value":"alice"})"),
     Reason::kMissing,
     {"seat.seat_group_key: is missing", "a string"}},
    {"SeatWithoutValue",
     Balance(R"("seat":{"seat_group_key":"user"})"),
     Reason::kMissing,
     {"seat.seat_group_value: is missing"}},
    {"SeatValueNumber",
     Balance(R"("seat":{"seat_group_key":"user","seat_group_value":7})"),
     Reason::kMalformed,
     {"seat.seat_group_value: is a number (\"7\")", "a string"}},
    {"SeatKeyTwice",
     Balance(R"("seat":{"seat_group_key":"a","seat_group_key":"a"})"),
     Reason::kMalformed,
     {"\"seat_group_key\"", "twice"}},
    {"VersionText",
     Balance(R"("version":"1")"),
     Reason::kMalformed,
     {"version: is a string (\"1\")", "integer"}},
    {"DrawWithoutBalance",
     R"({"type":"draw","customer_id":"$C","amount":1})",
     Reason::kMissing,
     {"balance_id: is missing", "UUID"}},
    {"DrawWithoutAmount",
     R"({"type":"draw","customer_id":"$C","balance_id":"$O","remaining":1})",
     Reason::kMissing,
     {"amount: is missing"}},
    {"Draw1e999",
     R"({"type":"draw","customer_id":"$C","balance_id":"$O","amount":"1e999"})",
     Reason::kOutOfRange,
     {"amount:", "1e999"}},
};

std::string Invoice(absl::string_view fields) {
  return absl::StrCat(R"({"type":"invoice","customer_id":"$C",)", fields, "}");
}

const BadCase kBadInvoices[] = {
    {"IdMissing",
     Invoice(R"("invoice_type":"USAGE","total":1,"active":true)"),
     Reason::kMissing,
     {"invoice_id: is missing", "UUID"}},
    {"TypeMissing",
     Invoice(R"("invoice_id":"$O","total":1,"active":true)"),
     Reason::kMissing,
     {"invoice_type: is missing", "a string"}},
    {"TypeNumber",
     Invoice(R"("invoice_id":"$O","invoice_type":1,"total":1,"active":true)"),
     Reason::kMalformed,
     {"invoice_type: is a number (\"1\")", "a string"}},
    {"TotalMissing",
     Invoice(R"("invoice_id":"$O","invoice_type":"USAGE","active":true)"),
     Reason::kMissing,
     {"total: is missing"}},
    {"TotalInfinite",
     Invoice(R"("invoice_id":"$O","invoice_type":"USAGE","total":"Infinity",
                "active":true)"),
     Reason::kMalformed,
     {"total:", "Infinity"}},
    {"Total1e999",
     Invoice(R"("invoice_id":"$O","invoice_type":"USAGE","total":-1e999,"active":true)"),
     Reason::kOutOfRange,
     {"total:", "-1e999"}},
    {"ActiveMissing",
     Invoice(R"("invoice_id":"$O","invoice_type":"USAGE","total":1)"),
     Reason::kMissing,
     {"active: is missing", "true or false"}},
    {"ActiveNull",
     Invoice(R"("invoice_id":"$O","invoice_type":"USAGE","total":1,"active":null)"),
     Reason::kMissing,
     {"active: is null", "true or false"}},
    {"ActiveText",
     Invoice(R"("invoice_id":"$O","invoice_type":"USAGE","total":1,"active":"true")"),
     Reason::kMalformed,
     {"active: is a string (\"true\")", "true or false"}},
};

INSTANTIATE_TEST_SUITE_P(Balances, BadBalance, ::testing::ValuesIn(kBadBalances),
                         NameOfBadCase);
INSTANTIATE_TEST_SUITE_P(Invoices, BadBalance, ::testing::ValuesIn(kBadInvoices),
                         NameOfBadCase);

}  // namespace
}  // namespace tocsin
