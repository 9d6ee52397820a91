#ifndef TOCSIN_ENGINE_CLI_DEMO_SURVEY_H_
#define TOCSIN_ENGINE_CLI_DEMO_SURVEY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/cli/byte_source.h"
#include "engine/cli/demo_feed.h"
#include "engine/cli/demo_holdings.h"
#include "tocsin/decimal.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"

namespace tocsin::cli {

// What a file of facts holds, so that alerts can be chosen that suit it: every
// customer's total of each credit type and metric. A total here is that of the
// whole file; what is bad in it is passed over.
//
// Thread safety: one thread at a time.
class DemoSurvey {
 public:
  absl::Status Read(ByteSource* source);

  // A limit and a guard for each of the credit types and metrics with the most
  // facts, one alert that fans out if facts have group values, and those of
  // DemoHoldings.
  std::vector<DemoAlert> ChooseAlerts() const;

  std::uint64_t facts() const { return facts_; }
  std::uint64_t other_statements() const { return other_statements_; }
  std::size_t customers() const { return customers_.size(); }
  // Of the first line that has one; 1970 if none has.
  absl::Time starts_at() const { return starts_at_.value_or(absl::UnixEpoch()); }

 private:
  using SubjectId = std::variant<CreditTypeId, BillableMetricId>;
  struct Subject {
    SubjectId id;
    std::uint64_t facts = 0;
    absl::flat_hash_map<CustomerId, Decimal> totals = {};
  };
  struct Told {
    CustomerId customer;
    SubjectId subject;
    Decimal amount;
    bool is_total = false;
    const std::vector<GroupValue>* group_values = nullptr;
  };

  void Add(const Fact& fact);
  void Add(const Told& told);
  void AddGroups(const Told& told);
  void AddLimit(const Subject& subject, std::vector<DemoAlert>* alerts) const;
  void AddFanOut(std::vector<DemoAlert>* alerts) const;

  DemoHoldings holdings_;
  std::uint64_t facts_ = 0;
  std::uint64_t other_statements_ = 0;
  std::optional<absl::Time> starts_at_;
  absl::flat_hash_set<CustomerId> customers_;
  std::map<SubjectId, std::size_t> subject_index_;
  std::vector<Subject> subjects_;  // in the order of the file
  // The first group key of the file, of what, and the totals of its values.
  std::string group_key_;
  std::optional<SubjectId> group_subject_;
  absl::flat_hash_map<std::pair<CustomerId, std::string>, Decimal> group_totals_;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_SURVEY_H_
