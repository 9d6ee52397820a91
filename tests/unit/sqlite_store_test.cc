// Would catch images of a checkpoint that was not finished and are taken for those of the
// next one.
#include "engine/sqlite/sqlite_store.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/temp_directory.h"

namespace tocsin::sqlite {
namespace {

using Texts = std::vector<std::string>;

// What a store has given, in its order.
class KeepingLoader final : public store::Loader {
 public:
  absl::Status LastInstant(absl::Time instant) override {
    last_instant = instant;
    return absl::OkStatus();
  }
  absl::Status Size(std::uint64_t bytes) override {
    size = bytes;
    return absl::OkStatus();
  }
  absl::Status FactIds(absl::Time, std::vector<std::string> ids) override {
    fact_ids.insert(fact_ids.end(), ids.begin(), ids.end());
    return absl::OkStatus();
  }
  absl::Status APosition(const Position&) override { return absl::OkStatus(); }
  absl::Status AWaiting(store::Waiting) override { return absl::OkStatus(); }
  absl::Status ACheckpoint(const store::Checkpoint& checkpoint) override {
    EXPECT_TRUE(images.empty()) << "a checkpoint comes before its images";
    alerts.push_back(checkpoint.alerts);
    return absl::OkStatus();
  }
  absl::Status AnImage(const store::Image& image) override {
    images.push_back(image.customers);
    return absl::OkStatus();
  }
  absl::Status Entries(std::uint64_t, absl::string_view bytes) override {
    entries.emplace_back(bytes);
    return absl::OkStatus();
  }

  absl::Time last_instant = absl::InfinitePast();
  std::uint64_t size = 0;
  Texts alerts, images, entries, fact_ids;
};

struct LoadedStore {
  explicit LoadedStore(const std::string& directory,
                       std::size_t entries_in_row_max = kEntriesInRowMax)
      : store(*OpenStore(directory, "", {}, entries_in_row_max)) {
    const absl::Status status = store->Load(&held);
    EXPECT_TRUE(status.ok()) << status;
  }
  void Commit(const store::Transaction& transaction) {
    const absl::Status status = store->Commit(transaction);
    EXPECT_TRUE(status.ok()) << status;
  }

