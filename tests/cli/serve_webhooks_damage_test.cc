// Would catch a server whose webhooks.db is damaged while it runs, or has no place where
// it is to be, and that says nothing of it, or nothing of anything else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/sqlite/database.h"
#include "tests/cli/live_server.h"
#include "tests/cli/run_tocsin.h"
#include "tests/cli/serve_webhooks_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

constexpr char kSecond[] = "22222222-2222-4222-8222-222222222222";

class ServeWebhooksDamage : public ServeWebhooksFixture {
 protected:
  static std::string Metrics(const LiveServer& server) {
    return Curl(absl::StrCat("-H 'Authorization: Bearer ", kSecret, "' ", server.url(),
                             "/metrics"));
  }
  std::string Create(const LiveServer& server) {
    return FieldOf(Post(server, "/v1/webhooks/create",
                        absl::StrCat(R"({"url":")", inbox_.Url(), "\"}")),
                   "id");
  }
  void Execute(const std::string& sql) {
    const auto file = sqlite::Database::Open(dir_.Path("data") + "/webhooks.db", "");
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE((*file)->Execute("PRAGMA busy_timeout = 10000").ok());
    const absl::Status status = (*file)->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
  }
};

TEST_F(ServeWebhooksDamage, WhatCannotBeRemovedSilencesNoOtherEndpoint) {
  inbox_.AnswerFromNowOn(500);
  LiveServer server(With({"--webhook-keep-trying", "50ms"}));
  const std::string stays = Create(server);
  Execute(
      "CREATE TRIGGER damage BEFORE DELETE ON endpoint "
      "BEGIN SELECT RAISE(ABORT, 'damaged'); END");
  Post(server, "/v1/webhooks/delete", absl::StrCat(R"({"id":")", stays, R"("})"));
  EXPECT_THAT(server.AwaitLine("old webhooks cannot be removed"), HasSubstr(stays));
  const std::string other = Create(server);
  CreateAlert(server);
  Spend(server, 150, 1);
  EXPECT_THAT(server.AwaitLine("webhook has dead letters"), HasSubstr(other));
  EXPECT_THAT(server.log(), Not(HasSubstr("webhooks cannot be kept")));
  EXPECT_THAT(Metrics(server), AllOf(HasSubstr("\ntocsin_webhooks_not_kept 0\n"),
                                     HasSubstr("\ntocsin_webhooks_not_cleared 1\n")));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
}

// Would catch a file with secrets, and a lock, in a directory that was a slip of the pen.
TEST_F(ServeWebhooksDamage, InTheDirectoryOfAnotherProgramNothingIsMade) {
  const std::string data = dir_.Path("data"), database = data + "/tocsin.db";
  const auto left_there = [&] {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(data)) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  };
  std::filesystem::create_directory(data);
  {
    const auto file = sqlite::Database::Open(database, "");
    ASSERT_TRUE(file.ok() && (*file)->Execute("CREATE TABLE theirs (a)").ok());
  }
  const std::string theirs = ReadFile(database);
  EXPECT_THAT(Refused({"--token-file", tokens_, "--data", data}),
              HasSubstr(database + ": is a database of another program"));
  EXPECT_THAT(left_there(), ElementsAre("tocsin.db"));
  EXPECT_EQ(ReadFile(database), theirs);
  std::filesystem::remove(database);
  dir_.Write("data/lock", "pid 77\n");
  EXPECT_THAT(Refused({"--token-file", tokens_, "--data", data}),
              HasSubstr("is not what tocsin writes there"));
  EXPECT_THAT(left_there(), ElementsAre("lock"));
  // What may be the begin of a store of ours is none of theirs.
  std::filesystem::remove(data + "/lock");
  dir_.Write("data/tocsin.db", "");
  EXPECT_EQ(LiveServer({"--token-file", tokens_, "--data", data}).EndBy(SIGTERM), 0);
  EXPECT_THAT(left_there(),
              UnorderedElementsAre("tocsin.db", "lock", "webhooks.db", "webhooks.lock"));
}

// Would catch a store that is called whole and that the next server refuses.
TEST_F(ServeWebhooksDamage, IsSeenByWhoVerifiesTheStore) {
  {
    LiveServer server(With());
    Create(server);
    EXPECT_EQ(RunTocsin({"inspect", dir_.Path("data"), "--verify"}).exit_status, 0);
    EXPECT_EQ(server.EndBy(SIGTERM), 0);
  }
  EXPECT_EQ(RunTocsin({"inspect", dir_.Path("data"), "--verify"}).exit_status, 0);
  Execute("UPDATE endpoint SET name = 'another'");
  const RunResult seen = RunTocsin({"inspect", dir_.Path("data"), "--verify"});
  EXPECT_EQ(seen.exit_status, 1);
  EXPECT_THAT(seen.err, AllOf(HasSubstr("webhooks.db"), HasSubstr("row 1 of endpoint")));
}

TEST_F(ServeWebhooksDamage, WhatCannotBeWrittenEndsAStartAsAStoreThatFails) {
  EXPECT_EQ(LiveServer(With()).EndBy(SIGTERM), 0);
  const std::string secret = dir_.Write("secret", "a-secret-that-nobody-would-guess");
  std::string lines;
  for (int i = 0; i < 20; ++i) {
    absl::StrAppend(&lines, R"({"name":"n)", i, R"(","url":")", inbox_.Url(),
                    R"(","secret_file":")", secret, "\"}\n");
  }
  std::vector<std::string> args = With({"--webhook-file", dir_.Write("webhooks", lines)});
  args.insert(args.begin(), {"serve", "--listen", "127.0.0.1:0"});
  // What processes share of a log has so many bytes; some lines fit into the log then.
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit low = {.rlim_cur = 32'768, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &low), 0);
  const RunResult refused = RunTocsin(args);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_THAT(refused.err, ContainsRegex("line [2-9].*webhooks.db: disk I/O error"));
}

TEST_F(ServeWebhooksDamage, WhatCannotBeReadIsNamedAndHoldsUpNothing) {
  inbox_.AnswerFromNowOn(500);
  LiveServer server(With());
  const std::string id = Create(server);
  CreateAlert(server);
  Spend(server, 150, 1);
  inbox_.Await(0);
  // Once it is on the disk.
  const auto dead = [&] {
    return Post(server, "/v1/webhooks/dead-letters",
                absl::StrCat(R"({"id":")", id, R"("})"));
  };
  EXPECT_THAT(dead(), HasSubstr(R"({"data":[],"unreadable":[],)"));
  Execute("UPDATE delivery SET body = 'x' WHERE number = 1");
  EXPECT_THAT(server.AwaitLine("webhooks cannot be read"),
              AllOf(HasSubstr(id), HasSubstr("row 1 of delivery"), HasSubstr("count=1")));
  EXPECT_THAT(dead(), HasSubstr(R"({"data":[],"unreadable":[1],)"));
  EXPECT_THAT(Metrics(server), HasSubstr("\ntocsin_webhooks_unreadable_total 1\n"));
  inbox_.AnswerFromNowOn(204);
  Post(server, "/v1/facts",
       absl::StrCat(R"([{"type":"spend","customer_id":")", kSecond,
                    R"(","amount":150}])"));
  EXPECT_THAT(server.AwaitLine("webhook is taken again"), HasSubstr(id));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
}

}  // namespace
}  // namespace tocsin::testing
