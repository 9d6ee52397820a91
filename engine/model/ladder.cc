#include "engine/model/ladder.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tocsin::model {

void Ladder::Add(AlertPtr alert) {
  const auto place = std::upper_bound(rungs_.begin(), rungs_.end(), alert,
                                      [](const AlertPtr& a, const AlertPtr& b) {
                                        return std::make_tuple(a->threshold(), a->id()) <
                                               std::make_tuple(b->threshold(), b->id());
                                      });
  rungs_.insert(place, std::move(alert));
}

std::size_t Ladder::Reached(Decimal value) const {
  const auto end = std::partition_point(
      rungs_.begin(), rungs_.end(),
      [value](const AlertPtr& alert) { return alert->IsReachedAt(value); });
  return static_cast<std::size_t>(end - rungs_.begin());
}

Band Ladder::BandAt(std::size_t reached) const {
  Band band = Band::Unbounded();
  // The threshold itself is reached, so the band opens one unit under it.
  if (reached > 0) {
    band.below = Decimal::FromUnits(rungs_[reached - 1]->threshold().units() - 1);
  }
  if (reached < rungs_.size()) band.above = rungs_[reached]->threshold();
  return band;
}

}  // namespace tocsin::model
