#include "engine/model/ladder.h"

#include <algorithm>
#include <utility>

#include "engine/base/mistake.h"

namespace tocsin::model {

void Ladder::Add(AlertPtr alert) {
  const auto place = std::upper_bound(
      rungs_.begin(), rungs_.end(), alert,
      [](const AlertPtr& a, const AlertPtr& b) { return a->IsReachedBefore(*b); });
  rungs_.insert(place, std::move(alert));
}

void Ladder::Remove(const AlertPtr& alert) {
  rungs_.erase(std::lower_bound(
      rungs_.begin(), rungs_.end(), alert,
      [](const AlertPtr& a, const AlertPtr& b) { return a->IsReachedBefore(*b); }));
}

template <typename Value>
std::size_t Ladder::CountReached(const Value& value) const {
  const auto end = std::partition_point(
      rungs_.begin(), rungs_.end(),
      [&value](const AlertPtr& alert) { return alert->IsReachedAt(value); });
  return static_cast<std::size_t>(end - rungs_.begin());
}

std::size_t Ladder::Reached(Decimal value) const { return CountReached(value); }
std::size_t Ladder::Reached(const Level& level) const { return CountReached(level); }

Band Ladder::BandAt(std::size_t reached) const {
  Band band = Band::Unbounded();
  if (rungs_.empty()) return band;
  const bool rises = rungs_.front()->rises();
  // The threshold itself is reached, so the band opens one unit beyond it.
  if (reached > 0) {
    const Int128 last = rungs_[reached - 1]->threshold().units();
    (rises ? band.below : band.above) = Decimal::FromUnits(rises ? last - 1 : last + 1);
  }
  if (reached < rungs_.size()) {
    const Int128 next = rungs_[reached]->threshold().units();
    const int more = TOCSIN_MISTAKE(band_holds_next_threshold) ? (rises ? 1 : -1) : 0;
    (rises ? band.above : band.below) = Decimal::FromUnits(next + more);
  }
  return band;
}

}  // namespace tocsin::model
