// Would catch a payload whose bytes depend on anything but the notification, and an
// id that changed: receivers keep both.
#include "engine/notify/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/facts.h"
#include "tests/support/names.h"
#include "tocsin/notification.h"

namespace tocsin {
namespace {

using testing::At;
using testing::D;

model::Decision ADecision() {
  auto alert = std::make_shared<model::AlertVersion>();
  alert->alert.id = *AlertId::Parse("a0000000-0000-4000-8000-000000000001");
  alert->alert.spec = {.type = AlertType::kSpendThresholdReached,
                       .name = "50 \"USD\"\n",
                       .threshold = D("5000"),
                       .group_values = {{"region", "eu"}, {"model"}, {"kind"}}};
  alert->measure =
      std::make_shared<const model::Measure>(model::MeasureOf(alert->alert.spec));
  return {.kind = NotificationKind::kReached,
          .triggered_by = Trigger::kSpend,
          .customer = *CustomerId::Parse("22cfcf62-912d-59ee-912a-e1146dbb77cf"),
          .alert = alert,
          .instance = model::InstanceKeyOf({"chat", "gpt"}),
          .value = D("5000.25"),
          .previous_value = D("-0.5"),
          .remaining_balance = std::nullopt,
          .invoice_type = {},
          .epoch = 3,
          .crossing = 7,
          .sequence = 12,
          .time = At("2026-01-31T12:00:00.1239Z")};
}

TEST(Payload, HasEveryFieldInItsPlace) {
  EXPECT_EQ(
      ToJson(notify::MakeNotification(ADecision())),
      R"({"id":"eac2c84f-b124-5062-bacd-5648c0ba2fc6","type":"alerts.spend_threshold_reached","properties":{)"
      R"("customer_id":"22cfcf62-912d-59ee-912a-e1146dbb77cf",)"
      R"("alert_id":"a0000000-0000-4000-8000-000000000001","alert_name":"50 \"USD\"\n",)"
      R"("timestamp":"2026-01-31T12:00:00.123Z","threshold":5000,"triggered_by":"spend",)"
      R"("current_spend":5000.25,"credit_type_id":"2714e483-4ff1-48e4-9e25-ac732e8f24f2",)"
      R"("group_values":[{"key":"region","value":"eu"},{"key":"model","value":"gpt"},)"
      R"({"key":"kind","value":"chat"}],"previous_value":-0.5,"epoch":3,"sequence":12}})");
}

TEST(Payload, OfUsageNamesTheMetricAndARecoveryIsResolved) {
  model::Decision decision = ADecision();
  auto alert = std::make_shared<model::AlertVersion>(*decision.alert);
  alert->alert.spec.type = AlertType::kUsageThresholdReached;
  alert->alert.spec.billable_metric =
      *BillableMetricId::Parse("46e09f38-1d5f-537f-ba26-9d04679ff0e7");
  alert->alert.spec.group_values.clear();
  decision.alert = alert;
  decision.instance = "";
  decision.kind = NotificationKind::kResolved;
  decision.previous_value = std::nullopt;
  const std::string json = ToJson(notify::MakeNotification(decision));
  EXPECT_THAT(json, ::testing::HasSubstr(R"("type":"alerts.usage_threshold_resolved")"));
  EXPECT_THAT(json, ::testing::HasSubstr(
                        R"("current_usage":5000.25,)"
                        R"("billable_metric_id":"46e09f38-1d5f-537f-ba26-9d04679ff0e7",)"
                        R"("previous_value":null)"));
  EXPECT_THAT(json, ::testing::Not(::testing::HasSubstr("group_values")));
}

TEST(NotificationId, IsAVersion5UuidThatOnlyItsSixPartsChange) {
  const model::Decision decision = ADecision();
  const NotificationId id = notify::IdOf(decision);
  EXPECT_EQ(id.uuid().version(), boost::uuids::uuid::version_name_based_sha1);
  EXPECT_EQ(id.uuid().variant(), boost::uuids::uuid::variant_rfc_4122);

  model::Decision same = decision;
  same.value = D("1");
  same.sequence = 99;
  same.time = At("2030-01-01T00:00:00Z");
  same.triggered_by = Trigger::kReset;
  same.previous_value = std::nullopt;
  EXPECT_EQ(notify::IdOf(same), id);

  std::vector<NotificationId> others;
  const auto change = [&](auto&& how) {
    model::Decision other = decision;
    how(other);
    others.push_back(notify::IdOf(other));
  };
  change([](auto& d) { d.customer = testing::Customer(1); });
  change([](auto& d) {
    auto alert = std::make_shared<model::AlertVersion>(*d.alert);
    alert->alert.id = testing::AlertNumber(1);
    d.alert = alert;
  });
  change([](auto& d) { d.instance = ""; });
  change([](auto& d) { d.instance = model::InstanceKeyOf({"chatg", "pt"}); });
  change([](auto& d) { d.epoch = 4; });
  change([](auto& d) { d.kind = NotificationKind::kResolved; });
  change([](auto& d) { d.crossing = 8; });
  change([](auto& d) { std::swap(d.epoch, d.crossing); });
  others.push_back(id);
  std::sort(others.begin(), others.end());
  EXPECT_EQ(std::unique(others.begin(), others.end()), others.end());
}

// Worked out once by another program (uuid and hashlib of Python): an id must be the
// same on every machine and in every version.
TEST(NotificationId, IsWhatItAlwaysWas) {
  EXPECT_EQ(notify::IdOf(ADecision()).ToString(), "eac2c84f-b124-5062-bacd-5648c0ba2fc6");
}

}  // namespace
}  // namespace tocsin
