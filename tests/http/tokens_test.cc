// Would catch a right that is given to the wrong token, a token that is shown in an
// error, and one that goes on to count after it was taken away.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/http/api_fixture.h"

namespace tocsin {
namespace {

using testing::ApiFixture;

constexpr char kSecret[] = "s3cret-s3cret-s3cret";

TEST(HttpTokens, AreReadByTheLine) {
  const auto tokens = HttpTokensFromText(
      absl::StrCat("# who may what\n\n", kSecret, " read # of the dashboard\r\n\t",
                   kSecret, "2\t write,admin\n", kSecret, "3 admin,read,write"));
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  ASSERT_EQ(tokens->size(), 3u);
  EXPECT_EQ((*tokens)[0].token, kSecret);
  EXPECT_EQ((*tokens)[0].rights, 1u);
  EXPECT_EQ((*tokens)[1].token, absl::StrCat(kSecret, "2"));
  EXPECT_EQ((*tokens)[1].rights, 6u);
  EXPECT_EQ((*tokens)[2].rights, 7u);
  EXPECT_TRUE(HttpTokensFromText("")->empty());
}

TEST(HttpTokens, AnErrorHasTheLineAndNeverTheToken) {
  for (const std::string& line :
       {std::string(kSecret), absl::StrCat(kSecret, " "),
        absl::StrCat(kSecret, " write, read"), absl::StrCat(kSecret, " Read"),
        absl::StrCat(kSecret, " root"), absl::StrCat(kSecret, " read,"),
        absl::StrCat(kSecret, " ,"), absl::StrCat("read ", kSecret),
        std::string("s3cret-s3cret-s read"), absl::StrCat(std::string(257, 's'), " read"),
        absl::StrCat(kSecret, "\x80 read"),
        absl::StrCat(kSecret, " read\n\n", kSecret, " write")}) {
    const auto tokens = HttpTokensFromText(absl::StrCat("\n", line));
    ASSERT_FALSE(tokens.ok()) << line;
    EXPECT_EQ(tokens.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(tokens.status().message().substr(0, 5), "line ") << tokens.status();
    EXPECT_EQ(tokens.status().ToString().find("s3cret"), std::string::npos)
        << tokens.status();
  }
  const auto second = HttpTokensFromText(absl::StrCat("# x\n", kSecret, " nothing"));
  EXPECT_EQ(second.status().message().substr(0, 7), "line 2:");
}

TEST(HttpTokens, AreRefusedWhereTheyAreNone) {
  const ApiFixture api;
  for (const HttpToken& token :
       std::vector<HttpToken>{{.token = "short", .rights = 1},
                              {.token = std::string(257, 's'), .rights = 1},
                              {.token = "has a space in it-0123", .rights = 1},
                              {.token = kSecret, .rights = 0},
                              {.token = kSecret, .rights = 8}}) {
    const absl::Status status = api.api->SetTokens({token});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.ToString().find("s3cret"), std::string::npos);
    EXPECT_FALSE(HttpApi::Make(api.engine.get(), {.tokens = {token}}).ok());
  }
  EXPECT_FALSE(api.api->SetTokens({{kSecret, 1}, {kSecret, 2}}).ok());
  EXPECT_EQ(api.Post("/v1/alerts/list", "{}").status, 200);
}

// Every route with a token of each right, one by one.
TEST(HttpTokens, EachRightOpensItsRoutesOnly) {
  const ApiFixture api;
  struct Row {
    const char* method;
    const char* path;
    std::uint32_t right;
  };
  for (const Row& row : std::vector<Row>{{"POST", "/v1/customer-alerts/get", 1},
                                         {"POST", "/v1/customer-alerts/list", 1},
                                         {"POST", "/v1/customer-alerts/explain", 1},
                                         {"POST", "/v1/customer-alerts/history", 1},
                                         {"POST", "/v1/alerts/list", 1},
                                         {"GET", "/metrics", 1},
                                         {"GET", "/openapi.json", 1},
                                         {"POST", "/v1/customer-alerts/reset", 2},
                                         {"POST", "/v1/customer-alerts/reset-many", 2},
                                         {"POST", "/v1/facts", 2},
                                         {"POST", "/v1/alerts/create", 4},
                                         {"POST", "/v1/alerts/update", 4},
                                         {"POST", "/v1/alerts/archive", 4},
                                         {"GET", "/healthz", 0},
                                         {"GET", "/readyz", 0}}) {
    for (const auto& [token, right] :
         {std::pair<const char*, std::uint32_t>(testing::kReadToken, 1),
          {testing::kWriteToken, 2},
          {testing::kAdminToken, 4},
          {"a-token-of-nobody-0123", 0}}) {
      const HttpRequest head = {
          .method = row.method,
          .target = row.path,
          .fields = {{"Authorization", absl::StrCat("Bearer ", token)},
                     {"Content-Type", "application/json"}}};
      const HttpApi::Admission admission = api.api->Admit(head);
      const bool may = row.right == 0 || (row.right & right) != 0;
      EXPECT_EQ(admission.admitted, may) << row.path << " " << token;
      if (!may) {
        EXPECT_EQ(admission.response.status, right == 0 ? 401 : 403) << row.path;
      } else {
        EXPECT_EQ(admission.changes, row.right > 1) << row.path;
      }
    }
  }
}

TEST(HttpTokens, AreSwappedFromTheNextRequestOn) {
  const ApiFixture api;
  EXPECT_EQ(api.Post("/v1/alerts/list", "{}").status, 200);
  ASSERT_TRUE(api.api->SetTokens({{.token = kSecret, .rights = 1}}).ok());
  EXPECT_EQ(api.Post("/v1/alerts/list", "{}").status, 401);
  ASSERT_TRUE(api.api->SetTokens({{.token = testing::kAllToken, .rights = 2}}).ok());
  EXPECT_EQ(api.Post("/v1/alerts/list", "{}").status, 403);
  ASSERT_TRUE(api.api->SetTokens({}).ok());
  EXPECT_EQ(api.Post("/v1/alerts/list", "{}").status, 401);
}

}  // namespace
}  // namespace tocsin
