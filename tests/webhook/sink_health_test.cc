// Would catch a sink that is not well and says nothing of it, or says something else.
#include <memory>
#include <string>
#include <utility>

#include "engine/sqlite/database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/manual_clock.h"
#include "tests/webhook/simulated_world.h"
#include "tests/webhook/sink_fixture.h"
#include "tocsin/status.h"

namespace tocsin {
namespace {

using ::testing::HasSubstr;
using testing::SampleNotification;
using ::testing::SizeIs;

constexpr char kWell[] = "https://receiver.example/hook";

class SinkHealth : public testing::SinkFixture {};
TEST_F(SinkHealth, WhatCannotBeKeptIsSeenByWhoAsksHowItIs) {
  const absl::Time began = absl::FromUnixSeconds(1'767'225'600);
  testing::ManualClock clock(began);
  WebhookOptions options;
  options.clock = &clock;
  const auto sink = Open(/*hangs=*/true, std::move(options));
  ASSERT_TRUE(sink->Create({.url = kWell}, "").ok());
  EXPECT_TRUE(sink->Health().status.ok());
  EXPECT_EQ(sink->Health().failing_since, std::nullopt);
  // What the thread does by itself when it begins is over then.
  EXPECT_THAT(sink->List(), SizeIs(1));
  auto other = sqlite::Database::Open(directory_ / "sink/webhooks.db", "");
  ASSERT_TRUE(other.ok()) << other.status();
  ASSERT_TRUE((*other)->Execute("PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE").ok());
  ASSERT_TRUE(sink->Deliver(SampleNotification(1, 1, 1)).ok());
  EXPECT_FALSE(sink->Sync().ok());
  clock.Advance(absl::Minutes(1));
  EXPECT_FALSE(sink->Sync().ok());
  EXPECT_EQ(ReasonOf(sink->Health().status), Reason::kStoreInUse)
      << sink->Health().status;
  EXPECT_EQ(sink->Health().failing_since, began) << "since the first";
  ASSERT_TRUE((*other)->Execute("ROLLBACK").ok());
  while (!sink->Sync().ok()) {
  }
  EXPECT_TRUE(sink->Health().status.ok()) << sink->Health().status;
  EXPECT_EQ(sink->Health().failing_since, std::nullopt);
}

TEST_F(SinkHealth, WhatCannotBeRemovedIsNotTakenForWhatCannotBeKept) {
  testing::ManualClock clock(absl::FromUnixSeconds(1'767'225'600));
  WebhookOptions options;
  options.clock = &clock;
  const auto sink = Open(/*hangs=*/true, std::move(options));
  const EndpointId id = sink->Create({.url = kWell}, "")->id;
  auto file = sqlite::Database::Open(directory_ / "sink/webhooks.db", "");
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)
                  ->Execute("PRAGMA busy_timeout = 10000;"
                            "CREATE TRIGGER damage BEFORE DELETE ON endpoint "
                            "BEGIN SELECT RAISE(ABORT, 'damaged'); END")
                  .ok());
  ASSERT_TRUE(sink->Remove(id).ok());
  while (sink->Health().clearing.ok()) {
  }
  EXPECT_THAT(sink->Health().clearing.message(), HasSubstr(id.ToString()));
  ASSERT_TRUE(sink->Deliver(SampleNotification(1, 1, 1)).ok());
  EXPECT_TRUE(sink->Sync().ok());
  EXPECT_TRUE(sink->Health().status.ok()) << sink->Health().status;
  ASSERT_TRUE((*file)->Execute("DROP TRIGGER damage").ok());
  clock.Advance(absl::Seconds(10));
  while (!sink->Health().clearing.ok()) {
  }
}

TEST_F(SinkHealth, WhatCannotBeTakenIsSeenAndTakenLater) {
  WebhookOptions options;
  options.retry_first = absl::Milliseconds(1);
  options.retry_max = absl::Milliseconds(10);
  receiver_.Answer(500);
  const auto sink = Open(/*hangs=*/false, std::move(options));
  ASSERT_TRUE(sink->Create({.url = kWell}, "").ok());
  ASSERT_TRUE(sink->Deliver(SampleNotification(1, 1, 1)).ok());
  ASSERT_TRUE(sink->Sync().ok());
  auto file = sqlite::Database::Open(directory_ / "sink/webhooks.db", "");
  ASSERT_TRUE(file.ok()) << file.status();
  // The sink writes meanwhile what becomes of its attempts.
  ASSERT_TRUE((*file)->Execute("PRAGMA busy_timeout = 10000").ok());
  // What looks whether it is known finds no table.
  ASSERT_TRUE((*file)->Execute("ALTER TABLE delivery RENAME TO elsewhere").ok());
  ASSERT_TRUE(sink->Deliver(SampleNotification(2, 1, 1)).ok());
  EXPECT_FALSE(sink->Sync().ok());
  EXPECT_FALSE(sink->Health().status.ok());
  ASSERT_TRUE((*file)->Execute("ALTER TABLE elsewhere RENAME TO delivery").ok());
  // A try that began before that may fail yet.
  while (!sink->Sync().ok()) {
  }
  EXPECT_TRUE(sink->Health().status.ok()) << sink->Health().status;
  receiver_.Answer(200);
  while (sink->List()[0].delivered < 2) {
  }
}

}  // namespace
}  // namespace tocsin
