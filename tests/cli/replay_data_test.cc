// Catches a replay with --data that, once it was ended at some moment, does not write
// what one that was not would have; and one that takes a directory that is not its own.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/killed_replay.h"
#include "tests/cli/replay_lines.h"
#include "tests/cli/run_tocsin.h"
#include "tocsin/engine.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::string kAlerts = absl::StrCat(
    "[", SpendAlert(1, 10, R"(,"notify_resolved":true)"), ",", SpendAlert(2, 40), "]");

std::string ControlAt(const std::string& type, const std::string& fields, int second) {
  return Line(absl::StrCat(R"("type":")", type, "\"", fields), second);
}

// Customers who reach thresholds up and down, with every kind of line between them.
std::string MixedLines(int instants) {
  std::string text = SpendLine(1, 1, -1);
  for (int i = 0; i < instants; ++i) {
    for (int n = 0; n < 5; ++n) text += SpendLine((i + n) % 7, (i * n) % 13 - 3, i);
    const std::string alert = absl::StrCat(R"(,"id":")", AlertText(1 + i % 2), "\"");
    if (i % 3 == 0) {
      text += ControlAt("reset",
                        absl::StrCat(R"(,"customer_id":")", CustomerText(i % 9),
                                     R"(","alert_id":")", AlertText(1), "\""),
                        i);
    }
    if (i % 11 == 0) text += "nonsense\n\n";
    if (i % 20 == 5) {
      text += ControlAt("alert_update",
                        absl::StrCat(alert, R"(,"threshold":)", 20 + i % 40,
                                     R"(,"on_change":"notify_again")"),
                        i);
    }
    if (i % 20 == 8) text += ControlAt("disable", alert, i);
    if (i % 20 == 10) {
      text += ControlAt("enable", absl::StrCat(R"(,"id":")", AlertText(1), "\""), i);
      text += ControlAt("enable", absl::StrCat(R"(,"id":")", AlertText(2), "\""), i);
    }
    if (i % 40 == 15) {
      text += ControlAt("alert", absl::StrCat(R"(,"alert":)", SpendAlert(100 + i, 5)), i);
    }
    if (i % 40 == 35) {
      text +=
          ControlAt("archive", absl::StrCat(R"(,"id":")", AlertText(80 + i), "\""), i);
    }
  }
  return text + "{}\n" + ControlAt("clock", "", instants);
}

TEST(ReplayData, WritesWhatARunWithoutItDoes) {
  ReplayRun without(kAlerts, MixedLines(120));
  without.Run();
  ReplayRun with(kAlerts, MixedLines(120));
  EXPECT_EQ(with.Run({"--data", with.dir().Path("data")}).exit_status, 1);
  EXPECT_THAT(without.BadLines(), Not(IsEmpty()));
  EXPECT_EQ(with.BadLines(), without.BadLines());
  EXPECT_EQ(with.Notifications(), without.Notifications());
  EXPECT_EQ(with.State(), without.State());
  EXPECT_THAT(LinesOf(with.Notifications()), SizeIs(::testing::Gt(100)));
}

TEST(ReplayData, GoesOnWhereItWasKilled) {
  ReplayRun whole(kAlerts, MixedLines(120));
  whole.Run();
  KilledReplay killed({"--alerts", whole.alerts_path(), "--facts", whole.facts_path()},
                      /*seed=*/1);
  killed.MeasureRun();
  killed.Kill(20);
  EXPECT_EQ(ReadFile(killed.notifications_path()), whole.Notifications());
  EXPECT_EQ(ReadFile(killed.state_path()), whole.State());
  ExpectEachIdOnce(ReadFile(killed.notifications_path()));
}

TEST(ReplayData, ARunBehindTheEndSaysItAll) {
  ReplayRun replay(kAlerts, MixedLines(30));
  const std::vector<std::string> data = {"--data", replay.dir().Path("data")};
  EXPECT_EQ(replay.Run(data).exit_status, 1);
  const std::string notifications = replay.Notifications();
  const std::string state = replay.State();
  const std::size_t lines = LinesOf(MixedLines(30)).size();
  const RunResult& again = replay.Run(data);
  EXPECT_EQ(again.exit_status, 0) << "the bad lines were not read: " << again.err;
  EXPECT_THAT(again.err, HasSubstr(absl::StrCat("lines: ", lines, " (0 bad;")));
  EXPECT_THAT(again.err, HasSubstr(absl::StrCat("lines passed over: ", lines, ", as")));
  EXPECT_THAT(again.err, HasSubstr("facts: 0 ("));
  EXPECT_EQ(replay.Notifications(), notifications);
  EXPECT_EQ(replay.State(), state);
}

