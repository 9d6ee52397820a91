#include "engine/model/ladder.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "engine/base/mistake.h"

namespace tocsin::model {

void Ladder::Add(AlertPtr alert) {
  const auto place = std::upper_bound(
      rungs_.begin(), rungs_.end(), alert,
      [](const AlertPtr& a, const AlertPtr& b) { return a->IsReachedBefore(*b); });
  rises_ = alert->rises();
  const std::ptrdiff_t rung = place - rungs_.begin();
  thresholds_.insert(thresholds_.begin() + rung, alert->ReachedFrom());
  rungs_.insert(place, std::move(alert));
  stretches_.insert(stretches_.begin() + rung, Stretch());
  MendStretches(static_cast<std::size_t>(rung));
}

void Ladder::Remove(const AlertPtr& alert) {
  const auto place = std::lower_bound(
      rungs_.begin(), rungs_.end(), alert,
      [](const AlertPtr& a, const AlertPtr& b) { return a->IsReachedBefore(*b); });
  const std::ptrdiff_t rung = place - rungs_.begin();
  thresholds_.erase(thresholds_.begin() + rung);
  rungs_.erase(place);
  stretches_.erase(stretches_.begin() + rung);
  MendStretches(static_cast<std::size_t>(rung));
}

Ladder::Stretch Ladder::StretchOf(std::size_t reached) const {
  Stretch stretch;
  if (reached > 0) {
    (rises_ ? stretch.first : stretch.last) = thresholds_[reached - 1];
  }
  if (reached < thresholds_.size()) {
    const int before = TOCSIN_MISTAKE(stretch_holds_next_threshold) ? 0 : 1;
    const Int128 next = thresholds_[reached].units();
    (rises_ ? stretch.last : stretch.first) =
        Decimal::FromUnits(rises_ ? next - before : next + before);
  }
  return stretch;
}

void Ladder::MendStretches(std::size_t rung) {
  stretches_[rung] = StretchOf(rung);
  if (rung + 1 < stretches_.size()) stretches_[rung + 1] = StretchOf(rung + 1);
}

template <typename Value>
std::size_t Ladder::CountReached(const Value& value) const {
  const auto end = std::partition_point(thresholds_.begin(), thresholds_.end(),
                                        [this, &value](Decimal threshold) {
                                          return IsReachedAt(value, threshold, rises_);
                                        });
  return static_cast<std::size_t>(end - thresholds_.begin());
}

std::size_t Ladder::Reached(Decimal value) const { return CountReached(value); }
std::size_t Ladder::Reached(const Level& level) const { return CountReached(level); }

Band Ladder::BandAt(std::size_t reached) const {
  Band band = Band::Unbounded();
  if (rungs_.empty()) return band;
  // The threshold itself is reached, so the band opens one unit beyond it.
  if (reached > 0) {
    const Int128 last = thresholds_[reached - 1].units();
    (rises_ ? band.below : band.above) = Decimal::FromUnits(rises_ ? last - 1 : last + 1);
  }
  if (reached < rungs_.size()) {
    const Int128 next = thresholds_[reached].units();
    const int more = TOCSIN_MISTAKE(band_holds_next_threshold) ? (rises_ ? 1 : -1) : 0;
    (rises_ ? band.above : band.below) = Decimal::FromUnits(next + more);
  }
  return band;
}

}  // namespace tocsin::model
