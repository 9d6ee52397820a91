// Catches a demo that shows other than what happened, or not the same twice.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/cli/replay_lines.h"
#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

// The first number behind `mark`, or in one of the lines after its; it may have
// commas. The test fails without.
std::uint64_t NumberBehind(const std::string& text, const std::string& mark,
                           int lines_after = 0) {
  std::size_t at = text.find(mark);
  for (; lines_after > 0 && at != std::string::npos; --lines_after) {
    at = text.find('\n', at + 1);
  }
  EXPECT_NE(at, std::string::npos) << mark;
  if (at == std::string::npos) return 0;
  at = text.find_first_of("0123456789", at + mark.size());
  EXPECT_NE(at, std::string::npos) << mark;
  if (at == std::string::npos) return 0;
  std::uint64_t number = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == ',') continue;
    if (std::isdigit(static_cast<unsigned char>(text[at])) == 0) break;
    number = 10 * number + static_cast<std::uint64_t>(text[at] - '0');
  }
  return number;
}

std::vector<std::string> LinesWith(const std::string& text, const std::string& part) {
  std::vector<std::string> found;
  for (const std::string& line : LinesOf(text)) {
    if (line.find(part) != std::string::npos) found.push_back(line);
  }
  return found;
}

// What must be the same on every run.
std::vector<std::string> SteadyLines(const std::string& text) {
  std::vector<std::string> steady;
  for (const std::string& line : LinesOf(text)) {
    if (!line.starts_with("~")) steady.push_back(line);
  }
  return steady;
}

std::string CustomerLine(int customer, const std::string& fields, int second) {
  return Line(absl::StrCat(R"("customer_id":")", CustomerText(customer), "\",", fields),
              second);
}

// Of 20 customers the n-th spends 10 n; the 95th percentile is 190.
std::string TwentyCustomers() {
  std::string facts;
  for (int n = 1; n <= 20; ++n) {
    absl::StrAppend(&facts, SpendLine(n, 4 * n, n), SpendLine(n, 6 * n, 100 + n));
  }
  return facts;
}

RunResult Demo(const std::string& facts) {
  const TempDir dir;
  return RunTocsin({"demo", dir.Write("facts.jsonl", facts)});
}

// ---- The month that is made up ----------------------------------------------

// One run for all the tests that only look at it.
const RunResult& Month() {
  static const auto* result = new RunResult(RunTocsin({"demo"}));
  return *result;
}

