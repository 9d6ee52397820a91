// Would catch a store of webhooks of the first format, whose rows had no checksum, that
// is refused, or loses something on its way to the newest.
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/sqlite/database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/webhook/left_webhooks.h"
#include "tocsin/status.h"
#include "tocsin/webhook.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;

// All columns but the checksum.
constexpr char kEndpointColumns[] =
    "number, id, name, url, scheme, alert_types, alerts, customers, headers, enabled, "
    "status, secret, previous_secret, previous_secret_until, created_at, enabled_at, "
    "delivered, failed, last_failure_at, last_failure, last_success_at, "
    "failures_in_a_row, pauses_in_a_row, paused_until";
constexpr char kDeliveryColumns[] =
    "number, endpoint, notification_id, customer_id, alert_id, type, accepted_at, "
    "attempts, due_at, last_failure, died_at, body";

class WebhookFormat : public ::testing::Test {
 protected:
  // What a newer store has, in one of the first format.
  WebhookFormat() {
    WebhookGround newer;
    newer.Put(left_.files);
    ground_.Execute(absl::StrCat(
        kTablesOfFormat1, "ATTACH '", newer.FileOf(kWebhooksFile), "' AS newer;",
        "INSERT INTO endpoint SELECT ", kEndpointColumns, " FROM newer.endpoint;",
        "INSERT INTO delivery SELECT ", kDeliveryColumns, " FROM newer.delivery;",
        "UPDATE sqlite_sequence SET seq = 99;"));
  }
  std::int64_t Format() {
    const auto database = sqlite::Database::Open(ground_.FileOf(kWebhooksFile), "");
    return *(*database)->QueryInteger("PRAGMA user_version");
  }

  const LeftWebhooks left_ = LeaveWebhooks(/*closed=*/true);
  WebhookGround ground_;
};

TEST_F(WebhookFormat, TheFirstIsBroughtToTheNewest) {
  EXPECT_EQ(Format(), 1);
  for (int time = 0; time < 2; ++time) {
    const auto shown = ground_.Look();
    ASSERT_TRUE(shown.ok()) << shown.status();
    EXPECT_EQ(*shown, left_.shown.back());
    EXPECT_EQ(Format(), 2);
  }
  EXPECT_EQ(*(*ground_.Open())->LastNumber(), 99U) << "it was given, and is gone";
}

TEST_F(WebhookFormat, ItsCopyIsAsItWas) {
  WebhookGround copy;
  ASSERT_TRUE(*BackupWebhooks(ground_.directory(), copy.directory()));
  EXPECT_EQ(Format(), 1);
  const auto shown = copy.Look();
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(*shown, left_.shown.back());
}

TEST_F(WebhookFormat, WhatCannotBeIsRefusedByNameAndLeftAsItWas) {
  for (const char* damage : {"UPDATE endpoint SET secret = 'x' WHERE number = 2",
                             "UPDATE endpoint SET scheme = 'other' WHERE number = 2",
                             "UPDATE delivery SET endpoint = 9 WHERE number = 2",
                             "UPDATE delivery SET accepted_at = 'x' WHERE number = 2"}) {
    SCOPED_TRACE(damage);
    const WebhookFiles before = ground_.Take();
    ground_.Execute(damage);
    const absl::Status status = ground_.Look().status();
    EXPECT_EQ(ReasonOf(status), Reason::kDamaged) << status;
    EXPECT_THAT(status.message(), HasSubstr("webhooks.db: row 2 of "));
    EXPECT_EQ(Format(), 1);
    ground_.Put(before);
  }
}

}  // namespace
}  // namespace tocsin::testing
