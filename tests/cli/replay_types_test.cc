// Catches a replay that tells balances, draws, invoices or plans otherwise than the
// file says, or notifies of them at another instant, in another order or in other
// words. What must follow was worked out by hand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "tests/cli/replay_lines.h"
#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kUsd[] = R"("credit_type_id":"2714e483-4ff1-48e4-9e25-ac732e8f24f2")";

std::string BalanceText(int n) {
  return absl::StrFormat("b0000000-0000-4000-8000-%012d", n);
}
std::string InvoiceText(int n) {
  return absl::StrFormat("e0000000-0000-4000-8000-%012d", n);
}

std::string AlertOf(int alert, const std::string& type, int threshold,
                    const std::string& fields = "") {
  return absl::StrCat(R"({"id":")", AlertText(alert), R"(","alert_type":")", type,
                      R"(","name":"n","threshold":)", threshold, fields, "}");
}

// What one line says of customer 1; `day` is a time of January 1997 without its end:
// `01T00:01`.
std::string Told(const std::string& day, const std::string& type,
                 const std::string& fields) {
  return absl::StrCat(R"({"timestamp":"1997-01-)", day, R"(:00Z","type":")", type,
                      R"(","customer_id":")", CustomerText(1), "\"", fields, "}\n");
}

std::string Balance(const std::string& day, int balance, const std::string& type,
                    const std::string& fields) {
  return Told(day, "balance",
              absl::StrCat(R"(,"balance_id":")", BalanceText(balance),
                           R"(","balance_type":")", type, "\",", fields));
}

std::string Draw(const std::string& day, int balance, const std::string& amount) {
  return Told(
      day, "draw",
      absl::StrCat(R"(,"balance_id":")", BalanceText(balance), R"(","amount":)", amount));
}

std::string Invoice(const std::string& day, int invoice, const std::string& fields) {
  return Told(day, "invoice",
              absl::StrCat(R"(,"invoice_id":")", InvoiceText(invoice), "\",", fields));
}

std::string Reset(const std::string& day, int alert, const std::string& selector) {
  return Told(day, "reset",
              absl::StrCat(R"(,"alert_id":")", AlertText(alert), "\",", selector));
}

std::string Clock(const std::string& time) {
  return absl::StrCat(R"({"type":"clock","timestamp":")", time, "\"}\n");
}

// Of each notification: alert, kind and instant, then what stands between the cause
// and the sequence: `1 reached 1997-01-01T00:00:00.000Z "triggered_by":...`.
std::vector<std::string> NotifiedOf(const ReplayRun& replay) {
  std::vector<std::string> notified;
  for (const std::string& json : LinesOf(replay.Notifications())) {
    const bool reached = FieldOf(json, "type").ends_with("_reached");
    const std::size_t begin = json.find("\"triggered_by\":");
    notified.push_back(
        absl::StrCat(std::stoi(FieldOf(json, "alert_id").substr(24)),
                     reached ? " reached " : " resolved ", FieldOf(json, "timestamp"),
                     " ", json.substr(begin, json.find(",\"sequence\":") - begin)));
  }
  return notified;
}

// A row of the state: of customer 1, behind whose alert stands `rest`.
std::string Row(int alert, const std::string& rest) {
  return absl::StrCat(R"({"customer_id":")", CustomerText(1), R"(","alert_id":")",
                      AlertText(alert), R"(","customer_status":)", rest, "}");
}

std::string ArrayOf(const std::vector<std::string>& alerts) {
  return absl::StrCat("[", absl::StrJoin(alerts, ","), "]");
}

