#include "engine/model/period.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "engine/base/calendar.h"
#include "engine/base/mistake.h"
#include "engine/base/rfc3339.h"
#include "engine/base/status.h"

namespace tocsin::model {
namespace {

// Of a day, in days since 1970.
absl::Time StartOf(std::int64_t days) {
  // Beyond it, some 290 billion years away, a month has no end that could be told.
  constexpr std::int64_t kDaysMax =
      std::numeric_limits<std::int64_t>::max() / kSecondsPerDay;
  return absl::FromUnixSeconds(std::clamp(days, -kDaysMax, kDaysMax) * kSecondsPerDay);
}

}  // namespace

absl::Status CheckPeriod(const Period& period) {
  if (period.ends_at > period.starts_at) return absl::OkStatus();
  return MakeStatus(
      Reason::kMalformed,
      absl::StrCat("the period ends at ", ToRfc3339Exact(period.ends_at),
                   ", not after its start at ", ToRfc3339Exact(period.starts_at),
                   "; ends_at must be later than starts_at"));
}

Period CalendarMonthAt(absl::Time instant) {
  const std::int64_t days = FloorDivide(absl::ToUnixSeconds(instant), kSecondsPerDay);
  const Date date = DateFromDays(days);
  const Date next =
      date.month < 12 ? Date{date.year, date.month + 1} : Date{date.year + 1, 1};
  return {.starts_at = StartOf(days - date.day + 1),
          .ends_at = StartOf(DaysFromDate(next))};
}

PeriodState::PeriodState(PeriodPolicy policy, absl::Time now) : policy_(policy) {
  if (policy_ == PeriodPolicy::kCalendarMonth) current_ = CalendarMonthAt(now);
}

absl::Time PeriodState::ends_at() const {
  return waiting_ ? std::min(current_.ends_at, waiting_->starts_at) : current_.ends_at;
}

void PeriodState::AdvanceTo(absl::Time instant) {
  while (TOCSIN_MISTAKE(period_keeps_its_end) ? instant > ends_at()
                                              : instant >= ends_at()) {
    const absl::Time end = ends_at();
    if (waiting_ && waiting_->starts_at <= end) {
      current_ = *waiting_;
      waiting_.reset();
      current_told_ = true;
    } else if (current_told_ || policy_ == PeriodPolicy::kOpenEnded) {
      current_ = {.starts_at = end, .ends_at = absl::InfiniteFuture()};
    } else {
      // Nothing can happen in the months in between but that one told begins.
      const absl::Time next = waiting_ ? std::min(instant, waiting_->starts_at) : instant;
      current_ = CalendarMonthAt(next);
    }
  }
}

absl::StatusOr<PeriodState::Told> PeriodState::Tell(const Period& period,
                                                    absl::Time now) {
  if (any_told_ && period.starts_at < current_.starts_at) {
    return MakeStatus(
        Reason::kPeriodGoesBack,
        absl::StrCat("the period starts at ", ToRfc3339Exact(period.starts_at),
                     ", before the current one; it must start at ",
                     ToRfc3339Exact(current_.starts_at), ", as that did, or later"));
  }
  any_told_ = true;
  // An event stamped ahead of the clock may have begun a period that starts later
  // than now, so the current start comes first.
  const bool same_start = period.starts_at == current_.starts_at;
  if (!same_start && period.starts_at > now) {
    waiting_ = std::make_unique<const Period>(period);
    return Told::kWaiting;
  }
  current_ = period;
  current_told_ = true;
  return same_start ? Told::kMoved : Told::kBegan;
}

}  // namespace tocsin::model
