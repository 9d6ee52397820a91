#ifndef TOCSIN_TESTS_SUPPORT_FACTS_H_
#define TOCSIN_TESTS_SUPPORT_FACTS_H_

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tocsin/decimal.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"

namespace tocsin::testing {

// A decimal from its text, for literals of tests: a mistake in it ends the
// test program.
inline Decimal D(absl::string_view text) { return Decimal::Parse(text).value(); }

inline absl::Time At(absl::string_view rfc3339) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, rfc3339, &time, &error)) std::abort();
  return time;
}

inline Fact Spend(CustomerId customer, absl::string_view amount,
                  std::vector<GroupValue> groups = {}) {
  return SpendAdded{
      .customer = customer, .amount = D(amount), .group_values = std::move(groups)};
}

inline Fact Usage(CustomerId customer, BillableMetricId metric,
                  absl::string_view quantity, std::vector<GroupValue> groups = {}) {
  return UsageAdded{.customer = customer,
                    .billable_metric = metric,
                    .quantity = D(quantity),
                    .group_values = std::move(groups)};
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_FACTS_H_
