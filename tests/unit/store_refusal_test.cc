// Would catch a directory that is opened and should not be, above all one of another
// program that is written to, and a refusal that does not say what to do.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "engine/sqlite/database.h"
#include "engine/sqlite/schema.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/support/facts.h"
#include "tests/support/kept_story.h"
#include "tests/support/names.h"
#include "tests/support/random.h"
#include "tests/support/temp_directory.h"
#include "tocsin/engine.h"
#include "tocsin/store.h"

namespace tocsin {
namespace {

using testing::AlertNumber;
using ::testing::AllOf;
using testing::Customer;
using ::testing::HasSubstr;
using testing::TempDirectory;

Options At(const std::string& directory, int threads = 0) {
  return {.directory = directory, .worker_threads = threads};
}

// With threads too: what was opened halfway must also end.
void ExpectRefused(Options options, absl::StatusCode code, Reason reason,
                   const std::string& named) {
  for (const int threads : {0, 2}) {
    options.worker_threads = threads;
    const absl::Status status = Engine::Open(options).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(ReasonOf(status), reason) << status;
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(named));
  }
}
void ExpectUnusable(const std::string& directory, const std::string& named) {
  ExpectRefused(At(directory), absl::StatusCode::kFailedPrecondition,
                Reason::kStoreUnusable, named);
}

// What another program does with a database.
void ExecuteSql(const std::string& path, const char* sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
  char* error = nullptr;
  EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, &error), SQLITE_OK) << error;
  sqlite3_close(database);
}

// What a child process ends with, which may also end by itself amid that.
int StatusOfChild(const std::function<int()>& does) {
  const pid_t child = fork();
  if (child == 0) _exit(does());
  int ended = 0;
  EXPECT_EQ(waitpid(child, &ended, 0), child);
  return ended;
}
// As who may not write everywhere, which root may. False where that cannot be.
bool BecomeNobody() {
  constexpr uid_t kNobody = 65'534;
  return geteuid() != 0 || setuid(kNobody) == 0;
}

// A store with a story in it, closed.
void MakeStoreIn(const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Open(At(directory));
  ASSERT_TRUE(engine.ok()) << engine.status();
  ASSERT_TRUE(testing::TellStory(**engine).ok());
  ASSERT_TRUE((*engine)->Close().ok());
}

// For a child: ends it as a process that is killed, whose engine nobody closes.
int TellStoryAndDie(const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Open(At(directory));
  _exit(engine.ok() && testing::TellStory(**engine).ok() ? 0 : 1);
}

TEST(OpenStore, MakesTheDirectoryForItsOwnerOnly) {
  TempDirectory temp;
  const std::string directory = temp / "new";
  ASSERT_TRUE(Engine::Open(At(directory)).ok());
  struct stat found {};
  ASSERT_EQ(stat(directory.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700u);
}

TEST(OpenStore, TakesOneEngineAtATime) {
  TempDirectory temp;
  const std::string directory = temp / "store";
  absl::StatusOr<std::unique_ptr<Engine>> first = Engine::Open(At(directory));
  ASSERT_TRUE(first.ok());
  ExpectRefused(At(directory), absl::StatusCode::kFailedPrecondition, Reason::kStoreInUse,
                directory);
  ASSERT_TRUE((*first)->Close().ok());
  EXPECT_TRUE(Engine::Open(At(directory)).ok()) << "a closed one has let go of it";
}

// Would catch a message of which nobody can tell who is in the way.
TEST(OpenStore, SaysThatAnotherProgramLocksTheDatabase) {
  TempDirectory temp;
  const absl::StatusOr<std::unique_ptr<sqlite::Database>> ours =
      sqlite::Database::Open(temp / "a.db", "");
  const absl::StatusOr<std::unique_ptr<sqlite::Database>> theirs =
      sqlite::Database::Open(temp / "a.db", "");
  ASSERT_TRUE(ours.ok() && theirs.ok());
  ASSERT_TRUE((*theirs)->Execute("BEGIN IMMEDIATE").ok());
  const absl::Status status = (*ours)->Execute("BEGIN IMMEDIATE");
  EXPECT_EQ(ReasonOf(status), Reason::kStoreInUse);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("a.db: database is locked"), HasSubstr("another program"),
                    HasSubstr("end that one")));
}

// Would catch a lock that is taken for damage, or that `Open` does not wait to end.
TEST(OpenStore, IsRefusedWhereAnotherProgramWrites) {
  TempDirectory temp;
  const std::string directory = temp / "store";
  ASSERT_NO_FATAL_FAILURE(MakeStoreIn(directory));
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((directory + "/tocsin.db").c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr),
            SQLITE_OK);
  // Once only: it waits for ten seconds.
  const absl::Status status = Engine::Open(At(directory)).status();
  EXPECT_EQ(ReasonOf(status), Reason::kStoreInUse) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("another program"));
  EXPECT_EQ(sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  EXPECT_TRUE(Engine::Open(At(directory)).ok()) << "it is the store that was there";
}

