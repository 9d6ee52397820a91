// Would catch a sync that the store has lost, or does too late: without any one of them
// the search finds a crash after which something is wrong.
#include <ostream>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "tests/crash/search.h"

namespace tocsin::testing {
namespace {

struct Lie {
  const char* name;
  std::set<Sync> about;
  bool made_before = false;
};
void PrintTo(const Lie& lie, std::ostream* out) { *out << lie.name; }

constexpr std::uint64_t kPoints = 1'500;

class LyingDisk : public ::testing::TestWithParam<Lie> {};

TEST_P(LyingDisk, IsFoundOut) {
  const Searched searched = Search({.seed = 1,
                                    .points = kPoints,
                                    .lies_about = GetParam().about,
                                    .made_before = GetParam().made_before});
  EXPECT_NE(searched.wrong, "") << searched.ToString();
}

// That of the log before a checkpoint is not among them: with `synchronous=FULL` every
// commit has synced it, and it finds nothing to do.
INSTANTIATE_TEST_SUITE_P(
    Syncs, LyingDisk,
    ::testing::Values(Lie{"Log", {Sync::kLog}}, Lie{"LogHeader", {Sync::kLogHeader}},
                      Lie{"Database", {Sync::kDatabase}},
                      Lie{"Journal", {Sync::kJournal}},
                      Lie{"MadeDatabase", {Sync::kMadeDatabase}},
                      Lie{"NewName", {Sync::kNewName}},
                      Lie{"DirectoryName", {Sync::kDirectoryName}},
                      Lie{"Names", {Sync::kNewName, Sync::kNames}, true}),
    [](const auto& tested) { return std::string(tested.param.name); });

// What the store syncs itself suffices for the log's name where SQLite was built not to.
TEST(LyingDisk, AboutNewNamesLosesNothingOfADatabaseThatWasThere) {
  const Searched searched = Search({.seed = 1,
                                    .points = kPoints,
                                    .lies_about = {Sync::kNewName},
                                    .made_before = true});
  EXPECT_EQ(searched.wrong, "") << searched.last.ToString();
}

}  // namespace
}  // namespace tocsin::testing
