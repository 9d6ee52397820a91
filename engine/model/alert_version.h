#ifndef TOCSIN_ENGINE_MODEL_ALERT_VERSION_H_
#define TOCSIN_ENGINE_MODEL_ALERT_VERSION_H_

#include <compare>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/base/mistake.h"
#include "engine/model/level.h"
#include "engine/model/measure.h"
#include "tocsin/alert.h"

namespace tocsin::model {

// Whether a threshold is reached; a value equal to it has reached it.
inline bool IsReachedAt(Decimal value, Decimal threshold, bool rises) {
  if (TOCSIN_MISTAKE(strict_threshold) && value == threshold) return false;
  return rises ? value >= threshold : value <= threshold;
}
inline bool IsReachedAt(const Level& level, Decimal threshold, bool rises) {
  const std::strong_ordering order = level <=> threshold;
  if (TOCSIN_MISTAKE(strict_percentage) && order == 0) return false;
  return rises ? order >= 0 : order <= 0;
}

// One version of an alert's definition, never changed once made: a change makes
// the next version.
//
// The counters only rise. So a customer that was last judged under one version
// and is now judged under another can tell what happened in between without
// having seen it, however many versions it missed.
struct AlertVersion {
  Alert alert;
  MeasurePtr measure;

  std::uint64_t restarts = 0;    // enabled again, or its filters changed
  std::uint64_t rejudgings = 0;  // its threshold was given
  std::uint64_t renotifies = 0;  // an update asked to notify again

  const AlertId& id() const { return alert.id; }
  const AlertSpec& spec() const { return alert.spec; }
  Decimal threshold() const { return *alert.spec.threshold; }
  bool enabled() const { return alert.status == AlertStatus::kEnabled; }
  bool archived() const { return alert.status == AlertStatus::kArchived; }
  bool rises() const { return InfoOf(alert.spec.type).direction == Direction::kRising; }

  template <typename Value>
  bool IsReachedAt(const Value& value) const {
    return model::IsReachedAt(value, ReachedFrom(), rises());
  }
  // The first value that reaches it: the threshold itself.
  Decimal ReachedFrom() const {
    const Int128 beyond = TOCSIN_MISTAKE(threshold_is_exclusive) ? (rises() ? 1 : -1) : 0;
    return Decimal::FromUnits(threshold().units() + beyond);
  }
  // The order in which the rungs of a ladder are reached, and told of.
  bool IsReachedBefore(const AlertVersion& other) const {
    if (threshold() == other.threshold()) return id() < other.id();
    return rises() == (threshold() < other.threshold());
  }
};
using AlertPtr = std::shared_ptr<const AlertVersion>;

// An alert went from one version to the next; `before` is null where it was
// created.
struct AlertChange {
  AlertPtr before = nullptr;
  AlertPtr after = nullptr;
  // The measure, other than a whole, that is kept from this change on, and the one
  // that is kept no more; null where there is none.
  MeasurePtr begins = nullptr;
  MeasurePtr ends = nullptr;
  // When it was put in force.
  absl::Time at = absl::InfinitePast();
};

// Whether a spec is one that can be watched. Errors: see Engine::CreateAlert;
// first match first in the order of AlertSpec's fields.
absl::Status ValidateAlert(const AlertSpec& spec);

// The spec after the update, validated. Error: kInvalidArgument, kOutOfRange.
absl::StatusOr<AlertSpec> UpdatedSpec(const AlertSpec& spec, const AlertUpdate& update);

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_ALERT_VERSION_H_
