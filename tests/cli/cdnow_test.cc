// Catches what small inputs do not: a real shop's purchases over 18 months,
// whose notifications were worked out by a program that shares nothing with the
// engine. Runs where the data lies: in TOCSIN_DATA_DIR (environment), in the
// folder the build was given, or in ../shared/data beside the repository.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/time/time.h"
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

// The numbers of threads to try: none where the data is not.
std::vector<std::string> Threads() {
  const std::string dir = DataDir();
  if (std::filesystem::exists(dir + "/cdnow.expected.jsonl.gz")) return {"1", "4"};
  std::fprintf(stderr, "cdnow_test.cc: not run, there is no cdnow data in %s\n",
               dir.c_str());
  return {};
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

class Cdnow : public ::testing::TestWithParam<std::string> {};

TEST_P(Cdnow, SaysWhatAnotherProgramSays) {
  const TempDir dir;
  const std::string data = DataDir();
  Fill(dir.Path("facts"), {"python3", data + "/make_facts.py", "cdnow"});
  Fill(dir.Path("expected"), {"gzip", "-dc", data + "/cdnow.expected.jsonl.gz"});
  const RunResult result =
      RunTocsin({"replay", "--alerts", data + "/cdnow.alerts.json", "--facts",
                 dir.Path("facts"), "--period", "calendar-month", "--notifications",
                 dir.Path("notifications"), "--threads", GetParam()});
  EXPECT_EQ(result.exit_status, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("lines: 139318 (0 bad;"));
  const std::vector<std::string> expected = LinesOf(ReadFile(dir.Path("expected")));
  const std::vector<std::string> notified = LinesOf(ReadFile(dir.Path("notifications")));
  ASSERT_THAT(expected, SizeIs(74'166));
  ASSERT_THAT(notified, SizeIs(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(Compared(notified[i]), Compared(expected[i])) << "notification " << i + 1;
  }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Cdnow);
INSTANTIATE_TEST_SUITE_P(Threads, Cdnow, ::testing::ValuesIn(Threads()));

}  // namespace
}  // namespace tocsin::testing