// The file may have grown; a line without a timestamp is at the clock of those before.
TEST(ReplayData, ATornLastLineIsCutAndTheClockGoesOn) {
  const std::string front = SpendLine(1, 10, 0) + SpendLine(2, 10, 50);
  const std::string back = SpendLine(3, 10, -1) + SpendLine(1, 30, 60);
  ReplayRun whole(kAlerts, front + back);
  whole.Run();
  ReplayRun replay(kAlerts, front);
  const std::vector<std::string> data = {"--data", replay.dir().Path("data")};
  replay.Run(data);
  std::ofstream(replay.notifications_path(), std::ios::app) << R"({"id":"ab)";
  std::ofstream(replay.facts_path(), std::ios::app) << back;
  EXPECT_EQ(replay.Run(data).exit_status, 0);
  EXPECT_EQ(replay.Notifications(), whole.Notifications());
  EXPECT_EQ(replay.State(), whole.State());
}

// Those that were written before the engine knew that they were.
TEST(ReplayData, WhatIsWrittenAlreadyIsPassedOver) {
  const std::string facts = MixedLines(20);
  ReplayRun whole(kAlerts, facts);
  whole.Run();
  const std::vector<std::string> lines = LinesOf(whole.Notifications());
  ASSERT_THAT(lines, SizeIs(::testing::Gt(10)));
  for (const std::size_t written : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    ReplayRun replay(kAlerts, facts);
    const std::string data = replay.dir().Path("data");
    const RunResult failed =
        RunTocsin({"replay", "--alerts", replay.alerts_path(), "--facts",
                   replay.facts_path(), "--data", data, "--notifications", "/dev/full"});
    EXPECT_EQ(failed.exit_status, 2);
    std::string text;
    for (std::size_t i = 0; i < written; ++i) text += lines[i] + "\n";
    replay.dir().Write("notifications.jsonl", text + lines[written].substr(0, 90));
    replay.Run({"--data", data});
    EXPECT_EQ(replay.Notifications(), whole.Notifications()) << written;
  }
}

TEST(ReplayData, AStrictRunGoesOnOnceTheLineIsMended) {
  const std::string front = SpendLine(1, 10, 0) + SpendLine(2, 10, 5);
  const std::string back = SpendLine(3, 10, 6) + SpendLine(1, 30, 60);
  for (const std::string& bad :
       {std::string("{}\n"),
        ControlAt("enable", absl::StrCat(R"(,"id":")", AlertText(9), "\""), 5)}) {
    ReplayRun whole(kAlerts, front + "\n" + back);
    whole.Run();
    ReplayRun replay(kAlerts, front + bad + back);
    const std::vector<std::string> args = {"--strict", "--data",
                                           replay.dir().Path("data")};
    EXPECT_EQ(replay.Run(args).exit_status, 1);
    EXPECT_EQ(replay.Run(args).exit_status, 1) << "the bad line is read again";
    EXPECT_THAT(replay.BadLines(), SizeIs(1));
    replay.dir().Write("facts.jsonl", front + "\n" + back);
    EXPECT_EQ(replay.Run(args).exit_status, 0);
    EXPECT_EQ(replay.Notifications(), whole.Notifications());
    EXPECT_EQ(replay.State(), whole.State());
  }
}

TEST(ReplayData, OtherAlertsAreRefusedAndNothingIsWritten) {
  ReplayRun replay("[" + SpendAlert(1, 10) + "," + SpendAlert(2, 20) + "]",
                   SpendLine(1, 10, 0));
  const std::vector<std::string> data = {"--data", replay.dir().Path("data")};
  replay.Run(data);
  const std::string notifications = replay.Notifications();
  replay.dir().Write("alerts.json",
                     "[" + SpendAlert(1, 10) + "," + SpendAlert(3, 1) + "]");
  EXPECT_EQ(replay.Run(data).exit_status, 2);
  EXPECT_THAT(replay.Run(data).err,
              HasSubstr(absl::StrCat("alert ", AlertText(3), " is not in ", data[1])));
  replay.dir().Write("alerts.json", "[" + SpendAlert(1, 10) + "]");
  EXPECT_EQ(replay.Run(data).exit_status, 2);
  EXPECT_THAT(
      replay.Run(data).err,
      HasSubstr(absl::StrCat("has 1 alerts, and ", data[1],
                             " was begun with 2, among them alert ", AlertText(2))));
  EXPECT_EQ(replay.Notifications(), notifications);
}

