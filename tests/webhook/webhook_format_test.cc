// Would catch a store of webhooks of an older format that is refused, or loses something
// on its way to the newest.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/sqlite/database.h"
#include "engine/webhook/dispatcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/webhook/left_webhooks.h"
#include "tests/webhook/simulated_transfers.h"
#include "tocsin/status.h"
#include "tocsin/webhook.h"

namespace tocsin::testing {
namespace {

using ::testing::ElementsAre;
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

class WebhookFormat : public ::testing::TestWithParam<int> {
 protected:
  // What a newer store has, in one of an older format.
  WebhookFormat() {
    if (GetParam() == 1) {
      MakeFirst();
    } else {
      MakeSecond();
    }
  }
  // Without checksums.
  void MakeFirst() {
    WebhookGround newer;
    newer.Put(left_.files);
    ground_.Execute(absl::StrCat(
        kTablesOfFormat1, "ATTACH '", newer.FileOf(kWebhooksFile), "' AS newer;",
        "INSERT INTO endpoint SELECT ", kEndpointColumns, " FROM newer.endpoint;",
        "INSERT INTO delivery SELECT ", kDeliveryColumns, " FROM newer.delivery;",
        "UPDATE sqlite_sequence SET seq = 99;"));
  }
  // Without the last column, which is NULL, so that the sum of before it is the inverse.
  void MakeSecond() {
    ground_.Put(left_.files);
    ground_.Execute(
        "ALTER TABLE endpoint DROP COLUMN overlap_ms;"
        "UPDATE endpoint SET checksum = ~checksum;"
        "PRAGMA user_version = 2;"
        "UPDATE sqlite_sequence SET seq = 99;");
  }
  std::int64_t Format() {
    const auto database = sqlite::Database::Open(ground_.FileOf(kWebhooksFile), "");
    return *(*database)->QueryInteger("PRAGMA user_version");
  }

  const LeftWebhooks left_ = LeaveWebhooks(/*closed=*/true);
  WebhookGround ground_;
};

TEST_P(WebhookFormat, IsBroughtToTheNewest) {
  EXPECT_EQ(Format(), GetParam());
  for (int time = 0; time < 2; ++time) {
    const auto shown = ground_.Look();
    ASSERT_TRUE(shown.ok()) << shown.status();
    EXPECT_EQ(*shown, left_.shown.back());
    EXPECT_EQ(Format(), 3);
  }
  EXPECT_EQ(*(*ground_.Open())->LastNumber(), 99U) << "it was given, and is gone";
}

TEST_P(WebhookFormat, ItsCopyIsAsItWas) {
  WebhookGround copy;
  ASSERT_TRUE(*BackupWebhooks(ground_.directory(), copy.directory()));
  EXPECT_EQ(Format(), GetParam());
  const auto shown = copy.Look();
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(*shown, left_.shown.back());
}

TEST_P(WebhookFormat, WhatCannotBeIsRefusedByNameAndLeftAsItWas) {
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
    EXPECT_EQ(Format(), GetParam());
    ground_.Put(before);
  }
}

// How long it was to be is not known.
TEST_P(WebhookFormat, AnOverlapOfItLastsAYearAtMost) {
  auto store = ground_.Open();
  ASSERT_TRUE(store.ok()) << store.status();
  SimulatedTransfers transfers;
  const absl::Time long_before = absl::UnixEpoch();
  const auto dispatcher =
      webhook::Dispatcher::Open({}, *std::move(store), &transfers, long_before);
  ASSERT_TRUE(dispatcher.ok()) << dispatcher.status();
  std::vector<absl::Time> ends;
  for (const WebhookEndpoint& endpoint : (*dispatcher)->List(long_before)) {
    if (endpoint.previous_secret_until) ends.push_back(*endpoint.previous_secret_until);
  }
  EXPECT_THAT(ends, ElementsAre(long_before + absl::Hours(24 * 365)));
}

INSTANTIATE_TEST_SUITE_P(Each, WebhookFormat, ::testing::Values(1, 2));

}  // namespace
}  // namespace tocsin::testing
