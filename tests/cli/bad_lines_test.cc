// Catches a replay that drops a bad line without a word, names the wrong one, or
// lets it spoil its neighbours.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/replay_lines.h"
#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kMidnight[] = "1997-01-01T00:00:00.000Z";

std::string ArchivedLine(int customer, int second) {
  return Line(absl::StrCat(R"("type":"customer","customer_id":")", CustomerText(customer),
                           R"(","archived":true)"),
              second);
}

std::string Reached(int customer, int amount, const std::string& time = kMidnight) {
  return absl::StrCat(customer, " 1 ", amount, " reached 0 spend ", time);
}

TEST(BadLines, AreNamedAndTheGoodOnesAreApplied) {
  ReplayRun replay("[" + SpendAlert(1, 10) + "]",
                   absl::StrCat(SpendLine(1, 10, 0),                      // 1
                                "nonsense\n",                             // 2
                                "\n",                                     // 3
                                SpendLine(2, 11, 0),                      // 4
                                "{\"type\":\"spend\"}\n",                 // 5
                                "  \t \r\n",                              // 6
                                "{\"type\":\"clock\",\"x\":\"\xFF\"}\n",  // 7
                                "\xEF\xBB\xBF", SpendLine(4, 13, 0),      // 8
                                SpendLine(3, 12, 0)));                    // 9
  const RunResult& result = replay.Run();
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(replay.BadLines(),
              ElementsAre(StartsWith("2: not JSON"), StartsWith("5: amount: is missing"),
                          HasSubstr("UTF-8"), HasSubstr("byte order mark")));
  EXPECT_THAT(replay.BadLines()[2], StartsWith("7: "));
  EXPECT_THAT(replay.BadLines()[3], StartsWith("8: "));
  EXPECT_THAT(replay.Notified(),
              ElementsAre(Reached(1, 10), Reached(2, 11), Reached(3, 12)));
  EXPECT_THAT(result.err, HasSubstr("lines: 9 (4 bad;"));
  EXPECT_THAT(result.err, HasSubstr("facts: 3 (3 applied, 0 refused"));
}

// What the engine refuses is known later than what cannot be read.
TEST(BadLines, ComeInTheOrderOfTheFileWhoeverRefusesThem) {
  const std::string alert =
      absl::StrCat(R"("type":"alert","alert":)",
                   SpendAlert(2, 1,
                              R"(,"plan_id":")" + CustomerText(1) +
                                  R"(","customer_id":")" + CustomerText(1) + "\""));
  ReplayRun replay(
      "[" + SpendAlert(1, 10) + "]",
      absl::StrCat(ArchivedLine(1, 0),   // 1
                   SpendLine(1, 10, 0),  // 2: archived
                   "{}\n",               // 3: unreadable
                   SpendLine(1, 10, 0),  // 4: archived
                   SpendLine(2, 10, 0),  // 5
                   "{}\n",               // 6: unreadable
                   Line(R"("type":"reset","customer_id":")" + CustomerText(2) +
                            R"(","alert_id":")" + AlertText(9) + "\"",
                        0),                // 7: unknown alert
                   Line(alert, 0),         // 8: malformed alert
                   SpendLine(1, 10, 0)));  // 9: archived
  EXPECT_EQ(replay.Run().exit_status, 1);
  std::vector<std::string> numbers;
  for (const std::string& bad : replay.BadLines()) {
    numbers.push_back(bad.substr(0, bad.find(':')));
  }
  EXPECT_THAT(numbers, ElementsAre("2", "3", "4", "6", "7", "8", "9"));
  EXPECT_THAT(replay.Notified(), ElementsAre(Reached(2, 10)));
}

TEST(BadLines, StrictStopsAtTheFirst) {
  for (const std::string& bad : {std::string("{}\n"), SpendLine(9, 10, 0)}) {
    ReplayRun replay("[" + SpendAlert(1, 10) + "]",
                     absl::StrCat(ArchivedLine(9, 0), SpendLine(1, 10, 0), bad,
                                  SpendLine(2, 10, 0), "{}\n"));
    const RunResult& result = replay.Run({"--strict"});
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_THAT(replay.BadLines(), ElementsAre(StartsWith("3: ")));
    EXPECT_THAT(replay.Notified(), ElementsAre(Reached(1, 10)));
    EXPECT_THAT(result.err, HasSubstr("stopped at line 3"));
    EXPECT_THAT(result.err, HasSubstr("lines: 3 (1 bad;"));
  }
}

