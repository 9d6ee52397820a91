#ifndef TOCSIN_ENGINE_MODEL_MEASURE_H_
#define TOCSIN_ENGINE_MODEL_MEASURE_H_

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "boost/uuid/uuid.hpp"
#include "tocsin/alert.h"
#include "tocsin/fact.h"

namespace tocsin::model {

// What is metered: what a type of alert watches, in one credit type or of one billable
// metric (nil for a type that has neither).
struct Subject {
  // First, so that it is copied in one piece.
  boost::uuids::uuid id{};
  AlertType type = AlertType::kSpendThresholdReached;

  const AlertTypeInfo& info() const { return InfoOf(type); }
  // A sum of facts within a billing period: spend or usage.
  bool IsPeriodSum() const {
    return info().watched == Watched::kSpend || info().watched == Watched::kUsage;
  }

  friend bool operator==(const Subject& a, const Subject& b) {
    return a.type == b.type && a.id == b.id;
  }
  template <typename H>
  friend H AbslHashValue(H state, const Subject& subject) {
    std::uint64_t words[2];
    std::memcpy(words, subject.id.data, sizeof words);
    return H::combine(std::move(state), static_cast<std::uint8_t>(subject.type), words[0],
                      words[1]);
  }
};

inline Subject SpendIn(const CreditTypeId& credit_type) {
  return {.id = credit_type.uuid(), .type = AlertType::kSpendThresholdReached};
}
inline Subject UsageOf(const BillableMetricId& metric) {
  return {.id = metric.uuid(), .type = AlertType::kUsageThresholdReached};
}
// What an alert of a valid spec meters.
Subject SubjectOf(const AlertSpec& spec);

// What an alert watches: a subject, narrowed by filters. Alerts that watch the same
// thing share one Measure and differ only in threshold; compare measures by address.
//
// An *instance* of a measure is one value (or tuple of values) of what the measure
// leaves open: group keys, or the one balance, invoice, seat or custom field. Its key
// is the values (of group keys in the order of their bytes), each with NUL escaped as
// 00 FF and ended by 00 01: keys compare as tuples of byte strings do. A measure that
// leaves nothing open has the one instance "".
struct Measure {
  Subject subject;
  std::vector<GroupFilter> groups;  // by key
  // Of the contract, or of the balance; by key and value, none twice.
  std::vector<CustomFieldFilter> custom_fields;
  // Of invoices or of credit grants; none twice. Empty: all.
  std::vector<std::string> types;
  std::optional<SeatFilter> seat;
  std::vector<AlertSpecifier> specifiers;  // in canonical order. Empty: all

  // Neither group keys nor filters: the subject's whole sum in the period.
  bool IsWhole() const {
    return subject.IsPeriodSum() && groups.empty() && custom_fields.empty();
  }
  // Sums of a period are kept by contract then.
  bool FiltersContracts() const {
    return subject.IsPeriodSum() && !custom_fields.empty();
  }
  bool FansOut() const;
  // The custom field that a specifier leaves open; null if none does. Such a measure
  // has an instance "" too: the lowest of the others.
  const std::string* OpenField() const;

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

// An order of the measures of one sum in a period that follows from what they are.
bool ComesBefore(const Measure& a, const Measure& b);

// Whether custom fields pass all the filters.
bool MatchFields(absl::Span<const CustomFieldFilter> filters, const CustomFields& fields);

// Whether a contract with these custom fields passes the measure's filters.
bool MatchContract(const Measure& measure, const CustomFields* fields);

// Whether every sum of `narrow` is among the sums kept for `wide`, both being of
// one subject.
bool Covers(const Measure& wide, const Measure& narrow);

// The values in an instance key, one for each thing that its measure leaves open.
std::vector<std::string> InstanceValues(absl::string_view instance_key);
std::string InstanceKeyOf(absl::Span<const std::string> values);
std::string InstanceKeyOfOne(const std::string& value);

// The key that the only specifier leaves without a value; null if there is none.
const std::string* OpenFieldOf(const std::vector<AlertSpecifier>& specifiers);

// The alert's group keys, in its own order, with the values of an instance; none for the
// whole.
std::vector<GroupValue> GroupValuesOf(const AlertSpec& spec,
                                      absl::string_view instance_key);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_MEASURE_H_
