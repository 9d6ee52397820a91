#ifndef TOCSIN_TESTS_SUPPORT_REFERENCE_VALUES_H_
#define TOCSIN_TESTS_SUPPORT_REFERENCE_VALUES_H_

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "boost/multiprecision/cpp_int.hpp"
#include "tests/support/reference_sums.h"
#include "tocsin/alert.h"
#include "tocsin/decimal.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"

namespace tocsin::testing {

// Wide enough for every product of two sums.
using Wide = boost::multiprecision::int512_t;

// A quotient, never divided to decide anything, in the units of a Decimal.
struct Exact {
  Wide numerator = 0;
  Wide denominator = 1;  // above 0
};

bool Less(const Exact& a, const Exact& b);
// To twelve digits, half to even, within the range of a Decimal.
Decimal Rounded(const Exact& exact);
Exact ExactOf(Decimal value);

struct ReferencePeriod {
  absl::Time start = absl::InfinitePast();
  absl::Time end = absl::InfiniteFuture();
};

// What was asked of the clock last: `at`, with or without what happens just then.
struct Moment {
  absl::Time at = absl::InfinitePast();
  bool early = false;  // nothing that falls due at `at` has happened yet
};

// Whether `instant` has come.
bool HasCome(absl::Time instant, const Moment& moment);
// A month in UTC.
struct Month {
  absl::CivilMonth month;
  absl::Time start = absl::InfiniteFuture();
  absl::Time end = absl::InfinitePast();
};
Month MonthAt(absl::Time at);
Month MonthOf(const Moment& moment);

Wide NanosecondsBetween(absl::Time from, absl::Time to);
Exact Days(const Wide& nanoseconds);
// A number of days in whole nanoseconds, cut off.
Wide NanosecondsIn(Decimal days);

// A commit, contract credit or credit grant as it was told.
struct Balance {
  BalanceType type = BalanceType::kCommit;
  CreditTypeId credit_type;
  Decimal granted;
  Decimal remaining;
  std::optional<absl::Time> starts_at;
  std::optional<absl::Time> ends_at;
  CustomFields custom_fields;
  std::optional<std::string> credit_grant_type;
  std::optional<Seat> seat;
  std::optional<std::uint64_t> newest;
  std::optional<std::uint64_t> last_total;
  absl::Time told_at;  // when a fact last spoke of it
};

bool HasStarted(const Balance& balance, const Moment& moment);
bool IsOver(const Balance& balance, const Moment& moment);

struct Invoice {
  std::string invoice_type;
  CreditTypeId credit_type;
  Decimal total;
  bool active = true;
  std::optional<std::uint64_t> newest;
  absl::CivilMonth month;  // in which it was told first
  absl::Time told_at;      // when a fact last spoke of it
};

// Whether the alert speaks of the balance, whenever it counts.
bool Matches(const AlertSpec& spec, const Balance& balance);
bool Matches(const AlertSpec& spec, const Invoice& invoice);

// What an alert watches, whatever the order of its filters. Alerts with the same
// target differ only in threshold.
struct Target {
  using Pair = std::pair<std::string, std::string>;
  using OpenPair = std::pair<std::string, std::optional<std::string>>;
  using Specifier = std::pair<std::set<OpenPair>, std::set<std::set<Pair>>>;

  AlertType type = AlertType::kSpendThresholdReached;
  CreditTypeId credit_type;
  std::optional<BillableMetricId> billable_metric;
  std::set<OpenPair> group_values;
  std::set<Pair> custom_fields;
  std::set<std::string> invoice_types;
  std::set<std::string> credit_grant_types;
  std::optional<OpenPair> seat;
  std::set<Specifier> specifiers;

  friend auto operator<=>(const Target&, const Target&) = default;
  friend bool operator==(const Target&, const Target&) = default;
};

Target TargetOf(const AlertSpec& spec);

// The instance that a balance which matches belongs to.
Tuple TupleOf(const AlertSpec& spec, BalanceId id, const Balance& balance);

// Spend and usage, which are summed as they come.
bool IsCounted(const AlertSpec& spec);
// What is told of balances, and of invoices.
bool IsOfBalances(const AlertSpec& spec);
bool IsOfInvoices(const AlertSpec& spec);
bool IsAny(const AlertSpec& spec);
bool IsOfDays(const AlertSpec& spec);
// What remains, in money, of several balances: it stays defined when they are over.
bool SumsBalances(const AlertSpec& spec);
// Whether there is more than one instance.
bool FansOut(const AlertSpec& spec);
// The custom field that an alert's only specifier leaves open.
std::optional<std::string> OpenField(const AlertSpec& spec);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_REFERENCE_VALUES_H_
