#ifndef TOCSIN_ENGINE_BASE_RFC3339_H_
#define TOCSIN_ENGINE_BASE_RFC3339_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace tocsin {

// Reads `2026-01-31T12:00:00Z`, `2026-01-31t13:00:00.25+01:00`: RFC 3339,
// strictly. Any number of fractional digits; those behind the ninth are cut
// off. The second 60 is a leap second: only the last of a UTC month, and all of
// it counts as the first instant of the next month, so that order is kept.
// Errors: kInvalidArgument if it is not of that form or not in the calendar;
// kOutOfRange if its UTC year is not 0000 to 9999, so that every time read can
// be written again.
absl::StatusOr<absl::Time> ParseRfc3339(absl::string_view text);

// Appends `2026-01-31T12:00:00.000Z`, floored to the millisecond. An infinite
// time becomes `infinite-future` or `infinite-past`, and one outside the years
// 0000 to 9999 gets a sign or more digits: fit to be read in a message, but not
// by `ParseRfc3339`.
void AppendRfc3339Millis(absl::Time time, std::string* out);

// The same with as many fractional digits as the time has, none to nine, floored
// to the nanosecond: for messages, where two times that differ must look
// different.
std::string ToRfc3339Exact(absl::Time time);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_RFC3339_H_
