// Would catch a description that forgets a route or names a schema that is not there, a
// customer in a label, and a failure that tells the world where files lie.
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "engine/base/status.h"
#include "engine/core/open.h"
#include "engine/http/route.h"
#include "tests/http/api_fixture.h"
#include "tests/support/memory_store.h"
#include "tests/support/temp_directory.h"

namespace tocsin {
namespace {

using testing::ApiFixture;
using testing::FieldOf;
using testing::Json;
using testing::Message;

// Calls `visit` for each text of a member of that name, however deep.
void ForEachMember(const boost::json::value& in, const std::string& name,
                   const std::function<void(const std::string&)>& visit) {
  if (const auto* object = in.if_object()) {
    for (const auto& member : *object) {
      if (member.key() == name && member.value().is_string()) {
        visit(std::string(member.value().as_string()));
      }
      ForEachMember(member.value(), name, visit);
    }
  } else if (const auto* array = in.if_array()) {
    for (const auto& element : *array) ForEachMember(element, name, visit);
  }
}

TEST(ApiOpenApi, NamesEveryRouteAndNoOther) {
  const ApiFixture api;
  const HttpResponse response = api.Get("/openapi.json");
  EXPECT_EQ(FieldOf(response, "Content-Type"), "application/json");
  EXPECT_EQ(response.body, api.api->OpenApi());
  const boost::json::value json = Json(response);
  EXPECT_EQ(json.at("openapi").as_string(), "3.1.0");
  const auto& paths = json.at("paths").as_object();
  EXPECT_EQ(paths.size(), http::Routes().size());
  for (const http::Route& route : http::Routes()) {
    const std::string path(route.path);
    ASSERT_NE(paths.if_contains(path), nullptr) << path;
    const auto& operation =
        paths.at(path).at(route.method == "GET" ? "get" : "post").as_object();
    EXPECT_EQ(operation.contains("requestBody"), route.method == "POST") << path;
    EXPECT_EQ(operation.at("security").as_array().empty(), route.right == 0) << path;
    EXPECT_TRUE(operation.at("responses").as_object().contains("200")) << path;
  }
}

TEST(ApiOpenApi, EveryReferenceLeadsSomewhere) {
  const ApiFixture api;
  const boost::json::value json = Json(api.Get("/openapi.json"));
  const auto& schemas = json.at("components").at("schemas").as_object();
  std::set<std::string> used;
  ForEachMember(json, "$ref", [&](const std::string& reference) {
    const std::string start = "#/components/schemas/";
    ASSERT_EQ(reference.substr(0, start.size()), start);
    EXPECT_TRUE(schemas.contains(reference.substr(start.size()))) << reference;
    used.insert(reference.substr(start.size()));
  });
  for (const auto& schema : schemas) {
    EXPECT_EQ(used.count(std::string(schema.key())), 1u)
        << schema.key() << " is of no use";
  }
}

TEST(ApiMetrics, CountWhatWasDone) {
  const ApiFixture api;
  ASSERT_EQ(api.Post("/v1/customer-alerts/reset", api.Body()).status, 200);
  ASSERT_EQ(api.Post("/v1/customer-alerts/reset", "").status, 400);
  ASSERT_EQ(api.Post("/v1/customer-alerts/reset", std::string(20'000, ' ')).status, 413);
  ASSERT_EQ(api.Post("/v1/x\"} 1\nmade_up 1", "").status, 404);
  ASSERT_EQ(api.Post("/v1/facts", R"([{"type":"spend","amount":"much"},{}])").status,
            200);
  const HttpResponse metrics = api.Get("/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_EQ(FieldOf(metrics, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  for (const char* line :
       {"# TYPE tocsin_facts_applied_total counter\ntocsin_facts_applied_total 1\n",
        "\ntocsin_resets_total 1\n", "\ntocsin_customers 1\n", "\ntocsin_due 1\n",
        "# TYPE tocsin_due gauge\n", "\ntocsin_last_instant_seconds 1768003200\n",
        "path=\"/v1/customer-alerts/reset\",status=\"200\"} 1\n",
        "path=\"/v1/customer-alerts/reset\",status=\"400\"} 1\n",
        "path=\"/v1/customer-alerts/reset\",status=\"413\"} 1\n",
        "\ntocsin_http_facts_unread_total 2\n", "path=\"other\",status=\"404\"} 1\n"}) {
    EXPECT_THAT(metrics.body, ::testing::HasSubstr(line));
  }
  EXPECT_EQ(metrics.body.find("made_up"), std::string::npos);
  EXPECT_EQ(metrics.body.find(api.customer.ToString()), std::string::npos);
}

// The engine counts bytes, and JSON Schema characters.
TEST(ApiDescription, SaysTrueLengthsOfTexts) {
  const ApiFixture api;
  const std::string text = api.Get("/openapi.json").body;
  // Those of texts that are ASCII: the keys, and of webhooks the URL and the secrets.
  std::size_t lengths = 0;
  for (std::size_t at = 0; (at = text.find("maxLength", at)) != std::string::npos; ++at) {
    ++lengths;
  }
  std::size_t keys = 0;
  for (std::size_t at = 0;
       (at = text.find("\"Idempotency-Key\"", at)) != std::string::npos; ++at) {
    ++keys;
  }
  EXPECT_EQ(lengths, keys + 3);
  EXPECT_GT(keys, 0U);
  const boost::json::value all = boost::json::parse(text);
  const boost::json::value& schemas = all.at("components").at("schemas");
  const auto described = [&schemas](const char* name) {
    return std::string(schemas.at(name).at("description").as_string());
  };
  EXPECT_EQ(described("Name"), "At most 256 bytes of UTF-8");
  EXPECT_EQ(described("Key"), "At most 128 bytes of UTF-8");
  const auto created = [&api](int letters, int key_letters) {
    std::string name;
    std::string key;
    for (int i = 0; i < letters; ++i) name += "\xF0\x9F\x94\x94";
    for (int i = 0; i < key_letters; ++i) key += "\xF0\x9F\x94\x94";
    return api
        .Post("/v1/alerts/create",
              absl::StrCat(R"({"alert_type":"spend_threshold_reached","threshold":5,)",
                           R"("name":")", name, R"(","uniqueness_key":")", key, "\"}"))
        .status;
  };
  EXPECT_EQ(created(65, 1), 400);
  EXPECT_EQ(created(1, 33), 400);
  EXPECT_EQ(created(64, 32), 200);
}

TEST(ApiHead, IsGetForAServerThatLeavesTheBodyOut) {
  const ApiFixture api;
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/openapi.json"}) {
    HttpRequest request = {
        .method = "HEAD",
        .target = path,
        .fields = {{"Authorization", absl::StrCat("Bearer ", testing::kAllToken)}}};
    const HttpResponse head = api.api->HandleRequest(request);
    EXPECT_EQ(head.status, 200) << path;
    EXPECT_NE(head.body, "") << path;
    request.method = "GET";
    const HttpResponse get = api.api->HandleRequest(request);
    EXPECT_EQ(head.fields, get.fields) << path;
    request.method = "DELETE";
    EXPECT_EQ(testing::FieldOf(api.api->HandleRequest(request), "Allow"), "GET, HEAD");
  }
  EXPECT_EQ(api.api->HandleRequest({.method = "HEAD", .target = "/metrics"}).status, 401);
}

TEST(ApiHealth, NeedsNoToken) {
  const ApiFixture api;
  for (const char* path : {"/healthz", "/readyz", "/healthz?x=y"}) {
    EXPECT_EQ(api.api->HandleRequest({.method = "GET", .target = path}).status, 200);
  }
  EXPECT_EQ(api.api->HandleRequest({.method = "GET", .target = "/metrics"}).status, 401);
  EXPECT_EQ(api.api->HandleRequest({.method = "GET", .target = "/openapi.json"}).status,
            401);
}

// Takes what opening writes, and after that nothing.
class BreakingStore final : public store::Store {
 public:
  BreakingStore(testing::MemoryDisk* disk, const bool* broken)
      : store_(disk), broken_(*broken) {}
  absl::Status Load(store::Loader* loader) override { return store_.Load(loader); }
  absl::Status Commit(const store::Transaction& transaction) override {
    if (!broken_) return store_.Commit(transaction);
    return MakeStatus(Reason::kStoreFailed, "writing to /var/lib/secret: errno 28");
  }

 private:
  testing::MemoryStore store_;
  const bool& broken_;
};

TEST(ApiFailure, SaysWhatItMeansAndNotWhereFilesLie) {
  testing::MemoryDisk disk;
  bool broken = false;
  ApiFixture api;
  api.api = nullptr;
  api.engine = *core::OpenWith({.clock = &api.clock, .worker_threads = 0}, nullptr,
                               nullptr, std::make_unique<BreakingStore>(&disk, &broken));
  api.api = *HttpApi::Make(api.engine.get(), {.no_auth = true});
  ASSERT_EQ(api.engine->Apply({testing::Spend(api.customer, "1")}).applied, 1u);
  api.alert = *api.engine->CreateAlert({.name = "limit", .threshold = testing::D("100")});
  api.Drain();
  EXPECT_EQ(api.Get("/readyz").status, 200);
  broken = true;
  const HttpResponse response =
      api.Post("/v1/customer-alerts/reset", api.Body(), {{"Idempotency-Key", "k"}});
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(
      Message(response),
      "the store failed; whether anything was changed is not known until the engine "
      "is opened again");
  // When it is opened again nobody knows.
  EXPECT_EQ(FieldOf(response, "Retry-After"), std::nullopt);
  EXPECT_EQ(api.Get("/readyz").status, 503);
  EXPECT_EQ(api.Get("/healthz").status, 200);
}

TEST(ApiFailure, OfAFullDiskIsNoMoreThanThat) {
  const testing::TempDirectory directory(testing::InMemory());
  ApiFixture api;
  api.api = nullptr;
  api.engine = *Engine::Open({.directory = directory / "store",
                              .disk_reserve = std::uint64_t{1} << 62,
                              .clock = &api.clock,
                              .worker_threads = 0});
  api.api = *HttpApi::Make(api.engine.get(), {.no_auth = true});
  const std::string spend = absl::StrCat(R"([{"type":"spend","customer_id":")",
                                         api.customer.ToString(), R"(","amount":1}])");
  // What is free is looked at after a write.
  api.Post("/v1/facts", spend);
  const HttpResponse response = api.Post("/v1/facts", spend);
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(FieldOf(response, "Retry-After"), "1");
  EXPECT_EQ(Message(response), "the disk is nearly full; nothing was changed");
}

}  // namespace
}  // namespace tocsin
