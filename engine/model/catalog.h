#ifndef TOCSIN_ENGINE_MODEL_CATALOG_H_
#define TOCSIN_ENGINE_MODEL_CATALOG_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "engine/base/parted_map.h"
#include "engine/model/alert_version.h"
#include "engine/model/ladder.h"
#include "engine/model/measure.h"
#include "tocsin/ids.h"

namespace tocsin::model {

// A measure that is kept for every customer, and the ladders that its alerts for
// all customers and for those of a plan make.
struct WatchedMeasure {
  MeasurePtr measure;
  std::size_t alerts = 0;  // disabled ones too, which are on no ladder
  Ladder all;
  absl::flat_hash_map<PlanId, Ladder> by_plan;

  void Add(const AlertPtr& alert);
  void Remove(const AlertPtr& alert);
};
using WatchedPtr = std::shared_ptr<const WatchedMeasure>;

// What is watched of one subject: its whole sum (null where no alert does), and
// the narrower measures.
struct WatchedSubject {
  WatchedPtr whole;
  std::vector<WatchedPtr> slices;

  const WatchedMeasure* Find(const Measure* measure) const;
};

// What is watched for all customers alike: the index from a subject to its
// measures and ladders, and the alerts in it. A catalog never changes; a changed
// alert makes the next generation, sharing all that stayed. Alerts for a single
// customer are kept with that customer, so that they cost nobody else.
class Catalog {
 public:
  explicit Catalog(const std::vector<std::vector<std::string>>& tracked_group_keys);
  // Of a generation, with the alerts that it had: none for one customer, none archived.
  Catalog(const std::vector<std::vector<std::string>>& tracked_group_keys,
          const std::vector<AlertPtr>& alerts, std::uint64_t generation);

  // Rises by one with every change.
  std::uint64_t generation() const { return generation_; }

  // The next generation, with the change made. Archived alerts are left out, and
  // so are measures that no alert watches any more.
  std::shared_ptr<const Catalog> With(const AlertChange& change) const;

  const WatchedSubject& subject(const Subject& subject) const {
    const WatchedSubject* watched = subjects_.Find(subject);
    if (watched != nullptr) return *watched;
    return subject.IsPeriodSum() ? unwatched_ : nothing_;
  }
  // Whether sums of a measure, other than a whole, are kept for every customer.
  bool Keeps(const Measure& measure) const {
    return !measure.IsWhole() && subject(measure.subject).Find(&measure) != nullptr;
  }
  // The measures of the tracked group keys.
  const std::vector<WatchedPtr>& tracked() const { return unwatched_.slices; }
  // Null where there is none, or it is archived, or for one customer only.
  const AlertPtr* FindAlert(const AlertId& alert) const { return alerts_.Find(alert); }
  // In no special order.
  void ForEachAlert(absl::FunctionRef<void(const AlertPtr&)> visit) const {
    alerts_.ForEach([&](const AlertId&, const AlertPtr& alert) { visit(alert); });
  }

 private:
  void Add(const AlertPtr& alert);
  void Remove(const AlertPtr& alert);
  // Where in a subject a measure stands, or would.
  WatchedPtr* PlaceOf(const Measure& measure, WatchedSubject* subject) const;
  // How many slices of a subject are there without an alert; they come first.
  std::size_t TrackedOf(const Subject& subject) const {
    return subject.IsPeriodSum() ? unwatched_.slices.size() : 0;
  }

  std::uint64_t generation_ = 0;
  // Of a sum in a period that no alert watches: the measures of the tracked group
  // keys, which every one has.
  WatchedSubject unwatched_;
  WatchedSubject nothing_;
  PartedMap<AlertId, AlertPtr> alerts_;
  PartedMap<Subject, WatchedSubject> subjects_;
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_CATALOG_H_
