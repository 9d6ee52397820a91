// Catches what small inputs do not: a real shop's purchases over 18 months,
// whose notifications were worked out by a program that shares nothing with the
// engine; and another number of threads that writes other bytes. Runs where the
// data lies: in TOCSIN_DATA_DIR (environment), in the folder the build was given,
// or in ../shared/data beside the repository.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/cli/killed_replay.h"
#include "tests/cli/run_tocsin.h"
#include "tocsin/decimal.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string DataDir() {
  const char* named = std::getenv("TOCSIN_DATA_DIR");
  if (named != nullptr && *named != '\0') return named;
  const std::string built = TOCSIN_TEST_DATA;
  if (!built.empty()) return built;
  const std::filesystem::path source = TOCSIN_SOURCE_DIR;
  return (source / "../shared/data").lexically_normal().string();
}

// Writes what a program says to a file.
void Fill(const std::string& path, const std::vector<std::string>& args) {
  const int out = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  EXPECT_EQ(ExitStatusOf(StartProgram(args, {.out = out})), 0) << args[0];
  close(out);
}

std::string Number(const std::string& text) {
  const absl::StatusOr<Decimal> number = Decimal::ParseJsonNumber(text);
  return number.ok() ? number->ToString() : "no number: " + text;
}

// What of a notification is compared.
std::string Compared(const std::string& json) {
  const std::string type = FieldOf(json, "type");
  const bool spend = type.starts_with("alerts.spend");
  absl::Time time;
  std::string error;
  EXPECT_TRUE(
      absl::ParseTime(absl::RFC3339_full, FieldOf(json, "timestamp"), &time, &error))
      << json;
  return type + " " + FieldOf(json, "customer_id") + " " + FieldOf(json, "alert_id") +
         " " + absl::FormatTime(time, absl::UTCTimeZone()) + " " +
         Number(FieldOf(json, "threshold")) + " " +
         Number(FieldOf(json, spend ? "current_spend" : "current_usage")) + " " +
         Number(FieldOf(json, "epoch"));
}

// What one replay wrote.
struct Written {
  std::string notifications;
  std::string state;
};

class Cdnow : public ::testing::Test {
 protected:
  // Before any test of this, so that a skip says that nothing of it was looked at.
  void SetUp() override {
    if (std::filesystem::exists(data_ + "/cdnow.expected.jsonl.gz")) return;
    GTEST_SKIP() << "not run: there is no cdnow.expected.jsonl.gz in " << data_
                 << "; TOCSIN_DATA_DIR names another folder";
  }

  Written Replay(const std::string& facts, const std::string& threads) const {
    const std::string notifications = dir_.Path("notifications" + threads);
    const std::string state = dir_.Path("state" + threads);
    const RunResult result =
        RunTocsin({"replay", "--alerts", data_ + "/cdnow.alerts.json", "--facts", facts,
                   "--period", "calendar-month", "--notifications", notifications,
                   "--state", state, "--threads", threads});
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("lines: 139318 (0 bad;"));
    return {.notifications = ReadFile(notifications), .state = ReadFile(state)};
  }

  const TempDir dir_;
  const std::string data_ = DataDir();
};

// Where two texts that should be the same byte for byte first differ.
void ExpectSameBytes(const std::string& one, const std::string& four, const char* file) {
  if (one == four) return;
  const auto at = std::mismatch(one.begin(), one.end(), four.begin(), four.end()).first;
  ADD_FAILURE() << file << ": " << one.size() << " bytes with --threads 1, "
                << four.size() << " with --threads 4, which differ in line "
                << std::count(one.begin(), at, '\n') + 1;
}

TEST_F(Cdnow, SaysWhatAnotherProgramSaysInTheSameBytesWithAnyNumberOfThreads) {
  const std::string facts = dir_.Path("facts");
  Fill(facts, {"python3", data_ + "/make_facts.py", "cdnow"});
  Fill(dir_.Path("expected"), {"gzip", "-dc", data_ + "/cdnow.expected.jsonl.gz"});
  const Written one = Replay(facts, "1");
  const Written four = Replay(facts, "4");
  EXPECT_THAT(LinesOf(one.state), SizeIs(::testing::Gt(1'000)));
  ExpectSameBytes(one.notifications, four.notifications, "notifications");
  ExpectSameBytes(one.state, four.state, "state");
  const std::vector<std::string> expected = LinesOf(ReadFile(dir_.Path("expected")));
  const std::vector<std::string> notified = LinesOf(one.notifications);
  ASSERT_THAT(expected, SizeIs(74'166));
  ASSERT_THAT(notified, SizeIs(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(Compared(notified[i]), Compared(expected[i])) << "notification " << i + 1;
  }
}

// TOCSIN_KILLS (environment) says how often.
TEST_F(Cdnow, WritesTheSameBytesHoweverOftenItIsKilled) {
  const char* named = std::getenv("TOCSIN_KILLS");
  const std::string facts = dir_.Path("facts");
  Fill(facts, {"python3", data_ + "/make_facts.py", "cdnow"});
  const Written whole = Replay(facts, "1");
  KilledReplay killed({"--alerts", data_ + "/cdnow.alerts.json", "--facts", facts,
                       "--period", "calendar-month"},
                      /*seed=*/1);
  killed.MeasureRun();
  killed.Kill(named != nullptr ? std::stoi(named) : 3);
  ExpectEachIdOnce(ReadFile(killed.notifications_path()));
  EXPECT_TRUE(ReadFile(killed.notifications_path()) == whole.notifications);
  EXPECT_TRUE(ReadFile(killed.state_path()) == whole.state);
}

}  // namespace
}  // namespace tocsin::testing
