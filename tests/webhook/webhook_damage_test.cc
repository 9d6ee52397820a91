// Would catch a store of webhooks that was damaged, or is gone, and is taken for a whole
// one or for none: what was to be sent would be lost in silence, or another thing signed.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "engine/sqlite/database.h"
#include "engine/webhook/store_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/webhook/left_webhooks.h"
#include "tocsin/status.h"
#include "tocsin/webhook.h"

namespace tocsin::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class WebhookDamage : public ::testing::Test {
 protected:
  void ExpectDamaged(const std::vector<std::string>& words) {
    const absl::Status status = ground_.Look().status();
    EXPECT_EQ(ReasonOf(status), Reason::kDamaged) << status;
    for (const std::string& word : words) {
      EXPECT_THAT(status.message(), HasSubstr(word));
    }
  }
  absl::Status Backup() {
    TempDirectory to;
    const absl::StatusOr<bool> made = BackupWebhooks(ground_.directory(), to.path());
    EXPECT_EQ(std::filesystem::exists(to / kWebhooksFile), made.ok() && *made);
    EXPECT_FALSE(std::filesystem::exists(to / "webhooks.db-part"));
    return made.status();
  }

  WebhookGround ground_;
  const LeftWebhooks closed_ = LeaveWebhooks(/*closed=*/true);
  const LeftWebhooks killed_ = LeaveWebhooks(/*closed=*/false);
};

TEST_F(WebhookDamage, WhatIsWholeIsShown) {
  for (const LeftWebhooks* left : {&closed_, &killed_}) {
    ground_.Put(left->files);
    EXPECT_TRUE(Backup().ok()) << Backup();
    const auto shown = ground_.Look();
    ASSERT_TRUE(shown.ok()) << shown.status();
    EXPECT_EQ(*shown, left->shown.back());
  }
}

TEST_F(WebhookDamage, ACopyThatIsMadeBesideWhoWritesIsWhole) {
  ground_.Put(killed_.files);
  const auto store = ground_.Open();
  ASSERT_TRUE(store.ok()) << store.status();
  WebhookGround copy;
  ASSERT_TRUE(*BackupWebhooks(ground_.directory(), copy.directory()));
  // Nor has it taken anything from who writes.
  EXPECT_TRUE((*store)->Write([&] { return (*store)->Remove(1); }).ok());
  const auto shown = copy.Look();
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(*shown, killed_.shown.back());
}

TEST_F(WebhookDamage, AnyValueOfARowIsMissedByName) {
  for (const std::string table : {"endpoint", "delivery"}) {
    ground_.Put(closed_.files);
    std::vector<std::string> changes;
    {
      const auto database = sqlite::Database::Open(ground_.FileOf(kWebhooksFile), "");
      const auto columns =
          (*database)->Prepare(absl::StrCat("PRAGMA table_info(", table, ")"));
      while (*(*columns)->Step()) {
        const std::string column((*columns)->Text(1));
        const bool is_number = (*columns)->Text(2) == "INTEGER";
        changes.push_back(
            absl::StrCat(column, " = ",
                         is_number ? absl::StrCat("coalesce(", column, ", 0) + 1000")
                                   : absl::StrCat("coalesce(", column, ", '') || '1'")));
      }
    }
    EXPECT_GE(changes.size(), 13U);
    for (const std::string& change : changes) {
      SCOPED_TRACE(change);
      ground_.Put(closed_.files);
      ground_.Execute(
          absl::StrCat("UPDATE ", table, " SET ", change, " WHERE number = 2"));
      const std::string row = absl::StrContains(change, "number = ") ? "1002" : "2";
      ExpectDamaged({"webhooks.db: row " + row + " of " + table});
      EXPECT_EQ(ReasonOf(Backup()), Reason::kDamaged);
    }
  }
}

TEST_F(WebhookDamage, ABodyThatIsAnotherOneIsNotSignedEvenWhereItIsChangedLater) {
  ground_.Put(closed_.files);
  const auto store = ground_.Open();
  ASSERT_TRUE(store.ok()) << store.status();
  ground_.Execute("UPDATE delivery SET body = replace(body, '0', '9') WHERE number = 7");
  const absl::Status status = (*store)->ContentOf(7)->damaged;
  EXPECT_EQ(ReasonOf(status), Reason::kDamaged) << status;
  EXPECT_THAT(status.message(), HasSubstr("row 7 of delivery"));
  EXPECT_TRUE((*store)->ContentOf(8)->damaged.ok());
}

TEST_F(WebhookDamage, ARowThatIsDamagedWhileItsAttemptIsUnderWayKeepsNobodyElseWaiting) {
  ground_.Put(closed_.files);
  const auto store = ground_.Open();
  ASSERT_TRUE(store.ok()) << store.status();
  ground_.Execute("UPDATE delivery SET body = replace(body, '0', '9') WHERE number = 7");
  const webhook::DeliveryState failed = {.attempts = 9, .last_failure = "it fails"};
  const absl::Status kept = (*store)->Write([&] {
    absl::Status status = (*store)->Update(7, failed);
    status.Update((*store)->Update(8, failed));
    return status;
  });
  EXPECT_TRUE(kept.ok()) << kept;
  EXPECT_EQ(ReasonOf((*store)->ContentOf(7)->damaged), Reason::kDamaged);
  const auto file = sqlite::Database::OpenToRead(ground_.FileOf(kWebhooksFile), "");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(*(*file)->QueryInteger("SELECT attempts FROM delivery WHERE number = 8"), 9);
}

