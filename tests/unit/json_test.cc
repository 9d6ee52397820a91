// Catches statements and alerts that are read as something else than they say.

#include "tocsin/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/unit/json_cases.h"

namespace tocsin {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(StatementJson, ReadsSpendWithEveryField) {
  const SpendAdded fact = ReadFact<SpendAdded>(
      R"( {"timestamp":"1997-01-01T12:00:00Z","version":18446744073709551615,
           "group_values":{"region":"us","model":""},"contract_id":"$O",
           "credit_type_id":"$A","amount":"-12.500","customer_id":"$C",
           "type":"spend"} )");
  EXPECT_EQ(fact.customer, IdOf<CustomerId>(kCustomerText));
  EXPECT_EQ(fact.amount, Dec("-12.5"));
  EXPECT_EQ(fact.credit_type, IdOf<CreditTypeId>(kAlertText));
  EXPECT_EQ(fact.contract, IdOf<ContractId>(kOtherText));
  EXPECT_THAT(fact.group_values, ElementsAre(GroupValue{.key = "region", .value = "us"},
                                             GroupValue{.key = "model", .value = ""}));
  EXPECT_EQ(fact.version, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(fact.time, Noon());
}

TEST(StatementJson, LeavesOptionalFieldsOutForAbsentAndNull) {
  for (const char* text :
       {R"({"type":"spend","customer_id":"$C","total":1177})",
        R"({"type":"spend","customer_id":"$C","total":1177,"amount":null,
            "credit_type_id":null,
            "contract_id":null,"group_values":null,"version":null,"timestamp":null})"}) {
    const SpendTotal fact = ReadFact<SpendTotal>(text);
    EXPECT_EQ(fact.total, Dec("1177"));
    EXPECT_EQ(fact.credit_type, UsdCents());
    EXPECT_EQ(fact.contract, std::nullopt);
    EXPECT_THAT(fact.group_values, SizeIs(0));
    EXPECT_EQ(fact.version, std::nullopt);
    EXPECT_EQ(fact.time, std::nullopt);
  }
}

TEST(StatementJson, ReadsUsage) {
  const UsageAdded added = ReadFact<UsageAdded>(
      R"({"type":"usage","customer_id":"$C","billable_metric_id":"$O","quantity":0.1})");
  EXPECT_EQ(added.billable_metric, IdOf<BillableMetricId>(kOtherText));
  EXPECT_EQ(added.quantity, Dec("0.1"));
  const UsageTotal total = ReadFact<UsageTotal>(
      R"({"type":"usage","customer_id":"$C","billable_metric_id":"$O",
          "total":7,"version":3,
          "timestamp":"1997-01-01T13:00:00+01:00"})");
  EXPECT_EQ(total.total, Dec("7"));
  EXPECT_EQ(total.version, 3u);
  EXPECT_EQ(total.time, Noon());
}

TEST(StatementJson, ReadsPeriodAndContract) {
  const PeriodTold period = ReadFact<PeriodTold>(
      R"({"type":"period","customer_id":"$C","starts_at":"1997-01-01T12:00:00Z",
          "ends_at":"1997-01-01T12:00:01Z"})");
  EXPECT_EQ(period.starts_at, Noon());
  EXPECT_EQ(period.ends_at, Noon() + absl::Seconds(1));
  const ContractTold contract = ReadFact<ContractTold>(
      R"({"type":"contract","customer_id":"$C","contract_id":"$O",
          "custom_fields":{"a":"b"}})");
  EXPECT_EQ(contract.contract, IdOf<ContractId>(kOtherText));
  EXPECT_THAT(contract.custom_fields, ElementsAre(Pair("a", "b")));
}

