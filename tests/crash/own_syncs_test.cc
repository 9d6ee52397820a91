// Would catch a sync that the store has lost of what SQLite knows nothing of: its lock,
// the names in its directory, and a copy. The order is that without which a name, or a
// note, would be there before what it stands for.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/crash/watched_directory.h"
#include "tests/support/temp_directory.h"
#include "tocsin/engine.h"
#include "tocsin/store.h"

namespace tocsin::testing {
namespace {

using ::testing::ElementsAre;

class OwnSyncs : public ::testing::Test {
 protected:
  void Open() {
    const auto engine = Engine::Open({.directory = temp_ / "store", .worker_threads = 0});
    ASSERT_TRUE(engine.ok()) << engine.status();
  }
  // What was synced since, without what SQLite syncs of a database: files by their names,
  // directories with those of what is in them.
  std::vector<std::string> Synced() {
    std::vector<std::string> names;
    for (const std::string& synced : recorded_.Take()) {
      const std::string name = synced.substr(temp_.path().size());
      if (!absl::EndsWith(name, "db-journal") && name != "/store/tocsin.db-wal") {
        names.push_back(name);
      }
    }
    return names;
  }

  const TempDirectory temp_;
  RecordedSyncs recorded_;
};

TEST_F(OwnSyncs, OfANewStoreAndOfOneThatIsThere) {
  Open();
  // That of the directory; those in it, before the note that they are there; the note.
  EXPECT_THAT(Synced(),
              ElementsAre(": store", "/store: lock tocsin.db tocsin.db-shm tocsin.db-wal",
                          "/store/lock"));
  Open();
  // Who made it may have ended before all that was durable.
  EXPECT_THAT(
      Synced(),
      ElementsAre(": store", "/store: lock tocsin.db tocsin.db-shm tocsin.db-wal"));
}

TEST_F(OwnSyncs, OfACopy) {
  Open();
  recorded_.Take();
  ASSERT_TRUE(BackupStore(temp_ / "store", temp_ / "copy").ok());
  // What nobody takes for a store, in the place of one; the copy, before it has its name;
  // the name; and that of the directory.
  EXPECT_THAT(Synced(),
              ElementsAre("/copy/tocsin.db", "/copy: tocsin.db", "/copy/tocsin.db.part",
                          "/copy: tocsin.db", ": copy store"));
}

}  // namespace
}  // namespace tocsin::testing
