#ifndef TOCSIN_ENGINE_MODEL_MEASURE_H_
#define TOCSIN_ENGINE_MODEL_MEASURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "boost/uuid/uuid.hpp"
#include "tocsin/alert.h"
#include "tocsin/fact.h"

namespace tocsin::model {

enum class Quantity : std::uint8_t { kSpend, kUsage };

// What is metered: spend in one credit type, or usage of one billable metric.
struct Subject {
  Quantity quantity = Quantity::kSpend;
  boost::uuids::uuid id{};

  friend bool operator==(const Subject& a, const Subject& b) {
    return a.quantity == b.quantity && a.id == b.id;
  }
  template <typename H>
  friend H AbslHashValue(H state, const Subject& subject) {
    return H::combine_contiguous(
        H::combine(std::move(state), static_cast<std::uint8_t>(subject.quantity)),
        subject.id.data, sizeof subject.id.data);
  }
};

Subject SpendIn(const CreditTypeId& credit_type);
Subject UsageOf(const BillableMetricId& metric);
// What an alert of a valid spec meters.
Subject SubjectOf(const AlertSpec& spec);

// What an alert watches: a subject, narrowed by group values and by custom
// fields of contracts. Alerts that watch the same thing share one Measure and
// differ only in threshold; compare measures by address.
//
// An *instance* of a measure is one value (or tuple of values) of the group keys
// that the measure leaves open. Its key is the values in the order of their
// group keys' bytes, each with NUL escaped as 00 FF and ended by 00 01: keys
// compare as tuples of byte strings do, and a measure without open group keys
// has the one instance "".
struct Measure {
  Subject subject;
  std::vector<GroupFilter> groups;                  // by key
  std::vector<CustomFieldFilter> contract_filters;  // by key and value, none twice

  // Neither group keys nor filters: the subject's whole sum.
  bool IsWhole() const { return groups.empty() && contract_filters.empty(); }
  bool FiltersContracts() const { return !contract_filters.empty(); }
  bool FansOut() const;

  friend bool operator==(const Measure&, const Measure&) = default;
};
using MeasurePtr = std::shared_ptr<const Measure>;

// The measure of an alert's subject and filters, in canonical order.
Measure MeasureOf(const AlertSpec& spec);
// The measure that keeps the sums of a set of group keys, of no subject in particular.
Measure MeasureOfKeys(const std::vector<std::string>& keys);

// Whether facts with these group values count in the measure; if so, writes the
// key of their instance. `whole_set`: the fact must have no other keys, as a
// total, which speaks for just its keys.
bool MatchGroups(const Measure& measure, absl::Span<const GroupValue> values,
                 bool whole_set, std::string* instance_key);

// An order of measures that follows from what they are.
bool ComesBefore(const Measure& a, const Measure& b);

// Whether a contract with these custom fields passes the measure's filters.
bool MatchContract(const Measure& measure, const CustomFields* fields);

// Whether every sum of `narrow` is among the sums kept for `wide`, both being of
// one subject.
bool Covers(const Measure& wide, const Measure& narrow);

// The values in an instance key, one for each open group key of its measure.
std::vector<std::string> InstanceValues(absl::string_view instance_key);
std::string InstanceKeyOf(absl::Span<const std::string> values);

// The alert's group keys, in its own order, with the values of an instance.
std::vector<GroupValue> GroupValuesOf(const AlertSpec& spec,
                                      absl::string_view instance_key);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_MEASURE_H_
