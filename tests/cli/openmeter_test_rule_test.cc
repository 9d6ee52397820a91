// Catches what trying a rule does at OpenMeter: "test this rule" really delivers. A
// replay tells nobody; what it decided is in the file that was asked for, and nowhere
// else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/cli/replay_lines.h"
#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Works in a folder of its own, in which everything that is written can be seen.
class OpenMeterTestRule : public ::testing::Test {
 protected:
  OpenMeterTestRule() : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(dir_.Path(""));
    dir_.Write("A.json", "[" + SpendAlert(1, 10) + "]");
    dir_.Write("F.jsonl", absl::StrCat(SpendLine(1, 30, 0), SpendLine(2, 10, 0)));
  }
  ~OpenMeterTestRule() override { std::filesystem::current_path(before_); }

  std::set<std::string> Files() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.Path(""))) {
      names.insert(entry.path().filename());
    }
    return names;
  }

  // Who would be told is counted, and that is all that is said of it.
  static RunResult Try(std::vector<std::string> more) {
    std::vector<std::string> args = {"replay", "--alerts", "A.json", "--facts",
                                     "F.jsonl"};
    args.insert(args.end(), more.begin(), more.end());
    RunResult result = RunTocsin(std::move(args));
    EXPECT_EQ(result.exit_status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("notifications: 2\n"));
    EXPECT_THAT(result.out, IsEmpty());
    return result;
  }

  const TempDir dir_;
  const std::filesystem::path before_;
};

TEST_F(OpenMeterTestRule, WithoutAFileNothingIsWrittenAnywhere) {
  const RunResult result = Try({});
  EXPECT_EQ(Files(), (std::set<std::string>{"A.json", "F.jsonl"}));
  EXPECT_EQ(result.err.find("\"alerts.spend_threshold_reached\""), std::string::npos);
}

TEST_F(OpenMeterTestRule, WithAFileItIsThereAndAgainTheSame) {
  Try({"--notifications", "tried.jsonl"});
  Try({"--notifications", "again.jsonl"});
  EXPECT_EQ(Files(),
            (std::set<std::string>{"A.json", "F.jsonl", "again.jsonl", "tried.jsonl"}));
  const std::string tried = ReadFile(dir_.Path("tried.jsonl"));
  EXPECT_THAT(LinesOf(tried), SizeIs(2));
  // Nothing is left of a trial that the next one would see.
  EXPECT_EQ(ReadFile(dir_.Path("again.jsonl")), tried);
}

}  // namespace
}  // namespace tocsin::testing
