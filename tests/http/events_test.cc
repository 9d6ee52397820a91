// Would catch a feed that keeps what was not taken, loses or doubles one of those it is
// to keep, or does not say how many it has lost; and a rate that is not what was counted.
#include <chrono>
#include <string>
#include <vector>

#include "engine/http/event_text.h"
#include "tests/http/api_fixture.h"
#include "tests/support/collecting_sink.h"

namespace tocsin {
namespace {

using ::testing::ElementsAre;
using testing::FieldOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Notification Named(const std::string& name) {
  Notification notification;
  notification.alert_name = name;
  return notification;
}

std::vector<std::string> NamesBehind(const NotificationFeed& feed, std::uint64_t after,
                                     std::size_t max = 10) {
  std::vector<std::string> names;
  for (const NotificationFeed::Kept& kept : feed.Behind(after, max)) {
    names.push_back(absl::StrCat(kept.number, kept.notification.alert_name));
  }
  return names;
}

TEST(NotificationFeed, KeepsTheNewest) {
  NotificationFeed feed(nullptr, 3);
  EXPECT_THAT(NamesBehind(feed, 0), IsEmpty());
  for (const char* name : {"a", "b"}) ASSERT_TRUE(feed.Deliver(Named(name)).ok());
  EXPECT_THAT(NamesBehind(feed, 0), ElementsAre("1a", "2b"));
  for (const char* name : {"c", "d"}) ASSERT_TRUE(feed.Deliver(Named(name)).ok());
  EXPECT_EQ(feed.taken(), 4u);
  EXPECT_THAT(NamesBehind(feed, 0), ElementsAre("2b", "3c", "4d"));
  EXPECT_THAT(NamesBehind(feed, 2), ElementsAre("3c", "4d"));
  EXPECT_THAT(NamesBehind(feed, 0, 2), ElementsAre("2b", "3c"));
  EXPECT_THAT(NamesBehind(feed, 4), IsEmpty());
  EXPECT_THAT(NamesBehind(feed, 99), IsEmpty());
}

TEST(NotificationFeed, KeepsWhatTheOtherHasTaken) {
  testing::CollectingSink sink;
  NotificationFeed feed(&sink);
  sink.SetMood(testing::CollectingSink::Mood::kFails);
  EXPECT_FALSE(feed.Deliver(Named("a")).ok());
  EXPECT_EQ(feed.taken(), 0u);
  sink.SetMood(testing::CollectingSink::Mood::kTakes);
  EXPECT_TRUE(feed.Deliver(Named("a")).ok());
  EXPECT_THAT(NamesBehind(feed, 0), ElementsAre("1a"));
  EXPECT_EQ(sink.Take().size(), 1u);
}

TEST(NotificationFeed, SyncsTheOther) {
  class Unsynced final : public NotificationSink {
    absl::Status Deliver(const Notification&) override { return absl::OkStatus(); }
    absl::Status Sync() override { return absl::UnavailableError("not now"); }
  };
  Unsynced sink;
  EXPECT_FALSE(NotificationFeed(&sink).Sync().ok());
  EXPECT_TRUE(NotificationFeed(nullptr).Sync().ok());
}

TEST(EventText, SaysHowManyWereMissed) {
  NotificationFeed feed(nullptr, 2);
  for (const char* name : {"a", "b", "c", "d"}) {
    ASSERT_TRUE(feed.Deliver(Named(name)).ok());
  }
  std::uint64_t told = 1;
  std::string text;
  http::AppendNotificationEvents(feed, &told, &text);
  EXPECT_EQ(text, absl::StrCat("event: missed\ndata: {\"notifications\":1}\n\n"
                               "event: notification\ndata: ",
                               ToJson(Named("c")), "\n\nevent: notification\ndata: ",
                               ToJson(Named("d")), "\n\n"));
  EXPECT_EQ(told, 4u);
  text.clear();
  http::AppendNotificationEvents(feed, &told, &text);
  EXPECT_EQ(text, "");
  ASSERT_TRUE(feed.Deliver(Named("e")).ok());
  http::AppendNotificationEvents(feed, &told, &text);
  EXPECT_THAT(text, Not(HasSubstr("missed")));
  EXPECT_EQ(told, 5u);
}

TEST(EventText, TellsABurstInParts) {
  NotificationFeed feed(nullptr, 1'000);
  for (int i = 0; i < 250; ++i) ASSERT_TRUE(feed.Deliver(Named("a")).ok());
  std::uint64_t told = 0;
  std::vector<std::uint64_t> parts;
  for (int i = 0; i < 4; ++i) {
    std::string text;
    http::AppendNotificationEvents(feed, &told, &text);
    parts.push_back(told);
  }
  EXPECT_THAT(parts, ElementsAre(100, 200, 250, 250));
}

TEST(EventText, RatesAreOfTheTimeThatHasPassed) {
  const Stats before = {.facts_applied = 1'000, .notifications_decided = 7, .resets = 1};
  const Stats now = {.facts_applied = 4'001,
                     .notifications_decided = 7,
                     .resets = 2,
                     .customers = 5,
                     .outbox = 3};
  std::string text;
  http::AppendStatsEvent(now, &before, std::chrono::milliseconds(1'500), &text);
  EXPECT_EQ(text,
            "event: stats\ndata: {\"per_second\":{\"facts\":2001,\"notifications\":0,"
            "\"resets\":1},\"facts\":4001,\"facts_refused\":0,\"notifications\":7,"
            "\"delivered\":0,\"delivery_failures\":0,\"resets\":2,\"customers\":5,"
            "\"alerts\":0,\"due\":0,\"outbox\":3}\n\n");
}

TEST(ApiEvents, OfAHostWithAServerOfItsOwnAreTheCountsOfNow) {
  const testing::ApiFixture api;
  const HttpResponse response = api.Get("/v1/events");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(FieldOf(response, "Content-Type"), "text/event-stream");
  EXPECT_EQ(FieldOf(response, "Cache-Control"), "no-store");
  EXPECT_THAT(response.body, HasSubstr("retry: 1000\n\nevent: stats\ndata: "));
  EXPECT_THAT(response.body, HasSubstr("\"facts\":1,"));
}

}  // namespace
}  // namespace tocsin
