// Would catch a reset that is answered and not made, or made and refused, and a state
// that is written otherwise than the engine has it.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/http/api_fixture.h"
#include "tests/support/temp_directory.h"

namespace tocsin {
namespace {

using testing::ApiFixture;
using testing::FieldOf;
using testing::Json;
using testing::Message;

constexpr char kReset[] = "/v1/customer-alerts/reset";

std::uint64_t EpochOf(const ApiFixture& api) {
  return api.engine->GetCustomerAlert(api.customer, api.alert)->epoch;
}

TEST(ApiReset, AnswersWithoutABody) {
  const ApiFixture api;
  const HttpResponse response = api.Post(kReset, api.Body());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(FieldOf(response, "Content-Type"), std::nullopt);
  EXPECT_EQ(EpochOf(api), 1u);
  EXPECT_EQ(api.engine->GetCustomerAlert(api.customer, api.alert)->status,
            CustomerStatus::kEvaluating);
  api.Drain();
  EXPECT_EQ(api.engine->GetCustomerAlert(api.customer, api.alert)->status,
            CustomerStatus::kOk);
}

TEST(ApiReset, ManyAreCoalesced) {
  const ApiFixture api;
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_EQ(api.Post(kReset, api.Body()).status, 200);
  }
  EXPECT_EQ(EpochOf(api), 10'000u);
  EXPECT_EQ(api.engine->GetStats().due, 1u);
}

TEST(ApiReset, OfWhatIsNotThereIsNotFound) {
  const ApiFixture api;
  const std::string before = api.Everything();
  const std::string other = testing::Customer(9).ToString();
  for (const char* route : {"reset", "get", "explain", "history"}) {
    const std::string path = absl::StrCat("/v1/customer-alerts/", route);
    for (const std::string& body :
         {absl::StrCat("{\"customer_id\":\"", other, "\",\"alert_id\":\"",
                       api.alert.ToString(), "\"}"),
          absl::StrCat("{\"customer_id\":\"", api.customer.ToString(),
                       "\",\"alert_id\":\"", other, "\"}")}) {
      const HttpResponse response = api.Post(path, body);
      // A memory keeps no history, which is seen last.
      EXPECT_EQ(response.status, 404) << path << response.body;
      EXPECT_NE(Message(response), "");
    }
  }
  EXPECT_EQ(api.Post("/v1/customer-alerts/list",
                     absl::StrCat("{\"customer_id\":\"", other, "\"}"))
                .status,
            404);
  EXPECT_EQ(api.Post("/v1/customer-alerts/reset-many",
                     absl::StrCat("{\"alert_id\":\"", other, "\"}"))
                .status,
            404);
  EXPECT_EQ(api.Everything(), before);
}

TEST(ApiReset, OfADisabledOrArchivedAlertIsRefused) {
  const ApiFixture api;
  ASSERT_TRUE(api.engine->DisableAlert(api.alert).ok());
  EXPECT_EQ(api.Post(kReset, api.Body()).status, 400);
  ASSERT_TRUE(api.engine->ArchiveAlert(api.alert).ok());
  EXPECT_EQ(api.Post(kReset, api.Body()).status, 400);
  const boost::json::value got = Json(api.Post("/v1/customer-alerts/get", api.Body()));
  EXPECT_TRUE(got.at("data").at("customer_status").is_null());
  EXPECT_EQ(got.at("data").at("alert").at("status").as_string(), "archived");
  EXPECT_EQ(got.at("data").at("epoch").as_int64(), 0);
}

TEST(ApiReset, AFullScheduleChangesNothing) {
  const ApiFixture api({.due_max = 1});
  const AlertId other = *api.engine->CreateAlert(
      {.id = testing::AlertNumber(2), .name = "other", .threshold = testing::D("50")});
  api.Drain();
  ASSERT_EQ(api.Post(kReset, api.Body()).status, 200);
  const std::string before = api.Everything();
  const HttpResponse full =
      api.Post(kReset, absl::StrCat("{\"customer_id\":\"", api.customer.ToString(),
                                    "\",\"alert_id\":\"", other.ToString(), "\"}"));
  EXPECT_EQ(full.status, 429);
  EXPECT_EQ(FieldOf(full, "Retry-After"), "1");
  EXPECT_NE(Message(full), "");
  const HttpResponse many =
      api.Post("/v1/customer-alerts/reset-many",
               absl::StrCat("{\"alert_id\":\"", other.ToString(), "\"}"));
  EXPECT_EQ(many.status, 429);
  EXPECT_EQ(FieldOf(many, "Retry-After"), "1");
  EXPECT_EQ(api.Everything(), before);
}

TEST(ApiReset, AClosedEngineIsNoneOfUse) {
  const ApiFixture api;
  ASSERT_TRUE(api.engine->Close().ok());
  for (const auto& [path, body] :
       {std::pair<const char*, std::string>(kReset, api.Body()),
        {"/v1/customer-alerts/get", api.Body()},
        {"/v1/alerts/list", "{}"},
        {"/v1/facts", R"([{"type":"spend"}])"}}) {
    const HttpResponse response = api.Post(path, body);
    EXPECT_EQ(response.status, 503) << path;
    EXPECT_EQ(Message(response), "the engine is closing; nothing was changed");
    EXPECT_EQ(FieldOf(response, "Retry-After"), "1");
  }
  EXPECT_EQ(api.Get("/readyz").status, 503);
  EXPECT_EQ(api.Get("/healthz").status, 200);
}

TEST(ApiResetMany, SaysHowFarItCameAndGoesOn) {
  const ApiFixture api({.shards = 1, .due_max = 3});
  for (int c = 2; c <= 8; ++c) {
    ASSERT_EQ(api.engine->Apply({testing::Spend(testing::Customer(c), "1")}).applied, 1u);
  }
  const std::string named = absl::StrCat("{\"alert_id\":\"", api.alert.ToString(), "\"");
  std::string resume = "null";
  std::int64_t taken = 0;
  int calls = 0;
  for (bool done = false; !done; ++calls) {
    ASSERT_LT(calls, 10);
    const boost::json::value json =
        Json(api.Post("/v1/customer-alerts/reset-many",
                      absl::StrCat(named, ",\"resume\":", resume, "}")));
    const boost::json::value& data = json.at("data");
    taken += data.at("taken").as_int64();
    done = data.at("done").as_bool();
    EXPECT_EQ(done, data.at("resume").is_null());
    const auto* stopped_by = data.as_object().if_contains("stopped_by");
    EXPECT_EQ(stopped_by == nullptr ? "" : stopped_by->as_string(),
              done ? "" : "limit_reached");
    resume = boost::json::serialize(data.at("resume"));
    api.Drain();
  }
  EXPECT_EQ(taken, 8);
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(api.engine->GetStats().resets, 8u);
  const HttpResponse of_customer =
      api.Post("/v1/customer-alerts/reset-many",
               absl::StrCat("{\"customer_id\":\"", api.customer.ToString(), "\"}"));
  EXPECT_EQ(of_customer.body, R"({"data":{"taken":1,"done":true,"resume":null}})");
  EXPECT_EQ(
      api.Post("/v1/customer-alerts/reset-many", named + R"(,"resume":"x"})").status,
      400);
}

TEST(ApiCustomerAlert, IsWrittenWhole) {
  const ApiFixture api;
  const HttpResponse got = api.Post("/v1/customer-alerts/get", api.Body());
  EXPECT_EQ(FieldOf(got, "Content-Type"), "application/json");
  EXPECT_EQ(got.body,
            absl::StrCat(R"({"data":{"customer_id":")", api.customer.ToString(),
                         R"(","customer_status":"ok","triggered_by":null,"value":10,)",
                         R"("epoch":0,"group_dropped":0,"source_failed":false,)",
                         R"("alert":{"id":")", api.alert.ToString(),
                         R"(","name":"limit","type":"spend_threshold_reached",)",
                         R"("status":"enabled","threshold":100,)",
                         R"("updated_at":"2026-01-10T00:00:00.000Z","credit_type":{)",
                         R"j("id":"2714e483-4ff1-48e4-9e25-ac732e8f24f2",)j",
                         R"j("name":"USD (cents)"},"evaluate_on_create":true,)j",
                         R"("notify_resolved":false}}})"));
  ASSERT_EQ(api.engine->Apply({testing::Spend(api.customer, "90")}).applied, 1u);
  const boost::json::value after = Json(api.Post("/v1/customer-alerts/get", api.Body()));
  EXPECT_EQ(after.at("data").at("customer_status").as_string(), "in_alarm");
  EXPECT_EQ(after.at("data").at("triggered_by").as_string(), "spend");
}