TEST(Demo, TellsAMonthOfManyFacts) {
  const std::string& out = Month().out;
  ASSERT_EQ(Month().exit_status, 0) << Month().err;
  EXPECT_THAT(Month().err, IsEmpty());
  EXPECT_GE(NumberBehind(out, "\n  customers "), 10'000U);
  EXPECT_GE(NumberBehind(out, "\n  facts "), 1'000'000U);
  EXPECT_THAT(out, HasSubstr(" applied, 0 refused, 0 stale, 0 late"));
  EXPECT_LE(LinesOf(out).size(), 50U);
}

TEST(Demo, CountsEveryNotificationOnce) {
  const std::string& out = Month().out;
  std::uint64_t told = 0;
  for (const char* alert : {"A: ", "B: ", "C: "}) {
    // In the column of the first one, so not a line of the story.
    const std::uint64_t reached = NumberBehind(out, absl::StrCat("  ", alert));
    EXPECT_GT(reached, 100U) << alert;
    told += reached;
  }
  const std::uint64_t resolved = NumberBehind(out, " reached, ");
  EXPECT_GT(resolved, 0U);
  const std::uint64_t of_story = LinesWith(out, "   notification of ").size();
  EXPECT_EQ(of_story, 5U);
  const std::uint64_t came = NumberBehind(out, "\nIn all ");
  EXPECT_EQ(came, told + resolved + of_story);
  EXPECT_EQ(came, NumberBehind(out, "the engine says it delivered "));
}

TEST(Demo, EachResetOfTheStoryHasANotificationOfItsOwn) {
  const std::string& out = Month().out;
  EXPECT_THAT(LinesWith(out, "notification of A: "),
              ElementsAre(ContainsRegex("reached, value 5000, previous value 49[0-9.]+, "
                                        "epoch 0, caused by spend$"),
                          EndsWith("reached, value 5000, previous value 5000, epoch 1, "
                                   "caused by reset"),
                          EndsWith("reached, value 5000, previous value 5000, epoch 2, "
                                   "caused by reset")));
  EXPECT_THAT(LinesWith(out, "notification of C: "),
              ElementsAre(HasSubstr(": reached, "), HasSubstr(": resolved, ")));
  EXPECT_THAT(LinesWith(out, "   C: status "),
              ElementsAre(ContainsRegex("status ok, value [0-9.]+, epoch 0; "
                                        "A: status in_alarm, value 5000, epoch 0$")));
  EXPECT_THAT(LinesWith(out, "   A: status "),
              ElementsAre("   A: status in_alarm, value 9000, epoch 0",
                          "   A: status evaluating, value 5000, epoch 1",
                          "   A: status in_alarm, value 5000, epoch 1, caused by reset"));
}

TEST(Demo, GivesItsFiguresInLinesOfTheirOwn) {
  const std::string& out = Month().out;
  EXPECT_GT(NumberBehind(out, "~ facts "), 0U);
  for (const char* name : {"~ decisions ", "~ deliveries "}) {
    const std::vector<std::string> lines = LinesWith(out, name);
    ASSERT_THAT(lines, SizeIs(1)) << name;
    EXPECT_GT(NumberBehind(lines[0], "slowest "), 0U) << name;
    EXPECT_LE(NumberBehind(lines[0], "p50 "), NumberBehind(lines[0], "p99 ")) << name;
    EXPECT_LE(NumberBehind(lines[0], "p99 "), NumberBehind(lines[0], "slowest ")) << name;
  }
  // A tenth of the facts are told alone, and so are their crossings.
  const std::uint64_t decided = NumberBehind(out, "~ decisions ", 1);
  const std::uint64_t delivered = NumberBehind(out, "~ deliveries ", 1);
  EXPECT_GT(decided, delivered / 20);
  EXPECT_LT(decided, delivered / 5);
  EXPECT_GT(NumberBehind(out, "~ memory "), 1'000'000U);
  EXPECT_GT(NumberBehind(out, "~ machine "), 0U);
  EXPECT_GT(NumberBehind(out, "~  it came "), 0U);
  EXPECT_THAT(LinesWith(out, "~ "), SizeIs(7));  // one says what the mark is
}

TEST(Demo, SaysTheSameOnEveryRun) {
  const RunResult again = RunTocsin({"demo"});
  EXPECT_EQ(again.exit_status, 0) << again.err;
  EXPECT_EQ(SteadyLines(again.out), SteadyLines(Month().out));
}

// ---- A file -----------------------------------------------------------------

TEST(DemoFile, ChoosesLimitsFromTheCustomersTotals) {
  const RunResult result = Demo(TwentyCustomers());
  ASSERT_EQ(result.exit_status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("facts.jsonl: 40 facts about 20 customers. "));
  EXPECT_THAT(result.out, HasSubstr("A  spend in USD cents reaches 190, the 95th"));
  EXPECT_THAT(result.out, HasSubstr("B  the same reaches 2000, "));
  EXPECT_EQ(NumberBehind(result.out, "\n  customers "), 20U);
  EXPECT_EQ(NumberBehind(result.out, "\n  facts "), 40U);
  EXPECT_THAT(result.out, HasSubstr("  A: 2 reached\n"));
  EXPECT_THAT(result.out, HasSubstr("  B: 0 reached, 0 resolved\n"));
  EXPECT_THAT(result.out, HasSubstr("  bad lines      0\n"));
  // Customer 20 comes after 19, who has as many.
  EXPECT_THAT(result.out, HasSubstr("THE STORY OF ONE CUSTOMER: " + CustomerText(19)));
  EXPECT_THAT(
      LinesWith(result.out, "notification of A: "),
      ElementsAre(HasSubstr("value 190, previous value 76, epoch 0, caused by spend"),
                  HasSubstr("value 190, previous value 190, epoch 1, caused by reset"),
                  HasSubstr("value 190, previous value 190, epoch 2, caused by reset")));
  EXPECT_THAT(LinesWith(result.out, "status evaluating"),
              ElementsAre("   A: status evaluating, value 190, epoch 1"));
  EXPECT_THAT(result.out, EndsWith("In all 6 notifications came; the engine says it "
                                   "delivered 6.\n"));
}

TEST(DemoFile, ItsStoryIsOfWhoGotTheMostNotifications) {
  std::string facts = SpendLine(2, 50, 0);
  // Reaches the other's 50 twice, and falls back.
  for (const int amount : {60, -60, 60, -50}) facts += SpendLine(9, amount, 1);
  const RunResult result = Demo(facts);
  ASSERT_EQ(result.exit_status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("THE STORY OF ONE CUSTOMER: " + CustomerText(9)));
  EXPECT_THAT(result.out, HasSubstr("5 facts about 2 customers. "));
  EXPECT_THAT(result.out, HasSubstr("because it got the most notifications, 2. "));
  EXPECT_THAT(result.out,
              HasSubstr("1. It stands at 10 of 50 cents. A fact adds 40 cents"));
  EXPECT_THAT(LinesWith(result.out, "notification of A: "),
              ElementsAre(HasSubstr("value 50, previous value 10, epoch 0"),
                          HasSubstr("value 50, previous value 50, epoch 1"),
                          HasSubstr("value 50, previous value 50, epoch 2")));
}

TEST(DemoFile, GroupValuesHaveAnAlertThatFansOut) {
  const auto usage = [](int customer, const std::string& model, int second) {
    return CustomerLine(
        customer,
        absl::StrCat(R"("type":"usage","quantity":5,"group_values":{"model":")", model,
                     R"("},"billable_metric_id":")", AlertText(7), "\""),
        second);
  };
  const RunResult result = Demo(absl::StrCat(usage(1, "m", 0), usage(1, "m", 1),
                                             usage(1, "n", 2), usage(2, "n", 3)));
  ASSERT_EQ(result.exit_status, 0) << result.err;
  EXPECT_THAT(result.out,
              HasSubstr("A  usage of metric " + AlertText(7) + " reaches 15, the 95th"));
  EXPECT_THAT(result.out, HasSubstr(", for one `model`, reaches 10, the 99th"));
  EXPECT_THAT(result.out, HasSubstr("  A: 1 reached\n"));
  EXPECT_THAT(result.out, HasSubstr("  C: 1 reached, 0 resolved\n"));
  EXPECT_THAT(result.out, HasSubstr("second notification"));
}

