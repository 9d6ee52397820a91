#include "engine/model/slices.h"

#include <algorithm>

namespace tocsin::model {
namespace {

// Copies those sums of `wide` that belong to `narrow`, which it covers.
void CopyCovered(const Slice& wide, Slice* narrow) {
  for (const auto& [key, instance] : wide.instances) {
    std::vector<std::string> values = InstanceValues(key);
    auto value = values.begin();
    std::vector<std::string> kept;
    bool belongs = true;
    for (std::size_t i = 0; i < wide.measure->groups.size() && belongs; ++i) {
      if (wide.measure->groups[i].value.has_value()) continue;
      const std::optional<std::string>& asked = narrow->measure->groups[i].value;
      if (!asked.has_value()) kept.push_back(*value);
      belongs = !asked.has_value() || *asked == *value;
      ++value;
    }
    if (belongs) narrow->instances[InstanceKeyOf(kept)] = instance;
  }
}

// Of two slices, whether the first is the one to start from: it knows more of the
// period, or as much and dropped none of it, or else comes first on every machine.
bool IsFuller(const Slice& a, const Slice& b) {
  if (a.since != b.since) return a.since < b.since;
  if ((a.group_dropped > 0) != (b.group_dropped > 0)) return a.group_dropped == 0;
  return ComesBefore(*a.measure, *b.measure);
}

// Of the slices that cover a measure the fullest, or one of the same groups.
const Slice* FullestOf(const Meter& meter, const Measure& measure) {
  const Slice* fullest = nullptr;
  for (const Slice& slice : meter.slices()) {
    if (!Covers(*slice.measure, measure)) continue;
    if (slice.measure->groups == measure.groups) return &slice;
    if (fullest == nullptr || IsFuller(slice, *fullest)) fullest = &slice;
  }
  return fullest;
}

// Whether no fact of this period belongs to the measure: one that covers it was kept,
// and none of that one came.
bool IsKnownToBeEmpty(const Meter& meter, const Measure& measure,
                      absl::Span<const MeasurePtr> kept) {
  return std::any_of(kept.begin(), kept.end(), [&](const MeasurePtr& wide) {
    return Covers(*wide, measure) && meter.FindSlice(wide.get()) == nullptr;
  });
}

void StartSlice(const Customer& customer, const Meter& meter,
                absl::Span<const MeasurePtr> kept, Slice* slice) {
  const Measure& measure = *slice->measure;
  if (measure.groups.empty()) {
    if (!meter.contracts().sums.empty()) slice->instances[""].parts = meter.contracts();
    slice->since = 0;
  } else {
    const Slice* wide = FullestOf(meter, measure);
    const bool same = wide != nullptr && wide->measure->groups == measure.groups;
    if (!same && IsKnownToBeEmpty(meter, measure, kept)) {
      slice->since = 0;
    } else if (wide != nullptr) {
      CopyCovered(*wide, slice);
      slice->since = wide->since;
      // What a wider one dropped may have been none of this one's.
      if (same) slice->group_dropped = wide->group_dropped;
    }
  }
  for (auto& [key, instance] : slice->instances) {
    instance.gauge.band = Band::Empty();
    if (!measure.FiltersContracts()) continue;
    instance.gauge.sum = SumOfParts(measure, instance, *customer.contracts);
  }
}

}  // namespace

void ForEachKeptMeasure(const Customer& customer, const Catalog& catalog,
                        const Subject& subject,
                        absl::FunctionRef<void(const MeasurePtr&)> visit) {
  const WatchedSubject& watched = catalog.subject(subject);
  for (const WatchedPtr& slice : watched.slices) visit(slice->measure);
  const std::vector<AlertPtr>& own = customer.own->alerts;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const MeasurePtr& measure = own[i]->measure;
    if (measure->IsWhole() || measure->subject != subject) continue;
    if (watched.Find(measure.get()) != nullptr) continue;
    const auto first = std::find_if(
        own.begin(), own.end(),
        [&measure](const AlertPtr& alert) { return alert->measure == measure; });
    if (static_cast<std::size_t>(first - own.begin()) == i) visit(measure);
  }
}

void BeginSlices(Customer* customer, const MeasurePtr& measure,
                 absl::Span<const MeasurePtr> kept) {
  Meter* meter = customer->FindMeter(measure->subject);
  if (meter == nullptr) return;
  Slice slice{
      .measure = measure, .instances = {}, .since = ++meter->parts.Change().begun};
  StartSlice(*customer, *meter, kept, &slice);
  meter->AddSlice(std::move(slice));
}

void EndSlices(Customer* customer, const MeasurePtr& measure) {
  Meter* meter = customer->FindMeter(measure->subject);
  MeterParts* const parts = meter == nullptr ? nullptr : meter->parts.IfThere();
  if (parts == nullptr) return;
  std::erase_if(parts->slices,
                [&measure](const Slice& slice) { return slice.measure == measure; });
}

Sum SumOfParts(const Measure& measure, const Instance& instance,
               const Contracts& contracts) {
  Int128 above = 0;
  Int128 below = 0;
  Sum total;
  for (const auto& [contract, part] : instance.parts.sums) {
    const auto known = contracts.find(contract);
    const CustomFields* fields =
        known == contracts.end() ? nullptr : &known->second.fields;
    if (!MatchContract(measure, fields)) continue;
    // Apart, so that in whichever order none of the sums leaves the parts' bounds.
    (part.value > Decimal() ? above : below) += part.value.units();
    total.has_data = total.has_data || part.has_data;
  }
  total.value = Decimal::FromUnits(above + below);
  return total;
}

}  // namespace tocsin::model
