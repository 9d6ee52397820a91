// Catches a replay whose clock, order or control lines are not those of the file.

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

std::string AlertsOf(const std::string& alert) { return "[" + alert + "]"; }

std::string Control(const std::string& type, int alert, int second,
                    const std::string& fields = "") {
  return Line(
      absl::StrCat(R"("type":")", type, R"(","id":")", AlertText(alert), "\"", fields),
      second);
}

std::string ResetLine(int customer, int alert, int second) {
  return Line(absl::StrCat(R"("type":"reset","customer_id":")", CustomerText(customer),
                           R"(","alert_id":")", AlertText(alert), "\""),
              second);
}

TEST(ReplayClock, StartsAtTheFirstTimestampInTheFile) {
  ReplayRun replay(AlertsOf(SpendAlert(1, 10)),
                   absl::StrCat(SpendLine(1, 10, -1), "{}\n", SpendLine(2, 10, 7200)));
  EXPECT_EQ(replay.Run().exit_status, 1);
  EXPECT_THAT(replay.BadLines(), ElementsAre(StartsWith("2: ")));
  EXPECT_THAT(replay.Notified(),
              ElementsAre("1 1 10 reached 0 spend 1997-01-01T02:00:00.000Z",
                          "2 1 10 reached 0 spend 1997-01-01T02:00:00.000Z"));
}

TEST(ReplayClock, StartsIn1970WhereThereIsNoTimestamp) {
  ReplayRun replay(AlertsOf(SpendAlert(1, 10)), SpendLine(1, 10, -1));
  EXPECT_EQ(replay.Run().exit_status, 0);
  EXPECT_THAT(replay.Notified(),
              ElementsAre("1 1 10 reached 0 spend 1970-01-01T00:00:00.000Z"));
}

TEST(ReplayClock, FollowsTheLargestTimestampOfEveryLineThatCanBeRead) {
  ReplayRun replay(
      AlertsOf(SpendAlert(1, 10)),
      absl::StrCat(SpendLine(1, 10, 60),  // 1: the clock starts
                   SpendLine(2, 10, 30),  // 2: does not go back
                   ResetLine(9, 9, 90),   // 3: refused, but moves the clock
                   SpendLine(3, 10, -1),  // 4
                   Line(R"("type":"clock")", 100), SpendLine(4, 10, -1)));  // 5, 6
  EXPECT_EQ(replay.Run().exit_status, 1);
  EXPECT_THAT(replay.BadLines(), ElementsAre(StartsWith("3: ")));
  EXPECT_THAT(replay.Notified(),
              ElementsAre("1 1 10 reached 0 spend 1997-01-01T00:01:00.000Z",
                          "2 1 10 reached 0 spend 1997-01-01T00:01:00.000Z",
                          "3 1 10 reached 0 spend 1997-01-01T00:01:30.000Z",
                          "4 1 10 reached 0 spend 1997-01-01T00:01:40.000Z"));
}

// Whichever part of the program finds out what is wrong with a line.
TEST(ReplayClock, IsMovedByABadLineWithATimeThatCanBeRead) {
  const std::string customer = "\"customer_id\":\"" + CustomerText(2) + "\"";
  const std::string moving[] = {
      Line(R"("type":"balance")", 5),                          // an unknown type
      Line(R"("x":1)", 5),                                     // none
      Line(R"("type":7)", 5),                                  //
      Line(R"("type":"spend")", 5),                            // a field missing
      Line(R"("type":"spend","amount":true,)" + customer, 5),  // a bad one
      Line(R"("type":"clock","x":1,"x":2)", 5),                // a key twice
      Line(R"("type":"clock","y":[{"x":1,"x":2}])", 5),        // deep down
      Line(R"("type":"reset","group_values":{},)" + customer, 5),
      ResetLine(9, 9, 5),  // refused by the engine
  };
  for (const std::string& bad : moving) {
    ReplayRun replay(AlertsOf(SpendAlert(1, 10)),
                     absl::StrCat(SpendLine(1, 1, 0), bad, SpendLine(1, 9, -1)));
    EXPECT_EQ(replay.Run().exit_status, 1);
    EXPECT_THAT(replay.BadLines(), ElementsAre(StartsWith("2: "))) << bad;
    EXPECT_THAT(replay.Notified(),
                ElementsAre("1 1 10 reached 0 spend 1997-01-01T00:00:05.000Z"))
        << bad;
  }
}

