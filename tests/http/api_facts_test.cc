// Would catch a fact that is lost for its neighbour's sake, an index that names another
// one, and a batch that is applied twice.
#include <string>
#include <vector>

#include "tests/http/api_fixture.h"

namespace tocsin {
namespace {

using testing::ApiFixture;
using testing::Json;
using testing::Message;

const std::vector<HttpField> kLines = {{"Content-Type", "application/x-ndjson"}};

class ApiFacts : public ::testing::TestWithParam<bool> {
 protected:
  // As an array or as lines.
  HttpResponse Tell(const std::vector<std::string>& facts,
                    const std::string& query = "") const {
    const std::string target = "/v1/facts" + query;
    if (!GetParam()) {
      return api_.Post(target, absl::StrCat("[", absl::StrJoin(facts, ","), "]"));
    }
    HttpRequest request = ApiFixture::RequestOf(target, absl::StrJoin(facts, "\n"));
    request.fields.back() = kLines.front();
    return api_.api->HandleRequest(request);
  }
  std::string Spend(const std::string& amount, const std::string& more = "") const {
    return absl::StrCat(R"({"type":"spend","customer_id":")", api_.customer.ToString(),
                        R"(","amount":)", amount, more, "}");
  }
  std::string Value() const {
    return api_.engine->GetCustomerAlert(api_.customer, api_.alert)->value->ToString();
  }

  ApiFixture api_ = ApiFixture({.fact_ids_max = 100});
};

INSTANTIATE_TEST_SUITE_P(InAnArrayAndInLines, ApiFacts, ::testing::Bool());

TEST_P(ApiFacts, AreApplied) {
  const HttpResponse response =
      Tell({Spend("1.5"), Spend("\"2\"", R"(,"unknown":[{}])"), Spend("1e1")});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            R"({"data":{"applied":3,"stale":0,"late":0,"duplicates":0,)"
            R"("group_dropped":0,"refused_count":0,"refused":[],"duplicate":false}})");
  EXPECT_EQ(Value(), "23.5");
}

TEST_P(ApiFacts, AreRefusedAlone) {
  const std::string customer = api_.customer.ToString();
  const HttpResponse response =
      Tell({Spend("1"), Spend("1e999"), Spend("2"), Spend("9e18"), "7", "null", "{}",
            absl::StrCat(
                R"({"type":"draw","customer_id":")", customer,
                R"(","balance_id":"aaaaaaaa-0000-4000-8000-000000000001","amount":1})"),
            absl::StrCat(R"({"type":"reset","customer_id":")", customer,
                         R"(","alert_id":")", api_.alert.ToString(), "\"}"),
            R"({"type":"clock","timestamp":"2026-01-01T00:00:00Z"})",
            R"({"type":"other"})", Spend("1", R"(,"timestamp":"2027-01-01T00:00:00Z")"),
            Spend("1", R"(,"fact_id":"")"),
            Spend("1", absl::StrCat(R"(,"fact_id":")", std::string(129, 'f'), "\"")),
            Spend("4")});
  EXPECT_EQ(response.status, 200);
  const boost::json::value json = Json(response);
  EXPECT_EQ(json.at("data").at("applied").as_int64(), 3);
  std::vector<std::string> refused;
  for (const auto& one : json.at("data").at("refused").as_array()) {
    EXPECT_NE(one.at("message").as_string(), "");
    refused.push_back(absl::StrCat(one.at("index").as_int64(), " ",
                                   std::string(one.at("reason").as_string())));
  }
  EXPECT_THAT(refused,
              ::testing::ElementsAre("1 out_of_range", "3 out_of_range", "4 malformed",
                                     "5 malformed", "6 missing", "7 unknown_balance",
                                     "8 malformed", "9 malformed", "10 malformed",
                                     "11 too_far_ahead", "12 missing", "13 too_long"));
  EXPECT_EQ(Value(), "17");
  EXPECT_EQ(api_.engine->GetStats().resets, 0u);
}

TEST_P(ApiFacts, WithAPositionAreAppliedOnce) {
  EXPECT_FALSE(Json(Tell({Spend("1")}, "?source=a%20b&offset=7"))
                   .at("data")
                   .at("duplicate")
                   .as_bool());
  EXPECT_EQ(api_.engine->LastPosition("a b").value(), 7u);
  const boost::json::value again = Json(Tell({Spend("1")}, "?offset=7&source=a+b"));
  EXPECT_TRUE(again.at("data").at("duplicate").as_bool());
  EXPECT_EQ(again.at("data").at("applied").as_int64(), 0);
  EXPECT_EQ(Value(), "11");
  // What cannot be read has been dealt with as well.
  const std::string max = "18446744073709551615";
  EXPECT_EQ(Tell({"{}"}, "?source=a+b&offset=" + max).status, 200);
  EXPECT_EQ(api_.engine->LastPosition("a b").value(), 18446744073709551615u);
}

