#include "engine/model/catalog.h"

#include <algorithm>
#include <utility>

namespace tocsin::model {

void WatchedMeasure::Add(const AlertPtr& alert) {
  if (!alert->enabled()) return;
  if (alert->spec().plan.has_value()) {
    by_plan[*alert->spec().plan].Add(alert);
  } else {
    all.Add(alert);
  }
}

const WatchedMeasure* WatchedSubject::Find(const Measure* measure) const {
  if (whole != nullptr && whole->measure.get() == measure) return whole.get();
  const auto slice = std::find_if(
      slices.begin(), slices.end(),
      [measure](const WatchedPtr& watched) { return watched->measure.get() == measure; });
  return slice == slices.end() ? nullptr : slice->get();
}

Catalog::Catalog(const std::vector<std::vector<std::string>>& tracked_group_keys) {
  for (const std::vector<std::string>& keys : tracked_group_keys) {
    auto watched = std::make_shared<WatchedMeasure>();
    watched->measure = std::make_shared<const Measure>(MeasureOfKeys(keys));
    unwatched_.slices.push_back(std::move(watched));
  }
}

std::shared_ptr<const Catalog> Catalog::With(const AlertChange& change) const {
  auto next = std::make_shared<Catalog>(*this);
  ++next->generation_;
  const AlertPtr& after = change.after;
  if (after->archived()) {
    next->alerts_.erase(after->id());
  } else {
    next->alerts_[after->id()] = after;
  }
  const Subject& subject = after->measure->subject;
  WatchedSubject watched = next->BuildSubject(subject);
  const std::size_t tracked = subject.IsPeriodSum() ? unwatched_.slices.size() : 0;
  if (watched.whole == nullptr && watched.slices.size() == tracked) {
    next->subjects_.erase(subject);
  } else {
    next->subjects_[subject] = std::move(watched);
  }
  return next;
}

WatchedSubject Catalog::BuildSubject(const Subject& subject) const {
  absl::flat_hash_map<const Measure*, std::shared_ptr<WatchedMeasure>> built;
  for (const auto& [id, alert] : alerts_) {
    if (alert->measure->subject != subject) continue;
    std::shared_ptr<WatchedMeasure>& watched = built[alert->measure.get()];
    if (watched == nullptr) {
      watched = std::make_shared<WatchedMeasure>();
      watched->measure = alert->measure;
    }
    watched->Add(alert);
  }
  WatchedSubject result;
  for (auto& [measure, watched] : built) {
    if (measure->IsWhole()) {
      result.whole = std::move(watched);
    } else {
      result.slices.push_back(std::move(watched));
    }
  }
  // In one order on every machine, as sums may start from one another.
  std::sort(result.slices.begin(), result.slices.end(),
            [](const WatchedPtr& a, const WatchedPtr& b) {
              return ComesBefore(*a->measure, *b->measure);
            });
  if (subject.IsPeriodSum()) {
    result.slices.insert(result.slices.begin(), unwatched_.slices.begin(),
                         unwatched_.slices.end());
  }
  return result;
}

}  // namespace tocsin::model