// Else the first one makes a database where it leads, and the next is refused.
TEST(OpenStore, RefusesALinkForADatabase) {
  const TempDirectory temp;
  const std::string directory = temp / "store";
  std::filesystem::create_directory(directory);
  std::filesystem::create_symlink("../elsewhere.db", directory + "/tocsin.db");
  const absl::Status status = Engine::Open({.directory = directory}).status();
  EXPECT_EQ(ReasonOf(status), Reason::kStoreUnusable) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("symbolic link"));
  EXPECT_FALSE(std::filesystem::exists(temp / "elsewhere.db"));
}

TEST(OpenStore, TakesOneProcessAtATime) {
  TempDirectory temp;
  const std::string directory = temp / "store";
  const absl::StatusOr<std::unique_ptr<Engine>> first = Engine::Open(At(directory));
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(StatusOfChild([&] {
              const absl::Status status = Engine::Open(At(directory)).status();
              return ReasonOf(status) == Reason::kStoreInUse ? 0 : 1;
            }),
            0);
}

TEST(OpenStore, TakesUpAfterAProcessThatIsGone) {
  TempDirectory temp;
  const std::string directory = temp / "store";
  ASSERT_EQ(StatusOfChild([&] { return TellStoryAndDie(directory); }), 0);
  const absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Open(At(directory));
  ASSERT_TRUE(engine.ok()) << engine.status();
  EXPECT_EQ((*engine)->LastPosition("bills")->value_or(0), 9u);
}

TEST(OpenStore, RefusesADirectoryThatCannotBeMade) {
  TempDirectory temp;
  ExpectUnusable(temp / "missing/store", temp / "missing/store");
  testing::WriteFile(temp / "file", "");
  ExpectUnusable(temp / "file/store", temp / "file/store");
  ExpectUnusable(temp / "file", temp / "file");
  // A directory stands where the database should be.
  std::filesystem::create_directories(temp / "odd/tocsin.db");
  ExpectUnusable(temp / "odd", temp / "odd/tocsin.db");
}

// Would catch a path for which SQLite has no room, and a log at it that is asked for.
TEST(OpenStore, RefusesAPathThatIsTooLong) {
  TempDirectory temp;
  std::string directory = temp.path();
  while (directory.size() < 505) directory += "/" + std::string(60, 'd');
  std::filesystem::create_directories(directory);
  for (const char* log : {"", "tocsin.db-wal"}) {
    if (*log != '\0') testing::WriteFile(directory + "/" + log, "a log");
    ExpectUnusable(directory, "SQLite takes 503 at most");
    testing::WriteFile(directory + "/tocsin.db", "not empty");
    EXPECT_EQ(ReasonOf(InspectStore(directory).status()), Reason::kStoreUnusable);
    EXPECT_EQ(ReasonOf(VerifyStore(directory).status()), Reason::kStoreUnusable);
    std::filesystem::remove(directory + "/tocsin.db");
  }
}

TEST(OpenStore, IsAtItsPlaceWhereverTheProcessGoesAndWhateverItIsCalled) {
  TempDirectory temp;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(temp.path());
  const std::string directory = "file:store?mode=memory";
  {
    const auto engine = Engine::Open(At(directory));
    ASSERT_TRUE(engine.ok()) << engine.status();
    ASSERT_TRUE(testing::TellStory(**engine).ok());
    std::filesystem::create_directories("elsewhere/" + directory);
    std::filesystem::current_path("elsewhere");
    EXPECT_TRUE((*engine)->History(Customer(1), AlertNumber(1)).ok());
    EXPECT_TRUE(std::filesystem::is_empty(directory));
    std::filesystem::current_path(temp.path());
  }
  EXPECT_TRUE(VerifyStore(directory).ok());
  EXPECT_EQ((*Engine::Open(At(directory)))->LastPosition("bills")->value_or(0), 9u);
  std::filesystem::current_path(before);
}

// Would catch one that is started again and again for what does not go by itself.
TEST(OpenStore, RefusesFilesThatItMayOnlyRead) {
  using std::filesystem::perms;
  for (const std::string which : {"tocsin.db", "tocsin.db-wal"}) {
    TempDirectory temp;
    const std::string directory = temp / "store";
    // It dies with a log.
    ASSERT_EQ(StatusOfChild([&] { return TellStoryAndDie(directory); }), 0);
    for (const std::string& path : {temp.path(), directory}) {
      std::filesystem::permissions(path, perms::all);
    }
    for (const auto& file : std::filesystem::directory_iterator(directory)) {
      const perms writing = perms::owner_write | perms::group_write | perms::others_write;
      std::filesystem::permissions(file.path(), file.path().filename() == which
                                                    ? perms::all & ~writing
                                                    : perms::all);
    }
    EXPECT_EQ(StatusOfChild([&] {
                if (!BecomeNobody()) return 2;
                ExpectUnusable(directory, which + ": it can only be read");
                return ::testing::Test::HasFailure() ? 1 : 0;
              }),
              0)
        << which;
  }
}

