// Would catch an alert that is created, changed or archived otherwise than was asked, and
// a conflict that a client would try again.
#include <string>
#include <vector>

#include "tests/http/api_fixture.h"
#include "tocsin/alert_type.h"

namespace tocsin {
namespace {

using testing::ApiFixture;
using testing::FieldOf;
using testing::Json;
using testing::Message;

std::string IdIn(const HttpResponse& response) {
  EXPECT_EQ(response.status, 200) << response.body;
  return std::string(Json(response).at("data").at("id").as_string());
}

std::string OfType(const AlertTypeInfo& type) {
  std::string more;
  if (type.has_billable_metric) {
    more += R"(,"billable_metric_id":"3e7c1e0a-52c5-4c1c-9c57-0f6b43a4a9d1")";
  }
  if (type.has_seat_filter) more += R"(,"seat_filter":{"seat_group_key":"user"})";
  return absl::StrCat(R"({"alert_type":")", type.name, R"(","name":"one of each",)",
                      R"("threshold":5)", more, "}");
}

TEST(ApiAlerts, AreCreatedOfEveryType) {
  const ApiFixture api;
  for (const AlertTypeInfo& type : AlertTypes()) {
    const std::string id = IdIn(api.Post("/v1/alerts/create", OfType(type)));
    const absl::StatusOr<Alert> alert = api.engine->GetAlert(*AlertId::Parse(id));
    ASSERT_TRUE(alert.ok()) << type.name;
    EXPECT_EQ(alert->spec.type, type.type);
    EXPECT_EQ(alert->spec.name, "one of each");
    // Version 4, of RFC 4122.
    EXPECT_EQ(id[14], '4');
    EXPECT_THAT(std::string("89ab"), ::testing::HasSubstr(id.substr(19, 1)));
  }
  EXPECT_EQ(api.engine->GetStats().alerts, AlertTypes().size() + 1);
}

TEST(ApiAlerts, AreWrittenAsTheyWereGiven) {
  const ApiFixture api;
  const std::string id = IdIn(api.Post("/v1/alerts/create", R"({
    "id":"AAAAAAAA-0000-4000-8000-000000000001",
    "alert_type":"spend_threshold_reached","name":"a \"name\" \u00fc","threshold":"12.50",
    "uniqueness_key":"key","plan_id":"bbbbbbbb-0000-4000-8000-000000000001",
    "evaluate_on_create":false,"notify_resolved":true,
    "group_values":[{"key":"region","value":"eu"},{"key":"cloud"}],
    "custom_field_filters":[{"entity":"Contract","key":"tier","value":"gold"}]})"));
  EXPECT_EQ(id, "aaaaaaaa-0000-4000-8000-000000000001");
  const HttpResponse list = api.Post("/v1/alerts/list", "{}");
  EXPECT_THAT(
      list.body,
      ::testing::HasSubstr(
          R"({"id":"aaaaaaaa-0000-4000-8000-000000000001","name":"a \"name\" ü",)"
          R"("type":"spend_threshold_reached","status":"enabled","threshold":12.5,)"
          R"("updated_at":"2026-01-10T00:00:00.000Z","uniqueness_key":"key",)"
          R"j("credit_type":{"id":"2714e483-4ff1-48e4-9e25-ac732e8f24f2",)j"
          R"j("name":"USD (cents)"},)j"
          R"("group_values":[{"key":"region","value":"eu"},{"key":"cloud"}],)"
          R"("custom_field_filters":[{"entity":"Contract","key":"tier","value":"gold"}],)"
          R"("plan_id":"bbbbbbbb-0000-4000-8000-000000000001",)"
          R"("evaluate_on_create":false,"notify_resolved":true})"))
      << list.body;
}

TEST(ApiAlerts, SpecifiersAndSeatsAreWrittenToo) {
  const ApiFixture api;
  IdIn(api.Post("/v1/alerts/create", R"({
    "alert_type":"low_remaining_contract_credit_and_commit_balance_reached","name":"n",
    "threshold":5,"credit_type_id":"cccccccc-0000-4000-8000-000000000001",
    "alert_specifiers":[{"exclude":[{"custom_field_filters":[
      {"entity":"ContractCreditOrCommit","key":"k","value":"w"}]}]},
      {"custom_field_filters":[
      {"entity":"ContractCreditOrCommit","key":"k","value":"v"}]}]})"));
  IdIn(api.Post("/v1/alerts/create", R"({
    "alert_type":"low_remaining_seat_balance_reached","name":"n","threshold":5,
    "seat_filter":{"seat_group_key":"user","seat_group_value":"u1"}})"));
  IdIn(api.Post("/v1/alerts/create", R"({
    "alert_type":"invoice_total_reached","name":"n","threshold":5,
    "invoice_types_filter":["USAGE","SEAT"]})"));
  const std::string list = api.Post("/v1/alerts/list", "{}").body;
  for (const char* part :
       {R"("alert_specifiers":[{"exclude":[{"custom_field_filters":[{"entity":)"
        R"("ContractCreditOrCommit","key":"k","value":"w"}]}]},{"custom_field_filters":)"
        R"([{"entity":"ContractCreditOrCommit","key":"k","value":"v"}]}])",
        R"("credit_type":{"id":"cccccccc-0000-4000-8000-000000000001","name":)"
        R"("cccccccc-0000-4000-8000-000000000001"})",
        R"("seat_filter":{"seat_group_key":"user","seat_group_value":"u1"})",
        R"("invoice_types_filter":["USAGE","SEAT"])"}) {
    EXPECT_THAT(list, ::testing::HasSubstr(part));
  }
}

TEST(ApiAlerts, AUsedKeyNamesItsHolderAndIsNotTriedAgain) {
  const ApiFixture api;
  const std::string body = R"({"alert_type":"spend_threshold_reached","name":"n",
    "threshold":5,"uniqueness_key":"the \"key\""})";
  const std::string holder = IdIn(api.Post("/v1/alerts/create", body));
  const std::string before = api.Everything();
  const HttpResponse used = api.Post("/v1/alerts/create", body);
  EXPECT_EQ(used.status, 409);
  EXPECT_EQ(FieldOf(used, "x-should-retry"), "false");
  EXPECT_EQ(Json(used).at("conflicting_id").as_string(), holder);
  EXPECT_EQ(Json(used).at("conflicting_value").as_string(), "the \"key\"");
  EXPECT_NE(Message(used), "");
  EXPECT_EQ(api.Everything(), before);
  // Kept by an archived alert as well, until it is released with it.
  const std::string named = absl::StrCat(R"({"id":")", holder, "\"");
  EXPECT_EQ(
      api.Post("/v1/alerts/archive", named + R"(,"release_uniqueness_key":true})").status,
      200);
  EXPECT_NE(IdIn(api.Post("/v1/alerts/create", body)), holder);
  const HttpResponse same_id = api.Post(
      "/v1/alerts/create",
      named + R"(,"alert_type":"spend_threshold_reached","name":"n","threshold":5})");
  EXPECT_EQ(same_id.status, 409);
  EXPECT_EQ(FieldOf(same_id, "x-should-retry"), "false");
}