TEST(ReplayData, AFileWithFewerLinesIsRefused) {
  ReplayRun replay(kAlerts, SpendLine(1, 10, 0) + SpendLine(2, 10, 1));
  const std::vector<std::string> data = {"--data", replay.dir().Path("data")};
  replay.Run(data);
  replay.dir().Write("facts.jsonl", SpendLine(1, 10, 0));
  EXPECT_EQ(replay.Run(data).exit_status, 2);
  EXPECT_THAT(replay.Run(data).err, HasSubstr("has 1 lines, and in "));
}

TEST(ReplayData, APipeIsRefused) {
  ReplayRun replay(kAlerts, SpendLine(1, 10, 0));
  int pipe[2] = {-1, -1};
  ASSERT_EQ(pipe2(pipe, O_CLOEXEC), 0);
  const RunResult result =
      RunTocsinReading(pipe[0], {"replay", "--alerts", replay.alerts_path(), "--facts",
                                 "-", "--data", replay.dir().Path("data")});
  close(pipe[0]);
  close(pipe[1]);
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_THAT(result.err, HasSubstr("<stdin>: is no regular file; with --data"));
  EXPECT_FALSE(std::filesystem::exists(replay.dir().Path("data")));
}

// Would catch one that waits until somebody writes into it.
TEST(ReplayData, ANamedPipeIsRefusedUnopened) {
  ReplayRun replay(kAlerts, "");
  const std::string pipe = replay.dir().Path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const RunResult result =
      RunTocsin({"replay", "--alerts", replay.alerts_path(), "--facts", pipe, "--data",
                 replay.dir().Path("data")});
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_THAT(result.err, HasSubstr(pipe + ": is no regular file; with --data"));
}

// Would catch one that is written over by what comes of it.
TEST(ReplayData, NoFileOfTheStoreIsAnOutput) {
  ReplayRun replay(kAlerts, SpendLine(1, 10, 0));
  const std::string data = replay.dir().Path("data");
  const std::string link = replay.dir().Path("link");
  const std::string dotted = data + "/../data/tocsin.db";
  replay.Run({"--data", data});
  const std::string whole = ReadFile(data + "/tocsin.db");
  std::filesystem::create_hard_link(data + "/tocsin.db", link);
  std::filesystem::create_directory_symlink(data, replay.dir().Path("again"));
  for (const std::string& path :
       {data + "/tocsin.db", data + "/tocsin.db-wal", data + "/tocsin.db-shm",
        data + "/tocsin.db-journal", data + "/lock", data + "/webhooks.db",
        data + "/webhooks.lock", replay.dir().Path("again/lock"), link, dotted}) {
    for (const char* option : {"--notifications", "--state"}) {
      const bool is_there = std::filesystem::exists(path);
      const RunResult result =
          RunTocsin({"replay", "--alerts", replay.alerts_path(), "--facts",
                     replay.facts_path(), "--data", data, option, path});
      EXPECT_EQ(result.exit_status, 2) << path;
      EXPECT_THAT(result.err, HasSubstr(path + ": is a file of the store in " + data));
      EXPECT_EQ(std::filesystem::exists(path), is_there) << path;
      EXPECT_EQ(ReadFile(data + "/tocsin.db"), whole) << path;
    }
  }
  EXPECT_EQ(replay.Run({"--data", data}).exit_status, 0);
}

