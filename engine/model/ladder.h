#ifndef TOCSIN_ENGINE_MODEL_LADDER_H_
#define TOCSIN_ENGINE_MODEL_LADDER_H_

#include <cstddef>
#include <limits>
#include <vector>

#include "engine/model/alert_version.h"
#include "tocsin/decimal.h"

namespace tocsin::model {

// The open interval around a value in which no threshold lies: while a new value
// stays strictly inside, nothing can have been crossed.
struct Band {
  Decimal below = Decimal::FromUnits(std::numeric_limits<Int128>::max());
  Decimal above = Decimal::FromUnits(std::numeric_limits<Int128>::min());

  // Contains no value: whoever has this band always looks at the ladders.
  static constexpr Band Empty() { return Band(); }
  static constexpr Band Unbounded() {
    return {.below = Decimal::FromUnits(std::numeric_limits<Int128>::min()),
            .above = Decimal::FromUnits(std::numeric_limits<Int128>::max())};
  }

  constexpr bool Contains(Decimal value) const { return below < value && value < above; }
  constexpr void IntersectWith(const Band& other) {
    if (other.below > below) below = other.below;
    if (other.above < above) above = other.above;
  }

  friend bool operator==(const Band&, const Band&) = default;
};

// The thresholds of the enabled alerts of one measure and one scope in the order in
// which they are reached: lowest first where they rise, highest first where they
// fall; equal ones by alert id. Immutable once built.
class Ladder {
 public:
  // Keeps the order whatever the order of adding.
  void Add(AlertPtr alert);
  // The alert must be in it, in this version.
  void Remove(const AlertPtr& alert);

  // How many rungs a value has reached: those in front, `[0, Reached)`.
  std::size_t Reached(Decimal value) const;
  std::size_t Reached(const Level& level) const;
  const AlertPtr& rung(std::size_t i) const { return rungs_[i]; }
  std::size_t size() const { return rungs_.size(); }
  bool empty() const { return rungs_.empty(); }

  // The band of values that have reached just `reached` rungs.
  Band BandAt(std::size_t reached) const;
  // Whether a value is in that band.
  bool BandContains(std::size_t reached, Decimal value) const {
    const Stretch& stretch = stretches_[reached];
    return stretch.first <= value && value <= stretch.last;
  }

 private:
  template <typename Value>
  std::size_t CountReached(const Value& value) const;

  // The values that have reached just so many rungs, both ends among them.
  struct Stretch {
    Decimal first = Decimal::FromUnits(std::numeric_limits<Int128>::min());
    Decimal last = Decimal::FromUnits(std::numeric_limits<Int128>::max());
  };
  Stretch StretchOf(std::size_t reached) const;
  // Puts the stretches at both sides of where a rung came or went right.
  void MendStretches(std::size_t rung);

  std::vector<AlertPtr> rungs_;
  // Of the rungs, and their direction: looking for the rungs that a value has reached
  // reads no alert.
  std::vector<Decimal> thresholds_;
  std::vector<Stretch> stretches_ = {Stretch()};  // by how many rungs are reached
  bool rises_ = true;
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_LADDER_H_
