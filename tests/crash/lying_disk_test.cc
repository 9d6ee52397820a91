// Would catch a sync that the store has lost, or does too late: without any one of them,
// or without both where one makes up for the other, the search finds a crash after which
// something is wrong.
#include <cstdint>
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
  std::uint64_t seed = 1;
};
void PrintTo(const Lie& lie, std::ostream* out) { *out << lie.name; }

constexpr std::uint64_t kPoints = 1'500;

class LyingDisk : public ::testing::TestWithParam<Lie> {};

TEST_P(LyingDisk, IsFoundOut) {
  const Searched searched = Search({.seed = GetParam().seed,
                                    .points = kPoints,
                                    .lies_about = GetParam().about,
                                    .made_before = GetParam().made_before});
  EXPECT_NE(searched.wrong, "") << searched.ToString();
}

INSTANTIATE_TEST_SUITE_P(
    Syncs, LyingDisk,
    ::testing::Values(Lie{"Log", {Sync::kLog}}, Lie{"LogHeader", {Sync::kLogHeader}},
                      // Told by few stories: the next one makes up for it in most, and
                      // for that pages must be smaller than the sectors.
                      Lie{"LogAsFound", {Sync::kLogAsFound}, false, 108},
                      Lie{"LogCutOff", {Sync::kLogCutOff}, false, 179584026400000003},
                      Lie{"Database", {Sync::kDatabase}},
                      Lie{"Journal", {Sync::kJournal}},
                      Lie{"MadeDatabase", {Sync::kMadeDatabase}},
                      Lie{"NewName", {Sync::kNewName}},
                      Lie{"DirectoryName", {Sync::kDirectoryName}},
                      Lie{"Names", {Sync::kNewName, Sync::kNames}, true}),
    [](const auto& tested) { return std::string(tested.param.name); });

// SQLite does more than the store stands on.
struct NeedlessSync {
  const char* name;
  Sync sync;
};
void PrintTo(const NeedlessSync& needless, std::ostream* out) { *out << needless.name; }

class NeedlessSyncs : public ::testing::TestWithParam<NeedlessSync> {};

TEST_P(NeedlessSyncs, AreNotMissed) {
  // What SQLite is not proof against itself, while it makes a database, is left out.
  const Searched searched = Search({.seed = 1,
                                    .points = kPoints,
                                    .lies_about = {GetParam().sync},
                                    .made_before = true});
  EXPECT_EQ(searched.wrong, "") << searched.last.ToString();
}

INSTANTIATE_TEST_SUITE_P(
    Syncs, NeedlessSyncs,
    ::testing::Values(
        // What the store syncs itself suffices for the log's name.
        NeedlessSync{"NewName", Sync::kNewName},
        // And of what SQLite has made the other way round; `own_syncs_test.cc` sees that
        // it is there.
        NeedlessSync{"Names", Sync::kNames},
        // With `synchronous=FULL` each commit has synced the log, and what a process
        // left that was killed before that the store has, when it opened it.
        NeedlessSync{"LogBeforeCopy", Sync::kLogBeforeCopy}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace tocsin::testing