TEST(ReplayTypes, CommitsRunDownAndEnd) {
  ReplayRun replay(
      ArrayOf({AlertOf(1, "low_remaining_commit_balance_reached", 50,
                       R"(,"notify_resolved":true)"),
               AlertOf(2, "low_remaining_commit_percentage_reached", 10)}),
      absl::StrCat(Balance("01T00:00", 1, "commit",
                           R"("granted":100,"remaining":"100",)"
                           R"("starts_at":"1997-01-01T00:00:00Z",)"
                           R"("ends_at":"1997-02-01T00:00:00Z")"),
                   Draw("01T00:01", 1, "50"), Draw("01T00:02", 1, "\"40.5\""),
                   Draw("01T00:03", 1, "-45"), Draw("01T00:03", 2, "1"),
                   Clock("1997-02-01T00:00:00Z")));
  const RunResult& result = replay.Run();
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(replay.BadLines(), ElementsAre(StartsWith("5: ")));
  const auto money = [](const char* what, const char* by, const char* value,
                        const char* previous) {
    return absl::StrCat("1 ", what, R"( "triggered_by":")", by,
                        R"(","remaining_balance":)", value, ",", kUsd,
                        R"(,"previous_value":)", previous, R"(,"epoch":0)");
  };
  EXPECT_THAT(
      NotifiedOf(replay),
      ElementsAre(
          money("reached 1997-01-01T00:01:00.000Z", "balance", "50", "100"),
          absl::StrCat(R"(2 reached 1997-01-01T00:02:00.000Z "triggered_by":"balance",)",
                       R"("remaining_percentage":9.5,"remaining_balance":9.5,)", kUsd,
                       R"(,"previous_value":50,"epoch":0)"),
          money("resolved 1997-01-01T00:03:00.000Z", "balance", "54.5", "9.5"),
          money("reached 1997-02-01T00:00:00.000Z", "clock", "0", "54.5")));
  // Of what is over no percentage is left: the other alert is plainly ok.
  EXPECT_THAT(LinesOf(replay.State()),
              ElementsAre("[",
                          Row(1, R"("in_alarm","triggered_by":"clock","value":0,)"
                                 R"("threshold":50,"epoch":0)"),
                          "]"));
  EXPECT_THAT(result.err, HasSubstr("facts: 5 (4 applied, 1 refused"));
  EXPECT_THAT(
      result.err,
      HasSubstr("notifications: 4\n"
                "  low_remaining_commit_balance_reached: 2 reached, 1 resolved\n"
                "  low_remaining_commit_percentage_reached: 1 reached, 0 resolved\n"));
  EXPECT_THAT(result.err, Not(HasSubstr("spend_threshold_reached")));
}

TEST(ReplayTypes, EachCommitHasItsDays) {
  ReplayRun replay(
      ArrayOf({AlertOf(1, "low_remaining_days_for_commit_segment_reached", 7)}),
      absl::StrCat(
          Balance("01T00:00", 1, "commit",
                  R"("granted":1,"remaining":1,"ends_at":"1997-01-10T12:00:00Z")"),
          Balance("01T00:00", 2, "commit",
                  R"("granted":1,"remaining":1,"ends_at":"1997-01-04T00:00:00Z")"),
          Balance("01T00:00", 3, "contract_credit",
                  R"("granted":1,"remaining":1,"ends_at":"1997-01-02T00:00:00Z")"),
          Clock("1997-01-05T00:00:00Z"),
          Reset("05T00:00", 1, absl::StrCat("\"balance_id\":\"", BalanceText(1), "\"")),
          Reset("05T00:00", 1, absl::StrCat("\"balance_id\":\"", BalanceText(2), "\""))));
  EXPECT_EQ(replay.Run().exit_status, 1);
  EXPECT_THAT(replay.BadLines(), ElementsAre(StartsWith("6: ")));  // it has ended
  const auto days = [](const char* instant, const char* by, const char* value,
                       int balance, const char* rest) {
    return absl::StrCat("1 reached 1997-01-", instant, R"(:00.000Z "triggered_by":")", by,
                        R"(","remaining_days":)", value, ",", kUsd, R"(,"commit_id":")",
                        BalanceText(balance), R"(","previous_value":)", rest);
  };
  EXPECT_THAT(NotifiedOf(replay),
              ElementsAre(days("01T00:00", "balance", "3", 2, R"(null,"epoch":0)"),
                          days("03T12:00", "clock", "7", 1, R"(9.5,"epoch":0)"),
                          days("05T00:00", "reset", "5.5", 1, R"(7,"epoch":1)")));
  const std::string standing = R"("triggered_by":"reset","value":)";
  EXPECT_THAT(
      LinesOf(replay.State()),
      ElementsAre("[",
                  Row(1, absl::StrCat("\"in_alarm\",", standing,
                                      R"(null,"threshold":7,"epoch":1,)",
                                      R"("instances":[{"balance_id":")", BalanceText(1),
                                      R"(","customer_status":"in_alarm",)", standing,
                                      R"(5.5,"epoch":1}])")),
                  "]"));
}