TEST_F(WebhookDamage, WhatIsForNobodyIsMissed) {
  ground_.Put(closed_.files);
  ground_.Execute("DELETE FROM endpoint WHERE number = 2");
  ExpectDamaged({"webhooks.db: row 1 of delivery is for endpoint 2"});
}

TEST_F(WebhookDamage, ANumberBehindWhichThereIsNoneIsRefused) {
  ground_.Put(closed_.files);
  ground_.Execute("UPDATE sqlite_sequence SET seq = 9223372036854775807");
  const auto store = ground_.Open();
  ASSERT_TRUE(store.ok()) << store.status();
  const absl::Status status = (*store)->LastNumber().status();
  EXPECT_EQ(ReasonOf(status), Reason::kDamaged) << status;
  EXPECT_THAT(status.message(), HasSubstr("webhooks.db: the last number"));
}

TEST_F(WebhookDamage, ARowThatIsGoneIsMissedByItsIndex) {
  ground_.Put(closed_.files);
  ground_.Execute(
      "PRAGMA writable_schema = ON; CREATE TABLE kept AS SELECT * FROM sqlite_schema "
      "WHERE type = 'index' AND tbl_name = 'delivery';"
      "DELETE FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'delivery'");
  ground_.Execute("DELETE FROM delivery WHERE number = 9");
  ground_.Execute(
      "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept");
  ExpectDamaged({"webhooks.db", "delivery_of_notification"});
}

TEST_F(WebhookDamage, ATableThatIsAnotherOneIsMissed) {
  ground_.Put(closed_.files);
  ground_.Execute("DROP INDEX dead_delivery");
  ExpectDamaged({"webhooks.db", "dead_delivery"});
}

TEST_F(WebhookDamage, ABadFrameWithATransactionBehindItsOwnIsRefused) {
  const std::string& log = killed_.files.at(kWebhooksLog);
  constexpr std::size_t kHeader = 32, kFrame = 24 + 4'096;
  ASSERT_GT(log.size(), kHeader + 6 * kFrame);
  Random random(1);
  for (std::size_t frame = 0; frame < 4; ++frame) {
    for (int i = 0; i < 20; ++i) {
      WebhookFiles files = killed_.files;
      const std::size_t at =
          kHeader + frame * kFrame + random.Below(i % 2 == 0 ? 24 : kFrame);
      files[kWebhooksLog][at] =
          static_cast<char>(files[kWebhooksLog][at] ^ (1 << random.Below(8)));
      SCOPED_TRACE(at);
      ground_.Put(files);
      EXPECT_EQ(ReasonOf(Backup()), Reason::kDamaged) << Backup();
      ExpectDamaged({absl::StrCat("webhooks.db-wal: frame ", frame + 1, " ")});
      EXPECT_EQ(ground_.Take(), files) << "what is refused is left as it was";
    }
  }
}

TEST_F(WebhookDamage, ALastTransactionThatWasTornEndsTheLog) {
  WebhookFiles files = killed_.files;
  std::string& log = files[kWebhooksLog];
  log.resize(log.size() - 100);
  ground_.Put(files);
  {
    const auto sink = WebhookSink::Open({.directory = ground_.directory()});
    ASSERT_TRUE(sink.ok()) << sink.status();
    EXPECT_THAT((*sink)->Health().cut_off, HasSubstr("webhooks.db-wal"));
  }
  ground_.Put(files);
  const auto shown = ground_.Look();
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(*shown, killed_.shown.rbegin()[1]);
}

TEST_F(WebhookDamage, AFileThatIsGoneIsMissed) {
  for (const bool is_empty : {false, true}) {
    for (const LeftWebhooks* left : {&closed_, &killed_}) {
      WebhookFiles files = left->files;
      const bool has_log = files.contains(kWebhooksLog);
      files.erase(kWebhooksFile);
      if (is_empty) files[kWebhooksFile] = "";
      ground_.Put(files);
      ExpectDamaged(
          {"webhooks.db: it is gone, or empty", has_log ? kWebhooksLog : kWebhooksLock});
      EXPECT_EQ(ReasonOf(Backup()), Reason::kDamaged) << Backup();
      // Also where nothing says that it was made but the log.
      files.erase(kWebhooksLock);
      ground_.Put(files);
      if (has_log) {
        ExpectDamaged({"webhooks.db: it is gone, or empty", kWebhooksLog});
      } else {
        EXPECT_EQ(*ground_.Look(), "") << "who begins with nothing removes both";
      }
    }
  }
  ground_.Put({});
  EXPECT_TRUE(Backup().ok()) << "there never was one";
}