TEST(BadLines, StrictIsContentWithGoodOnes) {
  ReplayRun replay("[" + SpendAlert(1, 10) + "]",
                   absl::StrCat(SpendLine(1, 10, 0), SpendLine(2, 10, 0)));
  EXPECT_EQ(replay.Run({"--strict"}).exit_status, 0);
  EXPECT_THAT(replay.Notified(), SizeIs(2));
}

TEST(BadLines, AFileThatEndsWithinALine) {
  const std::string line = SpendLine(1, 10, 0);
  const std::string without_newline = line.substr(0, line.size() - 1);
  ReplayRun whole("[" + SpendAlert(1, 10) + "]", without_newline);
  EXPECT_EQ(whole.Run().exit_status, 0);
  EXPECT_THAT(whole.Notified(), ElementsAre(Reached(1, 10)));

  ReplayRun torn("[" + SpendAlert(1, 10) + "]",
                 SpendLine(2, 10, 0) + without_newline.substr(0, line.size() / 2));
  EXPECT_EQ(torn.Run().exit_status, 1);
  EXPECT_THAT(torn.BadLines(), ElementsAre(StartsWith("2: not JSON: it ends too early")));
  EXPECT_THAT(torn.Notified(), ElementsAre(Reached(2, 10)));
}

TEST(BadLines, StaleAndLateAreNone) {
  const std::string march = R"(,"timestamp":"1997-03-01T00:00:00Z"})";
  const std::string fact = absl::StrCat(R"({"type":"spend","customer_id":")",
                                        CustomerText(1), R"(","amount":1)");
  ReplayRun replay(
      "[]", absl::StrCat(fact, march, "\n",                                // counted
                         fact, R"(,"timestamp":"1997-02-01T00:00:00Z"})",  // late
                         "\n", R"({"type":"spend","customer_id":")",       //
                         CustomerText(1), R"(","total":5,"version":5)", march, "\n", fact,
                         R"(,"version":5)", march, "\n"));  // stale
  const RunResult& result = replay.Run({"--period", "calendar-month"});
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_THAT(result.err,
              HasSubstr("facts: 4 (2 applied, 0 refused, 1 stale (the first in "
                        "line 4), 1 late (the first in line 2), 0 with "));
}

TEST(BadLines, ALineTooLongIsSkippedWhereverItStands) {
  const std::string longest(std::size_t{1} << 20, ' ');
  const std::string too_long(longest.size() + 1, 'x');
  ReplayRun replay(
      "[" + SpendAlert(1, 10) + "]",
      absl::StrCat(too_long, "\n", SpendLine(1, 10, 0), longest, "\n",         // 1 to 3
                   too_long, "\n", too_long, "\n", SpendLine(2, 10, 0), "\n",  // 4 to 7
                   std::string(3 << 20, 'x')));                                // 8
  EXPECT_EQ(replay.Run().exit_status, 1);
  EXPECT_THAT(replay.BadLines(), ElementsAre("1: longer than 1048576 bytes, skipped",
                                             "4: longer than 1048576 bytes, skipped",
                                             "5: longer than 1048576 bytes, skipped",
                                             "8: longer than 1048576 bytes, skipped"));
  EXPECT_THAT(replay.Notified(), ElementsAre(Reached(1, 10), Reached(2, 10)));
}

TEST(BadLines, AFileOfNothing) {
  ReplayRun replay("[" + SpendAlert(1, 0) + "]", "");
  EXPECT_EQ(replay.Run().exit_status, 0);
  EXPECT_THAT(replay.Notified(), IsEmpty());
  EXPECT_EQ(replay.State(), "[\n]\n");
}

}  // namespace
}  // namespace tocsin::testing
