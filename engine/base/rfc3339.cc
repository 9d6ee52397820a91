#include "engine/base/rfc3339.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/base/attributes.h"
#include "absl/strings/str_cat.h"
#include "engine/base/calendar.h"
#include "engine/base/digit.h"
#include "engine/base/status.h"
#include "engine/base/text.h"

namespace tocsin {
namespace {

constexpr std::int64_t kSecondsMin = DaysFromDate({0, 1, 1}) * kSecondsPerDay;
constexpr std::int64_t kSecondsEnd = (DaysFromDate({9999, 12, 31}) + 1) * kSecondsPerDay;

int DaysInMonth(std::int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return kDays[month - 1] + (month == 2 && is_leap ? 1 : 0);
}

// Reads the number of `digits` digits at `text`, which must be that long; -1 if
// they are not digits.
int ReadDigits(const char* text, int digits) {
  int value = 0;
  for (int i = 0; i < digits; ++i) {
    if (!IsDigit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// As written; the offset has not been applied.
struct Written {
  Date date;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int64_t nanoseconds = 0;
  int offset_seconds = 0;
};

bool InRange(int value, int min, int max) { return value >= min && value <= max; }

// `.` and digits at the front of `*text`, if there are any.
bool ReadFraction(absl::string_view* text, std::int64_t* nanoseconds) {
  if (text->empty() || text->front() != '.') return true;
  std::size_t size = 1;
  std::int64_t unit = 100'000'000;  // 0 behind the ninth digit
  while (size < text->size() && IsDigit((*text)[size])) {
    *nanoseconds += unit * ((*text)[size] - '0');
    unit /= 10;
    ++size;
  }
  text->remove_prefix(size);
  return size > 1;
}

bool ReadOffset(absl::string_view text, int* seconds) {
  if (text == "Z" || text == "z") return true;
  if (text.size() != 6 || text[3] != ':') return false;
  if (text[0] != '+' && text[0] != '-') return false;
  const int hours = ReadDigits(text.data() + 1, 2);
  const int minutes = ReadDigits(text.data() + 4, 2);
  if (!InRange(hours, 0, 23) || !InRange(minutes, 0, 59)) return false;
  *seconds = (hours * 60 + minutes) * 60;
  if (text[0] == '-') *seconds = -*seconds;
  return true;
}

// 2026-01-31T12:00:00
constexpr std::size_t kSecondsEndAt = 19;

bool HasMarks(absl::string_view text) {
  return text.size() >= kSecondsEndAt && text[4] == '-' && text[7] == '-' &&
         (text[10] == 'T' || text[10] == 't') && text[13] == ':' && text[16] == ':';
}

// Everything that can be said without knowing the instant: the form, and the
// ranges of the fields.
bool Read(absl::string_view text, Written* written) {
  if (!HasMarks(text)) return false;
  const char* const p = text.data();
  written->date = {ReadDigits(p, 4), ReadDigits(p + 5, 2), ReadDigits(p + 8, 2)};
  written->hour = ReadDigits(p + 11, 2);
  written->minute = ReadDigits(p + 14, 2);
  written->second = ReadDigits(p + 17, 2);
  const Date& date = written->date;
  if (date.year < 0 || !InRange(date.month, 1, 12)) return false;
  if (!InRange(date.day, 1, DaysInMonth(date.year, date.month))) return false;
  if (!InRange(written->hour, 0, 23) || !InRange(written->minute, 0, 59)) return false;
  if (!InRange(written->second, 0, 60)) return false;
  absl::string_view rest = text.substr(kSecondsEndAt);
  return ReadFraction(&rest, &written->nanoseconds) &&
         ReadOffset(rest, &written->offset_seconds);
}

// What is wrong with a text that has the form but for one part; empty if it has not.
std::string WrongPart(absl::string_view text) {
  if (!HasMarks(text)) return "";
  Written written;
  if (Read(text, &written)) {
    return "; a second 60 is only at the end of a month in UTC";
  }
  const Date& date = written.date;
  const int month = InRange(date.month, 1, 12) ? date.month : 1;
  const struct {
    absl::string_view name;
    int value;
    int min;
    int max;
  } parts[] = {{"month", date.month, 1, 12},
               {"day", date.day, 1, DaysInMonth(date.year, month)},
               {"hour", written.hour, 0, 23},
               {"minute", written.minute, 0, 59},
               {"second", written.second, 0, 60}};
  for (const auto& part : parts) {
    if (part.value < 0) return "";
    if (InRange(part.value, part.min, part.max)) continue;
    return absl::StrCat("; the ", part.name, " is ", part.value, " and must be ",
                        part.min, " to ", part.max);
  }
  return text.size() == kSecondsEndAt ? "; an offset is missing, Z or as +01:00" : "";
}

ABSL_ATTRIBUTE_COLD absl::Status NotTime(absl::string_view text) {
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat(Quote(text), " is not a time as RFC 3339 has it, ",
                                 "such as 2026-01-31T12:00:00Z", WrongPart(text)));
}

// Whether a leap second can stand before this second since 1970.
bool IsMonthStart(std::int64_t seconds) {
  const std::int64_t days = FloorDivide(seconds, kSecondsPerDay);
  return days * kSecondsPerDay == seconds && DateFromDays(days).day == 1;
}

// `value` in exactly `digits` digits, at `out`.
void PutDigits(int value, int digits, char* out) {
  for (int i = digits - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// Where the fraction of a second begins in a text.
constexpr std::size_t kFractionAt = 20;

// `2026-01-31T12:00:00` of a time within the years 0 to 9999, into a text of that
// form.
void PutSeconds(std::int64_t seconds, char* out) {
  const std::int64_t days = FloorDivide(seconds, kSecondsPerDay);
  const Date date = DateFromDays(days);
  const int second_of_day = static_cast<int>(seconds - days * kSecondsPerDay);
  PutDigits(static_cast<int>(date.year), 4, out);
  PutDigits(date.month, 2, out + 5);
  PutDigits(date.day, 2, out + 8);
  PutDigits(second_of_day / 3'600, 2, out + 11);
  PutDigits(second_of_day / 60 % 60, 2, out + 14);
  PutDigits(second_of_day % 60, 2, out + 17);
}

}  // namespace

absl::StatusOr<absl::Time> ParseRfc3339(absl::string_view text) {
  Written written;
  if (!Read(text, &written)) return NotTime(text);
  const int second_of_day = (written.hour * 60 + written.minute) * 60 + written.second;
  const std::int64_t seconds = DaysFromDate(written.date) * kSecondsPerDay +
                               second_of_day - written.offset_seconds;
  if (seconds < kSecondsMin || seconds >= kSecondsEnd) {
    return MakeStatus(
        Reason::kOutOfRange,
        absl::StrCat("the time ", Quote(text), " is out of range; in UTC it ",
                     "must lie within the years 0000 to 9999"));
  }
  if (written.second == 60) {
    if (!IsMonthStart(seconds)) return NotTime(text);
    return absl::FromUnixSeconds(seconds);
  }
  return absl::FromUnixSeconds(seconds) + absl::Nanoseconds(written.nanoseconds);
}

void AppendRfc3339Millis(absl::Time time, std::string* out) {
  const std::int64_t millis = absl::ToUnixMillis(time);
  if (millis < kSecondsMin * 1'000 || millis >= kSecondsEnd * 1'000) {
    // Infinite times keep the names that Abseil gives them.
    out->append(absl::FormatTime("%E4Y-%m-%d%ET%H:%M:%E3SZ", time, absl::UTCTimeZone()));
    return;
  }
  const std::int64_t seconds = FloorDivide(millis, 1'000);
  char buffer[] = "0000-00-00T00:00:00.000Z";
  PutSeconds(seconds, buffer);
  PutDigits(static_cast<int>(millis - seconds * 1'000), 3, buffer + kFractionAt);
  out->append(buffer, sizeof buffer - 1);
}

std::string ToRfc3339Exact(absl::Time time) {
  const std::int64_t seconds = absl::ToUnixSeconds(time);  // floored
  if (seconds < kSecondsMin || seconds >= kSecondsEnd) {
    return absl::FormatTime("%E4Y-%m-%d%ET%H:%M:%E*SZ", time, absl::UTCTimeZone());
  }
  const std::int64_t nanoseconds =
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds));
  char buffer[] = "0000-00-00T00:00:00.000000000Z";
  PutSeconds(seconds, buffer);
  PutDigits(static_cast<int>(nanoseconds), 9, buffer + kFractionAt);
  std::size_t size = sizeof buffer - 2;
  while (buffer[size - 1] == '0' && size > kFractionAt) --size;
  if (size == kFractionAt) --size;  // the point
  buffer[size++] = 'Z';
  return std::string(buffer, size);
}

}  // namespace tocsin