TEST(DemoFile, BadLinesAreNamedInTheirOrderAndCounted) {
  const TempDir dir;
  const std::string path = dir.Write(
      "facts.jsonl",
      absl::StrCat(TwentyCustomers(),                                              // 1-40
                   CustomerLine(30, R"("type":"customer","archived":true)", 200),  // 41
                   "{}\n",                                                         // 42
                   SpendLine(30, 1, 200),                                          // 43
                   "\n", "nonsense\n",      // 44, 45
                   SpendLine(1, 1, 201)));  // 46
  const RunResult result = RunTocsin({"demo", path});
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(LinesOf(result.err),
              ElementsAre(StartsWith(path + ":42: type: is missing"),
                          AllOf(StartsWith(path + ":43: "), HasSubstr("archived")),
                          StartsWith(path + ":45: not JSON")));
  EXPECT_THAT(result.out, HasSubstr("  bad lines      3\n"));
  EXPECT_THAT(result.out, HasSubstr(" 42 applied, 1 refused, "));
  EXPECT_THAT(result.out, HasSubstr("second notification"));
}

TEST(DemoFile, StatementsThatAreNoFactsArePassedOverAndCounted) {
  const RunResult result =
      Demo(absl::StrCat(Line(R"("type":"clock")", 0), SpendLine(1, 5, 1),
                        Line(R"("type":"archive","id":")" + AlertText(1) + "\"", 2)));
  EXPECT_EQ(result.exit_status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Statements that are no facts were passed over: 2."));
  EXPECT_EQ(NumberBehind(result.out, "\n  facts "), 1U);
}

TEST(DemoFile, OneOfAThingIsNotSeveral) {
  const RunResult result = Demo(SpendLine(1, 5, 0));
  EXPECT_EQ(result.exit_status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("facts.jsonl: 1 fact about 1 customer. "));
  EXPECT_THAT(result.out, HasSubstr("percentile of the totals of 1 customer\n"));
  EXPECT_THAT(result.out, HasSubstr(" 0 late, in 1 call\n"));
  EXPECT_THAT(result.out, HasSubstr("(1 crossing, the fact alone "));
  EXPECT_THAT(result.out, HasSubstr("(1 notification, from "));
}

std::string BalanceFact(int customer, int balance, const std::string& type, int remaining,
                        const std::string& more, int second) {
  return CustomerLine(customer,
                      absl::StrCat(R"("type":"balance","balance_id":")",
                                   AlertText(balance), R"(","balance_type":")", type,
                                   R"(","granted":100,"remaining":)", remaining, more),
                      second);
}

