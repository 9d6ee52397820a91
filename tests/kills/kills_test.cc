// Would catch what a process that is killed loses, keeps by half, or tells twice as two:
// a commit that is acknowledged before it is durable, a batch apart from its position, a
// checkpoint that counts too early, and a directory that cannot be opened again.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/kills/chain.h"
#include "tests/kills/ledger.h"
#include "tests/kills/scene.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Kills, LoseNothingThatWasAcknowledged) {
  const Killed killed = Kill({.child = TOCSIN_KILL_CHILD, .seed = 1, .kills = 30});
  EXPECT_EQ(killed.wrong, "") << killed.kept;
  EXPECT_EQ(killed.kills, 30) << killed.ToString();
  EXPECT_GT(killed.told, 0u);
}

// What is found wrong in the lines of processes.
std::string WrongIn(const std::vector<std::vector<std::string>>& processes) {
  Ledger ledger;
  for (const std::vector<std::string>& lines : processes) {
    for (const std::string& line : lines) ledger.Take(line);
  }
  return ledger.wrong();
}

// An alert, a batch and a reset that were acknowledged, and what the next process finds.
const std::vector<std::string> kDone = {"created 1", "created 2", "applied 0 1",
                                        "reset 2"};
std::vector<std::string> Found(int offset, int epoch) {
  std::vector<std::string> lines = {absl::StrCat("position 0 ", offset), "position 1 0",
                                    absl::StrCat("receipts_of_batches 0 ", offset),
                                    absl::StrCat("receipts_of_resets 2 ", epoch)};
  for (int n = 1; n <= kKillCustomers; ++n) {
    if (!IsShared(n) && n > kOwnCustomers) continue;
    lines.push_back(absl::StrCat("customer ", n, " ", IsShared(n) ? 1 : 10, " ",
                                 n == 2 ? epoch : 0, " ok"));
    // The first goes up twice with a batch, and back between.
    lines.push_back(absl::StrCat("history ", n, " ", IsShared(n) ? 0 : n == 1 ? 3 : 1));
  }
  lines.insert(lines.end(),
               {"alert 1 enabled", "alert 2 enabled", "differed 0", "shown"});
  return lines;
}

TEST(KillsLedger, SaysNothingOfWhatIsRight) {
  EXPECT_EQ(WrongIn({kDone, Found(1, 1)}), "");
  // Calls that were under way may have been done.
  EXPECT_EQ(WrongIn({kDone, Found(1, 2)}), "");
}

TEST(KillsLedger, MissesWhatIsGone) {
  EXPECT_THAT(WrongIn({kDone, Found(0, 1)}), HasSubstr("source 0 is at 0"));
  EXPECT_THAT(WrongIn({kDone, Found(1, 0)}), HasSubstr("is in epoch 0"));
  EXPECT_THAT(WrongIn({kDone, {"created 1000"}, Found(1, 1)}), HasSubstr("1000 is gone"));
  EXPECT_THAT(WrongIn({kDone, {"archived 1"}, Found(1, 1)}),
              HasSubstr("alert 1 was archived"));
}

// The line that begins so, in the place of another.
std::vector<std::string> With(std::vector<std::string> lines, const std::string& begin,
                              const std::string& line) {
  for (std::string& one : lines) {
    if (one.starts_with(begin)) one = line;
  }
  return lines;
}

TEST(KillsLedger, MissesRecordsAndCustomers) {
  const auto found_but = [](const std::string& begin, const std::string& line) {
    return WrongIn({kDone, With(Found(1, 1), begin, line)});
  };
  const auto without = With(Found(1, 1), "history 3 ", "differed 0");
  EXPECT_THAT(WrongIn({kDone, With(without, "customer 3 ", "differed 0")}),
              HasSubstr("customer 3 is not known"));
  EXPECT_THAT(found_but("history 2 ", "history 2 0"), HasSubstr("a history of 0"));
  EXPECT_THAT(found_but("receipts_of_batches 0 ", "receipts_of_batches 0 0"),
              HasSubstr("receipts of 0 and 0 batches"));
  EXPECT_THAT(found_but("receipts_of_resets 2 ", "receipts_of_resets 2 0"),
              HasSubstr("0 receipts of resets"));
  EXPECT_THAT(WrongIn({{"again 0 1"}}), HasSubstr("count twice"));
}

TEST(KillsLedger, SeesWhatNobodyHasDone) {
  EXPECT_THAT(WrongIn({kDone, Found(3, 1)}), HasSubstr("source 0 is at 3"));
  EXPECT_THAT(WrongIn({kDone, Found(1, 5)}), HasSubstr("4 resets"));
  // A batch that is in by its position, and not in a sum.
  EXPECT_THAT(WrongIn({kDone, Found(2, 1)}), HasSubstr("should have"));
  EXPECT_THAT(WrongIn({{"differed 1"}}), HasSubstr("differed"));
}

TEST(KillsLedger, SeesWhatIsToldWrongly) {
  const std::vector<std::string> told = {"told 1 1 1 up 0 id {}"};
  EXPECT_EQ(WrongIn({told, told}), "");
  EXPECT_THAT(WrongIn({told, {"told 1 1 1 up 0 id {1}"}}), HasSubstr("told as two"));
  EXPECT_THAT(WrongIn({told, {"told 1 2 1 up 0 id {}"}}), HasSubstr("an id of two"));
  EXPECT_THAT(WrongIn({told, {"told 1 3 1 up 0 other {}"}}), HasSubstr("after 1"));
  EXPECT_THAT(WrongIn({told, {"told 1 2 1 up 0 other {}"}, kDone, Found(1, 1)}),
              Not(HasSubstr("durable")));
  EXPECT_THAT(
      WrongIn(
          {{"told 3 1 1 up 0 id {}", "told 3 2 1 up 0 other {}"}, kDone, Found(1, 1)}),
      HasSubstr("did not become durable"));
  EXPECT_THAT(WrongIn({kDone, Found(1, 1), {"closed 0 0"}}), HasSubstr("was told 0 ups"));
  EXPECT_THAT(WrongIn({kDone, Found(1, 1), {"closed 0 1"}}), HasSubstr("was left"));
}

}  // namespace
}  // namespace tocsin::testing