TEST(ReplayTypes, SeatsStandApart) {
  const auto seat = [](const char* name, int remaining) {
    return absl::StrCat(R"("granted":10,"remaining":)", remaining,
                        R"(,"seat":{"seat_group_key":"user","seat_group_value":")", name,
                        "\"}");
  };
  const auto filter = [](const char* name) {
    return absl::StrCat(R"("seat_filter":{"seat_group_key":"user","seat_group_value":")",
                        name, "\"}");
  };
  ReplayRun replay(
      ArrayOf({AlertOf(1, "low_remaining_seat_balance_reached", 5,
                       R"(,"seat_filter":{"seat_group_key":"user"})"),
               // A seat's balance is none of these.
               AlertOf(2, "low_remaining_contract_credit_balance_reached", 100)}),
      absl::StrCat(Balance("01T00:00", 1, "contract_credit", seat("al", 10)),
                   Draw("01T00:01", 1, "5"),
                   Balance("01T00:02", 2, "commit", seat("bo", 2)),
                   Reset("01T00:03", 1, filter("bo"))));
  EXPECT_EQ(replay.Run().exit_status, 0);
  EXPECT_THAT(replay.BadLines(), IsEmpty());
  const auto reached = [&filter](const char* minute, const char* by, int value,
                                 const char* name, const char* rest) {
    return absl::StrCat("1 reached 1997-01-01T00:0", minute,
                        R"(:00.000Z "triggered_by":")", by, R"(","remaining_balance":)",
                        value, ",", filter(name), R"(,"previous_value":)", rest);
  };
  EXPECT_THAT(NotifiedOf(replay),
              ElementsAre(reached("1", "balance", 5, "al", R"(10,"epoch":0)"),
                          reached("2", "balance", 2, "bo", R"(null,"epoch":0)"),
                          reached("3", "reset", 2, "bo", R"(2,"epoch":1)")));
  const auto instance = [&filter](const char* name, const char* by, int value,
                                  int epoch) {
    return absl::StrCat("{", filter(name), R"(,"customer_status":"in_alarm",)",
                        R"("triggered_by":")", by, R"(","value":)", value,
                        ",\"epoch\":", epoch, "}");
  };
  EXPECT_THAT(LinesOf(replay.State()),
              ElementsAre("[",
                          Row(1, absl::StrCat(
                                     R"("in_alarm","triggered_by":"reset","value":null,)",
                                     R"("threshold":5,"epoch":1,"instances":[)",
                                     instance("al", "balance", 5, 0), ",",
                                     instance("bo", "reset", 2, 1), "]")),
                          "]"));
}

