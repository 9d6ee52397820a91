#ifndef TOCSIN_TESTS_UNIT_STORE_FILES_H_
#define TOCSIN_TESTS_UNIT_STORE_FILES_H_

#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/kept_story.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_directory.h"
#include "tocsin/engine.h"
#include "tocsin/store.h"

namespace tocsin::testing {

// Does to a store what another program may do.
inline void ChangeBySql(const std::string& file, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK)
      << sql << ": " << error;
  sqlite3_close(database);
}

// What is in a directory, by name, each with the instant at which it was changed.
inline std::map<std::string, std::pair<std::string, std::int64_t>> AllIn(
    const std::string& directory) {
  std::map<std::string, std::pair<std::string, std::int64_t>> all;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    all[entry.path().filename()] = {ReadFile(entry.path()),
                                    entry.last_write_time().time_since_epoch().count()};
  }
  return all;
}

// A store with a story in it, of which some waits for a sink that fails.
class StoreFilesFixture : public ::testing::Test {
 protected:
  StoreFilesFixture() { sink_.SetMood(CollectingSink::Mood::kFails); }

  std::string directory() const { return temp_ / "store"; }
  std::string file() const { return temp_ / "store/tocsin.db"; }

  std::unique_ptr<Engine> Open(const std::string& directory) {
    options_.directory = directory;
    options_.sink = &sink_;
    options_.clock = &clock_;
    options_.worker_threads = 0;
    absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Open(options_);
    EXPECT_TRUE(engine.ok()) << engine.status();
    return engine.ok() ? *std::move(engine) : nullptr;
  }
  // Tells the story, and returns what the engine says of itself at its end.
  Stats TellAndClose() {
    const std::unique_ptr<Engine> engine = Open(directory());
    EXPECT_TRUE(TellStory(*engine).ok());
    const Stats stats = engine->GetStats();
    EXPECT_TRUE(engine->Close(absl::ZeroDuration()).ok());
    return stats;
  }
  // The same of a process that ends with it, which nobody closes.
  void TellAndDie() {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const std::unique_ptr<Engine> engine = Open(directory());
      _exit(TellStory(*engine).ok() ? 0 : 1);
    }
    int ended = 0;
    ASSERT_EQ(waitpid(child, &ended, 0), child);
    ASSERT_EQ(ended, 0);
    ASSERT_GT(std::filesystem::file_size(file() + "-wal"), 0U);
  }

  TempDirectory temp_;
  ManualClock clock_{At("2026-02-01T00:00:00Z")};
  CollectingSink sink_;
  Options options_;
};

inline void ExpectStory(const absl::StatusOr<StoreSummary>& summary) {
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->format, 3);
  EXPECT_EQ(summary->last_instant, At("2026-02-01T00:00:00Z"));
  EXPECT_EQ(summary->alerts_enabled, 2U);
  EXPECT_EQ(summary->alerts_disabled, 1U);
  EXPECT_EQ(summary->alerts_archived, 1U);
  ASSERT_EQ(summary->positions.size(), 2U);
  EXPECT_EQ(summary->positions[0].source, "bills");
  EXPECT_EQ(summary->positions[0].offset, 9U);
  EXPECT_EQ(summary->positions[1].source, "meter");
  EXPECT_EQ(summary->positions[1].offset, 1U);
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_UNIT_STORE_FILES_H_
