// Would catch a request that is done a second time because the server was started anew
// between two of the same key.
#include <memory>
#include <string>
#include <vector>

#include "tests/http/api_fixture.h"
#include "tests/support/temp_directory.h"

namespace tocsin {
namespace {

using testing::ApiFixture;

constexpr char kSpendFact[] =
    R"([{"type":"spend","customer_id":"c0ffee00-0000-4000-8000-000000000001","amount":7}])";
constexpr char kAlertBody[] = R"({"alert_type":"spend_threshold_reached","name":"n",
                                 "threshold":5})";

class KeptAnswers : public ::testing::Test {
 protected:
  KeptAnswers() { Start(); }
  ~KeptAnswers() override { api_ = nullptr; }

  void Start() {
    api_ = nullptr;
    engine_ = nullptr;
    engine_ = *Engine::Open({.directory = directory_ / "store",
                             .receipts_keep = absl::Hours(24),
                             .clock = &clock_,
                             .worker_threads = 0,
                             .random_seed = 1});
    api_ = *HttpApi::Make(
        engine_.get(),
        {.tokens = {{.token = testing::kAllToken, .rights = 7}}, .clock = &clock_});
  }
  HttpResponse Post(const std::string& target, const std::string& body,
                    const std::string& key) {
    return api_->HandleRequest(
        ApiFixture::RequestOf(target, body, {{"Idempotency-Key", key}}));
  }
  std::string IdIn(const HttpResponse& created) {
    EXPECT_EQ(created.status, 200) << created.body;
    return std::string(boost::json::parse(created.body).at("data").at("id").as_string());
  }
  std::string About(const std::string& alert) {
    return absl::StrCat(
        R"({"customer_id":"c0ffee00-0000-4000-8000-000000000001","alert_id":")", alert,
        "\"}");
  }

  testing::TempDirectory directory_{testing::InMemory()};
  testing::ManualClock clock_{testing::At("2026-02-01T00:00:00Z")};
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<HttpApi> api_;
};

TEST_F(KeptAnswers, AreGivenAgainByTheNextServer) {
  const HttpResponse created = Post("/v1/alerts/create", kAlertBody, "c");
  const std::string alert = IdIn(created);
  ASSERT_EQ(Post("/v1/facts", kSpendFact, "f").status, 200);
  ASSERT_EQ(Post("/v1/customer-alerts/reset", About(alert), "r").status, 200);
  const std::string update = absl::StrCat("{\"id\":\"", alert, "\",\"threshold\":6}");
  ASSERT_EQ(Post("/v1/alerts/update", update, "u").status, 200);
  const auto epoch = [&] {
    return engine_
        ->GetCustomerAlert(*CustomerId::Parse("c0ffee00-0000-4000-8000-000000000001"),
                           *AlertId::Parse(alert))
        ->epoch;
  };
  const auto before = epoch();
  for (int life = 0; life < 2; ++life) {
    Start();
    const HttpResponse again = Post("/v1/alerts/create", kAlertBody, "c");
    EXPECT_EQ(again.body, created.body);
    EXPECT_EQ(again.fields, created.fields);
    const HttpResponse facts = Post("/v1/facts", kSpendFact, "f");
    EXPECT_EQ(facts.status, 200);
    EXPECT_TRUE(boost::json::parse(facts.body).at("data").at("duplicate").as_bool());
    const HttpResponse reset = Post("/v1/customer-alerts/reset", About(alert), "r");
    EXPECT_EQ(reset.status, 200);
    EXPECT_EQ(reset.body, "");
    EXPECT_EQ(Post("/v1/alerts/update", update, "u").status, 200);
    EXPECT_EQ(Post("/v1/alerts/update", update + " ", "u").status, 409);
    EXPECT_EQ(engine_->GetStats().alerts, 1u);
    EXPECT_EQ(engine_->GetStats().resets, 0u);
    EXPECT_EQ(engine_->GetStats().facts_applied, 0u);
    EXPECT_EQ(epoch(), before);
  }
}

TEST_F(KeptAnswers, AreForgottenAfterTheirTime) {
  const std::string alert = IdIn(Post("/v1/alerts/create", kAlertBody, "c"));
  clock_.Advance(absl::Hours(25));
  Start();
  EXPECT_NE(IdIn(Post("/v1/alerts/create", kAlertBody, "c")), alert);
}

TEST_F(KeptAnswers, OfWhatWasRefusedAreNotKept) {
  EXPECT_EQ(Post("/v1/customer-alerts/reset",
                 About("a0000000-0000-4000-8000-000000000001"), "r")
                .status,
            404);
  Start();
  const std::string id = R"({"id":"a0000000-0000-4000-8000-000000000001",)";
  ASSERT_EQ(Post("/v1/alerts/create", id + (kAlertBody + 1), "c").status, 200);
  ASSERT_EQ(Post("/v1/facts", kSpendFact, "f").status, 200);
  EXPECT_EQ(Post("/v1/customer-alerts/reset",
                 About("a0000000-0000-4000-8000-000000000001"), "r")
                .status,
            200);
  EXPECT_EQ(engine_->GetStats().resets, 1u);
}

}  // namespace
}  // namespace tocsin
