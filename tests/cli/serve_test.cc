// Would catch a server that does not begin, stop, or come back as it says, one that lets
// in whom it should not, and one that tells its log what nobody may read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/live_server.h"
#include "tests/cli/run_tocsin.h"
#include "tests/cli/serve_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST_F(ServeTest, ServesUntilItIsTold) {
  LiveServer server({"--token-file", tokens_});
  EXPECT_THAT(server.log(), HasSubstr(R"(data="none, all is lost when this ends")"));
  EXPECT_THAT(Curl(server.url() + "/readyz"), EndsWith("\n200"));
  const std::string alert = CreateAlert(server);
  EXPECT_THAT(Spend(server, 150, 1), HasSubstr(R"("applied":1)"));
  EXPECT_THAT(Stands(server, alert), HasSubstr(R"("customer_status":"in_alarm")"));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  EXPECT_THAT(server.log(), HasSubstr("stopped"));
  LiveServer again({"--token-file", tokens_});
  EXPECT_EQ(again.EndBy(SIGINT), 0);
}

TEST_F(ServeTest, TheLogHasRequestsAndNoSecrets) {
  LiveServer server({"--token-file", tokens_, "--log-requests"});
  EXPECT_THAT(Curl(absl::StrCat("-H 'Content-Type: application/json' -d '{}' '",
                                server.url(), "/v1/alerts/list?token=", kSecret, "'")),
              EndsWith("\n401"));
  EXPECT_THAT(Post(server, "/v1/alerts/list", "{}", absl::StrCat(kSecret, "x")),
              EndsWith("\n401"));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  EXPECT_THAT(server.log(),
              HasSubstr("request method=POST path=/v1/alerts/list status=401"));
  EXPECT_THAT(server.log(), Not(HasSubstr(kSecret)));
}

TEST_F(ServeTest, TheLogAsJsonIsOneObjectALine) {
  LiveServer server({"--token-file", tokens_, "--log", "json"});
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  const std::vector<std::string> lines = LinesOf(server.log());
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(FieldOf(lines[0], "event"), "serving");
  EXPECT_EQ(FieldOf(lines[1], "event"), "stopping");
  EXPECT_EQ(FieldOf(lines[2], "event"), "stopped");
  for (const std::string& line : lines) {
    EXPECT_EQ(line.front(), '{');
    EXPECT_EQ(line.back(), '}');
  }
}

TEST_F(ServeTest, TokensAreReadAgainAndBadOnesAreNot) {
  LiveServer server({"--token-file", tokens_});
  const std::string other = "another-token-that-may-read";
  EXPECT_THAT(Post(server, "/v1/alerts/list", "{}", other), EndsWith("\n401"));
  dir_.Write("tokens", other + " read\n");
  server.Signal(SIGHUP);
  EXPECT_THAT(server.AwaitLine("tokens"), HasSubstr("tokens read again tokens=1"));
  EXPECT_THAT(Post(server, "/v1/alerts/list", "{}", other), EndsWith("\n200"));
  EXPECT_THAT(Post(server, "/v1/alerts/list", "{}"), EndsWith("\n401"));
  EXPECT_THAT(Post(server, "/v1/alerts/create", "{}", other), EndsWith("\n403"));
  for (const std::string& bad : {absl::StrCat(kSecret, " fly\n"), std::string()}) {
    dir_.Write("tokens", bad);
    server.Signal(SIGHUP);
    EXPECT_THAT(server.AwaitLine("tokens"), HasSubstr("tokens stay as they were"));
    EXPECT_THAT(Post(server, "/v1/alerts/list", "{}", other), EndsWith("\n200"));
  }
  unlink(tokens_.c_str());
  server.Signal(SIGHUP);
  EXPECT_THAT(server.AwaitLine("tokens"), HasSubstr("No such file"));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  EXPECT_THAT(server.log(), Not(HasSubstr(kSecret)));
}