  KeepingLoader held;
  std::unique_ptr<store::Store> store;
};

TEST(SqliteStore, HasTheNewestIdsOfFacts) {
  testing::TempDirectory temp;
  const absl::Time now = absl::FromUnixSeconds(1'000);
  {
    LoadedStore first(temp.path());
    for (int i = 0; i < 5; ++i) {
      first.Commit({.entries = "1234",
                    .fact_ids = {absl::StrCat("a", i), absl::StrCat("b", i)},
                    .fact_ids_max = 4,
                    .last_instant = now});
    }
  }
  {
    LoadedStore second(temp.path());
    EXPECT_EQ(second.held.fact_ids, Texts({"a3", "b3", "a4", "b4"}));
    EXPECT_EQ(second.held.size, 20U);
    second.Commit({.fact_ids = {"a5"},
                   .fact_ids_max = 100,
                   .fact_ids_from = now + absl::Seconds(1),
                   .last_instant = now + absl::Seconds(1)});
  }
  EXPECT_EQ(LoadedStore(temp.path()).held.fact_ids, Texts({"a5"}));
}

// SQLite takes a thousand million bytes of a row; a batch may have more.
TEST(SqliteStore, HasInSeveralRowsWhatIsTooLongForOne) {
  testing::TempDirectory temp;
  const std::string long_entries(83, 'l');
  {
    LoadedStore first(temp.path(), 4);
    first.Commit({.first_step = 1, .entries = long_entries});
    first.Commit({.first_step = 2, .entries = "four"});
    first.Commit({.entries = ""});
    first.Commit({.first_step = 3, .entries = "fives"});
  }
  {
    LoadedStore second(temp.path(), 4);
    EXPECT_EQ(second.held.entries, Texts({long_entries, "four", "fives"}));
    EXPECT_EQ(second.held.size, long_entries.size() + 9);
    second.Commit({.begins_checkpoint = true,
                   .images = {{1, "image"}},
                   .checkpoint = store::Checkpoint{.step = 1}});
    // Takes some of what nobody needs since, but not all of it.
    second.Commit({.first_step = 4, .entries = "x"});
  }
  LoadedStore third(temp.path());
  EXPECT_EQ(third.held.entries, Texts({"four", "fives", "x"}));
  EXPECT_GT(third.held.size, 10U);
}

// Would catch a store that writes again, as zeros, as much as it removes.
TEST(SqliteStore, WritesLittleWhereItRemovesMuch) {
  testing::TempDirectory temp;
  LoadedStore opened(temp.path());
  const std::string large(400'000, 'x');
  opened.Commit({.first_step = 1, .entries = large});
  opened.Commit({.first_step = 2, .entries = large});
  opened.Commit({.begins_checkpoint = true,
                 .images = {{2, large}},
                 .checkpoint = store::Checkpoint{.step = 2}});
  const std::uint64_t before = opened.store->LogBytes();
  opened.Commit({.first_step = 3, .entries = "goes with the first row"});
  opened.Commit({.begins_checkpoint = true,
                 .images = {{3, "small"}},
                 .checkpoint = store::Checkpoint{.step = 3}});
  opened.Commit({.first_step = 4, .entries = "goes with the second and the image"});
  EXPECT_LT(opened.store->LogBytes(), before + large.size() / 2);
}

TEST(SqliteStore, HasTheImagesOfTheLastCheckpointThatWasFinished) {
  testing::TempDirectory temp;
  {
    LoadedStore first(temp.path());
    first.Commit(
        {.first_step = 1, .entries = "e1", .images = {{1, "left"}, {1, "over"}}});
  }
  {
    LoadedStore second(temp.path());
    EXPECT_EQ(second.held.images, Texts());
    EXPECT_EQ(second.held.entries, Texts({"e1"}));
    second.Commit({.first_step = 2, .entries = "e2", .images = {{2, "a"}}});
    second.Commit(
        {.images = {{2, "b"}}, .checkpoint = store::Checkpoint{2, 1, "", "two"}});
    second.Commit({.first_step = 3, .entries = "e3", .images = {{3, "not finished"}}});
  }
  {
    LoadedStore third(temp.path());
    EXPECT_EQ(third.held.alerts, Texts({"two"}));
    EXPECT_EQ(third.held.images, Texts({"a", "b"}));
    EXPECT_EQ(third.held.entries, Texts({"e2", "e3"})) << "the last row then stays";
    third.Commit(
        {.images = {{3, "c"}}, .checkpoint = store::Checkpoint{3, 2, "", "three"}});
    third.Commit(
        {.images = {{3, "d"}}, .checkpoint = store::Checkpoint{3, 3, "", "again"}});
    // With which goes what the one before has made needless.
    third.Commit({.first_step = 4, .entries = "e4"});
  }
  LoadedStore fourth(temp.path());
  EXPECT_EQ(fourth.held.alerts, Texts({"again"}));
  EXPECT_EQ(fourth.held.images, Texts({"d"}));
  EXPECT_EQ(fourth.held.entries, Texts({"e3", "e4"}));
}

// Texts of a host's stand in it; none may be cut short.
TEST(SqliteStore, KeepsBytesAsTheyAre) {
  testing::TempDirectory temp;
  const std::string bytes("\0\xff'\0", 4);
  LoadedStore(temp.path())
      .Commit({.first_step = 1,
               .entries = bytes,
               .last_instant = absl::UnixEpoch() + absl::Nanoseconds(1)});
  const LoadedStore again(temp.path());
  EXPECT_EQ(again.held.entries, Texts({bytes}));
  EXPECT_EQ(again.held.last_instant, absl::UnixEpoch() + absl::Nanoseconds(1));
}

}  // namespace
}  // namespace tocsin::sqlite