TEST_P(ApiFacts, WithAPositionThatIsNoneAreNotApplied) {
  const std::string before = api_.Everything();
  for (const char* query :
       {"?source=a", "?offset=1", "?source=a&offset=", "?source=a&offset=-1",
        "?source=a&offset=+1", "?source=a&offset=%201", "?source=a&offset=1.0",
        "?source=a&offset=18446744073709551616", "?source=&offset=1",
        "?source=a&source=b&offset=1", "?source=a&offset=1&offset=1",
        "?source=%ff&offset=1", "?source=%f&offset=1", "?source&offset=1",
        // Misspelt, or more than is known: it would be applied without its position.
        "?sourc=a&ofset=1", "?Source=a&Offset=1", "?source=a&offset=1&x=1"}) {
    const HttpResponse response = Tell({Spend("1")}, query);
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_NE(Message(response), "");
  }
  EXPECT_EQ(api_.Everything(), before);
}

TEST_P(ApiFacts, WithAnIdAreAppliedOnce) {
  const boost::json::value json =
      Json(Tell({Spend("1"), Spend("2", R"(,"fact_id":"x")"), Spend("4"),
                 Spend("2", R"(,"fact_id":"x")"), Spend("8", R"(,"fact_id":"y")")}));
  EXPECT_EQ(json.at("data").at("applied").as_int64(), 4);
  EXPECT_EQ(json.at("data").at("duplicates").as_int64(), 1);
  EXPECT_EQ(Value(), "25");
}

TEST_P(ApiFacts, AreNotTooMany) {
  const std::string before = api_.Everything();
  const std::vector<std::string> many(16'385, "{}");
  EXPECT_EQ(Tell(many).status, 400);
  EXPECT_EQ(api_.Everything(), before);
  const HttpResponse response = Tell({many.begin(), many.end() - 1});
  EXPECT_EQ(response.status, 200);
  const boost::json::value json = Json(response);
  EXPECT_EQ(json.at("data").at("refused_count").as_int64(), 16'384);
  EXPECT_EQ(json.at("data").at("refused").as_array().size(), 1'000u);
}

TEST(ApiFactLines, AreCountedAsTheyStand) {
  const ApiFixture api;
  const auto tell = [&api](const std::string& body) {
    HttpRequest request = ApiFixture::RequestOf("/v1/facts", body);
    request.fields.back() = kLines.front();
    return api.api->HandleRequest(request);
  };
  const std::string good = absl::StrCat(R"({"type":"spend","customer_id":")",
                                        api.customer.ToString(), R"(","amount":1})");
  const boost::json::value json = Json(tell(
      "\r\n" + good + "\r\n\n{\"type\":\"spend\",\n" + good + " x\n" + good + "\n\n"));
  EXPECT_EQ(json.at("data").at("applied").as_int64(), 2);
  ASSERT_EQ(json.at("data").at("refused").as_array().size(), 2u);
  EXPECT_EQ(json.at("data").at("refused").at(0).at("index").as_int64(), 3);
  EXPECT_EQ(json.at("data").at("refused").at(1).at("index").as_int64(), 4);
  for (const char* none : {"", "\n", " \r\n\t\n"}) EXPECT_EQ(tell(none).status, 400);
}

TEST(ApiFactArray, ThatIsNoneChangesNothing) {
  const ApiFixture api;
  const std::string good = absl::StrCat(R"({"type":"spend","customer_id":")",
                                        api.customer.ToString(), R"(","amount":1})");
  const std::string before = api.Everything();
  for (const std::string& none :
       {std::string(), std::string("[]"), std::string("null"), std::string("{}"), good,
        "[" + good, "[" + good + ",]", "[" + good + "]]", "[" + good + "," + good,
        "[" + good + ",{\"x\":1,\"x\":2}]", "[" + good + ",\"\xff\"]",
        "[" + good + "\n" + good + "]", "\xef\xbb\xbf[" + good + "]",
        "[" + good + "," + std::string(16, '[') + std::string(16, ']') + "]"}) {
    EXPECT_EQ(api.Post("/v1/facts", none).status, 400) << none;
  }
  EXPECT_EQ(api.Everything(), before);
  // An engine that keeps no ids cannot promise what they are for.
  EXPECT_EQ(api.Post("/v1/facts", absl::StrCat("[", good.substr(0, good.size() - 1),
                                               R"(,"fact_id":"x"}])"))
                .status,
            400);
  EXPECT_EQ(api.Everything(), before);
}

}  // namespace
}  // namespace tocsin
