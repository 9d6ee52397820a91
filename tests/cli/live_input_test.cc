// Catches a replay of a live input that waits for more before it says what it knows,
// or that tells a pipe otherwise than a file.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/replay_lines.h"
#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A replay whose facts come through a pipe, and whose messages are read as they come.
class LiveReplay {
 public:
  explicit LiveReplay(std::vector<std::string> more) {
    // The program may end while the test writes to it.
    signal(SIGPIPE, SIG_IGN);
    int in[2] = {-1, -1};
    int err[2] = {-1, -1};
    EXPECT_EQ(pipe2(in, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(err, O_CLOEXEC), 0);
    std::vector<std::string> args = {
        TOCSIN_BINARY,     "replay",
        "--alerts",        dir_.Write("alerts.json", "[" + SpendAlert(1, 10) + "]"),
        "--facts",         "-",
        "--notifications", dir_.Write("out", "old")};
    args.insert(args.end(), more.begin(), more.end());
    pid_ = StartProgram(args, {.in = in[0], .err = err[1]});
    close(in[0]);
    close(err[1]);
    in_ = in[1];
    err_ = err[0];
  }
  ~LiveReplay() {
    close(in_);
    close(err_);
  }

  // False if the program reads no more.
  bool Write(const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t written = write(in_, text.data() + at, text.size() - at);
      if (written <= 0) return false;
      at += static_cast<std::size_t>(written);
    }
    return true;
  }