TEST_F(ServeTest, WhatWasAnsweredIsThereAfterItWasKilled) {
  const std::string data = dir_.Path("data");
  const std::string told = dir_.Path("told");
  const std::vector<std::string> args = {"--token-file", tokens_,           "--data",
                                         data,           "--notifications", told};
  std::string alert;
  {
    LiveServer server(args);
    alert = CreateAlert(server);
    EXPECT_THAT(Spend(server, 60, 1), EndsWith("\n200"));
    EXPECT_THAT(Spend(server, 60, 2), EndsWith("\n200"));
    EXPECT_EQ(server.EndBy(SIGKILL), -1);
  }
  {
    LiveServer server(args);
    EXPECT_THAT(server.log(), HasSubstr("customers=1 alerts=1 "));
    EXPECT_THAT(Stands(server, alert), HasSubstr(R"("customer_status":"in_alarm")"));
    EXPECT_THAT(Spend(server, 60, 2), HasSubstr(R"("duplicate":true)"));
    EXPECT_EQ(server.EndBy(SIGTERM), 0);
  }
  // Once, however often it was given to the file.
  EXPECT_THAT(LinesOf(ReadFile(told)), SizeIs(1));
  LiveServer server(args);
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  EXPECT_THAT(LinesOf(ReadFile(told)), SizeIs(1));
}

TEST_F(ServeTest, ATornNotificationIsWrittenWhole) {
  const std::string data = dir_.Path("data");
  const std::string told = dir_.Path("told");
  const std::vector<std::string> args = {"--token-file", tokens_,           "--data",
                                         data,           "--notifications", told};
  LiveServer server(args);
  const std::string alert = CreateAlert(server);
  EXPECT_THAT(Spend(server, 150, 1), EndsWith("\n200"));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  const std::string whole = ReadFile(told);
  dir_.Write("told", whole + whole.substr(0, 50));
  LiveServer again(args);
  EXPECT_EQ(again.EndBy(SIGTERM), 0);
  EXPECT_EQ(ReadFile(told), whole);
  dir_.Write("told", "a file of somebody else\n");
  EXPECT_THAT(Refused({"--token-file", tokens_, "--data", data, "--notifications", told,
                       "--listen", "127.0.0.1:0"}),
              HasSubstr("is no notification"));
  EXPECT_EQ(ReadFile(told), "a file of somebody else\n");
  dir_.Write("told", "one without an end of line");
  EXPECT_THAT(Refused({"--token-file", tokens_, "--data", data, "--notifications", told,
                       "--listen", "127.0.0.1:0"}),
              HasSubstr("is no notification"));
  EXPECT_EQ(ReadFile(told), "one without an end of line");
}

TEST_F(ServeTest, TwoDoNotWriteToOneFile) {
  const std::string told = dir_.Path("told");
  LiveServer server({"--token-file", tokens_, "--notifications", told});
  const RunResult second = RunTocsin({"serve", "--token-file", tokens_, "--listen",
                                      "127.0.0.1:0", "--notifications", told});
  EXPECT_THAT(second.err, HasSubstr("another server writes to it"));
  EXPECT_EQ(second.exit_status, 1);
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
}

TEST_F(ServeTest, ASecondSignalEndsItAtOnce) {
  LiveServer server({"--token-file", tokens_, "--stop-timeout", "1h", "--head-timeout",
                     "1h", "--idle-timeout", "1h"});
  // A client that has begun a request is waited for.
  const std::string hold = absl::StrCat("exec 3<>/dev/tcp/127.0.0.1/",
                                        server.url().substr(server.url().rfind(':') + 1),
                                        "; printf 'GET /healthz HTTP/1.1\\r\\nHost: "
                                        "a\\r\\n\\r\\nGET /' >&3; head -c 15 <&3; "
                                        "cat <&3 >/dev/null");
  FILE* const client = popen(("bash -c \"" + hold + "\"").c_str(), "r");
  char begun[15];
  EXPECT_EQ(fread(begun, 1, sizeof begun, client), sizeof begun);
  server.Signal(SIGTERM);
  EXPECT_THAT(server.AwaitLine("stopping"), Not(IsEmpty()));
  EXPECT_EQ(server.EndBy(SIGTERM), -1);
  pclose(client);
}

