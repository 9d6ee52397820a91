// Would catch a server that sends nothing to the endpoints that it was told of, by
// request or by its configuration, forgets them when it ends, begins with such as cannot
// be, or tells its log each attempt or what nobody may read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/live_server.h"
#include "tests/cli/run_tocsin.h"
#include "tests/cli/serve_webhooks_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kHookSecret[] = "a-secret-that-nobody-would-guess";
constexpr char kNewSecret[] = "another-that-nobody-would-guess";

class ServeWebhooksTest : public ServeWebhooksFixture {
 protected:
  std::string Write(const std::string& name, const std::string& text) const {
    std::string path = dir_.Write(name, text);
    chmod(path.c_str(), 0600);
    return path;
  }
  std::string Create(const LiveServer& server) {
    return FieldOf(Post(server, "/v1/webhooks/create",
                        absl::StrCat(R"({"url":")", inbox_.Url(), R"(","secret":")",
                                     kHookSecret, R"("})")),
                   "id");
  }
  // A customer that is beyond an alert of its own from the first fact on.
  static void Cross(const LiveServer& server) {
    const std::string alert = CreateAlert(server);
    EXPECT_THAT(alert, Not(IsEmpty()));
    EXPECT_THAT(Spend(server, 150, 1), EndsWith("\n200"));
  }
  // Of the configuration, one line.
  std::string Line(const std::string& name, const std::string& more = "") const {
    return absl::StrCat(R"({"name":")", name, R"(","url":")", inbox_.Url(),
                        R"(","secret_file":")", dir_.Path("secret"), "\"", more, "}\n");
  }
  // What it says, that it does not begin with these.
  std::string Refused(std::vector<std::string> more) const {
    std::vector<std::string> args = With(std::move(more));
    args.insert(args.begin(), {"serve", "--listen", "127.0.0.1:0"});
    const RunResult result = RunTocsin(std::move(args));
    EXPECT_EQ(result.exit_status, 2) << result.err;
    EXPECT_THAT(result.err, Not(HasSubstr(kHookSecret)));
    return result.err;
  }
  static absl::Status Signed(const ReceivedRequest& request, const char* secret) {
    return Verified(request, WebhookScheme::kMetronome, secret);
  }
};

TEST_F(ServeWebhooksTest, WhatIsDecidedIsSentAndOnceAfterARestart) {
  const std::string told = dir_.Path("told");
  std::string id;
  {
    LiveServer server(With({"--notifications", told}));
    id = Create(server);
    Cross(server);
    const ReceivedRequest request = inbox_.Await(0);
    EXPECT_TRUE(Signed(request, kHookSecret).ok());
    EXPECT_EQ(FieldOf(request.body, "customer_id"), kAcme);
    EXPECT_EQ(server.EndBy(SIGTERM), 0);
    EXPECT_THAT(server.AwaitLine("stopped"), HasSubstr("webhooks_waiting=0"));
    // To the file as well, and the same.
    EXPECT_THAT(LinesOf(ReadFile(told)), ElementsAre(request.body));
  }
  LiveServer server(With({"--notifications", told}));
  EXPECT_THAT(Post(server, "/v1/webhooks/get", absl::StrCat(R"({"id":")", id, R"("})")),
              HasSubstr(R"("delivered":1)"));
  EXPECT_THAT(Post(server, "/v1/webhooks/test", absl::StrCat(R"({"id":")", id, R"("})")),
              HasSubstr(R"("status":204)"));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  EXPECT_EQ(inbox_.count(), 2u);
}

TEST_F(ServeWebhooksTest, WhatWaitsIsSentByTheNextOne) {
  inbox_.AnswerFromNowOn(500);
  std::string body;
  {
    LiveServer server(With());
    Create(server);
    Cross(server);
    body = inbox_.Await(0).body;
    server.Signal(SIGKILL);
    EXPECT_EQ(server.End(), -1);
  }
  const std::size_t before = inbox_.count();
  inbox_.AnswerFromNowOn(204);
  LiveServer server(With());
  EXPECT_EQ(inbox_.Await(before).body, body);
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
}

