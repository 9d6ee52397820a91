// Would catch a store of an older format that is refused, or read as what it is not.
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/kept_story.h"
#include "tests/support/manual_clock.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tocsin/engine.h"

namespace tocsin {
namespace {

using testing::CollectingSink;
using testing::ManualClock;
using testing::TempDirectory;

void MakeDatabase(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK)
      << error;
  sqlite3_close(database);
}

struct Teller {
  explicit Teller(std::string in) : directory(std::move(in)) {
    sink.SetMood(CollectingSink::Mood::kFails);
    Open();
  }
  void Open() {
    engine = nullptr;
    absl::StatusOr<std::unique_ptr<Engine>> opened =
        Engine::Open({.directory = directory,
                      .journal_bytes_max = 500,
                      .sink = &sink,
                      .clock = &clock,
                      .worker_threads = 0,
                      .shards = 1,
                      .random_seed = 1});
    ASSERT_TRUE(opened.ok()) << opened.status();
    engine = *std::move(opened);
  }
  std::string Shown() {
    sink.SetMood(CollectingSink::Mood::kTakes);
    return testing::ShownStateAndRest(*engine, sink);
  }

  std::string directory;
  CollectingSink sink;
  ManualClock clock{testing::At("2026-02-01T00:00:00Z")};
  std::unique_ptr<Engine> engine;
};

// The story and a little more, which ended in between two calls.
void TellAll(Engine& engine) {
  ASSERT_TRUE(testing::TellStory(engine).ok());
  EXPECT_TRUE(engine.Drain().ok());
  const Fact more = testing::Spend(testing::Customer(2), "1");
  ASSERT_TRUE(engine.Apply({more}, {.position = Position{"bills", 10}}).status.ok());
  ASSERT_TRUE(engine.Reset(testing::Customer(2), testing::AlertNumber(1)).ok());
  ASSERT_TRUE(engine.Close(absl::ZeroDuration()).ok());
}

class OlderStore : public ::testing::TestWithParam<const char*> {};

// format_1.sql was written by a library of that format that was told the same, and so on.
TEST_P(OlderStore, IsBroughtToTheNewestAndShowsTheSame) {
  TempDirectory temp(testing::InMemory());
  Teller now(temp / "now");
  TellAll(*now.engine);
  now.Open();
  const std::string right = now.Shown();

  std::filesystem::create_directory(temp / "old");
  const std::string file = temp / "old/tocsin.db";
  MakeDatabase(file, testing::ReadFile(std::string(TOCSIN_SOURCE_DIR) + "/tests/unit/" +
                                       GetParam()));
  const bool has_history = std::string_view(GetParam()) == "format_2.sql";
  // What somebody has made beside.
  MakeDatabase(file, "CREATE VIEW of_meta AS SELECT value FROM meta");
  if (has_history) MakeDatabase(file, "CREATE VIEW of AS SELECT at FROM history");
  Teller old(temp / "old");
  if (has_history) MakeDatabase(file, "SELECT * FROM of");
  EXPECT_EQ(old.engine->GetStats().decisions_differed, 0U);
  EXPECT_EQ(old.Shown(), right);
  ASSERT_TRUE(old.engine->Close().ok());
  old.Open();
  EXPECT_EQ(testing::ShownState(*old.engine).empty(), false);
  EXPECT_EQ(old.engine->GetStats().customers, 3U);
}

INSTANTIATE_TEST_SUITE_P(Formats, OlderStore,
                         ::testing::Values("format_1.sql", "format_2.sql"));

// Damaged as it is, it must not be taken over as if it were not.
TEST(DamagedOlderStore, IsRefused) {
  for (const char* sql :
       {"DELETE FROM meta WHERE key = 'sum'", "UPDATE meta SET value = value + 1",
        "UPDATE meta SET checksum = checksum + 1 WHERE key = 'last_instant'",
        "DELETE FROM position", "DELETE FROM journal"}) {
    TempDirectory temp(testing::InMemory());
    MakeDatabase(temp / "tocsin.db", testing::ReadFile(std::string(TOCSIN_SOURCE_DIR) +
                                                       "/tests/unit/format_2.sql") +
                                         sql);
    ManualClock clock{testing::At("2026-02-01T00:00:00Z")};
    const absl::Status status =
        Engine::Open({.directory = temp.path(), .clock = &clock, .worker_threads = 0})
            .status();
    EXPECT_EQ(ReasonOf(status), Reason::kDamaged) << sql << ": " << status;
  }
}

}  // namespace
}  // namespace tocsin
