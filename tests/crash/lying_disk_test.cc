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

// That of the log's header alone is not among them: SQLite has it for lower settings of
// `synchronous`. With FULL the log is synced again before a commit returns, and all
// before is in the database. Nor is that of the log before a checkpoint, which finds
// nothing to do.
INSTANTIATE_TEST_SUITE_P(
    Syncs, LyingDisk,
    ::testing::Values(Lie{"Log", {Sync::kLog}}, Lie{"Database", {Sync::kDatabase}},
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
