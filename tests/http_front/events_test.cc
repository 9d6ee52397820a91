// Would catch events that do not come, that end because nothing is asked for, that hold
// up a stop, go on to who may not read them any more, or are kept for who does not read.
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/http_front/front_fixture.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class EventsTest : public FrontTest {
 protected:
  // Its threads read the feed.
  ~EventsTest() override { front_.reset(); }

  void Start(HttpFrontOptions options = {}) {
    options.api.feed = &feed_;
    StartFront(std::move(options));
  }

  Notification ANotification(const std::string& name) {
    Notification notification;
    notification.alert_name = name;
    notification.customer = acme_;
    notification.alert = limit_;
    return notification;
  }
  void Tell(const std::string& name) {
    ASSERT_TRUE(feed_.Deliver(ANotification(name)).ok());
  }

  static std::string Events() { return Get("/v1/events"); }

  NotificationFeed feed_{nullptr, 3};
};

TEST_F(EventsTest, ComeAsTheyHappenHoweverLittleIsAsked) {
  HttpFrontOptions options;
  options.idle_timeout = absl::Milliseconds(50);
  options.head_timeout = absl::Milliseconds(50);
  Start(std::move(options));
  Tell("before");
  RawClient client(port());
  client.Send(Events());
  const std::string begin = client.ReadUntil("\"before\"");
  EXPECT_THAT(begin, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(begin, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_THAT(begin, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(begin, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(begin, HasSubstr("event: stats\ndata: {\"per_second\":null,\"facts\":1,"));
  EXPECT_THAT(begin, HasSubstr(absl::StrCat("event: notification\ndata: ",
                                            ToJson(ANotification("before")), "\n\n")));
  // After a second, which is longer than a connection may be idle.
  client.ReadUntil("\"per_second\":{\"facts\":");
  Tell("after");
  EXPECT_THAT(client.ReadUntil("\"after\""), HasSubstr("\"after\""));
}

TEST_F(EventsTest, AreForThoseWhoMayRead) {
  Start();
  RawClient nobody(port());
  EXPECT_EQ(nobody.Ask("GET /v1/events HTTP/1.1\r\nHost: a\r\n\r\n").status, 401);
  // A connection on which it was refused is as any other.
  EXPECT_EQ(nobody.Ask(Get()).status, 200);
  EXPECT_EQ(nobody.Ask(Post("/v1/events", "{}", Bearer(kWriter))).status, 405);

  RawClient reader(port());
  reader.Send(Events());
  EXPECT_THAT(reader.ReadUntil("event: stats"), HasSubstr("event: stats"));
  ASSERT_TRUE(front_->api().SetTokens({}).ok());
  // It ends by itself.
  EXPECT_THAT(reader.ReadToEnd(), Not(HasSubstr("401")));
}

TEST_F(EventsTest, AreReadByNoMoreThanMay) {
  HttpFrontOptions options;
  options.event_streams_max = 1;
  Start(std::move(options));
  RawClient first(port());
  first.Send(Events());
  first.ReadUntil("event: stats");
  RawClient second(port());
  const RawAnswer refused = second.Ask(Events());
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.head, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_EQ(second.Ask(Get()).status, 200);
  first.Abort();
  // Its place is free once it is noticed that it is gone.
  for (;;) {
    second.Send(Events());
    if (absl::StrContains(second.ReadUntil("\r\n\r\n"), "event-stream")) break;
    EXPECT_EQ(second.Read().status, 429);
  }
}

TEST_F(EventsTest, OfWhoDoesNotReadAreGivenUp) {
  HttpFrontOptions options;
  options.write_timeout = absl::Milliseconds(50);
  Start(std::move(options));
  RawClient client(port());
  client.Send(Events());
  client.ReadUntil("event: stats");
  // More than the system keeps between two programs.
  const std::string much(std::size_t{8} << 20, 'x');
  for (int i = 0; i < 3; ++i) Tell(much);
  RawClient asks(port());
  const std::string one_late = "\ntocsin_http_timeouts_total 1\n";
  while (!absl::StrContains(asks.Ask(Get("/metrics")).body, one_late)) {
  }
  EXPECT_LT(client.ReadToEnd().size(), 3 * much.size());
}

TEST_F(EventsTest, EndWithTheFront) {
  Start();
  RawClient client(port());
  client.Send(Events());
  client.ReadUntil("event: stats");
  front_->Stop(absl::InfiniteDuration());
  client.ReadToEnd();
}

TEST_F(EventsTest, TellOfCountsWhereThereIsNoFeed) {
  StartFront();
  RawClient client(port());
  client.Send(Events());
  EXPECT_THAT(client.ReadUntil("\"per_second\":{"), HasSubstr("\"customers\":1,"));
}

}  // namespace
}  // namespace tocsin::testing