TEST(OpenStore, RefusesADirectoryThatCannotBeWritten) {
  TempDirectory temp;
  const std::string directory = temp / "store";
  const std::string made = temp / "made";
  std::filesystem::create_directory(directory);
  ASSERT_NO_FATAL_FAILURE(MakeStoreIn(made));
  for (const auto& file : std::filesystem::directory_iterator(made)) {
    std::filesystem::permissions(file.path(), std::filesystem::perms::all);
  }
  constexpr auto kNobodyWrites = static_cast<std::filesystem::perms>(0555);
  std::filesystem::permissions(directory, kNobodyWrites);
  std::filesystem::permissions(made, kNobodyWrites);
  std::filesystem::permissions(temp.path(), std::filesystem::perms::all);
  EXPECT_EQ(StatusOfChild([&] {
              if (!BecomeNobody()) return 2;
              ExpectUnusable(directory, directory + "/lock: opening it: Permission");
              // Where all that is in it may be written.
              ExpectUnusable(made, "who writes makes some in its directory");
              return ::testing::Test::HasFailure() ? 1 : 0;
            }),
            0);
}

TEST(OpenStore, RefusesADatabaseOfAnotherProgramAndLeavesItAsItIs) {
  for (const char* sql :
       {"CREATE TABLE t (x); INSERT INTO t VALUES (1)", "PRAGMA application_id = 7",
        "PRAGMA application_id = 7; CREATE TABLE journal (x)",
        "PRAGMA user_version = 1; CREATE TABLE t (x)"}) {
    TempDirectory temp;
    const std::string file = temp / "tocsin.db";
    ExecuteSql(file, sql);
    const std::string before = testing::ReadFile(file);
    ExpectUnusable(temp.path(), file);
    ExpectUnusable(temp.path(), "another program");
    EXPECT_TRUE(testing::ReadFile(file) == before) << sql;
    EXPECT_FALSE(std::filesystem::exists(file + "-wal")) << sql;
    EXPECT_FALSE(std::filesystem::exists(temp / "lock")) << sql;
    // Nor is what was there taken away.
    testing::WriteFile(temp / "lock", "");
    ExpectUnusable(temp.path(), "another program");
    EXPECT_TRUE(std::filesystem::exists(temp / "lock")) << sql;
  }
}

TEST(OpenStore, RefusesWhatIsNoDatabaseAndLeavesItAsItIs) {
  testing::Random random(3);
  for (const std::size_t size : {15u, 100u, 511u, 512u, 4'096u, 10'000u}) {
    TempDirectory temp;
    const std::string file = temp / "tocsin.db";
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.Next());
    testing::WriteFile(file, bytes);
    ExpectRefused(At(temp.path()), absl::StatusCode::kDataLoss, Reason::kDamaged, file);
    ExpectRefused(At(temp.path()), absl::StatusCode::kDataLoss, Reason::kDamaged,
                  "; restore a copy");
    EXPECT_TRUE(testing::ReadFile(file) == bytes) << size;
  }
}

TEST(OpenStore, RefusesAnotherFormatByItsNumber) {
  for (const char* version : {"0", "4", "-1"}) {
    TempDirectory temp;
    MakeStoreIn(temp.path());
    const std::string file = temp / "tocsin.db";
    ExecuteSql(file, (std::string("PRAGMA user_version = ") + version).c_str());
    const std::string before = testing::ReadFile(file);
    ExpectUnusable(temp.path(), std::string("format ") + version);
    ExpectUnusable(temp.path(), file);
    EXPECT_TRUE(testing::ReadFile(file) == before);
  }
}

TEST(OpenStore, RefusesOptionsThatCannotChangeByName) {
  TempDirectory temp;
  const std::string directory = temp / "store";
  Options made = At(directory);
  made.period_policy = PeriodPolicy::kCalendarMonth;
  made.tracked_group_keys = {{"region", "model"}};
  ASSERT_TRUE(Engine::Open(made).ok());
  const auto expect_differs = [&](const Options& options, const char* name) {
    ExpectRefused(options, absl::StatusCode::kFailedPrecondition, Reason::kStoreDiffers,
                  std::string("Options::") + name);
    ExpectRefused(options, absl::StatusCode::kFailedPrecondition, Reason::kStoreDiffers,
                  directory);
  };
  Options other = made;
  other.period_policy = PeriodPolicy::kOpenEnded;
  expect_differs(other, "period_policy");
  for (const auto& keys : std::vector<std::vector<std::vector<std::string>>>{
           {}, {{"model", "region"}}, {{"region"}}, {{"region", "model"}, {"region"}}}) {
    other = made;
    other.tracked_group_keys = keys;
    expect_differs(other, "tracked_group_keys");
  }
  EXPECT_TRUE(Engine::Open(made).ok()) << "what was refused has changed nothing";
}

// Whoever was not let in because of an option must not have locked it.
TEST(OpenStore, LetsGoOfWhatItRefuses) {
  TempDirectory temp;
  MakeStoreIn(temp.path());
  Options other = At(temp.path());
  other.period_policy = PeriodPolicy::kCalendarMonth;
  const absl::StatusOr<std::unique_ptr<Engine>> refused = Engine::Open(other);
  EXPECT_FALSE(refused.ok());
  EXPECT_TRUE(Engine::Open(At(temp.path())).ok());
}

}  // namespace
}  // namespace tocsin