  // Reads its messages until this is among them; at most a minute.
  void AwaitMessage(const std::string& text) {
    while (said_.find(text) == std::string::npos) {
      ASSERT_TRUE(ReadMore(60'000)) << "it only said: " << said_;
    }
  }

  RunResult Finish() {
    close(std::exchange(in_, -1));
    while (ReadMore(-1)) {
    }
    return Ended();
  }
  // Without the end of its input.
  RunResult Ended() {
    while (ReadMore(-1)) {
    }
    RunResult result;
    result.exit_status = ExitStatusOf(pid_);
    result.out = ReadFile(dir_.Path("out"));
    result.err = said_;
    return result;
  }

 private:
  bool ReadMore(int milliseconds) {
    pollfd wait = {.fd = err_, .events = POLLIN, .revents = 0};
    if (poll(&wait, 1, milliseconds) != 1) return false;
    char buffer[4096];
    const ssize_t got = read(err_, buffer, sizeof buffer);
    if (got <= 0) return false;
    said_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  const TempDir dir_;
  int in_ = -1;
  int err_ = -1;
  pid_t pid_ = 0;
  std::string said_;
};

class LiveInput : public ::testing::TestWithParam<std::string> {};

TEST_P(LiveInput, BadLinesAreReportedAtOnce) {
  LiveReplay replay({"--threads", GetParam()});
  replay.Write(SpendLine(1, 10, -1) + "\nnonsense\n");
  replay.AwaitMessage("<stdin>:3: not JSON");  // nothing has said a time
  replay.Write(SpendLine(2, 10, 0) + "{}\n");
  replay.AwaitMessage("<stdin>:5: type: is missing");
  const RunResult result = replay.Finish();
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(result.err, HasSubstr("lines: 5 (2 bad;"));
  EXPECT_THAT(result.err, HasSubstr("notifications: 2\n"));
}

// Its end may be a hundred megabytes off, or never come.
TEST_P(LiveInput, ALineIsTooLongAtOnce) {
  LiveReplay replay({"--threads", GetParam()});
  const std::string long_part(std::size_t{1} << 21, 'x');
  replay.Write(SpendLine(1, 10, 0) + long_part);
  replay.AwaitMessage("<stdin>:2: longer than 1048576 bytes, skipped");
  replay.Write(absl::StrCat(long_part, "\n", SpendLine(2, 10, 0), long_part));
  replay.AwaitMessage("<stdin>:4: longer than 1048576 bytes, skipped");
  const RunResult result = replay.Finish();
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(result.err, HasSubstr("lines: 4 (2 bad;"));
  EXPECT_THAT(result.err, HasSubstr("notifications: 2\n"));
}

TEST_P(LiveInput, StrictStopsAtALineThatIsTooLong) {
  LiveReplay replay({"--strict", "--threads", GetParam()});
  replay.Write(SpendLine(1, 10, 0) + std::string(std::size_t{1} << 21, 'x'));
  const RunResult result = replay.Ended();
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(result.err, HasSubstr("stopped at line 2"));
}

TEST_P(LiveInput, StrictStopsBeforeTheFirstTimestampToo) {
  LiveReplay replay({"--strict", "--threads", GetParam()});
  replay.Write(SpendLine(1, 10, -1) + "{}\n");
  const RunResult result = replay.Ended();
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(result.err, HasSubstr("<stdin>:2: type: is missing"));
  EXPECT_THAT(result.err, HasSubstr("stopped at line 2"));
  EXPECT_THAT(result.err, HasSubstr("notifications: 1\n"));
}

TEST_P(LiveInput, StrictStopsAtAHeldLineThatTheEngineRefuses) {
  LiveReplay replay({"--strict", "--threads", GetParam()});
  replay.Write(absl::StrCat(R"({"type":"enable","id":")", AlertText(9), "\"}\n", "{}\n",
                            SpendLine(1, 10, 0)));
  const RunResult result = replay.Ended();
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(result.err, HasSubstr("<stdin>:1: there is no alert"));
  EXPECT_THAT(result.err, Not(HasSubstr("<stdin>:2")));
  EXPECT_THAT(result.err, HasSubstr("lines: 1 (1 bad;"));
}

TEST_P(LiveInput, WritesWhatAFileWould) {
  std::string facts;
  for (int i = 0; i < 5'000; ++i) {
    facts += SpendLine(i % 97, i % 5, -1);
    if (i % 10 == 0) facts += "\nbad\n";
    if (i % 100 == 0) absl::StrAppend(&facts, R"({"type":"clock"})", "\n");
  }
  facts += SpendLine(1, 10, 60) + "{}\n" + SpendLine(2, 10, -1);
  for (const std::string& text : {facts, std::string("bad\n") + SpendLine(1, 10, -1)}) {
    for (const std::vector<std::string>& more :
         {std::vector<std::string>{}, {"--strict"}}) {
      ReplayRun file("[" + SpendAlert(1, 10) + "]", text);
      const RunResult& expected = file.Run(more);
      std::vector<std::string> args = more;
      args.insert(args.end(), {"--threads", GetParam()});
      LiveReplay replay(args);
      replay.Write(text);
      const RunResult result = replay.Finish();
      EXPECT_EQ(result.exit_status, expected.exit_status);
      EXPECT_EQ(result.out, file.Notifications());
      const auto counts = [](const std::string& err) {
        return err.substr(err.find("lines: "), err.find(" bad;") - err.find("lines: "));
      };
      EXPECT_EQ(counts(result.err), counts(expected.err));
    }
  }
}

TEST_P(LiveInput, HoldsNoMoreThanItSays) {
  LiveReplay replay({"--threads", GetParam()});
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += SpendLine(1, 1, -1);
  std::size_t written = 0;
  while (replay.Write(lines) && written < (std::size_t{128} << 20)) {
    written += lines.size();
  }
  const RunResult result = replay.Ended();
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_LT(written, std::size_t{128} << 20);
  EXPECT_THAT(result.err, HasSubstr("without a timestamp"));
  EXPECT_THAT(result.err, HasSubstr("64 MiB"));
  EXPECT_EQ(result.out, "old") << "nothing was begun";
}

INSTANTIATE_TEST_SUITE_P(Threads, LiveInput, ::testing::Values("1", "4"));

}  // namespace
}  // namespace tocsin::testing
