#ifndef TOCSIN_TESTS_FUZZ_BODY_SEEDS_H_
#define TOCSIN_TESTS_FUZZ_BODY_SEEDS_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tocsin::testing {

// Requests as http_body_fuzz takes them: each body on each route.
inline std::vector<std::string> BodySeeds() {
  constexpr int kRoutes = 15;
  const std::string ids = R"({"customer_id":"11111111-1111-4111-8111-111111111111",)"
                          R"("alert_id":"22222222-2222-4222-8222-222222222222")";
  const std::string named = R"({"id":"22222222-2222-4222-8222-222222222222")";
  const std::string spend =
      R"({"type":"spend","customer_id":"11111111-1111-4111-8111-111111111111",)"
      R"("amount":95.5,"fact_id":"f","group_values":{"region":"eu"}})";
  const std::vector<std::string> bodies = {
      "\n",
      "\n" + ids + "}",
      "\n" + ids + R"(,"group_values":[{"key":"region","value":"eu"}]})",
      "\n" + ids + R"(,"seat_filter":{"seat_group_key":"a","seat_group_value":"b"}})",
      "\n" + ids + R"(,"starts_at":"2026-01-01T00:00:00Z","alert_statuses":["ENABLED"]})",
      "?next_page=YQ%3D\n" + ids + "}",
      "\n" + named + "}",
      "\n" + named + R"(,"threshold":5,"name":"x","on_change":"notify_again"})",
      "\n" + named + R"(,"release_uniqueness_key":true})",
      "\n{\"alert_id\":\"22222222-2222-4222-8222-222222222222\",\"resume\":\"x\"}",
      "\n{\"alert_type\":\"spend_threshold_reached\",\"name\":\"n\",\"threshold\":5,"
      "\"uniqueness_key\":\"k\",\"group_values\":[{\"key\":\"region\"}],"
      "\"custom_field_filters\":[{\"entity\":\"Contract\",\"key\":\"a\",\"value\":\"b\"}]"
      "}",
      "?source=a&offset=1\n[" + spend + "," + spend + "]",
      "\n" + spend + "\n{}\n" + spend + "\n"};
  std::vector<std::string> seeds;
  for (int route = 0; route < kRoutes; ++route) {
    for (const std::string& body : bodies) {
      for (const char head : {'\x00', '\x01', '\x02'}) {
        seeds.push_back(
            absl::StrCat(std::string({static_cast<char>(route), head}), body));
      }
    }
  }
  return seeds;
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_FUZZ_BODY_SEEDS_H_
