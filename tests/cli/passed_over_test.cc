// Catches a replay that is silent about a field of its facts that it does not know, by
// which a balance told with `end_at` never ends; or that cries at every line of a log.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/replay_lines.h"
#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPassedOver[] = "unknown fields passed over in ";

// A spend fact with `fields` beside what it must have.
std::string Spend(int customer, const std::string& fields, int second) {
  std::string line = SpendLine(customer, 1, second);
  return line.insert(line.size() - 2, "," + fields);
}

std::string BalanceLine(const std::string& fields) {
  return Line(absl::StrCat(R"("type":"balance","balance_type":"commit","granted":1,)",
                           R"("remaining":1,"customer_id":")", CustomerText(1),
                           R"(","balance_id":")", CustomerText(2), "\",", fields),
              0);
}

// The summary's line about them; empty if there is none.
std::string PassedOverLine(const std::string& facts, std::vector<std::string> more = {}) {
  ReplayRun replay("[" + SpendAlert(1, 10) + "]", facts);
  std::string found;
  for (const std::string& line : LinesOf(replay.Run(more).err)) {
    if (!line.starts_with(kPassedOver)) continue;
    EXPECT_EQ(found, "") << "one line says it";
    found = line;
  }
  return found;
}

TEST(PassedOver, FieldsAreCountedAndTheMostFrequentNamed) {
  const std::string facts =
      absl::StrCat(BalanceLine(R"("end_at":"1997-01-02T00:00:00Z","a":1)"),
                   SpendLine(1, 1, 0), Spend(1, R"("b":1,"a":{"c":2})", 0),
                   BalanceLine(R"("end_at":null)"), Spend(2, R"("quantity":1)", -1));
  EXPECT_EQ(PassedOverLine(facts),
            absl::StrCat(kPassedOver, R"(4 facts: "a" 2, "end_at" 2 (ends_at may be )",
                         R"(meant), "b" 1, "quantity" 1)"));
  EXPECT_EQ(PassedOverLine(facts, {"--threads", "3"}), PassedOverLine(facts));
  EXPECT_EQ(PassedOverLine(Spend(1, R"("x":1)", 0)),
            absl::StrCat(kPassedOver, R"(1 fact: "x" 1)"));
}

TEST(PassedOver, NothingIsSaidWhereThereAreNone) {
  EXPECT_EQ(PassedOverLine(SpendLine(1, 1, 0) + Line(R"("type":"clock")", 1)), "");
}

TEST(PassedOver, AFactIsNoBadLineForIt) {
  ReplayRun replay("[" + SpendAlert(1, 1) + "]", Spend(1, R"("x":1)", 0));
  const RunResult& result = replay.Run();
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_THAT(replay.BadLines(), ::testing::IsEmpty());
  EXPECT_THAT(replay.Notified(), ::testing::SizeIs(1));
}

TEST(PassedOver, TheRestIsCountedAndNamesAreBounded) {
  std::string fields = R"("common":1)";
  for (int i = 0; i < 2'000; ++i) absl::StrAppend(&fields, ",\"n", i, "\":1");
  absl::StrAppend(&fields, ",\"", std::string(200, 'x'), "\":1,\"\\n\":1");
  const std::string line = PassedOverLine(
      absl::StrCat(Spend(1, fields, 0), Spend(1, R"("common":1,"\n":1)", 0)));
  EXPECT_THAT(line, HasSubstr(R"(2 facts: "common" 2, )"));
  EXPECT_THAT(line, Not(HasSubstr("xxx")));
  EXPECT_LT(line.size(), 300u);
  // 2,003 of the first fact, 2 of the second: one of five shown is there twice.
  EXPECT_TRUE(line.ends_with(", others 1999")) << line;
}

// A pipe's lines are held until one says a time; and a strict replay may end at one.
TEST(PassedOver, OnlyFactsThatWereToldCount) {
  const std::string held = Spend(1, R"("held":1)", -1) + Spend(2, R"("held":1)", -1);
  const std::string facts =
      absl::StrCat(held, Spend(1, R"("a":1)", 0), "{}\n", Spend(1, R"("behind":1)", 0));
  const TempDir dir;
  const std::string path = dir.Write("facts", facts);
  const std::string alerts = dir.Write("alerts.json", "[" + SpendAlert(1, 10) + "]");
  for (const bool strict : {false, true}) {
    const std::string tocsin =
        absl::StrCat("cat ", path, " | ", TOCSIN_BINARY, " replay --alerts ", alerts,
                     " --facts -", strict ? " --strict" : "", " 2>&1");
    FILE* pipe = popen(tocsin.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::string said(10'000, '\0');
    said.resize(fread(said.data(), 1, said.size(), pipe));
    pclose(pipe);
    EXPECT_THAT(said, HasSubstr(strict ? absl::StrCat(kPassedOver,
                                                      "3 facts: \"held\" 2, \"a\" 1\n")
                                       : absl::StrCat(kPassedOver,
                                                      "4 facts: \"held\" 2, \"a\" 1, "
                                                      "\"behind\" 1\n")));
  }
}

}  // namespace
}  // namespace tocsin::testing