TEST_F(ServeWebhooksTest, ABackupHasTheEndpointsAndWhatWaitsForThem) {
  inbox_.AnswerFromNowOn(500);
  const std::string copy = dir_.Path("copy");
  std::string id;
  std::string body;
  {
    LiveServer server(With());
    id = Create(server);
    Cross(server);
    body = inbox_.Await(0).body;
    const RunResult said = RunTocsin({"backup", dir_.Path("data"), copy});
    EXPECT_EQ(said.exit_status, 0) << said.err;
    server.Signal(SIGKILL);
    EXPECT_EQ(server.End(), -1);
  }
  struct stat file = {};
  ASSERT_EQ(stat((copy + "/webhooks.db").c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
  // One that fails leaves nothing, also where the engine's part of it went well.
  ASSERT_EQ(truncate((dir_.Path("data") + "/webhooks.db").c_str(), 5000), 0);
  const RunResult refused = RunTocsin({"backup", dir_.Path("data"), dir_.Path("none")});
  EXPECT_NE(refused.exit_status, 0);
  EXPECT_THAT(refused.err, HasSubstr("webhooks.db"));
  EXPECT_NE(stat(dir_.Path("none").c_str(), &file), 0);
  data_ = copy;
  const std::size_t before = inbox_.count();
  inbox_.AnswerFromNowOn(204);
  LiveServer server(With());
  EXPECT_EQ(inbox_.Await(before).body, body);
  EXPECT_EQ(FieldOf(Post(server, "/v1/webhooks/list", "{}"), "id"), id);
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
}

TEST_F(ServeWebhooksTest, TheEndSaysHowManyWait) {
  inbox_.AnswerFromNowOn(500);
  LiveServer server(With());
  Create(server);
  Cross(server);
  inbox_.Await(0);
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  EXPECT_THAT(server.AwaitLine("stopped"), HasSubstr("webhooks_waiting=1"));
}

TEST_F(ServeWebhooksTest, TheLogTellsWhatChangedAndNotEachAttempt) {
  inbox_.AnswerFromNowOn(500);
  LiveServer server(With());
  const std::string id = Create(server);
  Cross(server);
  EXPECT_THAT(server.AwaitLine("webhook fails"),
              AllOf(HasSubstr("endpoint=" + id), HasSubstr("the answer was 500")));
  inbox_.Await(3);
  inbox_.AnswerFromNowOn(204);
  EXPECT_THAT(server.AwaitLine("webhook is taken again"), HasSubstr(id));
  inbox_.AnswerFromNowOn(410);
  Post(server, "/v1/facts",
       R"([{"type":"spend","customer_id":"22222222-2222-4222-8222-222222222222",)"
       R"("amount":150}])");
  EXPECT_THAT(server.AwaitLine("webhook is gone"), HasSubstr(id));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  const std::vector<std::string> lines = LinesOf(server.log());
  const auto count = [&lines](const std::string& words) {
    return std::count_if(lines.begin(), lines.end(), [&words](const std::string& line) {
      return line.find(words) != std::string::npos;
    });
  };
  // Once more by the answer that says that it is gone.
  EXPECT_EQ(count("webhook fails"), 2);
  EXPECT_EQ(count("webhook is gone"), 1);
  EXPECT_THAT(server.log(), Not(HasSubstr(kHookSecret)));
  EXPECT_THAT(server.log(), Not(HasSubstr(inbox_.Url())));
}

TEST_F(ServeWebhooksTest, DeadLettersAreSaidOnce) {
  inbox_.AnswerFromNowOn(500);
  LiveServer server(With({"--webhook-keep-trying", "50ms"}));
  const std::string id = Create(server);
  Cross(server);
  EXPECT_THAT(server.AwaitLine("webhook has dead letters"),
              AllOf(HasSubstr("endpoint=" + id), HasSubstr("dead=1")));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
}

TEST_F(ServeWebhooksTest, EndpointsOfTheConfigurationAreAsItSays) {
  Write("secret", absl::StrCat(kHookSecret, "\n"));
  const std::string file =
      Write("webhooks", absl::StrCat("# who is told\n\n", Line("billing")));
  const std::vector<std::string> args = With({"--webhook-file", file});
  std::string made;
  {
    LiveServer server(args);
    made = Post(server, "/v1/webhooks/list", "{}");
    EXPECT_EQ(FieldOf(made, "name"), "billing");
    Cross(server);
    EXPECT_TRUE(Signed(inbox_.Await(0), kHookSecret).ok());
    EXPECT_EQ(server.EndBy(SIGTERM), 0);
  }
  {
    // Nothing is said anew, so nothing is another.
    LiveServer server(args);
    const std::string again = Post(server, "/v1/webhooks/list", "{}");
    EXPECT_EQ(FieldOf(again, "id"), FieldOf(made, "id"));
    EXPECT_EQ(FieldOf(again, "created_at"), FieldOf(made, "created_at"));
    EXPECT_THAT(again, HasSubstr(R"("previous_secret_until":null)"));
    // While it runs: other headers, another secret, and one endpoint more.
    Write("secret", kNewSecret);
    Write("webhooks", Line("billing", R"(,"headers":{"X-A":"b"})") + Line("sales"));
    server.Signal(SIGHUP);
    EXPECT_THAT(server.AwaitLine("webhooks read again"), Not(IsEmpty()));
    const std::string id = FieldOf(made, "id");
    Post(server, "/v1/webhooks/test", absl::StrCat(R"({"id":")", id, R"("})"));
    const ReceivedRequest both = inbox_.Await(1);
    EXPECT_EQ(both.Header("X-A"), "b");
    EXPECT_TRUE(Signed(both, kHookSecret).ok());
    EXPECT_TRUE(Signed(both, kNewSecret).ok());
    EXPECT_THAT(Post(server, "/v1/webhooks/list", "{}"), HasSubstr(R"("name":"sales")"));
    EXPECT_THAT(server.log(), Not(HasSubstr("not changed yet")));
    // A third secret has to wait, and nothing else for it.
    Write("secret", "a-third-that-nobody-would-guess");
    Write("webhooks", Line("billing", R"(,"headers":{"X-A":"c"})") + Line("sales"));
    server.Signal(SIGHUP);
    EXPECT_THAT(server.AwaitLine("secret is not changed yet"), HasSubstr("billing"));
    Post(server, "/v1/webhooks/test", absl::StrCat(R"({"id":")", id, R"("})"));
    const ReceivedRequest still = inbox_.Await(2);
    EXPECT_EQ(still.Header("X-A"), "c");
    EXPECT_TRUE(Signed(still, kHookSecret).ok());
    EXPECT_TRUE(Signed(still, kNewSecret).ok());
    EXPECT_THAT(server.log(), Not(HasSubstr("can be read by all")));
    ASSERT_EQ(chmod(file.c_str(), 0644), 0);
    server.Signal(SIGHUP);
    EXPECT_THAT(server.AwaitLine("can be read by all"), HasSubstr("webhooks"));
    // One that is wrong leaves what there is.
    Write("webhooks", Line("billing", R"(,"alert_type":[])"));
    server.Signal(SIGHUP);
    EXPECT_THAT(server.AwaitLine("webhooks are not all as configured"),
                HasSubstr("line 1"));
    EXPECT_EQ(server.EndBy(SIGTERM), 0);
  }
}

TEST_F(ServeWebhooksTest, ASecretThatHasToWaitKeepsNothingElseWaiting) {
  const std::string standard = R"(,"signature":"standard_webhooks")";
  Write("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const std::string file = Write("webhooks", Line("billing", standard));
  LiveServer server(With({"--webhook-file", file}));
  Write("secret", "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1u");
  server.Signal(SIGHUP);
  EXPECT_THAT(server.AwaitLine("webhooks read again"), Not(IsEmpty()));
  Write("secret", "whsec_YW5vdGhlciBzZWNyZXQgb2YgMjQgYnl0ZXM=");
  Write("webhooks", Line("billing", standard + R"(,"enabled":false)"));
  server.Signal(SIGHUP);
  EXPECT_THAT(server.AwaitLine("secret is not changed yet"), HasSubstr("billing"));
  EXPECT_THAT(Post(server, "/v1/webhooks/list", "{}"),
              HasSubstr(R"("status":"disabled")"));
}

TEST_F(ServeWebhooksTest, ASchemeWaitsWithTheSecretThatItNeeds) {
  Write("secret", kHookSecret);
  const std::string file = Write("webhooks", Line("billing"));
  const std::vector<std::string> args = With({"--webhook-file", file});
  {
    LiveServer server(args);
    Write("secret", kNewSecret);
    server.Signal(SIGHUP);
    EXPECT_THAT(server.AwaitLine("webhooks read again"), Not(IsEmpty()));
    EXPECT_EQ(server.EndBy(SIGTERM), 0);
  }
  Write("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  Write("webhooks",
        Line("billing", R"(,"signature":"standard_webhooks","enabled":false)"));
  LiveServer server(args);
  EXPECT_THAT(server.log(), HasSubstr("secret is not changed yet"));
  const std::string shown = Post(server, "/v1/webhooks/list", "{}");
  EXPECT_THAT(shown, HasSubstr(R"("signature":"metronome")"));
  EXPECT_THAT(shown, HasSubstr(R"("status":"disabled")"));
}

TEST_F(ServeWebhooksTest, WhatCannotBeConfiguredIsRefusedAndNamed) {
  Write("secret", absl::StrCat(kHookSecret, "\n"));
  const auto refused = [this](const std::string& lines) {
    return Refused({"--webhook-file", Write("webhooks", lines)});
  };
  EXPECT_THAT(Refused({"--webhook-file", dir_.Path("none")}), HasSubstr("No such file"));
  EXPECT_THAT(refused(Line("a") + "{}\n"), HasSubstr("line 2: name: is missing"));
  EXPECT_THAT(refused(Line("a") + "\n" + Line("a")),
              HasSubstr("line 3: name: is a, which a line before has as well"));
  EXPECT_THAT(refused(Line("a", R"(,"headers":{"Host":"b"})")), HasSubstr("line 1: "));
  // What is in the wrong place may be what is secret.
  for (const std::string& wrong :
       {absl::StrCat(R"(,"headers":"Bearer )", kHookSecret, "\""),
        absl::StrCat(R"(,"headers":{"Bearer )", kHookSecret, R"(":"a"})"),
        absl::StrCat(R"(,"headers":{"A":"Bearer )", kHookSecret, R"(}})"),
        absl::StrCat(",\"", kHookSecret, "\":1")}) {
    EXPECT_THAT(refused(Line("a", wrong)), HasSubstr("line 1: ")) << wrong;
  }
  EXPECT_THAT(refused(absl::StrCat(R"({"name":"a","url":"https://a.example/",)",
                                   R"("secret_file":")", kHookSecret, "\"}")),
              HasSubstr("line 1: secret_file: "));
  EXPECT_THAT(refused(R"({"name":"a","url":"https://a.example/","secret_file":"/no"})"),
              HasSubstr("line 1: /no: "));
  Write("secret", "short");
  EXPECT_THAT(refused(Line("a")), HasSubstr("line 1: the secret has 5 bytes"));
  Write("secret", " \n");
  EXPECT_THAT(refused(Line("a")), HasSubstr("is empty"));
  EXPECT_THAT(Refused({"--no-webhooks", "--webhook-file", dir_.Path("webhooks")}),
              HasSubstr("opposite"));
  EXPECT_THAT(Refused({"--webhook-allowed-network", "10.0.0.0/99"}),
              HasSubstr("10.0.0.0/99"));
  EXPECT_THAT(Refused({"--webhook-authorities", dir_.Path("none")}), HasSubstr("none"));
}

