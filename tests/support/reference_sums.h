#ifndef TOCSIN_TESTS_SUPPORT_REFERENCE_SUMS_H_
#define TOCSIN_TESTS_SUPPORT_REFERENCE_SUMS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "tocsin/alert.h"
#include "tocsin/decimal.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"

namespace tocsin::testing {

using SubjectId = Id<struct SubjectTag>;  // a credit type or a billable metric
using Tuple = std::vector<std::string>;   // values of the fanned-out keys, by key
using ContractFields = std::map<ContractId, CustomFields>;

// What is summed: of which subject, by which group keys, by contract or not.
struct Measure {
  AlertType type = AlertType::kSpendThresholdReached;
  SubjectId subject;
  std::map<std::string, std::optional<std::string>> keys;
  // By contract: all contracts are kept apart, whatever the filters say now.
  bool by_contract = false;
  std::set<std::pair<std::string, std::string>> contract_filters;

  friend bool operator==(const Measure&, const Measure&) = default;
  bool operator<(const Measure& other) const;

  bool fans_out() const;
  // Whether sums of `this` contain everything that `other` asks for.
  bool Contains(const Measure& other) const;
};

Measure MeasureOf(const AlertSpec& spec);

// A spend or usage fact of any of the four kinds.
struct Count {
  CustomerId customer;
  AlertType type = AlertType::kSpendThresholdReached;
  SubjectId subject;
  bool is_total = false;
  Decimal amount;
  std::optional<ContractId> contract;
  std::vector<GroupValue> groups;
  std::optional<std::uint64_t> version;
  std::optional<absl::Time> time;
};

// Nothing for facts of the other kinds.
std::optional<Count> CountOf(const Fact& fact);

// One customer's sums of one period, each in its own cell, nothing derived.
class Sums {
 public:
  enum class Fed { kCounted, kStale, kDropped };
  using KeySets = std::vector<std::vector<std::string>>;

  Sums() = default;
  // Sums by these sets of keys are kept from the start, and always.
  explicit Sums(const KeySets& tracked);

  // Keeps a measure from now on; starts from what is kept already, if any of
  // it contains the new one: from one with the same keys and values, or else from
  // the one that was kept longest.
  void Keep(const Measure& measure);
  void Forget(const Measure& measure);
  // A new period: the measures stay, their sums go.
  void Clear();

  // Feeds every measure that the count speaks to; what became of it in each.
  std::vector<Fed> Feed(const Count& count, std::size_t groups_max);

  // What one sum is, and the versions in it.
  struct Cell {
    Decimal sum;
    std::optional<std::uint64_t> newest;
    std::optional<std::uint64_t> last_total;

    // False if it is stale, and nothing has changed.
    bool Take(const Count& count);
  };
  struct Key {
    Measure measure;
    std::optional<ContractId> contract;
    Tuple tuple;

    bool operator<(const Key& other) const;
  };
  // Where a count belongs.
  std::vector<Key> KeysOf(const Count& count);
  // As it is; as nothing where there is none.
  Cell At(const Key& key) const;
  // False, and counted as dropped, where there is no room.
  bool Set(const Key& key, const Cell& cell, std::size_t groups_max);

  // The sum over the contracts that match, of each tuple that has data.
  std::map<Tuple, Decimal> Values(const Measure& measure,
                                  const ContractFields& contracts) const;
  std::uint64_t Dropped(const Measure& measure) const;

 private:
  struct Parts {
    std::map<std::optional<ContractId>, std::map<Tuple, Cell>> cells;
    std::uint64_t dropped = 0;
    // When it began amid the period; 0 if it knows all of it.
    std::uint64_t since = 0;
  };

  static bool HasRoomFor(Parts& parts, const Tuple& tuple, std::size_t groups_max);
  static Fed FeedCell(Parts& parts, bool by_contract, const Tuple& tuple,
                      const Count& count, std::size_t groups_max);
  template <typename Visit>
  void ForEachPart(const Count& count, Visit visit);

  bool IsAlwaysKept(const Measure& measure) const;

  std::vector<std::map<std::string, std::optional<std::string>>> tracked_;
  std::map<Measure, Parts> parts_;
  std::uint64_t begun_ = 0;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_REFERENCE_SUMS_H_
