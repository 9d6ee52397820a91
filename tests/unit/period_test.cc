// Would catch a period that ends too early, twice, or never.
#include "engine/model/period.h"

#include "gtest/gtest.h"
#include "tests/support/facts.h"

namespace tocsin::model {
namespace {

using testing::At;

TEST(CalendarMonth, IsTheUtcMonthOverFourCenturies) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  for (absl::CivilMonth month(1899, 11); month < absl::CivilMonth(2301, 2); ++month) {
    const absl::Time start = absl::FromCivil(month, utc);
    const absl::Time end = absl::FromCivil(month + 1, utc);
    const Period expected{.starts_at = start, .ends_at = end};
    EXPECT_EQ(CalendarMonthAt(start), expected) << month;
    EXPECT_EQ(CalendarMonthAt(end - absl::Nanoseconds(1)), expected) << month;
  }
}

TEST(PeriodState, WithoutToldPeriodsAnOpenEndedOneNeverEnds) {
  PeriodState state(PeriodPolicy::kOpenEnded, At("2026-01-15T00:00:00Z"));
  EXPECT_EQ(state.ends_at(), absl::InfiniteFuture());
}

TEST(PeriodState, MonthsFollowEachOtherAlsoOverManyAtOnce) {
  PeriodState state(PeriodPolicy::kCalendarMonth, At("2026-01-15T00:00:00Z"));
  EXPECT_EQ(state.ends_at(), At("2026-02-01T00:00:00Z"));
  state.AdvanceTo(At("2026-02-01T00:00:00Z"));
  EXPECT_EQ(state.ends_at(), At("2026-03-01T00:00:00Z"));
  state.AdvanceTo(At("2028-02-29T23:59:59Z"));
  EXPECT_EQ(state.current().starts_at, At("2028-02-01T00:00:00Z"));
  EXPECT_EQ(state.ends_at(), At("2028-03-01T00:00:00Z"));
}

TEST(PeriodState, AWaitingPeriodCutsTheCurrentOneShort) {
  const absl::Time now = At("2026-01-15T00:00:00Z");
  PeriodState state(PeriodPolicy::kCalendarMonth, now);
  const Period march{.starts_at = At("2026-03-10T00:00:00Z"),
                     .ends_at = At("2026-03-20T00:00:00Z")};
  EXPECT_EQ(*state.Tell(march, now), PeriodState::Told::kWaiting);
  EXPECT_EQ(state.ends_at(), At("2026-02-01T00:00:00Z"));
  state.AdvanceTo(At("2026-03-05T00:00:00Z"));
  EXPECT_EQ(state.ends_at(), march.starts_at);
  state.AdvanceTo(At("2026-03-15T00:00:00Z"));
  EXPECT_EQ(state.current(), march);
  state.AdvanceTo(At("2026-06-01T00:00:00Z"));
  EXPECT_EQ(state.current().starts_at, march.ends_at);
  EXPECT_EQ(state.ends_at(), absl::InfiniteFuture());
}

TEST(PeriodState, OnlyTheFirstToldPeriodMayGoBack) {
  const absl::Time now = At("2026-01-15T00:00:00Z");
  PeriodState state(PeriodPolicy::kCalendarMonth, now);
  const Period first{.starts_at = At("2025-12-20T00:00:00Z"),
                     .ends_at = At("2026-01-20T00:00:00Z")};
  const Period before{.starts_at = At("2025-12-19T00:00:00Z"),
                      .ends_at = At("2026-01-20T00:00:00Z")};
  EXPECT_EQ(*state.Tell(first, now), PeriodState::Told::kBegan);
  EXPECT_EQ(state.Tell(before, now).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(state.current(), first);
}

TEST(PeriodState, TheSameStartMovesTheEnd) {
  const absl::Time now = At("2026-01-15T00:00:00Z");
  PeriodState state(PeriodPolicy::kCalendarMonth, now);
  const Period longer{.starts_at = At("2026-01-01T00:00:00Z"),
                      .ends_at = At("2026-02-10T00:00:00Z")};
  EXPECT_EQ(*state.Tell(longer, now), PeriodState::Told::kMoved);
  EXPECT_EQ(state.current(), longer);
}

}  // namespace
}  // namespace tocsin::model