TEST(ReplayClock, IsNotMovedByWhatIsNoObjectWithATime) {
  const std::string time = R"("timestamp":"1997-01-01T00:00:05Z")";
  const std::string standing[] = {
      "[{\"type\":\"clock\"," + time + "}]",
      R"({"type":"clock",)" + time,
      R"({"type":"clock",)" + time + "} x",
      R"({"type":"clock",)" + time + "," + time + "}",
      R"({"type":"clock","timestamp":null,"x":1,)" + time + "}",
      R"({"type":"balance","timestamp":852076805})",
      R"({"type":"clock","timestamp":"1997-02-29T00:00:05Z"})",
      R"({"type":"balance","x":{)" + time + "}}",
      R"({"type":"clock",)" + time + std::string(1 << 20, ' ') + "}",
  };
  for (const std::string& bad : standing) {
    ReplayRun replay(AlertsOf(SpendAlert(1, 10)),
                     absl::StrCat(SpendLine(1, 1, 0), bad, "\n", SpendLine(1, 9, -1)));
    EXPECT_EQ(replay.Run().exit_status, 1) << bad.substr(0, 80);
    EXPECT_THAT(replay.Notified(),
                ElementsAre("1 1 10 reached 0 spend 1997-01-01T00:00:00.000Z"))
        << bad.substr(0, 80);
  }
}

TEST(ReplayClock, StartsAtABadLineWithATimeThatCanBeRead) {
  ReplayRun replay(AlertsOf(SpendAlert(1, 10)),
                   absl::StrCat(SpendLine(1, 10, -1), Line(R"("type":"balance")", 5),
                                SpendLine(2, 10, 7)));
  EXPECT_EQ(replay.Run().exit_status, 1);
  EXPECT_THAT(replay.Notified(),
              ElementsAre("1 1 10 reached 0 spend 1997-01-01T00:00:05.000Z",
                          "2 1 10 reached 0 spend 1997-01-01T00:00:07.000Z"));
}

// A file can be read twice, so that nothing need be held.
TEST(ReplayClock, FindsTheFirstTimestampHoweverFarDownAFile) {
  std::string facts;
  while (facts.size() < (30 << 20)) facts += SpendLine(1, 1, -1);
  const std::size_t lines = LinesOf(facts).size();
  ReplayRun replay(AlertsOf(SpendAlert(1, 1)), facts + SpendLine(2, 1, 60));
  const RunResult& result = replay.Run();
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_THAT(result.err, HasSubstr(absl::StrCat("lines: ", lines + 1, " (0 bad;")));
  EXPECT_THAT(replay.Notified(),
              ElementsAre("1 1 1 reached 0 spend 1997-01-01T00:01:00.000Z",
                          "2 1 1 reached 0 spend 1997-01-01T00:01:00.000Z"));
}

TEST(ReplayOrder, WhatIsDueIsJudgedBeforeTheNextLine) {
  const auto line = [](int customer, const char* time) {
    return absl::StrCat(R"({"type":"spend","customer_id":")", CustomerText(customer),
                        R"(","amount":10,"timestamp":")", time, "\"}\n");
  };
  ReplayRun replay(
      AlertsOf(SpendAlert(1, 10, R"(,"notify_resolved":true)")),
      absl::StrCat(line(2, "1997-01-15T00:00:00Z"), line(1, "1997-01-16T00:00:00Z"),
                   line(3, "1997-02-02T00:00:00Z")));
  EXPECT_EQ(replay.Run({"--period", "calendar-month"}).exit_status, 0);
  EXPECT_THAT(replay.Notified(),
              ElementsAre("2 1 10 reached 0 spend 1997-01-15T00:00:00.000Z",
                          "1 1 10 reached 0 spend 1997-01-16T00:00:00.000Z",
                          "1 1 0 resolved 0 period 1997-02-01T00:00:00.000Z",
                          "2 1 0 resolved 0 period 1997-02-01T00:00:00.000Z",
                          "3 1 10 reached 0 spend 1997-02-02T00:00:00.000Z"));
}

TEST(ReplayOrder, AResetIsJudgedBeforeTheNextLine) {
  ReplayRun replay(
      AlertsOf(SpendAlert(1, 10)),
      absl::StrCat(SpendLine(1, 12, 0), ResetLine(1, 1, 0), SpendLine(2, 10, 0)));
  EXPECT_EQ(replay.Run().exit_status, 0);
  EXPECT_THAT(replay.Notified(),
              ElementsAre("1 1 12 reached 0 spend 1997-01-01T00:00:00.000Z",
                          "1 1 12 reached 1 reset 1997-01-01T00:00:00.000Z",
                          "2 1 10 reached 0 spend 1997-01-01T00:00:00.000Z"));
}

