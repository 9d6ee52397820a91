// Catches a command that ends as if all were well when a file or an argument is
// not, and one that uses other files than it was told.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/replay_lines.h"
#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string OneAlert() { return "[" + SpendAlert(1, 10) + "]"; }

TEST(CommandLine, HelpAndVersionEndWell) {
  EXPECT_THAT(RunTocsin({"--version"}).out, StartsWith("tocsin 0."));
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"--help"}, {"replay", "--help"}, {"--version"}}) {
    EXPECT_EQ(RunTocsin(args).exit_status, 0) << args.back();
  }
  EXPECT_THAT(RunTocsin({"replay", "--help"}).out, HasSubstr("--state"));
}

TEST(CommandLine, WrongUsageEndsWithTwoAndIsNamed) {
  ReplayRun replay(OneAlert(), "");
  const std::string a = replay.alerts_path();
  const std::string f = replay.facts_path();
  struct Case {
    std::vector<std::string> args;
    const char* says;
  };
  const Case cases[] = {
      {{}, "replay"},
      {{"frobnicate"}, "frobnicate"},
      {{"replay"}, "--alerts"},
      {{"replay", "--alerts", a}, "--facts"},
      {{"replay", "--alerts", a, "--facts", f, "--frob"}, "--frob"},
      {{"replay", "--alerts", a, "--facts", f, "--period", "weekly"}, "weekly"},
      {{"replay", "--alerts", a, "--facts", f, "--threads", "0"}, "--threads"},
      {{"replay", "--alerts", a, "--facts", f, "--threads", "two"}, "--threads"},
      {{"replay", "--alerts", a, "--facts", f, "--notifications", ""}, "is empty"},
      {{"replay", "--alerts", a, "--facts", f, "--state", ""}, "is empty"},
      {{"replay", "--alerts", "", "--facts", f}, "is empty"},
      {{"demo", ""}, "is empty"},
      {{"demo", "/dev/null"}, "/dev/null: demo reads its file twice"},
      {{"replay", "--alerts", "-", "--facts", "-"}, "standard input"},
      {{"replay", "--alerts", a, "--facts", f, "--state", "-", "--notifications", "-"},
       "standard output"},
  };
  for (const Case& c : cases) {
    const RunResult result = RunTocsin(c.args);
    EXPECT_EQ(result.exit_status, 2) << c.says;
    EXPECT_THAT(result.err, HasSubstr(c.says));
  }
}

TEST(CommandLine, FilesThatCannotBeUsedEndWithTwoAndAreNamed) {
  ReplayRun replay(OneAlert(), SpendLine(1, 10, 0));
  const std::string a = replay.alerts_path();
  const std::string f = replay.facts_path();
  const std::string missing = replay.dir().Path("missing");
  const std::vector<std::vector<std::string>> cases = {
      {"--alerts", missing, "--facts", f},
      {"--alerts", a, "--facts", missing},
      {"--alerts", a, "--facts", "/"},
      {"--alerts", a, "--facts", f, "--notifications", missing + "/x"},
      {"--alerts", a, "--facts", f, "--state", "/"},
  };
  for (std::vector<std::string> args : cases) {
    args.insert(args.begin(), "replay");
    const RunResult result = RunTocsin(args);
    EXPECT_EQ(result.exit_status, 2) << args.back();
    EXPECT_THAT(result.err, HasSubstr("tocsin: ")) << args.back();
  }
}

