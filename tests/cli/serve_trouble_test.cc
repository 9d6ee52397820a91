// Would catch trouble of a running server that its log does not have, or has once for
// each request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/live_server.h"
#include "tests/cli/run_tocsin.h"
#include "tests/cli/serve_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

using ServeTroubleTest = ServeTest;

TEST_F(ServeTroubleTest, AnUnwrittenNotificationAndItsEndAreInTheLogOnce) {
  const std::string told = dir_.Path("told");
  LiveServer server({"--token-file", tokens_, "--notifications", told});
  CreateAlert(server);
  server.LimitFiles(0);
  EXPECT_THAT(Spend(server, 150, 1), EndsWith("\n200"));
  EXPECT_THAT(server.AwaitLine("notifications are not"),
              AllOf(HasSubstr(" error "), HasSubstr("File too large")));
  server.LimitFiles(RLIM_INFINITY);
  EXPECT_THAT(server.AwaitLine("notifications are"),
              HasSubstr("notifications are written again"));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  EXPECT_THAT(LinesOf(ReadFile(told)), SizeIs(1));
}

TEST_F(ServeTroubleTest, AStoreThatFailsIsInTheLogAndEndsIt) {
  LiveServer server({"--token-file", tokens_, "--data", dir_.Path("data")});
  CreateAlert(server);
  server.LimitFiles(1);
  EXPECT_THAT(Spend(server, 150, 1), EndsWith("\n503"));
  EXPECT_THAT(server.AwaitLine("store failed"), HasSubstr(" error "));
  EXPECT_EQ(server.End(), 1);
}

// Would catch a server that is not started again though what is in its way goes by
// itself.
TEST_F(ServeTroubleTest, WhoFindsItsStoreTakenEndsAsWhoMayBeStartedAgain) {
  const std::string data = dir_.Path("data");
  const std::string told = dir_.Path("told");
  for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{
           {}, {"--no-webhooks"}, {"--notifications", told}}) {
    std::vector<std::string> args = {"--token-file", tokens_, "--data", data};
    args.insert(args.end(), more.begin(), more.end());
    LiveServer first(args);
    EXPECT_THAT(Curl(absl::StrCat("-H 'Authorization: Bearer ", kSecret, "' ",
                                  first.url(), "/metrics")),
                ContainsRegex("\ntocsin_log_bytes [1-9]"));
    args.insert(args.begin(), {"serve", "--listen", "127.0.0.1:0"});
    const RunResult second = RunTocsin(args);
    EXPECT_EQ(second.exit_status, 1);
    EXPECT_THAT(second.err, AllOf(HasSubstr("another"), HasSubstr(dir_.Path(""))));
    EXPECT_EQ(first.EndBy(SIGTERM), 0);
  }
}

// Would catch a file of the store that notifications are appended to.
TEST_F(ServeTroubleTest, NoFileOfTheStoreTakesNotifications) {
  const std::string data = dir_.Path("data");
  EXPECT_EQ(LiveServer({"--token-file", tokens_, "--data", data}).EndBy(SIGTERM), 0);
  const std::string whole = ReadFile(data + "/tocsin.db");
  for (const std::string name : {"lock", "tocsin.db", "tocsin.db-wal", "webhooks.db"}) {
    const std::string path = absl::StrCat(data, "/", name);
    const RunResult run = RunTocsin({"serve", "--listen", "127.0.0.1:0", "--token-file",
                                     tokens_, "--data", data, "--notifications", path});
    EXPECT_EQ(run.exit_status, 2);
    EXPECT_THAT(run.err, HasSubstr(path + ": is a file of the store"));
    EXPECT_EQ(ReadFile(data + "/tocsin.db"), whole);
  }
}

TEST_F(ServeTroubleTest, WhoCannotWriteItsFilesAtTheStartEndsAsWhoMayBeStartedAgain) {
  const std::string data = dir_.Path("data");
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit low = {.rlim_cur = 8'192, .rlim_max = before.rlim_max};
  for (const std::string file : {"webhooks.db", "tocsin.db"}) {
    std::vector<std::string> args = {"serve", "--listen", "127.0.0.1:0", "--token-file",
                                     tokens_, "--data",   data};
    if (file == "tocsin.db") args.push_back("--no-webhooks");
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &low), 0);
    const RunResult run = RunTocsin(args);
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_EQ(run.exit_status, 1);
    EXPECT_THAT(run.err, AllOf(HasSubstr("cannot serve"), HasSubstr(file)));
    EXPECT_THAT(run.err, Not(HasSubstr("CREATE")));
  }
  LiveServer again({"--token-file", tokens_, "--data", data});
  EXPECT_EQ(again.EndBy(SIGTERM), 0);
}

TEST_F(ServeTroubleTest, AFullDiskIsInTheLogOnce) {
  LiveServer server({"--token-file", tokens_, "--data", dir_.Path("data"),
                     "--disk-reserve", "4611686018427387904"});
  EXPECT_THAT(server.AwaitLine("disk"), HasSubstr(" error "));
  for (int i = 1; i < 4; ++i) EXPECT_THAT(Spend(server, 1, i), EndsWith("\n429"));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  const std::string& log = server.log();
  EXPECT_EQ(log.find("disk is nearly full"), log.rfind("disk is nearly full"));
}

TEST_F(ServeTroubleTest, ALogThatNobodyReadsHoldsNothingUp) {
  const std::string told = dir_.Path("told");
  LiveServer server({"--token-file", tokens_, "--notifications", told});
  CreateAlert(server);
  server.StopReading();
  for (int i = 0; i < 20; ++i) server.Signal(SIGHUP);
  server.LimitFiles(0);
  EXPECT_THAT(Spend(server, 150, 1), EndsWith("\n200"));
  server.LimitFiles(RLIM_INFINITY);
  EXPECT_THAT(Curl(server.url() + "/healthz"), EndsWith("\n200"));
  EXPECT_EQ(server.EndUnreadBy(SIGTERM), 0);
  EXPECT_THAT(LinesOf(ReadFile(told)), SizeIs(1));
}

TEST_F(ServeTroubleTest, LinesThatNobodyReadAreCounted) {
  LiveServer server({"--token-file", tokens_});
  server.StopReading();
  // One thread takes the signals: once the second token counts, what the first one had it
  // say has been given up.
  for (const std::string token :
       {"the-first-token-of-two-that-come", "the-other-token-of-two-that-come"}) {
    dir_.Write("tokens", token + " read,write,admin\n");
    server.Signal(SIGHUP);
    int tries = 0;
    while (Post(server, "/v1/alerts/list", "{}", token).find("\n200") ==
           std::string::npos) {
      ASSERT_LT(++tries, 1'000);
    }
  }
  // Else its last lines may be among those that are given up.
  server.ReadSome();
  server.Signal(SIGTERM);
  EXPECT_THAT(server.AwaitLine("lines were dropped"), HasSubstr(" lines="));
  EXPECT_EQ(server.End(), 0);
}

}  // namespace
}  // namespace tocsin::testing
