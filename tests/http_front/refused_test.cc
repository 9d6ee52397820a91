// Would catch a request that is refused and has changed something all the same, and one
// after which the connection goes on at a place that the client did not mean.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/http_front/front_fixture.h"
#include "tests/http_front/gate_cases.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RefusedTest : public FrontTest {
 protected:
  RefusedTest() { StartFront(); }

  // A reset with this in place of its head's end, or of its body.
  std::string ResetWith(const std::string& fields) const {
    return Post("/v1/customer-alerts/reset", ResetBody(), fields);
  }
  std::string ResetOf(const std::string& body) const {
    return Post("/v1/customer-alerts/reset", body, Bearer(kWriter));
  }

  // What goes out to a client that was refused tells nothing of the machine.
  static void ExpectDiscreet(const RawAnswer& answer, const std::string& what) {
    for (const char* word : {"/usr", "/tmp", ".cc", "oost", "tocsin", "0x", kWriter}) {
      EXPECT_THAT(answer.head + answer.body, Not(HasSubstr(word))) << what;
    }
  }

  void ExpectRefused(const std::string& what, const std::string& bytes, int status,
                     bool closes) {
    const std::string before = State();
    RawClient client(port());
    client.Send(bytes);
    const RawAnswer answer = client.Read();
    EXPECT_EQ(answer.status, status) << what << "\n" << answer.head << answer.body;
    EXPECT_THAT(answer.body, HasSubstr("\"message\"")) << what;
    ExpectDiscreet(answer, what);
    if (closes) {
      EXPECT_TRUE(client.IsEnded()) << what;
    } else {
      EXPECT_EQ(client.Ask(Get()).status, 200) << what;
    }
    EXPECT_EQ(State(), before) << what;
  }
};

TEST_F(RefusedTest, TheSameRequestUnspoiltIsAnswered) {
  RawClient client(port());
  const RawAnswer answer = client.Ask(Reset());
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, "");
  EXPECT_THAT(answer.head, HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(answer.head, HasSubstr("Date: "));
  EXPECT_EQ(Epoch(), 1U);
}

// With a token that would do, so that nothing but the gate stands in the way.
TEST_F(RefusedTest, BytesThatAreNoRequest) {
  for (const BadBytes& bad : AllBadBytes()) {
    // The chunk that is too large is so for the route.
    const std::string bytes = absl::StrReplaceAll(
        bad.bytes,
        {{"\r\nHost: a\r\n", absl::StrCat("\r\nHost: a\r\n", Bearer(kWriter))}});
    ExpectRefused(bad.what, bytes, bad.status, true);
  }
}

TEST_F(RefusedTest, WhoIsNotKnown) {
  const struct {
    const char* what;
    std::string fields;
    int status;
  } kCases[] = {
      {"no token", "", 401},
      {"an empty one", "Authorization: \r\n", 401},
      {"an empty Bearer", "Authorization: Bearer \r\n", 401},
      {"Basic", "Authorization: Basic YTpi\r\n", 401},
      {"another of the same length", Bearer("a-token-of-someone-who-wrotes"), 401},
      {"a part of one", Bearer("a-token-of-someone"), 401},
      {"one that goes on", Bearer(std::string(kWriter) + "x"), 401},
      {"two", Bearer(kWriter) + Bearer(kWriter), 400},
      {"one who may only read", Bearer(kReader), 403},
  };
  for (const auto& one : kCases) {
    ExpectRefused(one.what, ResetWith(one.fields), one.status, true);
  }
  ExpectRefused("a token in the query",
                Post(absl::StrCat("/v1/customer-alerts/reset?access_token=", kWriter),
                     ResetBody(), ""),
                401, true);
  // Before any of the body has come.
  ExpectRefused("no body yet",
                "POST /v1/customer-alerts/reset HTTP/1.1\r\nHost: a\r\n"
                "Content-Length: 90\r\nContent-Type: application/json\r\n\r\n",
                401, true);
}

