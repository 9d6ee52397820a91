// Catches a replay that holds what it reads: its memory must not grow with the
// file, nor with a line.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/cli/replay_lines.h"
#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;

// What a sanitizer holds is its own affair.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr long kHeldKibMax = 1 << 20;
#elif defined(__has_feature)
constexpr bool kHasSanitizer =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
constexpr long kHeldKibMax = (kHasSanitizer ? 1024 : 64) << 10;
#else
constexpr long kHeldKibMax = 64 << 10;
#endif
constexpr long kGrowthKibMax = 16 << 10;

// A replay that reads its facts from a pipe, and so stands still while the test
// looks at it.
class PipedReplay {
 public:
  explicit PipedReplay(const std::string& threads) {
    EXPECT_EQ(pipe2(pipe_, O_CLOEXEC), 0);
    err_ = open(dir_.Path("err").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    pid_ = StartProgram(
        {TOCSIN_BINARY, "replay", "--threads", threads, "--alerts",
         dir_.Write("alerts.json", "[" + SpendAlert(1, 10) + "]"), "--facts", "-"},
        {.in = pipe_[0], .err = err_});
    close(pipe_[0]);
  }

  void Write(const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
      const ssize_t written = write(pipe_[1], text.data() + at, text.size() - at);
      ASSERT_GT(written, 0);
      at += static_cast<std::size_t>(written);
    }
  }

  // The most memory it has held for all that was written.
  long PeakKib() {
    // Far more than a pipe takes: what stood in front of it has been read.
    Write(std::string(1 << 20, '\n'));
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    }
    ADD_FAILURE() << "the program is gone: " << ReadFile(dir_.Path("err"));
    return 0;
  }

  // Lets it come to its end.
  RunResult Finish() {
    close(pipe_[1]);
    RunResult result;
    result.exit_status = ExitStatusOf(pid_);
    close(err_);
    result.err = ReadFile(dir_.Path("err"));
    return result;
  }

 private:
  const TempDir dir_;
  int pipe_[2] = {-1, -1};
  int err_ = -1;
  pid_t pid_ = 0;
};

class ReplayMemory : public ::testing::TestWithParam<std::string> {};

TEST_P(ReplayMemory, DoesNotGrowWithALine) {
  PipedReplay replay(GetParam());
  replay.Write(SpendLine(1, 10, 0));
  const long before = replay.PeakKib();
  const std::string mebibyte(1 << 20, '[');
  for (int i = 0; i < 100; ++i) replay.Write(mebibyte);
  replay.Write("\n" + SpendLine(2, 10, 0));
  const long peak = replay.PeakKib();
  EXPECT_LT(peak, kHeldKibMax);
  EXPECT_LT(peak - before, kGrowthKibMax);
  const RunResult result = replay.Finish();
  EXPECT_EQ(result.exit_status, 1);
  // Behind one line and as many empty ones as PeakKib writes.
  EXPECT_THAT(result.err, HasSubstr(":1048578: longer than 1048576 bytes"));
  EXPECT_THAT(result.err, HasSubstr("notifications: 2\n"));
}

TEST_P(ReplayMemory, DoesNotGrowWithTheFile) {
  PipedReplay replay(GetParam());
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += SpendLine(i % 7, 1, 0);
  replay.Write(lines);
  const long before = replay.PeakKib();
  for (int i = 0; i < 40; ++i) replay.Write(lines);
  const long peak = replay.PeakKib();
  EXPECT_LT(peak, kHeldKibMax);
  EXPECT_LT(peak - before, kGrowthKibMax);
  const RunResult result = replay.Finish();
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_THAT(result.err, HasSubstr("facts: 410000 (410000 applied"));
}

// Bad lines that hold much: many values, deep ones, many keys.
TEST_P(ReplayMemory, DoesNotGrowWithBadLines) {
  PipedReplay replay(GetParam());
  replay.Write(SpendLine(1, 10, 0));
  const std::size_t size = (1 << 20) - 100;
  std::string values = "{\"x\":[0";
  while (values.size() < size) values += ",0";
  std::string keys = "{\"x\":0";
  for (int i = 0; keys.size() < size; ++i) keys += ",\"" + std::to_string(i) + "\":0";
  for (int i = 0; i < 20; ++i) {
    replay.Write(values + "]}\n" + keys + "}\n" + std::string(size, '[') + "\n");
  }
  EXPECT_LT(replay.PeakKib(), kHeldKibMax);
  const RunResult result = replay.Finish();
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(result.err, HasSubstr("(60 bad;"));
}

// They are facts, whose unknown fields are counted by name.
TEST_P(ReplayMemory, DoesNotGrowWithNamesThatArePassedOver) {
  PipedReplay replay(GetParam());
  const std::string fact = SpendLine(1, 10, 0);
  const std::string begin = fact.substr(0, fact.rfind('}'));
  const std::string name(1'000'000, 'z');
  for (int i = 0; i < 100; ++i) {
    replay.Write(begin + ",\"" + std::to_string(i) + name + "\":1}\n");
  }
  EXPECT_LT(replay.PeakKib(), kHeldKibMax);
  EXPECT_THAT(replay.Finish().err, HasSubstr("a name of 1000002 bytes"));
}

// They are not what the first timestamp is waited for with.
TEST_P(ReplayMemory, DoesNotGrowWithBadLinesAheadOfTheFirstTimestamp) {
  PipedReplay replay(GetParam());
  const std::string bad = std::string(100'000, '[') + "\n" + std::string(1'000, '\n');
  for (int i = 0; i < 1'000; ++i) replay.Write(bad);
  replay.Write(SpendLine(1, 10, -1));
  EXPECT_LT(replay.PeakKib(), kHeldKibMax);
  replay.Write(SpendLine(2, 10, 0));
  const RunResult result = replay.Finish();
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(result.err, HasSubstr("(1000 bad;"));
  EXPECT_THAT(result.err, HasSubstr("notifications: 2\n"));
}

INSTANTIATE_TEST_SUITE_P(Threads, ReplayMemory, ::testing::Values("1", "4"));

}  // namespace
}  // namespace tocsin::testing