TEST(ReplayOrder, AlertsComeChangeAndGo) {
  const std::string alert = absl::StrCat(R"("type":"alert","alert":)", SpendAlert(2, 20));
  ReplayRun replay(
      AlertsOf(SpendAlert(1, 10)),
      absl::StrCat(SpendLine(1, 25, 0), Line(alert, 1),                  // created
                   Control("alert_update", 2, 2, R"(,"threshold":30)"),  // above
                   SpendLine(1, 5, 3),                                   // reached
                   Control("disable", 1, 4), SpendLine(2, 10, 5),        // nothing
                   Control("enable", 1, 6),                              // as a reset
                   Control("archive", 2, 7), SpendLine(3, 99, 8)));
  EXPECT_EQ(replay.Run().exit_status, 0);
  EXPECT_THAT(replay.BadLines(), IsEmpty());
  EXPECT_THAT(replay.Notified(),
              ElementsAre("1 1 25 reached 0 spend 1997-01-01T00:00:00.000Z",
                          "1 2 25 reached 0 alert_created 1997-01-01T00:00:01.000Z",
                          "1 2 30 reached 0 spend 1997-01-01T00:00:03.000Z",
                          "1 1 30 reached 1 alert_updated 1997-01-01T00:00:06.000Z",
                          "2 1 10 reached 1 alert_updated 1997-01-01T00:00:06.000Z",
                          "3 1 99 reached 0 spend 1997-01-01T00:00:08.000Z"));
}

TEST(ReplayState, NamesWhatIsNotPlainlyOk) {
  ReplayRun replay(
      "[" + SpendAlert(2, 10) + "," + SpendAlert(1, 20) + "," +
          SpendAlert(3, 5, R"(,"group_values":[{"key":"region"}])") + "]",
      absl::StrCat(SpendLine(3, 25, 0), SpendLine(1, 10, 0), SpendLine(2, 1, 0),
                   ResetLine(2, 1, 0),
                   Line(absl::StrCat(R"("type":"spend","customer_id":")", CustomerText(2),
                                     R"(","amount":6,"group_values":{"region":"eu"})"),
                        0),
                   Line(absl::StrCat(R"("type":"spend","customer_id":")", CustomerText(2),
                                     R"(","amount":1,"group_values":{"region":"us"})"),
                        0)));
  EXPECT_EQ(replay.Run().exit_status, 0);
  const auto row = [](int customer, int alert, const std::string& rest) {
    return absl::StrCat(R"({"customer_id":")", CustomerText(customer),
                        R"(","alert_id":")", AlertText(alert), R"(","customer_status":)",
                        rest);
  };
  const auto alarm = [](int value, int threshold) {
    return absl::StrCat(R"("in_alarm","triggered_by":"spend","value":)", value,
                        R"(,"threshold":)", threshold, R"(,"epoch":0})");
  };
  const std::string instance =
      R"({"group_values":[{"key":"region","value":"eu"}],"customer_status":"in_alarm",)"
      R"("triggered_by":"spend","value":6,"epoch":0})";
  EXPECT_THAT(
      LinesOf(replay.State()),
      ElementsAre(
          "[", row(1, 2, alarm(10, 10)) + ",",
          row(2, 1, R"("ok","triggered_by":null,"value":8,"threshold":20,"epoch":1},)"),
          row(2, 3,
              R"("in_alarm","triggered_by":"spend","value":null,"threshold":5,)"
              R"("epoch":0,"instances":[)" +
                  instance + "]},"),
          row(3, 1, alarm(25, 20)) + ",", row(3, 2, alarm(25, 10)), "]"));
}

// Many chunks, with everything in them that a reader may trip over.
TEST(ReplayThreads, TheirNumberChangesNoByte) {
  std::string facts = "\n" + SpendLine(0, 3, -1);
  for (int i = 0; i < 20'000; ++i) {
    facts += SpendLine(i * 7919 % 97, i % 5, i / 3);
    if (i % 100 == 0) facts += "bad\n\n";
    if (i % 1'000 == 0) facts += ResetLine(i % 97, 1, i / 3);
    if (i % 5'000 == 0) facts += std::string(2 << 20, 'x') + SpendLine(i, 1, 0);
    if (i % 7'000 == 0) facts += std::string((1 << 20) - 200, ' ') + SpendLine(7, 1, 0);
  }
  facts += "{\"type\":";
  ReplayRun replay("[" + SpendAlert(1, 100) + "," + SpendAlert(2, 300) + "]", facts);
  EXPECT_EQ(replay.Run({"--threads", "1"}).exit_status, 1);
  const std::string notifications = replay.Notifications();
  const std::string state = replay.State();
  const std::vector<std::string> bad = replay.BadLines();
  EXPECT_THAT(bad, SizeIs(205));
  EXPECT_GT(LinesOf(notifications).size(), 190u);
  for (const char* threads : {"2", "3", "4", "8"}) {
    EXPECT_EQ(replay.Run({"--threads", threads}).exit_status, 1);
    EXPECT_TRUE(replay.Notifications() == notifications) << threads;
    EXPECT_TRUE(replay.State() == state) << threads;
    EXPECT_EQ(replay.BadLines(), bad) << threads;
  }
}

}  // namespace
}  // namespace tocsin::testing
