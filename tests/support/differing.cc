#include "tests/support/differing.h"

#include "absl/strings/str_cat.h"
#include "tests/support/describe.h"
#include "tests/support/reference_model.h"

namespace tocsin::testing {

std::string Differing(const std::string& what, const std::string& actual,
                      const std::string& expected) {
  return absl::StrCat(what, "\n  actual:   ", actual, "\n  expected: ", expected);
}

std::string DifferInStatus(const std::string& what, const absl::Status& actual,
                           const absl::Status& expected) {
  if (actual.code() == expected.code() && ReasonIn(actual) == ReasonIn(expected))
    return "";
  return Differing(what, absl::StrCat(DescribeStatus(actual), ": ", actual.ToString()),
                   DescribeStatus(expected));
}

std::string DifferInState(const CustomerAlert& actual, const CustomerAlert& expected) {
  const bool archived = expected.alert_status == AlertStatus::kArchived;
  const bool enabled = expected.alert_status == AlertStatus::kEnabled;
  const bool same =
      actual.customer == expected.customer && actual.alert == expected.alert &&
      actual.type == expected.type && actual.alert_status == expected.alert_status &&
      actual.alert_name == expected.alert_name &&
      actual.threshold == expected.threshold && actual.status == expected.status &&
      actual.epoch == expected.epoch && (archived || actual.value == expected.value) &&
      (archived || actual.group_dropped == expected.group_dropped) &&
      (!enabled || actual.triggered_by == expected.triggered_by) &&
      (expected.group_values.empty() || actual.group_values == expected.group_values) &&
      (!expected.seat || actual.seat == expected.seat) &&
      actual.balance == expected.balance && actual.invoice == expected.invoice &&
      actual.custom_field == expected.custom_field;
  if (same) return "";
  return Differing("state", Describe(actual).ToString(), Describe(expected).ToString());
}

}  // namespace tocsin::testing
