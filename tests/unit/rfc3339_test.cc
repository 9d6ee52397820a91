#include "engine/base/rfc3339.h"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tocsin/status.h"

namespace tocsin {
namespace {

std::string Printed(absl::Time time) {
  std::string text;
  AppendRfc3339Millis(time, &text);
  return text;
}

// What was read, to the millisecond, or the name of the reason for refusing it.
std::string TimeOutcome(absl::string_view text) {
  const absl::StatusOr<absl::Time> time = ParseRfc3339(text);
  if (!time.ok()) return std::string(ReasonName(ReasonOf(time.status())));
  return Printed(*time);
}

absl::Time At(int year, int month, int day, int hour = 0, int minute = 0,
              int second = 0) {
  return absl::FromCivil(absl::CivilSecond(year, month, day, hour, minute, second),
                         absl::UTCTimeZone());
}

TEST(Rfc3339ParseTest, ReadsTheForm) {
  // Catches: a field taken from the wrong place, an offset of the wrong sign.
  EXPECT_EQ(*ParseRfc3339("1970-01-01T00:00:00Z"), absl::UnixEpoch());
  EXPECT_EQ(*ParseRfc3339("2026-01-31T12:34:56Z"), At(2026, 1, 31, 12, 34, 56));
  EXPECT_EQ(*ParseRfc3339("2026-01-31t12:34:56z"), At(2026, 1, 31, 12, 34, 56));
  EXPECT_EQ(*ParseRfc3339("2026-01-31T12:00:00+01:30"), At(2026, 1, 31, 10, 30));
  EXPECT_EQ(*ParseRfc3339("2026-01-31T12:00:00-01:30"), At(2026, 1, 31, 13, 30));
  EXPECT_EQ(*ParseRfc3339("2026-01-01T00:00:00+23:59"), At(2025, 12, 31, 0, 1));
  EXPECT_EQ(*ParseRfc3339("2026-01-31T12:00:00-00:00"), At(2026, 1, 31, 12));
  EXPECT_EQ(*ParseRfc3339("1969-12-31T23:59:59Z"), absl::FromUnixSeconds(-1));
}

TEST(Rfc3339ParseTest, FractionsAreCutBehindTheNanosecond) {
  // Catches: rounding up, digits off by one place, also before 1970.
  const absl::Time second = At(2026, 1, 31);
  const absl::Time old = At(1960, 1, 31);
  EXPECT_EQ(*ParseRfc3339("2026-01-31T00:00:00.5Z"), second + absl::Milliseconds(500));
  EXPECT_EQ(*ParseRfc3339("2026-01-31T00:00:00.000000001Z"),
            second + absl::Nanoseconds(1));
  EXPECT_EQ(*ParseRfc3339("2026-01-31T00:00:00.0000000019999Z"),
            second + absl::Nanoseconds(1));
  EXPECT_EQ(*ParseRfc3339("2026-01-31T00:00:00.9999999999999999999999999+00:00"),
            second + absl::Nanoseconds(999'999'999));
  EXPECT_EQ(*ParseRfc3339("1960-01-31T00:00:00.0000000009Z"), old);
  EXPECT_EQ(*ParseRfc3339("1960-01-31T00:00:00.25Z"), old + absl::Milliseconds(250));
  EXPECT_EQ(
      *ParseRfc3339(absl::StrCat("2026-01-31T00:00:00.", std::string(5'000, '1'), "Z")),
      second + absl::Nanoseconds(111'111'111));
}

TEST(Rfc3339ParseTest, RefusesOtherForms) {
  // Catches: any laxness about marks, digits, lengths or offsets.
  for (const char* text : {"",
                           "Z",
                           "2026-01-31",
                           "2026-01-31T12:00:00",
                           "2026-01-31 12:00:00Z",
                           "2026-01-31_12:00:00Z",
                           "2026-01-31T12:00Z",
                           "2026-1-31T12:00:00Z",
                           "26-01-31T12:00:00Z",
                           "02026-01-31T12:00:00Z",
                           "+2026-01-31T12:00:00Z",
                           "-026-01-31T12:00:00Z",
                           "2026/01/31T12:00:00Z",
                           "2026-01-31T12.00.00Z",
                           "20260131T120000Z",
                           " 2026-01-31T12:00:00Z",
                           "2026-01-31T12:00:00Z ",
                           "2026-01-31T12:00:00ZZ",
                           "2026-01-31T12:00:00.Z",
                           "2026-01-31T12:00:00,5Z",
                           "2026-01-31T12:00:00.5",
                           "2026-01-31T12:00:00.5.5Z",
                           "2026-01-31T12:00:00+01",
                           "2026-01-31T12:00:00+0100",
                           "2026-01-31T12:00:00+1:00",
                           "2026-01-31T12:00:00+01:0",
                           "2026-01-31T12:00:00 +01:00",
                           "2026-01-31T12:00:00+24:00",
                           "2026-01-31T12:00:00+01:60",
                           "2026-01-31T12:00:00+01:000",
                           "2026-01-31T12:00:00+-1:00",
                           "2026-01-31T12:00:00UTC",
                           "2026-01-31T+2:00:00Z",
                           "2026-01-31T 2:00:00Z",
                           "infinite-future",
                           "infinite-past",
                           "now"}) {
    EXPECT_EQ(TimeOutcome(text), "malformed") << text;
  }
  EXPECT_EQ(TimeOutcome(absl::string_view("2026-01-31T12:00:00Z\0", 21)), "malformed");
}

TEST(Rfc3339ParseTest, RefusesWhatIsNotInTheCalendar) {
  // Catches: fields that wrap into the next one, leap years of the wrong rule.
  for (const char* text :
       {"2026-00-31T12:00:00Z", "2026-13-01T12:00:00Z", "2026-01-00T12:00:00Z",
        "2026-01-32T12:00:00Z", "2026-04-31T12:00:00Z", "2026-02-29T12:00:00Z",
        "1900-02-29T12:00:00Z", "2100-02-29T12:00:00Z", "2024-02-30T12:00:00Z",
        "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:61Z"}) {
    EXPECT_EQ(TimeOutcome(text), "malformed") << text;
  }
  EXPECT_EQ(*ParseRfc3339("2024-02-29T00:00:00Z"), At(2024, 2, 29));
  EXPECT_EQ(*ParseRfc3339("2000-02-29T00:00:00Z"), At(2000, 2, 29));
  EXPECT_EQ(*ParseRfc3339("0000-02-29T00:00:00Z"), At(0, 2, 29));
}

TEST(Rfc3339ParseTest, LeapSecondsAreTheNextSecond) {
  // Catches: a 60th second anywhere else, and one that overtakes what follows.
  const absl::Time next = At(2017, 1, 1);
  EXPECT_EQ(*ParseRfc3339("2016-12-31T23:59:60Z"), next);
  EXPECT_EQ(*ParseRfc3339("2016-12-31T23:59:60.999Z"), next);
  EXPECT_EQ(*ParseRfc3339("2016-12-31T15:59:60-08:00"), next);
  EXPECT_EQ(*ParseRfc3339("2017-01-01T05:29:60+05:30"), next);
  EXPECT_EQ(*ParseRfc3339("1990-06-30T23:59:60Z"), At(1990, 7, 1));
  for (const char* text :
       {"2016-12-31T23:58:60Z", "2016-12-31T12:59:60Z", "2016-12-30T23:59:60Z",
        "2016-12-31T23:59:60+01:00", "2017-01-01T00:00:60Z", "2016-12-31T23:59:60.Z"}) {
    EXPECT_EQ(TimeOutcome(text), "malformed") << text;
  }
}

TEST(Rfc3339ParseTest, WhatIsReadCanBeWritten) {
  // Catches: an offset that leads out of the four digits of a year.
  EXPECT_EQ(TimeOutcome("0000-01-01T00:00:00Z"), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(TimeOutcome("9999-12-31T23:59:59.999999999Z"), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(TimeOutcome("0000-01-01T00:00:00+00:01"), "out_of_range");
  EXPECT_EQ(TimeOutcome("0000-01-01T00:01:00+00:01"), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(TimeOutcome("9999-12-31T23:59:59-00:01"), "out_of_range");
  EXPECT_EQ(TimeOutcome("9999-12-31T23:59:60Z"), "out_of_range");
}

TEST(Rfc3339ParseTest, ErrorsNameTheValue) {
  // Catches: a message without the text that was wrong.
  const absl::Status status = ParseRfc3339("yesterday").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("\"yesterday\""), absl::string_view::npos) << status;
}

TEST(Rfc3339ParseTest, ErrorsNameThePartThatIsWrong) {
  const struct {
    const char* text;
    const char* says;
  } cases[] = {
      {"2026-13-01T12:00:00Z", "; the month is 13 and must be 1 to 12"},
      {"2026-02-30T12:00:00Z", "; the day is 30 and must be 1 to 28"},
      {"2028-02-30T12:00:00Z", "; the day is 30 and must be 1 to 29"},
      {"2026-01-31T24:00:00Z", "; the hour is 24 and must be 0 to 23"},
      {"2026-01-31T12:60:00Z", "; the minute is 60 and must be 0 to 59"},
      {"2026-01-31T12:00:61Z", "; the second is 61 and must be 0 to 60"},
      {"2026-01-31T12:00:60Z", "; a second 60 is only at the end of a month in UTC"},
      {"2026-01-31T12:00:00", "; an offset is missing, Z or as +01:00"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(std::string(ParseRfc3339(c.text).status().message()),
                ::testing::EndsWith(c.says));
  }
  EXPECT_THAT(std::string(ParseRfc3339("2026-ab-31T12:00:00Z").status().message()),
              ::testing::EndsWith("such as 2026-01-31T12:00:00Z"));
}

TEST(Rfc3339ParseTest, AgreesWithAbseilAboutFields) {
  // Catches: arithmetic on days and offsets, by another implementation of it.
  std::mt19937_64 random(4);
  const auto pick = [&random](int min, int max) {
    return min + static_cast<int>(random() % static_cast<std::uint64_t>(max - min + 1));
  };
  for (int i = 0; i < 100'000; ++i) {
    // A little beyond every range, so that refusals are compared as well.
    const int year = i % 2 == 0 ? pick(0, 9999) : pick(1890, 2110);
    std::string text =
        absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d", year, pick(1, 12), pick(1, 31),
                        pick(0, 23), pick(0, 59), pick(0, 59));
    if (pick(0, 19) == 0) text[static_cast<std::size_t>(pick(5, 18))] = '6';
    if (pick(0, 1) == 0) absl::StrAppendFormat(&text, ".%0*d", pick(1, 9), pick(0, 9));
    if (pick(0, 1) == 0) {
      absl::StrAppendFormat(&text, "%c%02d:%02d", pick(0, 1) == 0 ? '+' : '-',
                            pick(0, 24), pick(0, 60));
    } else {
      text.push_back('Z');
    }
    absl::Time expected;
    std::string error;
    const bool ok = absl::ParseTime(absl::RFC3339_full, text, &expected, &error);
    const bool is_leap_second = text.substr(17, 2) == "60";
    const bool is_far = ok && (expected < At(0, 1, 1) || expected >= At(10000, 1, 1));
    const absl::StatusOr<absl::Time> read = ParseRfc3339(text);
    if (read.ok()) {
      ASSERT_TRUE(ok) << text << ": " << error;
      ASSERT_EQ(*read, expected) << text;
    } else {
      ASSERT_TRUE(!ok || is_leap_second || is_far) << text << ": " << read.status();
    }
  }
}

TEST(Rfc3339ParseTest, AcceptsNothingThatAbseilDoesNot) {
  // Catches: damaged bytes that are read as a time.
  std::mt19937_64 random(5);
  const std::string valid = "2024-02-29T23:59:59.123456789+05:45";
  constexpr char kBytes[] = "0123456789-+:.TtZz \x7f";
  std::size_t accepted = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string text = valid;
    for (std::uint64_t changes = random() % 3 + 1; changes > 0; --changes) {
      text[random() % text.size()] = kBytes[random() % (sizeof kBytes - 1)];
    }
    const absl::StatusOr<absl::Time> read = ParseRfc3339(text);
    if (!read.ok()) continue;
    ++accepted;
    absl::Time expected;
    ASSERT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &expected, nullptr)) << text;
    ASSERT_EQ(*read, expected) << text;
  }
  EXPECT_GT(accepted, 1'000u) << "the changes leave too little that is valid";
}

TEST(Rfc3339PrintTest, FloorsToTheMillisecond) {
  // Catches: rounding towards zero before 1970, rounding to the nearest.
  EXPECT_EQ(Printed(absl::UnixEpoch()), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(Printed(At(2026, 1, 31, 12) + absl::Nanoseconds(999'999'999)),
            "2026-01-31T12:00:00.999Z");
  EXPECT_EQ(Printed(absl::UnixEpoch() - absl::Nanoseconds(1)),
            "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(Printed(absl::UnixEpoch() - absl::Nanoseconds(1) / 4),
            "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(Printed(absl::UnixEpoch() - absl::Milliseconds(1)),
            "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(Printed(absl::UnixEpoch() - absl::Milliseconds(1) - absl::Nanoseconds(1)),
            "1969-12-31T23:59:59.998Z");
  EXPECT_EQ(Printed(At(1960, 2, 29, 1, 2, 3)), "1960-02-29T01:02:03.000Z");
}

TEST(Rfc3339PrintTest, DaysOfTenThousandYears) {
  // Catches: a date off by one anywhere in the calendar, in either direction.
  absl::CivilDay day(0, 1, 1);
  std::int64_t days = day - absl::CivilDay(1970, 1, 1);
  while (day.year() < 10'000) {
    const absl::Time time = absl::FromUnixSeconds(days * 86'400 + 86'399);
    const std::string text = Printed(time);
    char expected[] = "0000-00-00T23:59:59.000Z";
    absl::SNPrintF(expected, sizeof expected, "%04d-%02d-%02dT23:59:59.000Z", day.year(),
                   day.month(), day.day());
    ASSERT_EQ(text, expected);
    ASSERT_EQ(*ParseRfc3339(text), time) << text;
    // Every day where times are likely; elsewhere two or three of each month.
    const int step = day.year() >= 1890 && day.year() < 2110 ? 1 : 11;
    day += step;
    days += step;
  }
}

TEST(Rfc3339PrintTest, AgreesWithAbseil) {
  // Catches: hours, minutes, seconds or milliseconds, by another implementation.
  std::mt19937_64 random(6);
  const std::int64_t first = absl::ToUnixMicros(At(0, 1, 1));
  const std::int64_t last = absl::ToUnixMicros(At(10'000, 1, 1));
  std::uniform_int_distribution<std::int64_t> micros(first, last - 1);
  for (int i = 0; i < 50'000; ++i) {
    const absl::Time time = absl::FromUnixMicros(micros(random));
    ASSERT_EQ(Printed(time),
              absl::FormatTime("%E4Y-%m-%d%ET%H:%M:%E3SZ", time, absl::UTCTimeZone()));
  }
}

TEST(Rfc3339PrintTest, ExactHasAsManyDigitsAsTheTime) {
  // Catches: two times that differ and look the same in a message.
  const auto exact = [](absl::Time time) { return ToRfc3339Exact(time); };
  const absl::Time noon = At(2026, 1, 31, 12);
  EXPECT_EQ(exact(noon), "2026-01-31T12:00:00Z");
  EXPECT_EQ(exact(noon + absl::Milliseconds(500)), "2026-01-31T12:00:00.5Z");
  EXPECT_EQ(exact(noon + absl::Milliseconds(10)), "2026-01-31T12:00:00.01Z");
  EXPECT_EQ(exact(noon + absl::Nanoseconds(1)), "2026-01-31T12:00:00.000000001Z");
  EXPECT_EQ(exact(noon + absl::Nanoseconds(999'999'990)),
            "2026-01-31T12:00:00.99999999Z");
  EXPECT_EQ(exact(absl::UnixEpoch() - absl::Nanoseconds(1)),
            "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(exact(absl::UnixEpoch() - absl::Nanoseconds(1) / 4),
            "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(exact(At(0, 1, 1)), "0000-01-01T00:00:00Z");
  EXPECT_EQ(exact(At(10'000, 1, 1)), "10000-01-01T00:00:00Z");
  EXPECT_EQ(exact(At(10'000, 1, 1) - absl::Nanoseconds(1)),
            "9999-12-31T23:59:59.999999999Z");
  EXPECT_EQ(exact(absl::InfiniteFuture()), "infinite-future");
  EXPECT_EQ(exact(absl::InfinitePast()), "infinite-past");
  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::int64_t> any(-4'000'000'000'000'000'000,
                                                  4'000'000'000'000'000'000);
  for (int i = 0; i < 50'000; ++i) {
    const absl::Time time = absl::FromUnixNanos(any(random));
    ASSERT_EQ(*ParseRfc3339(exact(time)), time) << exact(time);
    ASSERT_EQ(exact(time),
              absl::FormatTime("%E4Y-%m-%d%ET%H:%M:%E*SZ", time, absl::UTCTimeZone()));
  }
}

TEST(Rfc3339PrintTest, InfiniteAndFarTimesAreReadable) {
  // Catches: a crash or garbage where the year has no four digits.
  EXPECT_EQ(Printed(absl::InfiniteFuture()), "infinite-future");
  EXPECT_EQ(Printed(absl::InfinitePast()), "infinite-past");
  EXPECT_EQ(Printed(At(10'000, 1, 1)), "10000-01-01T00:00:00.000Z");
  EXPECT_EQ(Printed(At(0, 1, 1) - absl::Nanoseconds(1)), "-001-12-31T23:59:59.999Z");
  EXPECT_EQ(Printed(absl::FromUnixSeconds(INT64_MAX)),
            "292277026596-12-04T15:30:07.000Z");
  std::string text = "until ";
  AppendRfc3339Millis(absl::InfiniteFuture(), &text);
  EXPECT_EQ(text, "until infinite-future");
}

}  // namespace
}  // namespace tocsin