TEST(DemoFile, BalancesAreWatchedAndTold) {
  for (const auto& [type, name] :
       {std::pair("commit", "commits"), std::pair("contract_credit", "contract credits"),
        std::pair("credit_grant", "credit grants")}) {
    std::string facts;
    for (int n = 1; n <= 20; ++n) {
      facts += BalanceFact(n, n, type, 100, R"(,"ends_at":"1997-01-02T00:00:00Z")", n);
      facts += CustomerLine(n,
                            absl::StrCat(R"("type":"draw","amount":)", 5 * n,
                                         R"(,"balance_id":")", AlertText(n), "\""),
                            100 + n);
    }
    const RunResult result = Demo(facts);
    ASSERT_EQ(result.exit_status, 0) << result.err;
    EXPECT_THAT(result.out,
                HasSubstr(absl::StrCat("A  what remains of ", name,
                                       " in USD cents reaches 0, the 5th percentile of "
                                       "the lowest that 20 customers had\n")));
    EXPECT_THAT(result.out, HasSubstr("  A: 1 reached, 0 resolved\n"));
    if (std::string(type) == "credit_grant") {
      EXPECT_THAT(result.out,
                  HasSubstr("WHAT ONE CUSTOMER WAS NOTIFIED OF: " + CustomerText(20)));
      EXPECT_THAT(
          LinesWith(result.out, "notification of A: "),
          ElementsAre(HasSubstr("1997-01-01  notification of A: reached, value 0, "
                                "previous value 100, epoch 0, caused by balance"),
                      HasSubstr("value 0, previous value 0, epoch 1, caused by reset")));
      EXPECT_THAT(result.out, HasSubstr("\nIn all 2 notifications came; the engine says "
                                        "it delivered 2."));
    } else {
      EXPECT_THAT(result.out, HasSubstr(absl::StrCat("B  days left of one of the ", name,
                                                     " in USD cents reaches 7\n")));
      EXPECT_THAT(result.out, HasSubstr("  B: 20 reached, 0 resolved\n"));
    }
  }
}

TEST(DemoFile, SeatsInvoicesAndPlansAreWatchedAndTold) {
  const std::string seat =
      R"(,"seat":{"seat_group_key":"user","seat_group_value":"ann"})";
  const std::string invoice =
      CustomerLine(2,
                   R"("type":"invoice","invoice_type":"USAGE","total":70,"active":true,)"
                   R"("invoice_id":")" +
                       AlertText(3) + "\"",
                   1);
  const std::string plan = CustomerLine(
      3,
      R"("type":"customer","plan_ends_at":"1997-01-02T00:00:00Z","plan_id":")" +
          AlertText(4) + "\"",
      2);
  const RunResult result =
      Demo(BalanceFact(1, 1, "commit", 30, seat, 0) + invoice + plan);
  ASSERT_EQ(result.exit_status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("A  what remains for one seat `user` reaches 30, "));
  EXPECT_THAT(result.out,
              HasSubstr("B  the total of an invoice in USD cents reaches 70"));
  EXPECT_THAT(result.out, HasSubstr("C  days left of the plan reaches 7\n"));
  for (const char* alert : {"A", "B", "C"}) {
    EXPECT_THAT(result.out, HasSubstr(absl::StrCat("  ", alert, ": 1 reached")));
  }
  EXPECT_THAT(result.out, HasSubstr("WHAT ONE CUSTOMER WAS NOTIFIED OF: "));
  EXPECT_THAT(LinesWith(result.out, "epoch 1, caused by reset"), SizeIs(1));
}

TEST(DemoFile, WithoutAStorySaysWhy) {
  const struct {
    std::string facts;
    const char* says;
  } cases[] = {
      {"", "No story: the file has no facts that can be read.\n"},
      {CustomerLine(1, R"("type":"customer")", 0),
       "No story: there is nothing in the file to put an alert on. "},
      // It begins only when the file is over.
      {BalanceFact(1, 1, "commit", 5, R"(,"starts_at":"1998-01-01T00:00:00Z")", 0),
       "No story: none of the alerts above was reached by any customer.\n"},
      // It was reached, and the customer is gone.
      {SpendLine(1, 5, 0) + CustomerLine(1, R"("type":"customer","archived":true)", 1),
       "It is in alarm no more, so that a reset would have nothing to say.\n"},
  };
  for (const auto& c : cases) {
    const RunResult result = Demo(c.facts);
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr(c.says));
  }
}

TEST(DemoFile, WithNothingInItHasNoStory) {
  for (const std::string& facts :
       {std::string(), CustomerLine(1, R"("type":"customer")", 0)}) {
    const RunResult result = Demo(facts);
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("No story: "));
    EXPECT_THAT(result.out, Not(HasSubstr("THE STORY")));
    EXPECT_THAT(result.out, HasSubstr("In all 0 notifications"));
  }
}

TEST(DemoFile, ThatCannotBeReadEndsWithTwoAndIsNamed) {
  const TempDir dir;
  struct Case {
    std::vector<std::string> args;
    std::string says;
  };
  const Case cases[] = {
      {{"demo", dir.Path("missing")}, dir.Path("missing") + ": cannot be opened"},
      {{"demo", "/"}, "/: cannot be read"},
      {{"demo", "-"}, "demo reads its file twice"},
      {{"demo", "a", "b"}, "b"},
  };
  for (const Case& c : cases) {
    const RunResult result = RunTocsin(c.args);
    EXPECT_EQ(result.exit_status, 2) << c.says;
    EXPECT_THAT(result.err, HasSubstr(c.says));
  }
}

}  // namespace
}  // namespace tocsin::testing
