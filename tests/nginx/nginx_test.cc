// Would catch a proxy and a server that do not agree where a request ends: one that is
// hidden in another is done, or an answer goes to a request that it is not of.

#include "tests/nginx/nginx.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "tests/http_front/front_fixture.h"
#include "tests/http_front/gate_cases.h"

namespace tocsin::testing {
namespace {

// A request, and another one that is hidden in it from who takes it for what it is.
struct Hiding {
  std::string what;
  std::string bytes;
};

// Of a head that is refused as it stands only the status is told.
bool IsPassed(const std::string& served, std::string passed) {
  if (const std::size_t query = passed.find('?'); query != std::string::npos) {
    passed.erase(query, passed.rfind(' ') - query);
  }
  return served == passed ||
         served == absl::StrCat("  ", passed.substr(passed.rfind(' ') + 1));
}

// Whether what was served is what was passed on, in order. A request that nginx did not
// wait for, as it found its body bad while it passed it on, never came or was refused by
// us, and that may be told behind what came later by another connection.
bool Explains(const std::vector<std::string>& passed,
              const std::vector<std::string>& served) {
  std::vector<std::string> awaited;
  std::multiset<std::string> given_up;
  for (const std::string& line : passed) {
    if (absl::EndsWith(line, " -")) {
      given_up.insert(line.substr(0, line.size() - 1));
    } else {
      awaited.push_back(line);
    }
  }
  auto next = awaited.begin();
  for (const std::string& line : served) {
    if (next != awaited.end() && IsPassed(line, *next)) {
      ++next;
      continue;
    }
    const std::size_t status = line.rfind(' ') + 1;
    const auto found = given_up.find(line.substr(0, status));
    if (line[status] != '4' || found == given_up.end()) return false;
    given_up.erase(found);
  }
  return next == awaited.end();
}

// The parameter: whether nginx reads a body to its end before it passes it on.
class BehindNginx : public FrontTest, public ::testing::WithParamInterface<bool> {
 protected:
  BehindNginx() {
    HttpFrontOptions options;
    options.on_access = [this](const HttpFrontOptions::Access& access) {
      absl::MutexLock lock(&mu_);
      served_.push_back(
          absl::StrCat(access.method, " ", access.path, " ", access.status));
    };
    options.api.feed = &feed_;
    StartFront(std::move(options));
    nginx_ = std::make_unique<Nginx>(port(), GetParam());
  }
  ~BehindNginx() override {
    nginx_.reset();
    front_.reset();
  }

  // What is read until the connection ends, to which nothing more is sent.
  static std::string Exchange(RawClient&& client, const std::string& bytes) {
    client.Send(bytes);
    client.EndSending();
    return client.ReadToEnd();
  }
  std::string ThroughNginx(const std::string& bytes) {
    return Exchange(RawClient(nginx_->path()), bytes);
  }
  std::vector<std::string> Served() {
    absl::MutexLock lock(&mu_);
    return served_;
  }
  static std::ptrdiff_t CountResets(const std::vector<std::string>& requests) {
    return std::count(requests.begin(), requests.end(),
                      "POST /v1/customer-alerts/reset 200");
  }
  // A request of who may see how this customer stands, whose answer names it.
  static std::string GetOf(const CustomerId& customer, const AlertId& alert) {
    return Post("/v1/customer-alerts/get",
                absl::StrCat(R"({"customer_id":")", customer.ToString(),
                             R"(","alert_id":")", alert.ToString(), R"("})"),
                Bearer(kReader));
  }
  std::vector<Hiding> Hidings() const;

  NotificationFeed feed_{nullptr, 10};
  absl::Mutex mu_;
  std::vector<std::string> served_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<Nginx> nginx_;
};

// With a reset in the body that is one by itself. By every length that is given here it
// belongs to the request in front of it.
std::vector<Hiding> BehindNginx::Hidings() const {
  const std::string reset = Reset();
  const std::string length = absl::StrCat("Content-Length: ", reset.size(), "\r\n");
  const std::string ended = absl::StrCat("0\r\n\r\n", reset);
  const std::string all = absl::StrCat("Content-Length: ", ended.size(), "\r\n");
  const auto head = [](const std::string& line, const std::string& fields) {
    return absl::StrCat(line, " HTTP/1.1\r\nHost: a\r\n", Bearer(kWriter),
                        "Content-Type: application/json\r\n", fields, "\r\n");
  };
  const std::string get = "POST /v1/customer-alerts/get";
  const std::string chunk =
      absl::StrCat(absl::Hex(reset.size()), "\r\n", reset, "\r\n0\r\n\r\n");
  std::vector<Hiding> hidings = {
      {"a body", head(get, length) + reset},
      {"a body of an unknown route", head("POST /v1/unheard", length) + reset},
      {"a body of a GET", head("GET /healthz", length) + reset},
      {"a body of a HEAD", head("HEAD /healthz", length) + reset},
      {"a body of another method", head("PUT /v1/facts", length) + reset},
      {"a body that is waited for",
       head(get, length + "Expect: 100-continue\r\n") + reset},
      {"a body of another type",
       absl::StrReplaceAll(head(get, length), {{"/json", "/xml"}}) + reset},
      {"a body of who is unknown",
       absl::StrReplaceAll(head(get, length), {{kWriter, "not-a-token-at-all"}}) + reset},
      {"a body in chunks", head(get, "Transfer-Encoding: chunked\r\n") + chunk},
      {"chunks of an unknown route",
       head("POST /v1/unheard", "Transfer-Encoding: chunked\r\n") + chunk},
      {"chunks of a GET", head("GET /healthz", "Transfer-Encoding: chunked\r\n") + chunk},
  };
  for (const std::string coding :
       {"Transfer-Encoding: chunked", "Transfer-Encoding : chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding:\x0b"
        "chunked",
        "Transfer_Encoding: chunked", "Transfer-Encoding: chunked, identity",
        "X: y\r\n Transfer-Encoding: chunked", "Transfer-Encoding\x0b: chunked"}) {
    hidings.push_back({coding, head(get, absl::StrCat(all, coding, "\r\n")) + ended});
  }
  return hidings;
}

