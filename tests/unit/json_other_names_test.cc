// Catches a misspelt name that is passed over where something else would then be done:
// an alert for everybody instead of one customer, a reset of all instead of one
// instance; and a log refused because it says more than is read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/unit/json_cases.h"
#include "tocsin/json.h"
#include "tocsin/status.h"

namespace tocsin {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// A spend alert with `fields` beside what it must have.
std::string AlertJson(const std::string& fields) {
  return absl::StrCat(R"({"id":"$A","alert_type":"spend_threshold_reached","name":"n",)"
                      R"("threshold":1,)",
                      fields, "}");
}

std::string ResetLine(const std::string& fields) {
  return absl::StrCat(R"({"type":"reset","customer_id":"$C","alert_id":"$A",)", fields,
                      "}");
}

std::string UpdateLine(const std::string& fields) {
  return absl::StrCat(R"({"type":"alert_update","id":"$A","threshold":1,)", fields, "}");
}

std::string MessageOf(const absl::Status& status) {
  EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(Reason::kMalformed)) << status;
  return std::string(status.message());
}

std::string RefusedLine(const std::string& text) {
  return MessageOf(StatementFromJson(Fill(text)).status());
}

std::string RefusedAlert(const std::string& fields) {
  const std::string json = Fill(AlertJson(fields));
  const std::string message = MessageOf(AlertSpecFromJson(json).status());
  // The same wherever an alert stands.
  EXPECT_EQ(
      RefusedLine(absl::StrCat(R"({"type":"alert","alert":)", json, "}"))
          .substr(0, 14 + message.size()),
      absl::StrCat(message.starts_with("the field") ? "alert: " : "alert.", message));
  EXPECT_THAT(MessageOf(AlertSpecsFromJson(absl::StrCat("[", json, "]")).status()),
              HasSubstr(message));
  return message;
}