TEST(CommandLine, AFullDiskEndsWithTwo) {
  std::string facts;
  for (int i = 0; i < 2'000; ++i) facts += SpendLine(i, 10, 0);
  ReplayRun replay(OneAlert(), facts);
  for (const char* option : {"--notifications", "--state"}) {
    const RunResult result =
        RunTocsin({"replay", "--alerts", replay.alerts_path(), "--facts",
                   replay.facts_path(), option, "/dev/full"});
    EXPECT_EQ(result.exit_status, 2) << option;
    EXPECT_THAT(result.err, HasSubstr("/dev/full: cannot be written")) << option;
  }
}

// Lets no file of this process, nor of those that it starts, grow beyond so many bytes.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &before_), 0);
    const rlimit limit = {.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_ = {};
};

TEST(CommandLine, AFileThatMayNotGrowEndsWithTwo) {
  std::string facts;
  for (int i = 0; i < 2'000; ++i) facts += SpendLine(i, 10, 0);
  ReplayRun replay(OneAlert(), facts);
  const std::string out = replay.dir().Path("out");
  for (const char* option : {"--notifications", "--state"}) {
    RunResult result;
    {
      const FileSizeLimit limit(10'240);
      result = RunTocsin({"replay", "--alerts", replay.alerts_path(), "--facts",
                          replay.facts_path(), option, out});
    }
    EXPECT_EQ(result.exit_status, 2) << option << ": -1 is death by a signal";
    EXPECT_THAT(result.err, HasSubstr(out + ": cannot be written")) << option;
  }
}

TEST(CommandLine, NoInputIsOverwritten) {
  ReplayRun replay(OneAlert(), SpendLine(1, 10, 0));
  for (const std::string& path : {replay.alerts_path(), replay.facts_path()}) {
    for (const char* option : {"--notifications", "--state"}) {
      const std::string before = ReadFile(path);
      const RunResult result = RunTocsin({"replay", "--alerts", replay.alerts_path(),
                                          "--facts", replay.facts_path(), option, path});
      EXPECT_EQ(result.exit_status, 2);
      EXPECT_THAT(result.err, HasSubstr("used twice"));
      EXPECT_EQ(ReadFile(path), before);
    }
  }
}

// What a run wrote that went well is not lost to one that cannot begin.
TEST(CommandLine, NoOutputIsEmptiedByARunThatCannotBegin) {
  const std::string used_key = R"(,"uniqueness_key":"k")";
  ReplayRun replay("[" + SpendAlert(1, 10, used_key) + "]", SpendLine(1, 10, 0));
  ASSERT_EQ(replay.Run().exit_status, 0);
  const std::string notifications = replay.Notifications();
  const std::string state = replay.State();
  const TempDir dir;
  const std::string a = replay.alerts_path();
  const std::string f = replay.facts_path();
  const std::string no_json = dir.Write("no_json", "{");
  const std::string refused =
      dir.Write("refused", "[" + SpendAlert(1, 10, used_key) + "," +
                               SpendAlert(2, 10, used_key) + "]");
  const std::vector<std::vector<std::string>> cases = {
      {"--alerts", no_json, "--facts", f, "--state", replay.state_path()},
      {"--alerts", refused, "--facts", f, "--state", replay.state_path()},
      {"--alerts", a, "--facts", dir.Path("missing"), "--state", replay.state_path()},
      {"--alerts", a, "--facts", dir.Path(""), "--state", replay.state_path()},
      {"--alerts", a, "--facts", f, "--state", f},
      {"--alerts", a, "--facts", f, "--state", dir.Path("missing/x")},
      {"--alerts", a, "--facts", f, "--state", replay.notifications_path()},
  };
  for (std::vector<std::string> args : cases) {
    args.insert(args.begin(), "replay");
    args.insert(args.end(), {"--notifications", replay.notifications_path()});
    const RunResult result = RunTocsin(args);
    EXPECT_EQ(result.exit_status, 2) << result.err;
    EXPECT_EQ(replay.Notifications(), notifications) << result.err;
    EXPECT_EQ(replay.State(), state) << result.err;
  }
  EXPECT_EQ(
      RunTocsin({"replay", "--alerts", refused, "--facts", f, "--state", dir.Path("new")})
          .exit_status,
      2);
  EXPECT_FALSE(std::filesystem::exists(dir.Path("new")));
}

TEST(CommandLine, AnOlderOutputIsReplaced) {
  ReplayRun replay(OneAlert(), SpendLine(1, 10, 0));
  replay.dir().Write("notifications.jsonl", std::string(100'000, 'x'));
  EXPECT_EQ(replay.Run().exit_status, 0);
  EXPECT_THAT(replay.Notified(), SizeIs(1));
}

TEST(CommandLine, BadAlertsAreNamedByElement) {
  struct Case {
    std::string alerts;
    const char* says;
  };
  const std::string good = SpendAlert(1, 10);
  const std::string long_name =
      absl::StrCat(R"({"id":")", AlertText(2),
                   R"(","alert_type":"spend_threshold_reached","threshold":1,"name":")",
                   std::string(300, 'n'), "\"}");
  const Case cases[] = {
      {"", "is empty, must be an array of alerts"},
      {" \n", "is empty, must be an array of alerts"},
      {"[" + good + R"(,{"id":null,"alert_type":"spend_threshold_reached","name":"n",)" +
           R"("threshold":1}])",
       "[1].id: is missing or null"},
      {"{}", "must be an array"},
      {"[" + good + ",{}]", "[1].alert_type: is missing"},
      {"[" + good +
           R"(,{"alert_type":"spend_threshold_reached","name":"n","threshold":1}])",
       "[1].id: is missing"},
      {"[" + good + "," + good + "]", ": [1]: "},       // an id used twice
      {"[" + good + "," + long_name + "]", ": [1]: "},  // refused by the engine
  };
  for (const Case& c : cases) {
    ReplayRun replay(c.alerts, SpendLine(1, 10, 0));
    const RunResult& result = replay.Run();
    EXPECT_EQ(result.exit_status, 2) << c.says;
    EXPECT_THAT(result.err, HasSubstr(replay.alerts_path() + ": ")) << c.says;
    EXPECT_THAT(result.err, HasSubstr(c.says));
  }
}

TEST(CommandLine, BadAlertsAreNamedByLineAndId) {
  const std::string second =
      absl::StrCat("\n", SpendAlert(2, 10, R"(,"customer_ids":1)"), "]");
  ReplayRun replay(absl::StrCat("[", SpendAlert(1, 10), ",", second),
                   SpendLine(1, 10, 0));
  const RunResult& result = replay.Run();
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_THAT(result.err, HasSubstr(absl::StrCat(
                              replay.alerts_path(), ": line 2, alert \"", AlertText(2),
                              "\": [1]: the field \"customer_ids\" ",
                              "is not one of an alert, customer_id may be meant")));
}

TEST(CommandLine, StandardInputAndOutput) {
  ReplayRun replay(OneAlert(), absl::StrCat(SpendLine(1, 10, 0), "{}\n"));
  replay.Run();
  const RunResult result = RunTocsin({"replay", "--alerts", replay.alerts_path(),
                                      "--facts", "-", "--notifications", "-"},
                                     replay.facts_path());
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_EQ(result.out, replay.Notifications());
  EXPECT_THAT(result.err, HasSubstr("<stdin>:2: type: is missing"));
}

// The next file that is opened would take the place of a closed one.
TEST(CommandLine, AStandardFileThatIsClosedIsNotAnother) {
  ReplayRun replay(OneAlert(), SpendLine(1, 10, 0));
  const std::string a = replay.alerts_path();
  const std::string f = replay.facts_path();
  struct Case {
    StandardFiles files;
    std::vector<std::string> args;
    const char* says;
  };
  const Case cases[] = {
      {{.in = kClosed}, {"--alerts", a, "--facts", "-"}, "standard input is closed"},
      {{.in = kClosed}, {"--alerts", "-", "--facts", f}, "standard input is closed"},
      {{.out = kClosed},
       {"--alerts", a, "--facts", f, "--notifications", "-"},
       "standard output is closed"},
      {{.out = kClosed},
       {"--alerts", a, "--facts", f, "--state", "-"},
       "standard output is closed"},
  };
  for (Case c : cases) {
    c.args.insert(c.args.begin(), "replay");
    const RunResult result = RunTocsinWith(c.files, c.args);
    EXPECT_EQ(result.exit_status, 2) << c.says;
    EXPECT_THAT(result.err, HasSubstr(c.says));
  }
}

TEST(CommandLine, StandardFilesThatAreNotNeededMayBeClosed) {
  ReplayRun replay(OneAlert(), SpendLine(1, 10, 0) + "{}\n");
  EXPECT_EQ(replay.Run().exit_status, 1);
  const std::string before = replay.Notifications();
  const RunResult result = RunTocsinWith(
      {.in = kClosed, .out = kClosed, .err = kClosed},
      {"replay", "--alerts", replay.alerts_path(), "--facts", replay.facts_path(),
       "--notifications", replay.notifications_path(), "--state", replay.state_path()});
  EXPECT_EQ(result.exit_status, 1);
  // Neither bad lines nor the summary went into a file of the run.
  EXPECT_EQ(replay.Notifications(), before);
  EXPECT_THAT(replay.State(), StartsWith("[\n{"));
}

TEST(CommandLine, AReaderThatGoesAwayEndsWithTwo) {
  ReplayRun replay(OneAlert(), SpendLine(1, 10, 0));
  for (const char* option : {"--notifications", "--state"}) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    const RunResult result =
        RunTocsinWith({.out = ends[1]}, {"replay", "--alerts", replay.alerts_path(),
                                         "--facts", replay.facts_path(), option, "-"});
    close(ends[1]);
    EXPECT_EQ(result.exit_status, 2) << option;
    EXPECT_THAT(result.err, HasSubstr("<stdout>: cannot be written")) << option;
  }
}

TEST(CommandLine, SummaryCountsByTypeAndAlert) {
  ReplayRun replay("[" + SpendAlert(1, 10) + "," + SpendAlert(2, 20) + "]",
                   absl::StrCat(SpendLine(1, 30, 0), SpendLine(2, 10, 0)));
  const std::string err = replay.Run().err;
  EXPECT_THAT(err, HasSubstr("lines: 2 (0 bad;"));
  EXPECT_THAT(err, HasSubstr("notifications: 3\n"));
  EXPECT_THAT(err, HasSubstr("  spend_threshold_reached: 3 reached, 0 resolved\n"));
  EXPECT_THAT(err, HasSubstr(AlertText(1) + " \"spend 10\": 2 reached, 0 resolved\n"));
  EXPECT_THAT(err, HasSubstr(AlertText(2) + " \"spend 20\": 1 reached, 0 resolved\n"));
}

// Whoever stops at a bad line must not wait for more input.
TEST(CommandLine, StrictDoesNotWaitForTheEndOfItsInput) {
  ReplayRun replay(OneAlert(), "");
  for (const char* threads : {"1", "4"}) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    const std::string lines = SpendLine(1, 10, 0) + "{}\n";
    ASSERT_EQ(write(ends[1], lines.data(), lines.size()),
              static_cast<ssize_t>(lines.size()));
    const RunResult result =
        RunTocsinReading(ends[0], {"replay", "--strict", "--threads", threads, "--alerts",
                                   replay.alerts_path(), "--facts", "-"});
    EXPECT_EQ(result.exit_status, 1);
    EXPECT_THAT(result.err, HasSubstr("<stdin>:2: "));
    close(ends[0]);
    close(ends[1]);
  }
}

}  // namespace
}  // namespace tocsin::testing