// One instance for each value, and one more of all of them, in front.
TEST(ReplayTypes, AnOpenCustomFieldFansOut) {
  const auto team = [](const char* name, int remaining) {
    return absl::StrCat(R"("granted":100,"remaining":)", remaining,
                        R"(,"custom_fields":{"team":")", name, "\"}");
  };
  const auto specifier = [](const char* name) {
    return absl::StrCat(R"("alert_specifiers":[{"custom_field_filters":[{"entity":)",
                        R"("ContractCreditOrCommit","key":"team","value":")", name,
                        "\"}]}]");
  };
  ReplayRun replay(
      ArrayOf({AlertOf(1, "low_remaining_contract_credit_and_commit_balance_reached", 60,
                       R"(,"alert_specifiers":[{"custom_field_filters":[
                           {"entity":"ContractCreditOrCommit","key":"team"}]}])")}),
      absl::StrCat(Balance("01T00:00", 1, "commit", team("red", 100)),
                   Balance("01T00:01", 2, "contract_credit", team("blue", 50)),
                   Balance("01T00:01", 3, "commit", R"("granted":1,"remaining":1)"),
                   Draw("01T00:02", 1, "45"), Reset("01T00:03", 1, specifier("red")),
                   Reset("01T00:03", 1, specifier("green"))));
  EXPECT_EQ(replay.Run().exit_status, 1);
  EXPECT_THAT(replay.BadLines(), ElementsAre(StartsWith("6: ")));
  const auto reached = [](const char* minute, const char* by, int value,
                          const std::string& instance, const char* rest) {
    return absl::StrCat("1 reached 1997-01-01T00:0", minute,
                        R"(:00.000Z "triggered_by":")", by, R"(","remaining_balance":)",
                        value, ",", kUsd, instance, R"(,"previous_value":)", rest);
  };
  const std::string blue = "," + specifier("blue");
  const std::string red = "," + specifier("red");
  EXPECT_THAT(NotifiedOf(replay),
              ElementsAre(reached("1", "balance", 50, "", R"(100,"epoch":0)"),
                          reached("1", "balance", 50, blue, R"(null,"epoch":0)"),
                          reached("2", "balance", 55, red, R"(100,"epoch":0)"),
                          reached("3", "reset", 55, red, R"(55,"epoch":1)")));
  const auto instance = [](const std::string& name, const char* by, int value,
                           int epoch) {
    return absl::StrCat("{", name, R"("customer_status":"in_alarm","triggered_by":")", by,
                        R"(","value":)", value, ",\"epoch\":", epoch, "}");
  };
  EXPECT_THAT(
      LinesOf(replay.State()),
      ElementsAre(
          "[",
          Row(1, absl::StrCat(R"("in_alarm","triggered_by":"reset","value":null,)",
                              R"("threshold":60,"epoch":1,"instances":[)",
                              instance("", "balance", 50, 0), ",",
                              instance(specifier("blue") + ",", "balance", 50, 0), ",",
                              instance(specifier("red") + ",", "reset", 55, 1), "]")),
          "]"));
}

TEST(ReplayTypes, InvoicesEachAndOfTheMonth) {
  const auto invoice = [](const char* type, int total, const char* active) {
    return absl::StrCat(R"("invoice_type":")", type, R"(","total":)", total,
                        R"(,"active":)", active);
  };
  ReplayRun replay(ArrayOf({AlertOf(1, "invoice_total_reached", 100,
                                    R"(,"invoice_types_filter":["USAGE"])"),
                            AlertOf(2, "monthly_invoice_total_spend_threshold_reached",
                                    150, R"(,"notify_resolved":true)")}),
                   absl::StrCat(Invoice("10T00:00", 1, invoice("USAGE", 120, "true")),
                                Invoice("11T00:00", 2, invoice("SCHEDULED", 40, "true")),
                                Invoice("12T00:00", 2, invoice("SCHEDULED", 40, "false")),
                                Invoice("13T00:00", 2, invoice("SCHEDULED", 40, "true")),
                                Clock("1997-02-03T00:00:00Z")));
  EXPECT_EQ(replay.Run().exit_status, 0);
  const auto month = [](const char* what, const char* by, int value, int previous) {
    return absl::StrCat("2 ", what, R"(T00:00:00.000Z "triggered_by":")", by,
                        R"(","invoice_total":)", value, ",", kUsd,
                        R"(,"previous_value":)", previous, R"(,"epoch":0)");
  };
  EXPECT_THAT(
      NotifiedOf(replay),
      ElementsAre(
          absl::StrCat(R"(1 reached 1997-01-10T00:00:00.000Z "triggered_by":)",
                       R"("invoice_generation","invoice_total":120,)", kUsd,
                       R"(,"invoice_id":")", InvoiceText(1),
                       R"(","invoice_type":"USAGE","previous_value":null,"epoch":0)"),
          month("reached 1997-01-11", "invoice_generation", 160, 120),
          month("resolved 1997-01-12", "invoice_generation", 120, 160),
          month("reached 1997-01-13", "invoice_generation", 160, 120),
          month("resolved 1997-02-01", "period", 0, 160)));
  EXPECT_THAT(
      LinesOf(replay.State()),
      ElementsAre(
          "[",
          Row(1, absl::StrCat(R"("in_alarm","triggered_by":"invoice_generation",)",
                              R"("value":null,"threshold":100,"epoch":0,"instances":[)",
                              R"({"invoice_id":")", InvoiceText(1),
                              R"(","customer_status":"in_alarm","triggered_by":)",
                              R"("invoice_generation","value":120,"epoch":0}])")),
          "]"));
}