TEST(ApiCustomerAlert, HasItsInstances) {
  const ApiFixture api;
  const AlertId by_region =
      *api.engine->CreateAlert({.name = "by region",
                                .threshold = testing::D("5"),
                                .group_values = {{.key = "region"}}});
  ASSERT_EQ(
      api.engine
          ->Apply({testing::Spend(api.customer, "9", {{.key = "region", .value = "eu"}}),
                   testing::Spend(api.customer, "2", {{.key = "region", .value = "us"}})})
          .applied,
      2u);
  api.Drain();
  const std::string named =
      absl::StrCat("{\"customer_id\":\"", api.customer.ToString(), "\",\"alert_id\":\"",
                   by_region.ToString(), "\"");
  const boost::json::value whole = Json(api.Post("/v1/customer-alerts/get", named + "}"));
  EXPECT_EQ(boost::json::serialize(whole.at("data").at("instances")),
            R"([{"group_values":[{"key":"region","value":"eu"}],)"
            R"("customer_status":"in_alarm","triggered_by":"spend","value":9,"epoch":0},)"
            R"({"group_values":[{"key":"region","value":"us"}],)"
            R"("customer_status":"ok","triggered_by":null,"value":2,"epoch":0}])");
  EXPECT_EQ(whole.at("data").at("customer_status").as_string(), "in_alarm");
  const boost::json::value one =
      Json(api.Post("/v1/customer-alerts/get",
                    named + R"(,"group_values":[{"key":"region","value":"us"}]})"));
  EXPECT_EQ(one.at("data").at("customer_status").as_string(), "ok");
  EXPECT_EQ(one.at("data").as_object().if_contains("instances"), nullptr);
  EXPECT_EQ(boost::json::serialize(one.at("data").at("group_values")),
            R"([{"key":"region","value":"us"}])");
  // One instance is reset, and the other is not.
  EXPECT_EQ(
      api.Post(kReset, named + R"(,"group_values":[{"key":"region","value":"us"}]})")
          .status,
      200);
  EXPECT_EQ(api.engine->GetStats().due, 1u);
  EXPECT_EQ(api.Post(kReset, named + R"(,"group_values":[{"key":"region","value":"x"}]})")
                .status,
            404);
  EXPECT_EQ(api.Post(kReset, named + R"(,"group_values":[{"key":"cloud","value":"x"}]})")
                .status,
            400);
}