TEST(StatementJson, CustomerFieldsAreKeptTakenAwayOrSet) {
  const CustomerTold kept =
      ReadFact<CustomerTold>(R"({"type":"customer","customer_id":"$C"})");
  EXPECT_TRUE(kept.plan.keeps());
  EXPECT_TRUE(kept.plan_ends_at.keeps());
  EXPECT_TRUE(kept.custom_fields.keeps());
  EXPECT_EQ(kept.archived, std::nullopt);

  const CustomerTold cleared = ReadFact<CustomerTold>(
      R"({"type":"customer","customer_id":"$C","plan_id":null,"plan_ends_at":null,
          "custom_fields":null})");
  ASSERT_FALSE(cleared.plan.keeps());
  EXPECT_EQ(cleared.plan.value(), std::nullopt);
  ASSERT_FALSE(cleared.plan_ends_at.keeps());
  EXPECT_EQ(cleared.plan_ends_at.value(), std::nullopt);
  ASSERT_FALSE(cleared.custom_fields.keeps());
  EXPECT_EQ(cleared.custom_fields.value(), std::nullopt);

  const CustomerTold set = ReadFact<CustomerTold>(
      R"({"type":"customer","customer_id":"$C","plan_id":"$O",
          "plan_ends_at":"1997-01-01T12:00:00Z","custom_fields":{"k":"v"},
           "archived":false})");
  EXPECT_EQ(set.plan.value(), IdOf<PlanId>(kOtherText));
  EXPECT_EQ(set.plan_ends_at.value(), Noon());
  EXPECT_THAT(*set.custom_fields.value(), ElementsAre(Pair("k", "v")));
  EXPECT_EQ(set.archived, false);
}

TEST(StatementJson, EveryStatementMayCarryATime) {
  for (const char* rest : {R"("type":"clock")", R"("type":"disable","id":"$A")",
                           R"("type":"reset","customer_id":"$C","alert_id":"$A")",
                           R"("type":"customer","customer_id":"$C")"}) {
    absl::StatusOr<Statement> statement = StatementFromJson(
        Fill(absl::StrCat(R"({"timestamp":"1997-01-01T12:00:00Z",)", rest, "}")));
    ASSERT_TRUE(statement.ok()) << statement.status();
    EXPECT_EQ(statement->time, Noon()) << rest;
  }
  EXPECT_EQ(StatementFromJson(Fill(R"({"type":"disable","id":"$A"})"))->time,
            std::nullopt);
}

// It would say nothing, and whoever wrote it meant an instant.
TEST(StatementJson, AClockLineNeedsATime) {
  for (const char* line :
       {R"({"type":"clock"})", R"({"type":"clock","timestamp":null})"}) {
    EXPECT_THAT(StatementFromJson(line).status().message(),
                HasSubstr("must be an RFC 3339 timestamp"));
  }
}

TEST(StatementJson, AMissingTypeIsToldWithThoseThatThereAre) {
  for (const char* line : {"{}", R"({"type":null})", R"({"type":7})"}) {
    EXPECT_THAT(StatementFromJson(line).status().message(),
                AllOf(HasSubstr("type: is"), HasSubstr("one of spend, usage, draw")));
  }
}

TEST(StatementJson, ReadsWhatIsDoneToAlerts) {
  const AlertUpdateStatement update = Read<AlertUpdateStatement>(
      R"({"type":"alert_update","id":"$A","name":"n","threshold":"0.5",
          "notify_resolved":true,
          "group_values":[{"key":"k"}],"custom_field_filters":[],
          "on_change":"notify_again"})");
  EXPECT_EQ(update.alert, IdOf<AlertId>(kAlertText));
  EXPECT_EQ(update.update.name, "n");
  EXPECT_EQ(update.update.threshold, Dec("0.5"));
  EXPECT_EQ(update.update.notify_resolved, true);
  EXPECT_THAT(*update.update.group_values, ElementsAre(GroupFilter{.key = "k"}));
  EXPECT_THAT(*update.update.custom_field_filters, SizeIs(0));
  EXPECT_EQ(update.update.on_change, OnChange::kNotifyAgain);

  const AlertUpdateStatement little = Read<AlertUpdateStatement>(
      R"({"type":"alert_update","id":"$A","name":"n","on_change":"keep"})");
  EXPECT_EQ(little.update.threshold, std::nullopt);
  EXPECT_EQ(little.update.notify_resolved, std::nullopt);
  EXPECT_EQ(little.update.group_values, std::nullopt);
  EXPECT_EQ(little.update.custom_field_filters, std::nullopt);
  EXPECT_EQ(little.update.on_change, OnChange::kKeep);
  const AlertUpdateStatement again = Read<AlertUpdateStatement>(
      R"({"type":"alert_update","id":"$A","on_change":"notify_again"})");
  EXPECT_EQ(again.update.name, std::nullopt);
  EXPECT_EQ(again.update.on_change, OnChange::kNotifyAgain);

  const ArchiveStatement archive = Read<ArchiveStatement>(
      R"({"type":"archive","id":"$A","release_uniqueness_key":true})");
  EXPECT_EQ(archive.alert, IdOf<AlertId>(kAlertText));
  EXPECT_TRUE(archive.options.release_uniqueness_key);
  EXPECT_FALSE(Read<ArchiveStatement>(R"({"type":"archive","id":"$A"})")
                   .options.release_uniqueness_key);
  EXPECT_EQ(Read<DisableStatement>(R"({"type":"disable","id":"$A"})").alert,
            IdOf<AlertId>(kAlertText));
  EXPECT_EQ(Read<EnableStatement>(R"({"type":"enable","id":"$A"})").alert,
            IdOf<AlertId>(kAlertText));
}