TEST(ApiAlerts, AreArchivedOnce) {
  const ApiFixture api;
  const std::string body = absl::StrCat("{\"id\":\"", api.alert.ToString(), "\"}");
  EXPECT_EQ(IdIn(api.Post("/v1/alerts/archive", body)), api.alert.ToString());
  const HttpResponse twice = api.Post("/v1/alerts/archive", body);
  EXPECT_EQ(twice.status, 400);
  EXPECT_EQ(twice.body, R"({"message":"Alert already archived"})");
  EXPECT_EQ(
      api.Post("/v1/alerts/archive", R"({"id":"aaaaaaaa-0000-4000-8000-000000000009"})")
          .status,
      404);
  EXPECT_EQ(api.Post("/v1/alerts/update", absl::StrCat("{\"id\":\"", api.alert.ToString(),
                                                       "\",\"threshold\":7}"))
                .status,
            400);
}

TEST(ApiAlerts, AreChangedInPlace) {
  const ApiFixture api;
  const std::string named = absl::StrCat("{\"id\":\"", api.alert.ToString(), "\"");
  EXPECT_EQ(IdIn(api.Post("/v1/alerts/update",
                          named + R"(,"threshold":7,"name":"other","unknown":1})")),
            api.alert.ToString());
  const Alert alert = *api.engine->GetAlert(api.alert);
  EXPECT_EQ(alert.spec.threshold, testing::D("7"));
  EXPECT_EQ(alert.spec.name, "other");
  const std::string before = api.Everything();
  EXPECT_EQ(api.Post("/v1/alerts/update", named + "}").status, 400);
  EXPECT_EQ(api.Post("/v1/alerts/update", named + R"(,"on_change":"often"})").status,
            400);
  EXPECT_EQ(api.Post("/v1/alerts/update",
                     named + R"(,"threshold":8,"alert_type":"usage_threshold_reached"})")
                .status,
            400);
  EXPECT_EQ(api.Post("/v1/alerts/update",
                     R"({"id":"aaaaaaaa-0000-4000-8000-000000000009","threshold":8})")
                .status,
            404);
  EXPECT_EQ(api.Everything(), before);
}

TEST(ApiAlerts, AreListedByStatus) {
  const ApiFixture api;
  const AlertId disabled = *api.engine->CreateAlert(
      {.id = testing::AlertNumber(2), .name = "d", .threshold = testing::D("1")});
  ASSERT_TRUE(api.engine->DisableAlert(disabled).ok());
  const AlertId archived = *api.engine->CreateAlert(
      {.id = testing::AlertNumber(3), .name = "a", .threshold = testing::D("1")});
  ASSERT_TRUE(api.engine->ArchiveAlert(archived).ok());
  const auto ids = [&api](const char* statuses) {
    std::vector<std::string> listed;
    const HttpResponse page =
        api.Post("/v1/alerts/list", absl::StrCat("{\"alert_statuses\":", statuses, "}"));
    const boost::json::value json = Json(page);
    EXPECT_TRUE(json.at("next_page").is_null());
    for (const auto& one : json.at("data").as_array()) {
      listed.push_back(std::string(one.at("id").as_string()) + " " +
                       std::string(one.at("status").as_string()));
    }
    return listed;
  };
  const std::string enabled = api.alert.ToString() + " enabled";
  EXPECT_THAT(ids("null"), ::testing::ElementsAre(enabled));
  EXPECT_THAT(ids(R"(["disabled","archived"])"),
              ::testing::ElementsAre(disabled.ToString() + " disabled",
                                     archived.ToString() + " archived"));
  EXPECT_EQ(ids(R"(["ENABLED","DISABLED","ARCHIVED"])").size(), 3u);
}

}  // namespace
}  // namespace tocsin
