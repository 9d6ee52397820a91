#ifndef TOCSIN_ENGINE_BASE_CALENDAR_H_
#define TOCSIN_ENGINE_BASE_CALENDAR_H_

#include <cstdint>

namespace tocsin {

// A day of the proleptic Gregorian calendar.
struct Date {
  std::int64_t year = 0;
  int month = 1;
  int day = 1;
};

inline constexpr std::int64_t kSecondsPerDay = 86'400;

// Rounded down. `divisor` must be above 0.
constexpr std::int64_t FloorDivide(std::int64_t value, std::int64_t divisor) {
  return value / divisor - (value % divisor < 0 ? 1 : 0);
}

// Days since 1970-01-01, and the reverse of it. Years are counted from March, so that
// the leap day is the last of its year, and in eras of 400 years, which all have the
// same 146,097 days. http://howardhinnant.github.io/date_algorithms.html
constexpr std::int64_t DaysFromDate(const Date& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = FloorDivide(year, 400);
  const int year_of_era = static_cast<int>(year - era * 400);
  const int month_from_march = (date.month + 9) % 12;
  const int day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const int day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

constexpr Date DateFromDays(std::int64_t days) {
  const std::int64_t era = FloorDivide(days + 719'468, 146'097);
  const int day_of_era = static_cast<int>(days + 719'468 - era * 146'097);
  const int year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) /
      365;
  const int day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int month_from_march = (5 * day_of_year + 2) / 153;
  const int day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

static_assert(DaysFromDate({1970, 1, 1}) == 0);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_CALENDAR_H_