TEST_P(BehindNginx, WhatIsHiddenInABodyIsNotDone) {
  const std::string before = State();
  for (const Hiding& hiding : Hidings()) {
    SCOPED_TRACE(hiding.what);
    Exchange(RawClient(port()), hiding.bytes);
    EXPECT_EQ(State(), before);
    ThroughNginx(hiding.bytes);
    EXPECT_EQ(State(), before);
    // And the connection behind nginx is where both believe it to be.
    const std::string answer = ThroughNginx(GetOf(acme_, limit_));
    EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(answer, ::testing::HasSubstr(acme_.ToString()));
  }
  nginx_->Quit();
  EXPECT_EQ(CountResets(Served()), 0);
}

TEST_P(BehindNginx, BothSeeTheSameRequests) {
  std::vector<std::string> sent;
  for (const BadBytes& bad : AllBadBytes()) sent.push_back(bad.bytes);
  for (const std::string& good : GoodBytes()) sent.push_back(good);
  for (const Hiding& hiding : Hidings()) sent.push_back(hiding.bytes);
  for (const std::string& bytes : sent) {
    // What nginx takes for a request of its own may be done, and nothing else.
    ThroughNginx(bytes + Reset() + Get());
  }
  const std::uint64_t epoch = Epoch();
  const std::vector<std::string> passed = nginx_->Quit();
  const std::vector<std::string> served = Served();
  EXPECT_TRUE(Explains(passed, served)) << "passed:\n"
                                        << absl::StrJoin(passed, "\n") << "\nserved:\n"
                                        << absl::StrJoin(served, "\n");
  EXPECT_EQ(static_cast<std::uint64_t>(CountResets(served)), epoch);
  // Some were passed on with what came behind them, others ended the connection.
  EXPECT_GE(CountResets(served), 5);
  EXPECT_LT(static_cast<std::size_t>(CountResets(served)), sent.size() / 2);
}

TEST_P(BehindNginx, NothingIsDoneBehindWhatWeRefuse) {
  const std::string before = State();
  for (const BadBytes& bad : AllBadBytes()) {
    SCOPED_TRACE(bad.what);
    Exchange(RawClient(port()), bad.bytes + Reset());
    EXPECT_EQ(State(), before);
  }
}

TEST_P(BehindNginx, EachOfManyInARowHasItsOwnAnswer) {
  std::vector<CustomerId> customers;
  std::string bytes;
  for (int i = 0; i < 20; ++i) {
    customers.push_back(
        *CustomerId::Parse(absl::StrCat("11111111-1111-4111-8111-1111111111", 10 + i)));
    ASSERT_TRUE(engine_->Apply({{Spend(customers.back(), "1")}}).status.ok());
    absl::StrAppend(&bytes, GetOf(customers.back(), limit_),
                    i % 3 == 0 ? Get("/v1/unheard") : Reset());
  }
  RawClient client(nginx_->path());
  client.Send(bytes);
  for (std::size_t i = 0; i < customers.size(); ++i) {
    const RawAnswer answer = client.Read();
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body, ::testing::HasSubstr(customers[i].ToString()));
    EXPECT_EQ(client.Read().status, i % 3 == 0 ? 404 : 200);
  }
  EXPECT_EQ(Epoch(), 13u);
}

TEST_P(BehindNginx, EventsComeAsTheyHappen) {
  RawClient client(nginx_->path());
  client.Send(Get("/v1/events"));
  // One comes each second; a buffer that has to be filled has many.
  const std::vector<std::string> begin =
      absl::StrSplit(client.ReadUntil("event: stats"), "event: stats");
  EXPECT_GT(begin.size(), 1U);
  EXPECT_LT(begin.size(), 8U);
  for (const std::string name : {"first", "second"}) {
    Notification notification;
    notification.alert_name = name;
    EXPECT_TRUE(feed_.Deliver(notification).ok());
    EXPECT_THAT(client.ReadUntil(name), ::testing::HasSubstr(name));
  }
}

INSTANTIATE_TEST_SUITE_P(Bodies, BehindNginx, ::testing::Bool(), [](const auto& mode) {
  return mode.param ? "ReadBefore" : "PassedOn";
});

}  // namespace
}  // namespace tocsin::testing