TEST(StatementJson, PassesOverUnknownFields) {
  const SpendAdded fact = ReadFact<SpendAdded>(
      R"({"type":"spend","customer_id":"$C","amount":1,
          "memo":{"x":[1,{"amount":2}],"y":null},
          "Amount":true,"amounts":3,"plan_id":17,"":0,"x":1})");
  EXPECT_EQ(fact.amount, Dec("1"));
}

TEST(StatementJson, KeepsTheDigitsOfNumbers) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"9007199254740993", "9007199254740993"},
      {"999999999999999999.999999999999", "999999999999999999.999999999999"},
      {"\"999999999999999999.999999999999\"", "999999999999999999.999999999999"},
      {"-1e18", "-1000000000000000000"},
      {"1E-12", "0.000000000001"},
      {"0.30000000000000004", "0.3"},         // a float's digits
      {"0.0000000000005", "0"},               // half: to the even one
      {"0.0000000000015", "0.000000000002"},  // half: to the even one
      {"0.00000000000050001", "0.000000000001"},
      {"-0.0", "0"},
  };
  for (const auto& [text, value] : cases) {
    const SpendAdded fact = ReadFact<SpendAdded>(
        absl::StrCat(R"({"type":"spend","customer_id":"$C","amount":)", text, "}"));
    EXPECT_EQ(fact.amount, Dec(value)) << text;
  }
}

TEST(StatementJson, UnescapesKeysAndValues) {
  const SpendAdded fact = ReadFact<SpendAdded>(
      R"({"t\u0079pe":"sp\u0065nd","customer_id":"\u0031$D","\u0061mount":"\u0031.5",
          "group_values":{"\ud83d\ude00\n":"\u0000\/\""}})");
  EXPECT_EQ(fact.customer, IdOf<CustomerId>(kCustomerText));
  EXPECT_EQ(fact.amount, Dec("1.5"));
  EXPECT_THAT(fact.group_values,
              ElementsAre(GroupValue{.key = "\xF0\x9F\x98\x80\n",
                                     .value = std::string("\0/\"", 3)}));
}

TEST(StatementJson, AReaderForgetsTheLineBefore) {
  StatementReader reader;
  Statement statement;
  const std::string keyed = Fill(
      R"({"type":"spend","customer_id":"$C","amount":1,"contract_id":"$O","version":5,
          "group_values":{"ke\u0079":"\u00e9"},"timestamp":"1997-01-01T12:00:00Z"})");
  const std::string plain = Fill(R"({"type":"spend","customer_id":"$O","amount":2})");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(reader.Read(keyed, &statement).ok());
    const SpendAdded& first = std::get<SpendAdded>(std::get<Fact>(statement.what));
    EXPECT_THAT(first.group_values,
                ElementsAre(GroupValue{.key = "key", .value = "\u00e9"}));
    ASSERT_FALSE(reader.Read(keyed.substr(0, keyed.size() / 2), &statement).ok());
    ASSERT_TRUE(reader.Read(plain, &statement).ok());
    const SpendAdded& second = std::get<SpendAdded>(std::get<Fact>(statement.what));
    EXPECT_EQ(second.amount, Dec("2"));
    EXPECT_EQ(second.contract, std::nullopt);
    EXPECT_EQ(second.version, std::nullopt);
    EXPECT_EQ(second.time, std::nullopt);
    EXPECT_EQ(statement.time, std::nullopt);
    EXPECT_THAT(second.group_values, SizeIs(0));
  }
}

}  // namespace
}  // namespace tocsin