TEST(ReplayTypes, GrantsAndThePlan) {
  const auto grant = [](const char* type, int remaining) {
    return absl::StrCat(R"("granted":100,"remaining":)", remaining,
                        R"(,"credit_grant_type":")", type, "\"");
  };
  ReplayRun replay(
      ArrayOf({AlertOf(1, "low_credit_balance_reached", 10,
                       R"(,"credit_grant_type_filters":["trial"])"),
               AlertOf(2, "low_remaining_credit_percentage_reached", 25),
               AlertOf(3, "low_remaining_days_in_plan_reached", 3)}),
      absl::StrCat(Told("01T00:00", "customer",
                        absl::StrCat(R"(,"plan_id":")", BalanceText(9),
                                     R"(","plan_ends_at":"1997-01-08T00:00:00Z")")),
                   Balance("01T00:00", 1, "credit_grant", grant("trial", 100)),
                   Balance("01T00:00", 2, "credit_grant", grant("paid", 0)),
                   Draw("01T00:01", 1, "90"), Clock("1997-01-06T00:00:00Z")));
  EXPECT_EQ(replay.Run().exit_status, 0);
  const std::string minute = R"(reached 1997-01-01T00:01:00.000Z "triggered_by":)";
  // Of falling ones the highest threshold comes first.
  EXPECT_THAT(
      NotifiedOf(replay),
      ElementsAre(absl::StrCat("2 ", minute, R"("balance","remaining_percentage":5,)",
                               R"("remaining_balance":10,)", kUsd,
                               R"(,"previous_value":50,"epoch":0)"),
                  absl::StrCat("1 ", minute, R"("balance","remaining_balance":10,)", kUsd,
                               R"(,"previous_value":100,"epoch":0)"),
                  R"(3 reached 1997-01-05T00:00:00.000Z "triggered_by":"clock",)"
                  R"("remaining_days":3,"previous_value":7,"epoch":0)"));
  EXPECT_THAT(
      LinesOf(replay.State()),
      ElementsAre(
          "[",
          Row(1, R"("in_alarm","triggered_by":"balance","value":10,"threshold":10,)"
                 R"("epoch":0)") +
              ",",
          Row(2, R"("in_alarm","triggered_by":"balance","value":5,"threshold":25,)"
                 R"("epoch":0)") +
              ",",
          Row(3, R"("in_alarm","triggered_by":"clock","value":2,"threshold":3,)"
                 R"("epoch":0)"),
          "]"));
}

// What the engine refuses by the table of types, line by line.
TEST(ReplayTypes, AFilterOfAnotherTypeIsRefusedByName) {
  const auto alert = [](const char* fields) {
    return absl::StrCat(R"({"timestamp":"1997-01-01T00:00:00Z","type":"alert","alert":)",
                        SpendAlert(1, 10, fields), "}\n");
  };
  ReplayRun replay(
      "[]",
      absl::StrCat(
          alert(R"(,"invoice_types_filter":["USAGE"])"),
          alert(R"(,"credit_grant_type_filters":["trial"])"),
          alert(R"(,"seat_filter":{"seat_group_key":"user"})"),
          alert(R"(,"alert_specifiers":[{}])"),
          alert(R"(,"custom_field_filters":[{"entity":"Commit","key":"k","value":"v"}])"),
          alert("")));
  EXPECT_EQ(replay.Run().exit_status, 1);
  const std::vector<std::string> bad = replay.BadLines();
  const char* const named[] = {"invoice_types_filter", "credit_grant_type_filters",
                               "seat_filter", "alert_specifiers", "custom_field_filters"};
  ASSERT_EQ(bad.size(), std::size(named));
  for (std::size_t i = 0; i < bad.size(); ++i) EXPECT_THAT(bad[i], HasSubstr(named[i]));
}

}  // namespace
}  // namespace tocsin::testing
