// Would catch a notification that a killed process takes along, sends with other bytes,
// or sends before the one in front of it was taken, or before it is durable.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/webhook_kills/arrivals.h"
#include "tests/webhook_kills/kill_sender.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;

TEST(WebhookKills, EverythingDecidedArrives) {
  const KilledSenders killed =
      KillSenders({.child = TOCSIN_WEBHOOK_KILL_CHILD, .seed = 1, .kills = 15});
  EXPECT_EQ(killed.wrong, "") << killed.kept;
  EXPECT_EQ(killed.kills, 15);
  EXPECT_GT(killed.taken, 0u);
}

std::string BodyOf(const std::string& id, int sequence, const std::string& more = "") {
  return R"({"id":")" + id +
         R"(","properties":{"customer_id":"c","alert_id":"a","sequence":)" +
         std::to_string(sequence) + more + "}}";
}

TEST(WebhookArrivals, SaysNothingOfWhatIsRight) {
  Arrivals arrivals;
  arrivals.Came(BodyOf("x", 1), false);
  arrivals.Came(BodyOf("x", 1), true);
  arrivals.Came(BodyOf("y", 2), true);
  arrivals.Came(BodyOf("x", 1), true);
  arrivals.Decided("x");
  arrivals.Decided("y");
  arrivals.CompareAtEnd();
  EXPECT_EQ(arrivals.wrong(), "");
  EXPECT_EQ(arrivals.taken(), 2u);
  EXPECT_EQ(arrivals.doubles(), 1u);
}

TEST(WebhookArrivals, SeesWhatIsWrong) {
  Arrivals changed;
  changed.Came(BodyOf("x", 1), true);
  changed.Came(BodyOf("x", 1, ",\"more\":1"), true);
  EXPECT_THAT(changed.wrong(), HasSubstr("two bodies"));
  Arrivals overtaken;
  overtaken.Came(BodyOf("x", 1), false);
  overtaken.Came(BodyOf("y", 2), true);
  EXPECT_THAT(overtaken.wrong(), HasSubstr("was taken"));
  Arrivals turned;
  turned.Came(BodyOf("y", 2), true);
  turned.Came(BodyOf("x", 1), true);
  EXPECT_THAT(turned.wrong(), HasSubstr("out of order"));
  Arrivals lost;
  lost.Decided("x");
  lost.CompareAtEnd();
  EXPECT_THAT(lost.wrong(), HasSubstr("never came"));
  Arrivals refused;
  refused.Came(BodyOf("x", 1), false);
  refused.Decided("x");
  refused.CompareAtEnd();
  EXPECT_THAT(refused.wrong(), HasSubstr("never taken"));
  Arrivals early;
  early.Came(BodyOf("x", 1), true);
  early.CompareAtEnd();
  EXPECT_THAT(early.wrong(), HasSubstr("undecided"));
}

}  // namespace
}  // namespace tocsin::testing