TEST(ApiCustomerAlert, IsExplained) {
  const ApiFixture api;
  ASSERT_EQ(api.engine->Apply({testing::Spend(api.customer, "100")}).applied, 1u);
  const boost::json::value alarm =
      Json(api.Post("/v1/customer-alerts/explain", api.Body()));
  const boost::json::value& data = alarm.at("data");
  EXPECT_EQ(boost::json::serialize(data.at("status_change")),
            R"({"at":"2026-01-10T00:00:00.000Z","by":"spend"})");
  EXPECT_EQ(data.at("last_notification").at("kind").as_string(), "reached");
  EXPECT_EQ(data.at("last_notification").at("value").as_int64(), 110);
  EXPECT_TRUE(data.at("due").is_null());
  EXPECT_EQ(data.at("customer_alert").at("alert").at("name").as_string(), "limit");
  ASSERT_EQ(api.Post(kReset, api.Body()).status, 200);
  const boost::json::value due =
      Json(api.Post("/v1/customer-alerts/explain", api.Body()));
  EXPECT_EQ(boost::json::serialize(due.at("data").at("due")),
            R"({"since":"2026-01-10T00:00:00.000Z","reasons":["reset"]})");
}

TEST(ApiCustomerAlert, HasAHistoryInPages) {
  const testing::TempDirectory directory(testing::InMemory());
  ApiFixture api({.directory = directory / "store"});
  for (int i = 0; i < 120; ++i) {
    api.clock.Advance(absl::Seconds(1));
    ASSERT_EQ(api.Post(kReset, api.Body()).status, 200);
  }
  std::string target = "/v1/customer-alerts/history";
  std::vector<std::int64_t> numbers;
  std::vector<std::size_t> sizes;
  for (bool more = true; more;) {
    const boost::json::value page = Json(api.Post(target, api.Body()));
    sizes.push_back(page.at("data").as_array().size());
    for (const auto& event : page.at("data").as_array()) {
      numbers.push_back(event.at("number").as_int64());
      EXPECT_EQ(event.at("customer_status").as_string(), "evaluating");
      EXPECT_EQ(event.at("triggered_by").as_string(), "reset");
      EXPECT_EQ(event.at("epoch").as_int64(), static_cast<std::int64_t>(numbers.size()));
    }
    more = !page.at("next_page").is_null();
    if (more) {
      target = absl::StrCat("/v1/customer-alerts/history?next_page=",
                            std::string(page.at("next_page").as_string()));
    }
  }
  EXPECT_THAT(sizes, ::testing::ElementsAre(100, 20));
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
  const boost::json::value range = Json(api.Post(
      "/v1/customer-alerts/history",
      api.Body(
          R"(,"starts_at":"2026-01-10T00:00:10Z","ends_at":"2026-01-10T00:00:12Z")")));
  EXPECT_EQ(range.at("data").as_array().size(), 2u);
  EXPECT_TRUE(range.at("next_page").is_null());
}

TEST(ApiCustomerAlert, WithoutAStoreHasNoHistory) {
  const ApiFixture api;
  const HttpResponse none = api.Post("/v1/customer-alerts/history", api.Body());
  EXPECT_EQ(none.status, 400);
  EXPECT_NE(Message(none), "");
}

}  // namespace
}  // namespace tocsin
