// Would catch a call on one customer alert whose answer, or whose notification, no order
// of the calls explains: a reset seen half done, lost, doubled, or overtaken.
#include "gtest/gtest.h"
#include "tests/histories/play.h"

namespace tocsin::testing {
namespace {

TEST(Histories, AnOrderExplainsEach) {
  const Played played = Play({.seed = 20'261'126, .histories = 4'000});
  ASSERT_EQ(played.wrong, "") << played.ToString();
  // Threads that do not meet prove nothing.
  EXPECT_GT(played.overlapping, played.histories / 10) << played.ToString();
  EXPECT_GT(played.superseded, played.histories / 100) << played.ToString();
  EXPECT_GT(played.dropped, played.histories / 1'000) << played.ToString();
  EXPECT_GT(played.tellings, played.histories / 10) << played.ToString();
}

}  // namespace
}  // namespace tocsin::testing
