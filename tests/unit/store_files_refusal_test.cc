// Would catch a store that is damaged or none and taken for whole, a refusal that leaves
// something behind, and a copy where something else is.
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/kept_story.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/store_files.h"
#include "tocsin/engine.h"
#include "tocsin/store.h"

namespace tocsin {
namespace {

using testing::AllIn;
using testing::ChangeBySql;
using testing::CollectingSink;
using testing::ExpectStory;
using ::testing::HasSubstr;
using testing::TempDirectory;

class RefusedStoreFiles : public testing::StoreFilesFixture {};

TEST_F(RefusedStoreFiles, ThatAreDamagedAreNamed) {
  struct Damage {
    const char* sql;
    const char* named;
  };
  constexpr Damage kDamages[] = {
      {"UPDATE journal SET entries = zeroblob(9) WHERE number = 2",
       "row \"2\" of journal"},
      {"UPDATE outbox SET body = 'x' WHERE number = (SELECT min(number) FROM outbox)",
       "of outbox"},
      {"UPDATE alert SET name = 'x'", "of alert"},
      {"DELETE FROM position WHERE source = 'meter'", "is missing"},
  };
  TellAndClose();
  const std::string whole = testing::ReadFile(file());
  for (const auto& [sql, named] : kDamages) {
    testing::WriteFile(file(), whole);
    ChangeBySql(file(), sql);
    const absl::Status verified = VerifyStore(directory()).status();
    EXPECT_EQ(ReasonOf(verified), Reason::kDamaged) << sql << ": " << verified;
    EXPECT_THAT(std::string(verified.message()), HasSubstr(named));
    EXPECT_THAT(std::string(verified.message()), HasSubstr(directory()));
    const absl::Status copied = BackupStore(directory(), temp_ / "copy").status();
    EXPECT_EQ(ReasonOf(copied), Reason::kDamaged) << sql << ": " << copied;
    EXPECT_FALSE(std::filesystem::exists(temp_ / "copy")) << sql;
  }
}

void ExpectNoStore(const std::string& directory, Reason reason,
                   const std::string& named) {
  TempDirectory temp;
  for (const absl::Status& status :
       {InspectStore(directory).status(), VerifyStore(directory).status(),
        BackupStore(directory, temp / "copy").status()}) {
    EXPECT_EQ(ReasonOf(status), reason) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(named));
  }
  EXPECT_FALSE(std::filesystem::exists(temp / "copy"));
}

TEST_F(RefusedStoreFiles, ThatAreNoneAreRefusedAndLeftAsTheyAre) {
  ExpectNoStore("", Reason::kMalformed, "the directory is \"\"");
  ExpectNoStore(directory(), Reason::kStoreUnusable, directory());
  std::filesystem::create_directory(directory());
  ExpectNoStore(directory(), Reason::kStoreUnusable, "no file tocsin.db");
  EXPECT_TRUE(AllIn(directory()).empty());
  testing::WriteFile(file(), "");
  ExpectNoStore(directory(), Reason::kStoreUnusable, "is empty");
  testing::WriteFile(file(), std::string(5'000, 'x'));
  ExpectNoStore(directory(), Reason::kDamaged, file());
  EXPECT_EQ(AllIn(directory()).size(), 1U);
  std::filesystem::remove(file());
  // As in /var.
  std::filesystem::create_directory(directory() + "/lock");
  ExpectNoStore(directory(), Reason::kStoreUnusable, "no file tocsin.db");
  std::filesystem::remove(directory() + "/lock");
  ChangeBySql(file(), "CREATE TABLE journal (x)");
  ExpectNoStore(directory(), Reason::kStoreUnusable, "another program");
  std::filesystem::remove(file());
  std::filesystem::create_directory(file());
  ExpectNoStore(directory(), Reason::kStoreUnusable, directory());
  // As where it may not be entered, what is in it is not known.
  ExpectNoStore(std::string(300, 'x'), Reason::kStoreUnusable, "File name too long");
}

// Would catch one that is taken for none where its database was lost.
TEST_F(RefusedStoreFiles, WhoseDatabaseIsGoneAreMissed) {
  TellAndClose();
  testing::WriteFile(file(), "");
  ExpectNoStore(directory(), Reason::kDamaged, "restore a copy");
  std::filesystem::remove(file());
  ExpectNoStore(directory(), Reason::kDamaged, "restore a copy");
  const auto refused = Engine::Open({.directory = directory()}).status();
  EXPECT_EQ(InspectStore(directory()).status(), refused);
  std::filesystem::remove(directory() + "/lock");
  testing::WriteFile(file() + "-wal", "x");
  ExpectNoStore(directory(), Reason::kDamaged, "there is a log of it");
}

// Would catch who opens a pipe, and waits until somebody writes into it.
TEST_F(RefusedStoreFiles, WithWhatIsNoFileUnderTheNameOfOneAreRefused) {
  TellAndClose();
  for (const std::string end : {"-wal", "-shm", "-journal"}) {
    const std::string path = file() + end;
    for (const bool is_pipe : {true, false}) {
      ASSERT_EQ(is_pipe ? mkfifo(path.c_str(), 0600) : mkdir(path.c_str(), 0700), 0);
      ExpectNoStore(directory(), Reason::kStoreUnusable, end + ": it is no regular file");
      const absl::Status refused = Engine::Open({.directory = directory()}).status();
      EXPECT_EQ(ReasonOf(refused), Reason::kStoreUnusable) << refused;
      std::filesystem::remove(path);
    }
  }
  ExpectStory(VerifyStore(directory()));
  const std::string lock = directory() + "/lock";
  std::filesystem::remove(lock);
  ASSERT_EQ(mkfifo(lock.c_str(), 0600), 0);
  const absl::Status refused = Engine::Open({.directory = directory()}).status();
  EXPECT_EQ(ReasonOf(refused), Reason::kStoreUnusable) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("lock: it is no regular file"));
}

// Would catch a header that is wrong and taken for a disk that fails.
TEST_F(RefusedStoreFiles, WhoseSchemaHasNoFormatAreDamaged) {
  constexpr std::size_t kSchemaFormat = 47;
  TellAndClose();
  std::string bytes = testing::ReadFile(file());
  ASSERT_EQ(bytes[kSchemaFormat], 4);
  bytes[kSchemaFormat] = 5;
  testing::WriteFile(file(), bytes);
  ExpectNoStore(directory(), Reason::kDamaged, "unsupported file format");
  EXPECT_EQ(ReasonOf(Engine::Open({.directory = directory()}).status()),
            Reason::kDamaged);
}

TEST_F(RefusedStoreFiles, OfANewerFormatAreRefused) {
  TellAndClose();
  ChangeBySql(file(), "PRAGMA user_version = 4");
  const auto before = AllIn(directory());
  ExpectNoStore(directory(), Reason::kStoreUnusable, "format 4");
  EXPECT_TRUE(AllIn(directory()) == before);
}

TEST_F(RefusedStoreFiles, OfAnOlderFormatAreReadAndCopiedAsTheyAre) {
  std::filesystem::create_directory(directory());
  for (int format = 1; format <= 2; ++format) {
    std::filesystem::remove(file());
    ChangeBySql(file(), testing::ReadFile(absl::StrCat(
                            TOCSIN_SOURCE_DIR, "/tests/unit/format_", format, ".sql")));
    const auto before = AllIn(directory());
    EXPECT_EQ(InspectStore(directory())->format, format);
    const absl::StatusOr<StoreSummary> verified = VerifyStore(directory());
    ASSERT_TRUE(verified.ok()) << verified.status();
    EXPECT_EQ(verified->customers, 3U);
    const std::string copy = absl::StrCat(temp_ / "copy", format);
    const absl::StatusOr<StoreSummary> copied = BackupStore(directory(), copy);
    ASSERT_TRUE(copied.ok()) << copied.status();
    EXPECT_EQ(copied->format, format);
    EXPECT_TRUE(AllIn(directory()) == before);
    EXPECT_EQ(Open(copy)->GetStats().customers, 3U);
  }
}

TEST_F(RefusedStoreFiles, AreCopiedToADirectoryOfTheirOwnOnly) {
  TellAndClose();
  std::filesystem::create_directory(temp_ / "full");
  testing::WriteFile(temp_ / "full/note", "mine");
  testing::WriteFile(temp_ / "file", "mine");
  std::filesystem::create_directory_symlink(directory(), temp_ / "linked");
  for (const std::string& to :
       {temp_ / "full", temp_ / "file", temp_ / "missing/copy", directory()}) {
    const absl::Status status = BackupStore(directory(), to).status();
    EXPECT_EQ(ReasonOf(status), Reason::kStoreUnusable) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(to));
  }
  for (const std::string& to :
       {directory() + "/copy", directory() + "/a/../b/c", temp_ / "linked/copy"}) {
    const absl::Status status = BackupStore(directory(), to).status();
    EXPECT_EQ(ReasonOf(status), Reason::kStoreUnusable) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("in the store itself"));
  }
  for (const std::string& to : {std::string(), temp_ / std::string("x\0y", 3)}) {
    EXPECT_EQ(ReasonOf(BackupStore(directory(), to).status()), Reason::kMalformed);
  }
  EXPECT_EQ(AllIn(temp_ / "full").size(), 1U);
  EXPECT_EQ(testing::ReadFile(temp_ / "file"), "mine");
  ExpectStory(InspectStore(directory()));

  std::filesystem::create_directory(temp_ / "empty");
  const absl::StatusOr<StoreSummary> copied = BackupStore(directory(), temp_ / "empty");
  ExpectStory(copied);
  ASSERT_EQ(copied->files.size(), 1U);
  EXPECT_EQ(copied->files[0].name, "tocsin.db");
  sink_.SetMood(CollectingSink::Mood::kTakes);
  const std::string right = testing::ShownStateAndRest(*Open(directory()), sink_);
  EXPECT_EQ(testing::ShownStateAndRest(*Open(temp_ / "empty"), sink_), right);
}

}  // namespace
}  // namespace tocsin
