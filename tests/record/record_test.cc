// Would catch an engine that decides anew what an older one had decided: one whose rules
// were mended since must go on from what was said.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tests/record/play.h"
#include "tests/support/facts.h"
#include "tests/support/kept_story.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"

namespace tocsin::testing {
namespace {

constexpr int kSeeds = 40;

// What the engine of other rules shows before it ends.
std::string PlayByOtherRules(const std::string& rule, const std::string& directory,
                             std::uint64_t seed, int steps) {
  const std::string command =
      absl::StrCat("TOCSIN_MISTAKE=", rule, " ", TOCSIN_BY_OTHER_RULES, " ", directory,
                   " ", seed, " ", steps);
  std::string shown;
  FILE* const pipe = popen(command.c_str(), "r");
  std::array<char, 4096> buffer;
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    shown.append(buffer.data(), n);
  }
  EXPECT_EQ(pclose(pipe), 0) << command;
  return shown;
}

// Of two long texts.
std::string LinesThatDiffer(const std::string& a, const std::string& b) {
  const std::vector<std::string> of_a = absl::StrSplit(a, '\n');
  const std::vector<std::string> of_b = absl::StrSplit(b, '\n');
  std::string differ;
  for (std::size_t i = 0; i < std::max(of_a.size(), of_b.size()); ++i) {
    const std::string in_a = i < of_a.size() ? of_a[i] : "";
    const std::string in_b = i < of_b.size() ? of_b[i] : "";
    if (in_a != in_b) absl::StrAppend(&differ, "\n- ", in_a, "\n+ ", in_b);
  }
  return differ;
}

class Record : public ::testing::TestWithParam<const char*> {};

// All that was ever said of customers, from both engines.
class Said {
 public:
  void Add(const std::vector<Notification>& notifications) {
    for (const Notification& one : notifications) {
      EXPECT_TRUE(ids_.insert(one.id).second) << "twice: " << ToJson(one);
      EXPECT_EQ(one.sequence, ++sequences_[one.customer]) << ToJson(one);
      std::string selector;
      for (const GroupValue& value : one.group_values) selector += value.value;
      NotificationKind& last = last_
                                   .try_emplace({one.customer, one.alert, selector},
                                                NotificationKind::kResolved)
                                   .first->second;
      if (one.kind == NotificationKind::kResolved) {
        EXPECT_EQ(last, NotificationKind::kReached) << ToJson(one);
      }
      last = one.kind;
    }
  }

 private:
  std::set<NotificationId> ids_;
  std::map<CustomerId, std::uint64_t> sequences_;
  std::map<std::tuple<CustomerId, AlertId, std::string>, NotificationKind> last_;
};

TEST_P(Record, StandsAlsoWhereTheRulesAreOthers) {
  // So that this process knows the names, too.
  for (int i = 1; i <= 5; ++i) AlertNumber(i);
  std::uint64_t differed = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    TempDirectory temp(InMemory());
    PlayedEngine played;
    played.directory = temp / "store";
    const std::string shown = PlayByOtherRules(GetParam(), played.directory, seed, 60);
    played.sink.SetMood(CollectingSink::Mood::kFails);
    ASSERT_TRUE(played.Open(false).ok());
    ASSERT_EQ(LinesThatDiffer(ShownState(*played.engine), shown), "");
    const std::uint64_t first = played.engine->GetStats().decisions_differed;
    differed += first;
    // It goes on by its own rules, and comes to the same when it does so again.
    Random random(seed + 1'000);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(PlayStep(&played, &random).ok());
    const std::string later = ShownState(*played.engine);
    // As after a crash: what is closed judges first what is due.
    std::filesystem::copy(played.directory, temp / "crashed");
    played.engine = nullptr;
    played.directory = temp / "crashed";
    ASSERT_TRUE(played.Open(seed % 3 == 0).ok());
    ASSERT_EQ(LinesThatDiffer(ShownState(*played.engine), later), "");
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(PlayStep(&played, &random).ok());
    played.sink.SetMood(CollectingSink::Mood::kTakes);
    ASSERT_TRUE(played.engine->Drain().ok());
    Said said;
    said.Add(played.sink.Take());
  }
  EXPECT_GT(differed, 0U);
}

// Would catch a difference that is not counted, or counted twice.
TEST(RecordCount, IsOfEachDecisionThatDiffers) {
  struct Rule {
    const char* name;
    std::uint64_t differed;
    std::size_t told;
  };
  for (const Rule& rule : {
           // At a threshold nothing was said; of the 3 beyond it, once by either alert,
           // and
           // once that one has resolved.
           Rule{"threshold_is_exclusive", 2 * 5, 3 * 3},
           // The second alert resolved too, of all 8.
           Rule{"resolved_unasked", 8, 8 * 4},
       }) {
    TempDirectory temp(InMemory());
    PlayedEngine played;
    played.directory = temp / "store";
    PlayByOtherRules(rule.name, played.directory, 1, 0);
    ASSERT_TRUE(played.Open(false).ok());
    EXPECT_EQ(played.engine->GetStats().decisions_differed, rule.differed) << rule.name;
    ASSERT_TRUE(played.engine->Drain().ok());
    EXPECT_EQ(played.sink.Take().size(), rule.told) << rule.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Record,
                         ::testing::Values("threshold_is_exclusive", "resolved_unasked",
                                           "turn_unsorted"),
                         [](const auto& param) { return std::string(param.param); });

}  // namespace
}  // namespace tocsin::testing
