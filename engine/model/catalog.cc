#include "engine/model/catalog.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tocsin::model {

void WatchedMeasure::Add(const AlertPtr& alert) {
  ++alerts;
  if (!alert->enabled()) return;
  const std::optional<PlanId>& plan = alert->spec().plan;
  (plan.has_value() ? by_plan[*plan] : all).Add(alert);
}

void WatchedMeasure::Remove(const AlertPtr& alert) {
  --alerts;
  if (!alert->enabled()) return;
  const std::optional<PlanId>& plan = alert->spec().plan;
  if (!plan.has_value()) return all.Remove(alert);
  const auto of_plan = by_plan.find(*plan);
  of_plan->second.Remove(alert);
  if (of_plan->second.empty()) by_plan.erase(of_plan);
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

Catalog::Catalog(const std::vector<std::vector<std::string>>& tracked_group_keys,
                 const std::vector<AlertPtr>& alerts, std::uint64_t generation)
    : Catalog(tracked_group_keys) {
  for (const AlertPtr& alert : alerts) Add(alert);
  generation_ = generation;
}

std::shared_ptr<const Catalog> Catalog::With(const AlertChange& change) const {
  auto next = std::make_shared<Catalog>(*this);
  ++next->generation_;
  if (change.before != nullptr) next->Remove(change.before);
  if (!change.after->archived()) next->Add(change.after);
  return next;
}

WatchedPtr* Catalog::PlaceOf(const Measure& measure, WatchedSubject* subject) const {
  if (measure.IsWhole()) return &subject->whole;
  std::vector<WatchedPtr>& slices = subject->slices;
  const auto known = std::find_if(
      slices.begin(), slices.end(),
      [&](const WatchedPtr& watched) { return watched->measure.get() == &measure; });
  if (known != slices.end()) return &*known;
  // In one order on every machine, as sums may start from one another.
  const auto tracked = static_cast<std::ptrdiff_t>(TrackedOf(measure.subject));
  const auto place =
      std::upper_bound(slices.begin() + tracked, slices.end(), measure,
                       [](const Measure& wanted, const WatchedPtr& watched) {
                         return ComesBefore(wanted, *watched->measure);
                       });
  return &*slices.insert(place, nullptr);
}

void Catalog::Add(const AlertPtr& alert) {
  alerts_.Change(alert->id(), alert, [&](AlertPtr& known) { known = alert; });
  const Subject& id = alert->measure->subject;
  subjects_.Change(
      id, id.IsPeriodSum() ? unwatched_ : nothing_, [&](WatchedSubject& subject) {
        WatchedPtr* const place = PlaceOf(*alert->measure, &subject);
        auto watched = *place == nullptr ? std::make_shared<WatchedMeasure>()
                                         : std::make_shared<WatchedMeasure>(**place);
        watched->measure = alert->measure;
        watched->Add(alert);
        *place = std::move(watched);
      });
}

void Catalog::Remove(const AlertPtr& alert) {
  alerts_.Erase(alert->id());
  const Subject& id = alert->measure->subject;
  bool is_watched = true;
  subjects_.Change(id, nothing_, [&](WatchedSubject& subject) {
    WatchedPtr* const place = PlaceOf(*alert->measure, &subject);
    if ((*place)->alerts > 1) {
      auto watched = std::make_shared<WatchedMeasure>(**place);
      watched->Remove(alert);
      *place = std::move(watched);
      return;
    }
    *place = nullptr;
    std::vector<WatchedPtr>& slices = subject.slices;
    slices.erase(std::remove(slices.begin(), slices.end(), nullptr), slices.end());
    is_watched = subject.whole != nullptr || slices.size() > TrackedOf(id);
  });
  if (!is_watched) subjects_.Erase(id);
}

}  // namespace tocsin::model
