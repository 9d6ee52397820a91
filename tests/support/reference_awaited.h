#ifndef TOCSIN_TESTS_SUPPORT_REFERENCE_AWAITED_H_
#define TOCSIN_TESTS_SUPPORT_REFERENCE_AWAITED_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/support/reference_sums.h"
#include "tocsin/fact_source.h"

namespace tocsin::testing {

// A read of the fact source that was begun, and what was counted since.
struct ReferenceRead {
  struct Since {
    Sums::Cell before;
    std::vector<Count> counts;
  };

  std::uint64_t number = 0;
  absl::Time deadline;
  bool spoilt = false;  // no answer fits
  std::map<Sums::Key, Since> since;
  std::size_t noted = 0;
  std::optional<absl::StatusOr<std::vector<Fact>>> answer;

  void Note(std::size_t noted_max) { spoilt = ++noted > noted_max || spoilt; }
  // What a sum comes to with what was answered of it; nothing if that cannot be told.
  std::optional<Sums::Cell> With(const Sums::Key& key, const Sums::Cell& now,
                                 const Count& answered) const;
};

// What waits for the source since its reset.
struct ReferenceAwaited {
  bool whole = false;
  std::set<Tuple> tuples;
  std::map<Tuple, Decimal> judged;  // what they stood at before
  absl::Time since;
  int attempts = 0;
  // Between these the next read begins: part of a wait is left to chance.
  absl::Time earliest = absl::InfinitePast();
  absl::Time latest = absl::InfinitePast();
  std::optional<ReferenceRead> read;

  bool Concerns(const Tuple& tuple) const { return whole || tuples.count(tuple) > 0; }
  void StartOver() {
    attempts = 0;
    earliest = latest = absl::InfinitePast();
    read.reset();
  }
};

// A read of the fact source. What is begun the engine must ask for, and nothing else.
struct BegunReference {
  std::uint64_t number = 0;
  ReadRequest request;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_REFERENCE_AWAITED_H_