TEST(OtherNames, OfAnAlertAreRefusedWithTheOneThatIsMeant) {
  const struct {
    std::string fields;
    const char* says;
  } cases[] = {
      {R"("customer_ids":"$C")",
       R"("customer_ids" is not one of an alert, customer_id )"},
      {R"("custom_field_filter":[])", "custom_field_filters may be meant"},
      {R"("notify_resolve":true)", "notify_resolved may be meant"},
      {R"("type":"spend_threshold_reached")", "alert_type may be meant"},
      {R"("credit_type":{"id":"$O"})", "credit_type_id may be meant"},
      {R"("invoice_types":["SCHEDULED"])", "invoice_types_filter may be meant"},
      {R"("seat":{})", "seat_filter may be meant"},
      {R"("metric_id":"$O")", "billable_metric_id may be meant"},
      {R"("Threshold":2)", "threshold may be meant"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(RefusedAlert(c.fields),
                AllOf(StartsWith("the field \""), HasSubstr(c.says),
                      HasSubstr("; those are alert_specifiers, alert_type, "),
                      HasSubstr(", threshold, uniqueness_key")));
  }
}

TEST(OtherNames, ThatMeanNothingAreRefusedWithThosePossible) {
  for (const char* fields : {R"("status":"archived")", R"("on_change":"keep")",
                             R"("timestamp":null)", R"("\u0000":1)", R"("":null)"}) {
    EXPECT_THAT(RefusedAlert(fields),
                AllOf(Not(HasSubstr("meant")), HasSubstr("those are ")))
        << fields;
  }
}

TEST(OtherNames, AreRefusedBeforeWhatIsMissingForThem) {
  EXPECT_THAT(RefusedLine(R"({"type":"alert","alert":{"id":"$A","alert_typ":"x"}})"),
              StartsWith("alert: the field \"alert_typ\""));
  EXPECT_THAT(RefusedLine(R"({"type":"reset","customer":"$C","alert_id":"$A"})"),
              StartsWith("the field \"customer\""));
}

TEST(OtherNames, WithinAFilterAreRefusedWithTheirPlace) {
  const struct {
    std::string fields;
    const char* says;
  } cases[] = {
      {R"("group_values":[{"key":"k"},{"key":"m","values":["a"]}])",
       R"(group_values[1]: the field "values" is not one of a group filter, value may )"},
      {R"("custom_field_filters":[{"entity":"Contract","key":"k","value":"v","op":1}])",
       R"(custom_field_filters[0]: the field "op" is not one of a custom field filter; )"
       "those are entity, key, value"},
      {R"("seat_filter":{"seat_group_key":"k","seat_group_values":"v"})",
       R"(seat_filter: the field "seat_group_values" is not one of a seat filter, )"
       "seat_group_value may be meant"},
      {R"("alert_specifiers":[{"excludes":[]}])",
       R"(alert_specifiers[0]: the field "excludes" is not one of a specifier, exclude )"},
      {R"("alert_specifiers":[{"custom_field_filters":[{"keys":1}]}])",
       R"(alert_specifiers[0].custom_field_filters[0]: the field "keys" is not)"},
      {R"("alert_specifiers":[{"exclude":[{"custom_field_filter":[]}]}])",
       R"(alert_specifiers[0].exclude[0]: the field "custom_field_filter" is not one of )"
       "an exclude, custom_field_filters may be meant"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(RefusedAlert(c.fields), StartsWith(c.says));
    EXPECT_THAT(RefusedLine(UpdateLine(c.fields)), StartsWith(c.says));
  }
}

TEST(OtherNames, OfAnUpdateAreRefused) {
  EXPECT_THAT(RefusedLine(UpdateLine(R"("onchange":"notify_again")")),
              AllOf(HasSubstr("not one of an alert_update, on_change may be meant"),
                    HasSubstr("; those are alert_id, alert_specifiers, credit_grant_"),
                    Not(HasSubstr("alert_type"))));
  // What cannot be changed is known, and says so; `null` leaves it out.
  EXPECT_EQ(
      ReasonOf(StatementFromJson(Fill(UpdateLine(R"("customer_id":"$C")"))).status()),
      Reason::kNotOfThisType);
  EXPECT_EQ(Read<AlertUpdateStatement>(UpdateLine(R"("customer_id":null)")).alert,
            IdOf<AlertId>(kAlertText));
}

// Each of these reset every instance of the alert.
TEST(OtherNames, OfAResetAreRefused) {
  for (const char* fields :
       {R"("commit_id":"$O")", R"("credit_id":"$O")", R"("credit_grant_id":"$O")"}) {
    EXPECT_THAT(RefusedLine(ResetLine(fields)),
                HasSubstr(" is not one of a reset, balance_id may be meant; those are "
                          "alert_id, alert_specifiers, balance_id, customer_id, "));
  }
  EXPECT_THAT(RefusedLine(ResetLine(R"("seat":{"seat_group_key":"k"})")),
              HasSubstr("seat_filter may be meant"));
  EXPECT_THAT(RefusedLine(ResetLine(R"("group_value":{"k":"v"})")),
              HasSubstr("group_values may be meant"));
  // Names of the format, which a reset does not have.
  for (const char* fields :
       {R"("contract_id":"$O")", R"("custom_field_filters":[])", R"("threshold":null)"}) {
    EXPECT_THAT(RefusedLine(ResetLine(fields)), HasSubstr(" is not one of a reset"));
  }
  EXPECT_THAT(
      RefusedLine(ResetLine(R"("group_values":[{"key":"k","value":"v","x":1}])")),
      StartsWith(R"(group_values[0]: the field "x" is not one of a group value)"));
  EXPECT_THAT(RefusedLine(ResetLine(
                  R"("seat_filter":{"seat_group_key":"k","seat_group_values":"v"})")),
              StartsWith(R"(seat_filter: the field "seat_group_values")"));
  EXPECT_THAT(RefusedLine(ResetLine(R"("alert_specifiers":[{"x":1}])")),
              StartsWith(R"(alert_specifiers[0]: the field "x")"));
  EXPECT_THAT(
      RefusedLine(ResetLine(R"("alert_specifiers":[{"custom_field_filters":)"
                            R"([{"key":"k","value":"v","x":1}]}])")),
      StartsWith(R"(alert_specifiers[0].custom_field_filters[0]: the field "x")"));
}

TEST(OtherNames, OfEveryOtherLineButAFactAreRefused) {
  const struct {
    const char* line;
    const char* says;
  } cases[] = {
      {R"({"type":"archive","id":"$A","release_uniqeness_key":true})",
       "not one of an archive line, release_uniqueness_key may be meant"},
      {R"({"type":"disable","id":"$A","customer_id":"$C"})",
       "\"customer_id\" is not one of a disable line; those are alert_id, id, timestamp"},
      {R"({"type":"enable","id":"$A","x":1})", "not one of an enable line"},
      {R"({"type":"clock","timestmap":"1997-01-01T00:00:00Z"})",
       "not one of a clock line, timestamp may be meant"},
      {R"({"type":"alert","customer_id":"$C","alert":{}})", "not one of an alert line"},
  };
  for (const auto& c : cases) EXPECT_THAT(RefusedLine(c.line), HasSubstr(c.says));
}

// A name may be as long as the line, and the message is for a log.
TEST(OtherNames, ThatAreLongAreCut) {
  const std::string line =
      absl::StrCat(R"({"type":"clock",")", std::string(10'000, 'x'), R"(":1})");
  EXPECT_LT(RefusedLine(line).size(), 400u);
}

TEST(OtherNames, OfAnAlertThatMetronomeTakesAreTaken) {
  EXPECT_TRUE(AlertSpecFromJson(Fill(AlertJson(
                                    R"("uniqueness_key":"u","customer_id":"$C",
      "plan_id":null,"credit_type_id":"$O","billable_metric_id":null,
      "evaluate_on_create":true,"alert_specifiers":[],"credit_grant_type_filters":[],
      "custom_field_filters":[],"group_values":[],"invoice_types_filter":[],
      "seat_filter":null)")))
                  .ok());
}

TEST(OtherNames, OfAFactArePassedOverAndTold) {
  StatementReader reader;
  Statement statement;
  const std::string balance = Fill(
      R"({"type":"balance","customer_id":"$C","balance_id":"$O","balance_type":"commit",
          "granted":10,"remaining":5,"end_at":"1997-01-01T00:00:00Z","amount":3,
          "\u0065xtra":{"a":[1]}})");
  ASSERT_TRUE(reader.Read(balance, &statement).ok());
  EXPECT_TRUE(std::holds_alternative<Fact>(statement.what));
  EXPECT_THAT(reader.passed_over(), ElementsAre("end_at", "amount", "extra"));

  ASSERT_TRUE(reader.Read(Fill(SpendJson(R"("amount":1,"version":2)")), &statement).ok());
  EXPECT_THAT(reader.passed_over(), IsEmpty());
}

// Else every line of a log would be reported.
TEST(OtherNames, AreNoneOfTheFactsOwn) {
  StatementReader reader;
  Statement statement;
  for (
      const char* fields :
      {R"("type":"spend","amount":1,"credit_type_id":"$O","contract_id":"$O",
           "group_values":{"free":"x"},"version":1)",
       R"("type":"spend","total":1)",
       R"("type":"usage","billable_metric_id":"$O","quantity":1,"group_values":{},
           "version":1)",
       R"("type":"usage","billable_metric_id":"$O","total":1)",
       R"("type":"period","starts_at":"1997-01-01T00:00:00Z",
           "ends_at":"1997-02-01T00:00:00Z")",
       R"("type":"customer","plan_id":"$O","plan_ends_at":null,
           "custom_fields":{"free":"x"},"archived":false)",
       R"("type":"contract","contract_id":"$O","custom_fields":{})",
       R"("type":"balance","balance_id":"$O","balance_type":"commit","credit_type_id":"$O",
           "granted":1,"remaining":1,"starts_at":null,"ends_at":null,"custom_fields":{},
           "credit_grant_type":"t","seat":{"seat_group_key":"k","seat_group_value":"v"},
           "version":1)",
       R"("type":"draw","balance_id":"$O","amount":1,"version":1)",
       R"("type":"invoice","invoice_id":"$O","invoice_type":"t","credit_type_id":"$O",
           "total":1,"active":true,"version":1)"}) {
    const std::string json = Fill(absl::StrCat(
        R"({"customer_id":"$C","timestamp":"1997-01-01T00:00:00Z",)", fields, "}"));
    EXPECT_TRUE(reader.Read(json, &statement).ok()) << json;
    EXPECT_THAT(reader.passed_over(), IsEmpty()) << json;
  }
}

