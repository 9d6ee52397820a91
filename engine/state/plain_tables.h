#ifndef TOCSIN_ENGINE_STATE_PLAIN_TABLES_H_
#define TOCSIN_ENGINE_STATE_PLAIN_TABLES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "engine/base/mistake.h"
#include "engine/model/catalog.h"
#include "engine/model/plain.h"

namespace tocsin::state {

// What many lines of a shard have in common stands here once, and in the line its number.
// Nothing is given out where there are too many.

class PeriodTable {
 public:
  const model::Period& operator[](std::uint16_t number) const { return periods_[number]; }
  bool Contains(std::uint16_t number, absl::Time time) const {
    const model::Period& period = periods_[number];
    return (period.starts_at <= time && time < period.ends_at) ||
           TOCSIN_MISTAKE(sum_outlives_period);
  }
  std::optional<std::uint16_t> Number(const model::Period& period);

 private:
  std::vector<model::Period> periods_;
  absl::flat_hash_map<absl::Time, std::uint16_t> by_start_;
  std::uint16_t last_ = 0;  // that was asked for: mostly it is the same
};

// With the ladder of each for plain customers.
class SubjectTable {
 public:
  std::size_t size() const { return entries_.size(); }
  const model::Subject& operator[](std::uint16_t number) const {
    return entries_[number].subject;
  }
  const model::Ladder& ladder(std::uint16_t number) const {
    return *entries_[number].ladder;
  }
  std::optional<std::uint16_t> Number(const model::Subject& subject,
                                      const model::Catalog& catalog);
  // Whenever another catalog is in force.
  void FindLadders(const model::Catalog& catalog);

 private:
  struct Entry {
    model::Subject subject;
    const model::Ladder* ladder = nullptr;
  };
  std::vector<Entry> entries_;
  absl::flat_hash_map<model::Subject, std::uint16_t> by_subject_;
};

}  // namespace tocsin::state

#endif  // TOCSIN_ENGINE_STATE_PLAIN_TABLES_H_