TEST_F(WebhookDamage, AFileWithoutTablesIsMissed) {
  ground_.Put({{kWebhooksLock, closed_.files.at(kWebhooksLock)}});
  ground_.Execute("CREATE TABLE t (x); DROP TABLE t");
  EXPECT_EQ(ReasonOf(Backup()), Reason::kDamaged) << Backup();
  ExpectDamaged({"webhooks.db: there are no tables in it", kWebhooksLock});
}

TEST_F(WebhookDamage, OnlyItsOwnerReadsAnyFileOfIt) {
  ground_.Put(killed_.files);
  WriteFile(ground_.FileOf("webhooks.db-shm"), "");
  std::vector<std::string> names = {kWebhooksFile, kWebhooksLog, "webhooks.db-shm"};
  for (const std::string& name : names) chmod(ground_.FileOf(name).c_str(), 0644);
  const auto store = ground_.Open();
  ASSERT_TRUE(store.ok()) << store.status();
  for (const std::string& name : names) {
    struct stat found = {};
    ASSERT_EQ(stat(ground_.FileOf(name).c_str(), &found), 0) << name;
    EXPECT_EQ(found.st_mode & 0777U, 0600U) << name;
  }
}

TEST_F(WebhookDamage, WhatOthersMayReadAndCannotBeChangedIsRefusedByName) {
  ground_.Put(closed_.files);
  // Of another user: root's, where this is not root, else that of this process.
  std::string file = "/etc/hosts";
  const bool is_root = geteuid() == 0;
  if (is_root) {
    file = ground_.FileOf(kWebhooksFile);
    ASSERT_EQ(chmod(ground_.directory().c_str(), 0755), 0);
    ASSERT_EQ(chmod(file.c_str(), 0644), 0);
    constexpr uid_t kNobody = 65'534;
    ASSERT_EQ(seteuid(kNobody), 0);
  }
  const absl::Status status = webhook::KeepForItsOwner(file);
  if (is_root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  EXPECT_EQ(ReasonOf(status), Reason::kStoreUnusable) << status;
  EXPECT_THAT(status.message(), AllOf(HasSubstr(file), HasSubstr("mode 0644")));
}

// Would catch what others have beside it and is taken for damage, or is so by who starts
// and not by who verifies.
TEST_F(WebhookDamage, WhatOthersHaveBesideItIsTheirs) {
  ground_.Put(closed_.files);
  ground_.Execute(
      "CREATE TABLE theirs (a CHECK (a > 0)); PRAGMA ignore_check_constraints = 1; "
      "INSERT INTO theirs VALUES (0)");
  EXPECT_TRUE(Backup().ok()) << Backup();
  EXPECT_TRUE(VerifyWebhooks(ground_.directory()).ok());
  EXPECT_TRUE(ground_.Look().ok());
}

// Would catch a start that fails as somebody has it locked for a moment.
TEST_F(WebhookDamage, WhoLocksItIsWaitedForASecond) {
  ground_.Put(closed_.files);
  ground_.Execute("PRAGMA journal_mode = DELETE");
  const auto theirs = sqlite::Database::Open(ground_.FileOf(kWebhooksFile), "");
  ASSERT_TRUE(theirs.ok());
  ASSERT_TRUE((*theirs)->Execute("BEGIN EXCLUSIVE").ok());
  const absl::Time began = absl::Now();
  EXPECT_EQ(ReasonOf(ground_.Open().status()), Reason::kStoreInUse);
  EXPECT_GE(absl::Now() - began, absl::Milliseconds(900));
  ASSERT_TRUE((*theirs)->Execute("COMMIT").ok());
  EXPECT_TRUE(ground_.Open().ok());
}

// Would catch a trigger that throws deliveries away, and a database of somebody else that
// is changed, or left with a lock beside it, before it is refused.
TEST_F(WebhookDamage, WhatOthersHaveMadeIsRefusedByName) {
  for (const char* sql : {"TRIGGER theirs BEFORE INSERT ON Delivery BEGIN SELECT "
                          "raise(ignore); END",
                          "INDEX theirs ON endpoint (url)"}) {
    ground_.Put(closed_.files);
    ground_.Execute(absl::StrCat("CREATE ", sql));
    for (const absl::Status& status : {ground_.Look().status(), Backup()}) {
      EXPECT_EQ(ReasonOf(status), Reason::kStoreUnusable) << sql << ": " << status;
      EXPECT_THAT(status.message(), HasSubstr("\"theirs\""));
    }
  }
  ground_.Put({});
  ground_.Execute("CREATE TABLE theirs (a)");
  const std::string file = ground_.FileOf(kWebhooksFile);
  ASSERT_EQ(chmod(file.c_str(), 0644), 0);
  const WebhookFiles before = ground_.Take();
  const absl::Status status = ground_.Open().status();
  EXPECT_EQ(ReasonOf(status), Reason::kStoreUnusable) << status;
  EXPECT_THAT(status.message(), HasSubstr("another program"));
  EXPECT_EQ(ground_.Take(), before);
  struct stat found = {};
  ASSERT_EQ(stat(file.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0644U);
}

}  // namespace
}  // namespace tocsin::testing