TEST_F(ServeWebhooksTest, ItsOwnerAloneReadsTheSecrets) {
  // In a directory that others may look into.
  ASSERT_EQ(mkdir(dir_.Path("data").c_str(), 0755), 0);
  LiveServer server(With());
  Create(server);
  for (const char* const file : {"data/webhooks.db", "data/webhooks.db-wal"}) {
    struct stat about = {};
    ASSERT_EQ(stat(dir_.Path(file).c_str(), &about), 0) << file;
    EXPECT_EQ(about.st_mode & 0777, 0600u) << file;
  }
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
}

TEST_F(ServeWebhooksTest, WithoutWebhooksThereAreNone) {
  LiveServer server({"--token-file", tokens_, "--no-webhooks"});
  EXPECT_THAT(Post(server, "/v1/webhooks/list", "{}"), EndsWith("\n404"));
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
  EXPECT_THAT(server.log(), Not(HasSubstr("webhooks_waiting")));
}

TEST_F(ServeWebhooksTest, WithoutADirectoryTheyAreInMemory) {
  LiveServer server({"--token-file", tokens_, "--webhook-allow-http",
                     "--webhook-allowed-network", "127.0.0.0/8"});
  Create(server);
  Cross(server);
  EXPECT_TRUE(Signed(inbox_.Await(0), kHookSecret).ok());
  EXPECT_EQ(server.EndBy(SIGTERM), 0);
}

}  // namespace
}  // namespace tocsin::testing
