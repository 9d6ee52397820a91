// Would catch a list that leaves an alert out or shows it twice, whatever is created and
// archived between two of its pages.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "tests/http/api_fixture.h"

namespace tocsin {
namespace {

using testing::ApiFixture;
using testing::Json;

AlertId Numbered(int n) {
  return *AlertId::Parse(absl::StrFormat("%08d-0000-4000-8000-000000000001", n));
}

void Create(const ApiFixture& api, int n) {
  ASSERT_TRUE(
      api.engine
          ->CreateAlert({.id = Numbered(n), .name = "n", .threshold = testing::D("1000")})
          .ok());
}

struct Page {
  std::vector<std::string> ids;
  std::string next;  // empty: none
};

class ApiPages : public ::testing::TestWithParam<bool> {
 protected:
  // Of the alerts, or of the customer's state under each.
  Page Ask(const std::string& next, const std::string& statuses = "null") const {
    const bool of_customer = GetParam();
    std::string target = of_customer ? "/v1/customer-alerts/list" : "/v1/alerts/list";
    if (!next.empty()) target += "?limit=7&next_page=" + next;
    const HttpResponse response =
        api_.Post(target, absl::StrCat("{\"customer_id\":\"", api_.customer.ToString(),
                                       "\",\"alert_statuses\":", statuses, "}"));
    EXPECT_EQ(response.status, 200) << response.body;
    const boost::json::value json = Json(response);
    Page page;
    for (const auto& one : json.at("data").as_array()) {
      const auto& alert = of_customer ? one.at("alert") : one;
      page.ids.emplace_back(alert.at("id").as_string());
    }
    const auto& cursor = json.at("next_page");
    if (!cursor.is_null()) page.next = std::string(cursor.as_string());
    return page;
  }

  ApiFixture api_;
};

INSTANTIATE_TEST_SUITE_P(OfAlertsAndOfACustomer, ApiPages, ::testing::Bool());

TEST_P(ApiPages, AreWholeThoughAlertsComeAndGo) {
  ASSERT_TRUE(api_.engine->ArchiveAlert(api_.alert).ok());
  for (int n = 0; n < 250; ++n) Create(api_, 1000 + 2 * n);
  std::map<std::string, int> seen;
  Page page = Ask("");
  EXPECT_EQ(page.ids.size(), 100u);
  for (const std::string& id : page.ids) ++seen[id];
  // The last one shown goes, and with it one behind; others come before and behind.
  ASSERT_EQ(page.ids.back(), Numbered(1198).ToString());
  ASSERT_TRUE(api_.engine->ArchiveAlert(Numbered(1198)).ok());
  ASSERT_TRUE(api_.engine->ArchiveAlert(Numbered(1210)).ok());
  Create(api_, 1001);
  Create(api_, 1199);
  Create(api_, 1499);
  page = Ask(page.next);
  EXPECT_EQ(page.ids.size(), 100u);
  EXPECT_EQ(page.ids.front(), Numbered(1199).ToString());
  for (const std::string& id : page.ids) ++seen[id];
  ASSERT_TRUE(api_.engine->ArchiveAlert(Numbered(1000)).ok());
  page = Ask(page.next);
  for (const std::string& id : page.ids) ++seen[id];
  EXPECT_EQ(page.next, "");
  EXPECT_EQ(page.ids.back(), Numbered(1499).ToString());
  for (int n = 0; n < 250; ++n) {
    const int number = 1000 + 2 * n;
    EXPECT_EQ(seen[Numbered(number).ToString()], number == 1210 ? 0 : 1) << number;
  }
  EXPECT_EQ(seen[Numbered(1001).ToString()], 0);
}

TEST_P(ApiPages, EndWhereTheListDoes) {
  for (int n = 0; n < 99; ++n) Create(api_, n);
  Page page = Ask("");
  EXPECT_EQ(page.ids.size(), 100u);
  EXPECT_EQ(page.next, "");
  Create(api_, 99);
  page = Ask("");
  EXPECT_EQ(page.ids.size(), 100u);
  ASSERT_NE(page.next, "");
  EXPECT_EQ(Ask(page.next).ids.size(), 1u);
  EXPECT_EQ(Ask(page.next).next, "");
}

TEST_P(ApiPages, AreOfTheStatusesAskedFor) {
  for (int n = 0; n < 210; ++n) {
    Create(api_, n);
    if (n % 3 == 1) {
      ASSERT_TRUE(api_.engine->DisableAlert(Numbered(n)).ok());
    } else if (n % 3 == 2) {
      ASSERT_TRUE(api_.engine->ArchiveAlert(Numbered(n)).ok());
    }
  }
  const auto count = [this](const char* statuses) {
    std::size_t shown = 0;
    for (Page page = Ask("", statuses);; page = Ask(page.next, statuses)) {
      shown += page.ids.size();
      if (page.next.empty()) return shown;
    }
  };
  EXPECT_EQ(count("null"), 71u);
  EXPECT_EQ(count(R"(["DISABLED"])"), 70u);
  EXPECT_EQ(count(R"(["ARCHIVED","disabled"])"), 140u);
  EXPECT_EQ(count(R"(["ARCHIVED","disabled","ENABLED"])"), 211u);
}

TEST_P(ApiPages, ACursorIsNotMadeUp) {
  for (int n = 0; n < 101; ++n) Create(api_, n);
  const std::string cursor = Ask("").next;
  const std::string route = GetParam() ? "/v1/customer-alerts/list" : "/v1/alerts/list";
  const std::string other = GetParam() ? "/v1/alerts/list" : "/v1/customer-alerts/list";
  const std::string body =
      absl::StrCat("{\"customer_id\":\"", api_.customer.ToString(), "\"}");
  for (const std::string& none :
       {std::string("x"), cursor + "A", cursor.substr(1), cursor + "%20", cursor + "=",
        Numbered(5).ToString(), std::string("%"), std::string("%zz"), std::string("%4"),
        cursor + "&next_page=" + cursor}) {
    EXPECT_EQ(api_.Post(absl::StrCat(route, "?next_page=", none), body).status, 400)
        << none;
  }
  EXPECT_EQ(api_.Post(absl::StrCat(route, "?next_page"), body).status, 400);
  EXPECT_EQ(api_.Post(absl::StrCat(other, "?next_page=", cursor), body).status, 400);
  EXPECT_EQ(api_.Post(absl::StrCat(route, "?next_page="), body).status, 200);
  std::string encoded;
  for (const char c : cursor) absl::StrAppendFormat(&encoded, "%%%02X", c);
  EXPECT_EQ(api_.Post(absl::StrCat(route, "?x&next_page=", encoded), body).status, 200);
}

}  // namespace
}  // namespace tocsin
