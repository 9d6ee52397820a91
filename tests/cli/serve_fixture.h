#ifndef TOCSIN_TESTS_CLI_SERVE_FIXTURE_H_
#define TOCSIN_TESTS_CLI_SERVE_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/cli/live_server.h"
#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {

inline constexpr char kAcme[] = "11111111-1111-4111-8111-111111111111";
inline constexpr char kSecret[] = "a-token-that-may-do-everything";

class ServeTest : public ::testing::Test {
 protected:
  ServeTest() {
    tokens_ = dir_.Write("tokens", absl::StrCat(kSecret, " read,write,admin # all\n"));
    chmod(tokens_.c_str(), 0600);
  }

  static std::string Post(const LiveServer& server, const std::string& target,
                          const std::string& body, const std::string& token = kSecret) {
    return Curl(
        absl::StrCat("-H 'Content-Type: application/json' -H 'Authorization: Bearer ",
                     token, "' -d '", body, "' '", server.url(), target, "'"));
  }
  // The id of an alert at 100.
  static std::string CreateAlert(const LiveServer& server) {
    return FieldOf(Post(server, "/v1/alerts/create",
                        R"({"alert_type":"spend_threshold_reached","name":"limit",)"
                        R"("threshold":100})"),
                   "id");
  }
  static std::string Spend(const LiveServer& server, int amount, int offset) {
    return Post(server, absl::StrCat("/v1/facts?source=test&offset=", offset),
                absl::StrCat(R"([{"type":"spend","customer_id":")", kAcme,
                             R"(","amount":)", amount, "}]"));
  }
  static std::string Stands(const LiveServer& server, const std::string& alert) {
    return Post(
        server, "/v1/customer-alerts/get",
        absl::StrCat(R"({"customer_id":")", kAcme, R"(","alert_id":")", alert, R"("})"));
  }
  std::string Refused(std::vector<std::string> args) {
    args.insert(args.begin(), "serve");
    const RunResult result = RunTocsin(std::move(args));
    EXPECT_EQ(result.exit_status, 2) << result.err;
    EXPECT_THAT(result.err, ::testing::Not(::testing::HasSubstr(kSecret)));
    return result.err;
  }

  TempDir dir_;
  std::string tokens_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CLI_SERVE_FIXTURE_H_