TEST_F(ServeTest, TellsTheServiceManager) {
  const std::string path = dir_.Path("notify");
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const timeval longest = {.tv_sec = 30, .tv_usec = 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
  const auto told = [fd] {
    char text[100];
    const ssize_t bytes = recv(fd, text, sizeof text, 0);
    return bytes < 0 ? std::string() : std::string(text, static_cast<std::size_t>(bytes));
  };
  setenv("NOTIFY_SOCKET", path.c_str(), 1);
  LiveServer server({"--token-file", tokens_});
  unsetenv("NOTIFY_SOCKET");
  EXPECT_EQ(told(), "READY=1");
  server.Signal(SIGTERM);
  EXPECT_EQ(told(), "STOPPING=1");
  EXPECT_EQ(server.End(), 0);
  close(fd);
}

TEST_F(ServeTest, WhatCannotBeServedIsRefusedAndNamed) {
  EXPECT_THAT(Refused({}), HasSubstr("give --token-file"));
  EXPECT_THAT(Refused({"--token-file", tokens_, "--no-auth"}), HasSubstr("opposite"));
  EXPECT_THAT(Refused({"--token-file", dir_.Path("none")}), HasSubstr("No such file"));
  EXPECT_THAT(Refused({"--token-file", dir_.Path(".")}), HasSubstr("directory"));
  EXPECT_THAT(Refused({"--token-file", dir_.Write("bad", absl::StrCat(kSecret, "\n"))}),
              HasSubstr("line 1"));
  EXPECT_THAT(Refused({"--token-file", dir_.Write("empty", "# nobody\n")}),
              HasSubstr("has no token"));
  EXPECT_THAT(Refused({"--no-auth", "--listen", "0.0.0.0:0"}), HasSubstr("loopback"));
  EXPECT_THAT(Refused({"--token-file", tokens_, "--listen", "localhost"}),
              HasSubstr("must be IP:PORT"));
  EXPECT_THAT(Refused({"--token-file", tokens_, "--listen", "127.0.0.1:70000"}),
              HasSubstr("must be IP:PORT"));
  EXPECT_THAT(Refused({"--token-file", tokens_, "--listen", "a.example:80"}),
              HasSubstr("must be an IP address"));
  EXPECT_THAT(Refused({"--token-file", tokens_, "--tls-cert", tokens_}),
              HasSubstr("a certificate without a key"));
  EXPECT_THAT(Refused({"--token-file", tokens_, "--tls-key", tokens_}),
              HasSubstr("a key without a certificate"));
  EXPECT_THAT(Refused({"--token-file", tokens_, "--head-timeout", "soon"}),
              HasSubstr("must be a duration"));
  EXPECT_THAT(Refused({"--token-file", tokens_, "--shards", "3"}), HasSubstr("shards"));
  EXPECT_THAT(Refused({"--token-file", tokens_, "--data", "/proc/nowhere"}),
              HasSubstr("/proc/nowhere"));
}

// A pipe that nobody writes to, or reads, would be waited for without end.
TEST_F(ServeTest, WhatIsNoFileIsRefusedAndSaysWhatItIs) {
  const std::string pipe = dir_.Path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string folder = dir_.Path(".");
  for (const auto& [path, kind] :
       {std::pair<std::string, std::string>(pipe, "a pipe"), {folder, "a directory"}}) {
    const std::string says =
        absl::StrCat(path, ": is ", kind, ", must be a regular file");
    EXPECT_THAT(Refused({"--config", path}), HasSubstr(says));
    EXPECT_THAT(Refused({"--token-file", path}), HasSubstr(says));
    EXPECT_THAT(Refused({"--token-file", tokens_, "--notifications", path}),
                HasSubstr(says));
    EXPECT_THAT(Refused({"--token-file", tokens_, "--tls-cert", path, "--tls-key", path}),
                HasSubstr(says));
  }
  EXPECT_THAT(Refused({"--config", "/dev/zero"}), HasSubstr("is a device"));
  EXPECT_THAT(Refused({"--config", dir_.Path("none")}), HasSubstr("cannot be opened"));
  EXPECT_THAT(Refused({"--config", dir_.Write("long", std::string(2'000'000, '#'))}),
              HasSubstr("is longer than"));
}

TEST_F(ServeTest, APortHasOneServer) {
  LiveServer server({"--token-file", tokens_});
  const std::string listen = server.url().substr(server.url().rfind('/') + 1);
  EXPECT_THAT(Refused({"--token-file", tokens_, "--listen", listen}),
              HasSubstr("cannot be listened on"));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
}

TEST_F(ServeTest, TheConfigFileSaysTheSameAsFlags) {
  const std::string config =
      dir_.Write("config.toml",
                 absl::StrCat("# an example\n"
                              "listen = \"127.0.0.1:1\"\n"
                              "token-file = \"",
                              tokens_, "\"\nlog-requests = true\nbody-bytes-max = 20\n",
                              "tracked-group-keys = [\"region\", \"region,plan\"]\n"));
  LiveServer server({"--config", config});
  EXPECT_THAT(Post(server, "/v1/alerts/list", R"({"filler":"more than is allowed"})"),
              EndsWith("\n413"));
  EXPECT_THAT(server.AwaitLine("request"), HasSubstr("status=413"));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  EXPECT_THAT(Refused({"--config", dir_.Write("typo", "lisen = \"127.0.0.1:1\"\n")}),
              HasSubstr("lisen is no flag"));
  EXPECT_THAT(Refused({"--config", dir_.Write("nested", "[http]\nlisten = \"a\"\n")}),
              HasSubstr("is no flag"));
  EXPECT_THAT(Refused({"--config", dir_.Write("value", "threads = \"many\"\n")}),
              HasSubstr("threads"));
  EXPECT_THAT(Refused({"--config", dir_.Write("itself", "config = \"x\"\n")}),
              HasSubstr("config is no flag"));
  EXPECT_THAT(Refused({"--config", dir_.Write("twice",
                                              "threads = 2\nlog = \"text\"\n"
                                              "threads = 3\n")}),
              HasSubstr("threads stands twice"));
  EXPECT_THAT(Refused({"--config", dir_.Path("none")}), HasSubstr("none"));
}

TEST_F(ServeTest, TheExampleOfAConfigFileIsOne) {
  LiveServer server({"--config", TOCSIN_SOURCE_DIR "/docs/tocsin.toml", "--token-file",
                     tokens_, "--data", dir_.Path("data"), "--notifications",
                     dir_.Path("told"), "--log", "text"});
  EXPECT_THAT(Curl(server.url() + "/readyz"), EndsWith("\n200"));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  // And so is each line of it that is commented out.
  std::string all = ReadFile(TOCSIN_SOURCE_DIR "/docs/tocsin.toml");
  for (std::size_t at = 0; (at = all.find("\n# ", at)) != std::string::npos; ++at) {
    const std::string line = all.substr(at + 3, all.find('\n', at + 1) - at - 3);
    // Files that are not on this machine.
    if (line.find(" = ") == std::string::npos || line.find("/etc/") != std::string::npos)
      continue;
    LiveServer one(
        {"--token-file", tokens_, "--config", dir_.Write("line", line + "\n")});
    EXPECT_EQ(one.EndBy(SIGTERM), 0) << line;
  }
}

TEST_F(ServeTest, SpeaksTlsWhereItIsGivenACertificate) {
  const std::string make = absl::StrCat(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "
      "/CN=localhost -days 2 -keyout ",
      dir_.Path("key"), " -out ", dir_.Path("cert"), " 2>/dev/null");
  ASSERT_EQ(std::system(make.c_str()), 0);
  LiveServer server({"--token-file", tokens_, "--tls-cert", dir_.Path("cert"),
                     "--tls-key", dir_.Path("key")});
  EXPECT_THAT(server.url(), HasSubstr("https://"));
  EXPECT_THAT(Curl("--cacert " + dir_.Path("cert") + " " + server.url() + "/readyz"),
              EndsWith("\n200"));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
}

}  // namespace
}  // namespace tocsin::testing