TEST(OtherNames, OfAFactSayWhatMayBeMeant) {
  EXPECT_EQ(FactFieldMeant("end_at"), "ends_at");
  EXPECT_EQ(FactFieldMeant("ending_before"), "ends_at");
  EXPECT_EQ(FactFieldMeant("seat_filter"), "seat");
  EXPECT_EQ(FactFieldMeant("commit_id"), "balance_id");
  EXPECT_EQ(FactFieldMeant("quantities"), "");
  EXPECT_EQ(FactFieldMeant("amount"), "") << "it is one, of another fact";
  EXPECT_EQ(FactFieldMeant("customer_name"), "");
  EXPECT_EQ(FactFieldMeant(""), "");
  EXPECT_EQ(FactFieldMeant(std::string(1'000'000, 'x')), "");
}

// An alert goes by `id` in its definition and by `alert_id` in a reset; who writes the
// one for the other means the same.
TEST(AlertIdNames, EitherIsTaken) {
  const AlertId alert = IdOf<AlertId>(kAlertText);
  for (const char* id :
       {R"("id":"$A")", R"("alert_id":"$A")", R"("id":"$A","alert_id":"$A")",
        R"("id":null,"alert_id":"$A")", R"("id":"$A","alert_id":null)"}) {
    const auto line = [id](const char* fields) {
      return absl::StrCat("{", fields, ",", id, "}");
    };
    EXPECT_EQ(Read<ResetStatement>(line(R"("type":"reset","customer_id":"$C")")).alert,
              alert);
    EXPECT_EQ(
        Read<AlertUpdateStatement>(line(R"("type":"alert_update","name":"n")")).alert,
        alert);
    EXPECT_EQ(Read<ArchiveStatement>(line(R"("type":"archive")")).alert, alert);
    EXPECT_EQ(Read<DisableStatement>(line(R"("type":"disable")")).alert, alert);
    EXPECT_EQ(Read<EnableStatement>(line(R"("type":"enable")")).alert, alert);
  }
}

TEST(AlertIdNames, ThatDifferAreRefused) {
  for (const char* fields :
       {R"("type":"reset","customer_id":"$C")", R"("type":"alert_update","name":"n")",
        R"("type":"archive")", R"("type":"disable")", R"("type":"enable")"}) {
    EXPECT_THAT(
        RefusedLine(absl::StrCat("{", fields, R"(,"id":"$A","alert_id":"$O"})")),
        AllOf(HasSubstr(kAlertText), HasSubstr(kOtherText), HasSubstr("give one")));
  }
}

}  // namespace
}  // namespace tocsin
