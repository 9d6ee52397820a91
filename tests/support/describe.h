#ifndef TOCSIN_TESTS_SUPPORT_DESCRIBE_H_
#define TOCSIN_TESTS_SUPPORT_DESCRIBE_H_

#include <map>
#include <string>
#include <vector>

#include "tocsin/engine.h"

namespace tocsin::testing {

// What a scenario's `expect` and `status` lines name: one word a field, group
// values under their keys. Absent values read `none`.
struct Described {
  std::string head;  // `reached limit acme`, `acme limit`
  std::map<std::string, std::string> fields;

  std::string ToString() const;
  // The field, `none` where a field may be absent and is, or `other` if there is no
  // such field.
  std::string FieldOr(const std::string& key, const std::string& other) const;
};

// Everything of a notification but its id.
Described Describe(const Notification& notification);
Described Describe(const CustomerAlert& state);
// What of it is the customer alert's, and `since` with `since_by`, `due` with
// `due_since`, `last` with `last_at`, `last_value`, `last_epoch`, `last_by`.
Described Describe(const Explanation& explanation);

// What of a report of one fact the engine and the model must agree on:
// `refused malformed`, `stale`, `late`, `dropped`.
std::string Describe(const FactReport& report);
// `ok`, or the name of the reason, or the code and message where it has none.
std::string DescribeStatus(const absl::Status& status);
std::string Describe(const ApplyResult& result);
std::string Describe(const ResetOutcome& outcome);

// Compares field by field; faster than comparing descriptions.
bool SameButId(const Notification& a, const Notification& b);
bool Same(const ApplyResult& a, const ApplyResult& b);
bool Same(const ResetOutcome& a, const ResetOutcome& b);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_DESCRIBE_H_