TEST_F(RefusedTest, BodiesThatAreTooLong) {
  const std::string front =
      absl::StrCat("POST /v1/customer-alerts/reset HTTP/1.1\r\nHost: a\r\n",
                   Bearer(kWriter), "Content-Type: application/json\r\n");
  for (const char* length : {"16385", "1048577", "999999999999999999"}) {
    ExpectRefused(length, absl::StrCat(front, "Content-Length: ", length, "\r\n\r\n"),
                  413, true);
  }
  ExpectRefused("in chunks",
                absl::StrCat(front, "Transfer-Encoding: chunked\r\n\r\n4000\r\n",
                             std::string(0x4000, ' '), "\r\n1\r\n"),
                413, true);
  // All of it was sent before anybody looked.
  ExpectRefused("sent to its end", ResetOf(std::string(100'000, ' ')), 413, true);
}

TEST_F(RefusedTest, RoutesThatAreNone) {
  const std::string bearer = Bearer(kWriter);
  const auto get = [&](const std::string& target) {
    return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: a\r\n", bearer, "\r\n");
  };
  ExpectRefused("GET", get("/v1/customer-alerts/reset"), 405, false);
  RawClient client(port());
  EXPECT_THAT(client.Ask(get("/v1/customer-alerts/reset")).head,
              HasSubstr("\r\nAllow: POST\r\n"));
  for (const char* target :
       {"/console", "/v1", "/v2/customer-alerts/reset", "//v1/customer-alerts/reset",
        "/v1/customer-alerts/reset/", "/v1/%2e%2e/v1/customer-alerts/reset",
        "/v1/customer-alerts/reset%00", "/v1/../v1/customer-alerts/reset"}) {
    ExpectRefused(target, get(target), 404, false);
    ExpectRefused(target, Post(target, ResetBody(), bearer), 404, true);
  }
}

TEST_F(RefusedTest, BodiesOfAnotherType) {
  const std::string front =
      absl::StrCat("POST /v1/customer-alerts/reset HTTP/1.1\r\nHost: a\r\n",
                   Bearer(kWriter), "Content-Length: ", ResetBody().size(), "\r\n");
  for (const char* fields :
       {"Content-Type: text/plain\r\n", "Content-Type: application/x-ndjson\r\n",
        "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"}) {
    ExpectRefused(fields, absl::StrCat(front, fields, "\r\n", ResetBody()), 415, true);
  }
}

TEST_F(RefusedTest, BodiesThatAreNotWhatIsAskedFor) {
  const std::string good = ResetBody();
  const std::string customer = acme_.ToString();
  const auto with = [&](const std::string& id) {
    return absl::StrReplaceAll(good, {{customer, id}});
  };
  const std::vector<BadBytes> cases = {
      {"empty", ""},
      {"null", "null"},
      {"a list", "[]"},
      {"garbage behind", good + "x"},
      {"twice", good + good},
      {"a byte order mark", "\xef\xbb\xbf" + good},
      {"bad UTF-8", with("\xff")},
      {"a lone surrogate", with("\\ud800")},
      {"deep", std::string(10'000, '[')},
      {"a key twice",
       absl::StrReplaceAll(
           good, {{"{", absl::StrCat(R"({"customer_id":")", customer, R"(",)")}})},
      {"braces", with("{" + customer + "}")},
      {"35 characters", with(customer.substr(1))},
      {"37 characters", with(customer + "1")},
      {"an unknown customer", with("33333333-3333-4333-8333-333333333333"), 404},
      {"an unknown alert", absl::StrReplaceAll(good, {{limit_.ToString(), customer}}),
       404},
  };
  for (const BadBytes& one : cases) {
    ExpectRefused(one.what, ResetOf(one.bytes), one.status, false);
  }
}

TEST_F(RefusedTest, UpperCaseAndUnknownFieldsAreTaken) {
  RawClient client(port());
  const std::string body = absl::StrReplaceAll(
      absl::AsciiStrToUpper(ResetBody()),
      {{"CUSTOMER_ID", "customer_id"}, {"ALERT_ID", "alert_id"}, {"}", R"(,"x":[1]})"}});
  EXPECT_EQ(client.Ask(ResetOf(body)).status, 200);
  EXPECT_EQ(Epoch(), 1U);
}

}  // namespace
}  // namespace tocsin::testing