// Would catch a name that leads there only once the engine has made its directory.
TEST(ReplayData, NorOneThatTheStoreWillHave) {
  for (const char* option : {"--notifications", "--state"}) {
    for (const bool is_there : {false, true}) {
      ReplayRun replay(kAlerts, SpendLine(1, 10, 0));
      const std::string data = replay.dir().Path("data");
      const std::string here = replay.dir().Path("");
      if (is_there) std::filesystem::create_directory(data);
      std::filesystem::create_symlink("data", replay.dir().Path("other"));
      std::filesystem::create_symlink("data/tocsin.db", replay.dir().Path("db"));
      std::filesystem::create_symlink(data + "/tocsin.db-journal",
                                      replay.dir().Path("journal"));
      const std::string relative =
          std::filesystem::proximate(data, std::filesystem::current_path());
      for (const std::string& path :
           {here + "./data/tocsin.db", here + "other/tocsin.db", here + "other/lock",
            here + "db", here + "journal", relative + "/tocsin.db-wal"}) {
        const RunResult result =
            RunTocsin({"replay", "--alerts", replay.alerts_path(), "--facts",
                       replay.facts_path(), "--data", data, option, path});
        EXPECT_EQ(result.exit_status, 2) << path;
        EXPECT_THAT(result.err, HasSubstr(path + ": is a file of the store in " + data));
        if (!is_there) std::filesystem::remove_all(data);
      }
      EXPECT_EQ(replay.Run({"--data", data}).exit_status, 0);
      EXPECT_EQ(RunTocsin({"inspect", data, "--verify"}).exit_status, 0);
    }
  }
}

// Would catch one that is known by its name alone, which it has no more.
TEST(ReplayData, NorOneThatIsOpenByAnotherName) {
  ReplayRun replay(kAlerts, SpendLine(1, 10, 0));
  const std::string data = replay.dir().Path("data");
  const std::string link = replay.dir().Path("link");
  replay.Run({"--data", data});
  const std::string whole = ReadFile(data + "/tocsin.db");
  std::filesystem::create_hard_link(data + "/tocsin.db", link);
  // Without O_CLOEXEC: the command has it too.
  const int open_file = open(link.c_str(), O_WRONLY | O_APPEND);
  ASSERT_GE(open_file, 0);
  std::filesystem::remove(link);
  for (const std::string& path :
       {absl::StrCat("/dev/fd/", open_file), absl::StrCat("/proc/self/fd/", open_file)}) {
    const RunResult result =
        RunTocsin({"replay", "--alerts", replay.alerts_path(), "--facts",
                   replay.facts_path(), "--data", data, "--state", path});
    EXPECT_EQ(result.exit_status, 2) << path;
    EXPECT_THAT(result.err, HasSubstr(path + ": is a file of the store in " + data));
  }
  close(open_file);
  EXPECT_EQ(ReadFile(data + "/tocsin.db"), whole);
}

TEST(ReplayData, ADirectoryInUseIsRefused) {
  ReplayRun replay(kAlerts, SpendLine(1, 10, 0));
  const std::vector<std::string> data = {"--data", replay.dir().Path("data")};
  replay.Run(data);
  const int lock = open((data[1] + "/lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(lock, LOCK_EX | LOCK_NB), 0);
  const std::string notifications = replay.Notifications();
  EXPECT_EQ(replay.Run(data).exit_status, 2);
  EXPECT_THAT(replay.Run(data).err, HasSubstr("another engine has it open"));
  EXPECT_EQ(replay.Notifications(), notifications);
  close(lock);
}

TEST(ReplayData, ADirectoryOfSomebodyElseIsRefused) {
  ReplayRun replay(kAlerts, SpendLine(1, 10, 0));
  const std::string data = replay.dir().Path("data");
  std::filesystem::create_directory(data);
  replay.dir().Write("data/tocsin.db", std::string(4096, 'x'));
  EXPECT_EQ(replay.Run({"--data", data}).exit_status, 2);
  EXPECT_THAT(replay.Run({"--data", data}).err,
              HasSubstr("it begins as no database does"));

  const std::string service = replay.dir().Path("service");
  {
    auto engine = Engine::Open({.directory = service, .worker_threads = 0});
    ASSERT_TRUE(engine.ok()) << engine.status();
    ASSERT_TRUE((*engine)
                    ->CreateAlert({.type = AlertType::kSpendThresholdReached,
                                   .name = "limit",
                                   .threshold = *Decimal::Parse("10")})
                    .ok());
  }
  EXPECT_EQ(replay.Run({"--data", service}).exit_status, 2);
  EXPECT_THAT(replay.Run({"--data", service}).err,
              HasSubstr("holds 1 alerts and 0 customers that no replay has put there"));
}

}  // namespace
}  // namespace tocsin::testing
