#include "tests/histories/checker.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "tests/histories/rules.h"

namespace tocsin::testing {
namespace {

class Search {
 public:
  explicit Search(const History& history) : history_(history) {}

  bool From(const Rules& rules, std::uint32_t left) {
    ++steps_;
    if (left == 0 && rules.IsComplete(history_)) return true;
    if (!been_.emplace(left, rules.Key()).second) return false;
    const std::uint64_t before = FirstEnd(rules, left);
    for (std::size_t i = 0; i < history_.calls.size(); ++i) {
      const std::uint32_t bit = std::uint32_t{1} << i;
      const Call& call = history_.calls[i];
      if ((left & bit) == 0 || call.began > before) continue;
      Rules next = rules;
      if (next.Do(history_, call, static_cast<int>(i)) &&
          IsInTime(rules, next, left & ~bit) && From(next, left & ~bit)) {
        return true;
      }
    }
    if (!rules.IsDue()) return false;
    Rules next = rules;
    return next.Judge(history_) && IsInTime(rules, next, left) && From(next, left);
  }

  std::size_t steps() const { return steps_; }

 private:
  using Place = std::pair<std::uint32_t, decltype(std::declval<Rules>().Key())>;

  // When the first of what has not happened yet was over: whatever began later comes
  // after it.
  std::uint64_t FirstEnd(const Rules& rules, std::uint32_t left) const {
    std::uint64_t first = std::numeric_limits<std::uint64_t>::max();
    for (std::size_t i = 0; i < history_.calls.size(); ++i) {
      const Call& call = history_.calls[i];
      const bool is_left = (left & (std::uint32_t{1} << i)) != 0;
      if (is_left) first = std::min(first, call.ended);
      if ((is_left || rules.waits == static_cast<int>(i)) && call.end.has_value()) {
        first = std::min(first, call.end->at);
      }
    }
    for (std::size_t i = rules.told; i < history_.tellings.size(); ++i) {
      first = std::min(first, history_.tellings[i].decided);
    }
    return first;
  }

  // Whether what was decided from `before` to `after` was decided before the end of each
  // call that comes later, and before anybody was told the end of a reset that had not
  // ended.
  bool IsInTime(const Rules& before, const Rules& after, std::uint32_t left) const {
    for (std::size_t i = before.told; i < after.told; ++i) {
      const Telling& telling = history_.tellings[i];
      if (telling.at < telling.decided) return false;
      for (std::size_t k = 0; k < history_.calls.size(); ++k) {
        const Call& call = history_.calls[k];
        const bool is_left = (left & (std::uint32_t{1} << k)) != 0;
        if (is_left && call.ended < telling.decided) return false;
        const bool goes_on = is_left || before.waits == static_cast<int>(k);
        if (goes_on && call.end.has_value() && call.end->at < telling.decided) {
          return false;
        }
      }
    }
    return true;
  }

  const History& history_;
  absl::flat_hash_set<Place> been_;
  std::size_t steps_ = 0;
};

}  // namespace

bool IsLinearizable(const History& history, std::size_t* steps) {
  const auto all =
      static_cast<std::uint32_t>((std::uint64_t{1} << history.calls.size()) - 1);
  Search search(history);
  const bool found = search.From(Rules(history), all);
  if (steps != nullptr) *steps += search.steps();
  return found;
}

}  // namespace tocsin::testing
