// Catches an error in a file of alerts that does not say in which of hundreds, or names
// another one or another line.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/json_cases.h"
#include "tocsin/json.h"
#include "tocsin/status.h"

namespace tocsin {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kGood[] = R"({"id": "$O", "alert_type": "spend_threshold_reached",
 "name": "[\"{,id", "group_values": [{"key": "id"}],
 "threshold": 1})";

std::string Refused(const std::string& json) {
  const absl::Status status = AlertSpecsFromJson(Fill(json)).status();
  EXPECT_FALSE(status.ok()) << json;
  EXPECT_NE(ReasonOf(status), Reason::kNone) << status;
  return std::string(status.message());
}

TEST(AlertPlace, OfAFieldIsWhereTheAlertBegins) {
  const std::string two = absl::StrCat("[\n", kGood, ",\n", kGood, ",\n");
  // The id may stand behind what is wrong.
  EXPECT_THAT(Refused(absl::StrCat(two,
                                   "\n{\"threshold\":\n\"x\", \"alert_type\": 3,"
                                   "\"id\" : \"$A\"}]")),
              StartsWith(absl::StrCat("line 9, alert \"", kAlertText,
                                      "\": [2].alert_type: is a number")));
  EXPECT_THAT(Refused(two + "{}]"), StartsWith("line 8: [2].alert_type: is missing"));
  EXPECT_THAT(Refused(two + R"({"id":17,"x":["id","y"]}])"),
              StartsWith("line 8: [2]: the field \"x\""));
  EXPECT_THAT(Refused("[{}]"), StartsWith("line 1: [0].alert_type: is missing"));
  EXPECT_THAT(Refused(two + "\"id\"]"), StartsWith("line 8: [2]: is a string, must be"));
  EXPECT_THAT(Refused(two + "[]]"), StartsWith("line 8: [2]: is an array, must be"));
  EXPECT_THAT(
      Refused(absl::StrCat("[{\"id\":\"", std::string(5'000, 'x'), "\"}]")).size(),
      ::testing::Lt(500u));
}

TEST(AlertPlace, OfASyntaxErrorIsItsLine) {
  const std::string one = absl::StrCat("[\n", kGood, ",\n");
  EXPECT_THAT(
      Refused(one + "{\"id\":\"$A\",\n\"threshold\": x}]"),
      StartsWith(absl::StrCat("line 6, alert \"", kAlertText, "\": [1]: not JSON: ")));
  EXPECT_THAT(Refused(one + "{\n\"threshold\": x, \"id\": \"$A\"}]"),
              StartsWith("line 6: [1]: not JSON: "));
  EXPECT_THAT(Refused("\n{]"), StartsWith("line 2: not JSON: "));
  EXPECT_THAT(Refused("[] \n x"), StartsWith("line 2: something stands behind"));
  // It ends too early: within the alert, and behind it.
  EXPECT_THAT(Refused(one + "{\"id\":\"$A\""),
              StartsWith(absl::StrCat("line 5, alert \"", kAlertText, "\": [1]: not")));
  EXPECT_THAT(Refused(absl::StrCat("[", kGood)), HasSubstr("it ends too early"));
}

TEST(AlertPlace, OfAKeyTwiceIsWhereItStandsAgain) {
  const std::string json = Fill(
      absl::StrCat("[\n", kGood, ",\n{\"name\":\"n\",\n\"name\":\"n\",\"id\":\"$A\"}]"));
  EXPECT_EQ(Refused(json),
            absl::StrCat("line 6, alert \"", kAlertText,
                         "\": [1]: the key \"name\" stands twice in one object, again "
                         "at byte ",
                         json.rfind("\"name\"") + 1));
  // Of a key with escapes its value is the next best.
  const std::string escaped = "[{\"a\":1,\n\"\\u0061\":\n  27}]";
  EXPECT_EQ(Refused(escaped),
            absl::StrCat("line 3: [0]: the key \"a\" stands twice in one "
                         "object, again at byte ",
                         escaped.find("27") + 1));
}

TEST(AlertPlace, OfWhatTheEngineRefuses) {
  const std::string json = Fill(absl::StrCat("[", kGood, "\n,\n", kGood, "]"));
  EXPECT_EQ(AlertPlace(json, 0), absl::StrCat("line 1, alert \"", kOtherText, "\": [0]"));
  EXPECT_EQ(AlertPlace(json, 1), absl::StrCat("line 5, alert \"", kOtherText, "\": [1]"));
}

}  // namespace
}  // namespace tocsin
