#include "engine/model/reading.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"

namespace tocsin::model {
namespace {

bool Watches(const AlertVersion& alert, const GaugePlace& place) {
  if (place.measure != nullptr) return alert.measure.get() == place.measure;
  return alert.measure->IsWhole() && alert.measure->subject == place.subject;
}

// The ladders that apply to one reading of a customer: for all, for its plan, and
// of its own alerts.
class Ladders {
 public:
  Ladders(const Customer& customer, const Catalog& catalog, const GaugePlace& place) {
    const WatchedSubject& subject = catalog.subject(place.subject);
    const WatchedMeasure* watched =
        place.measure == nullptr ? subject.whole.get() : subject.Find(place.measure);
    if (watched != nullptr && !watched->all.empty()) ladders_.push_back(&watched->all);
    if (watched != nullptr && customer.plan.has_value()) {
      const auto plan = watched->by_plan.find(*customer.plan);
      if (plan != watched->by_plan.end()) ladders_.push_back(&plan->second);
    }
    for (const AlertPtr& alert : customer.own_alerts) {
      if (alert->enabled() && Watches(*alert, place)) own_.Add(alert);
    }
    if (!own_.empty()) ladders_.push_back(&own_);
  }
  Ladders(const Ladders&) = delete;
  Ladders& operator=(const Ladders&) = delete;

  auto begin() const { return ladders_.begin(); }
  auto end() const { return ladders_.end(); }

 private:
  Ladder own_;
  absl::InlinedVector<const Ladder*, 3> ladders_;
};

std::size_t Reached(const Ladder& ladder, std::optional<Decimal> value) {
  return value.has_value() ? ladder.Reached(*value) : 0;
}

void SetBand(const Ladders& ladders, Gauge* gauge) {
  gauge->band = Band::Empty();
  if (!gauge->sum.has_data) return;
  gauge->band = Band::Unbounded();
  for (const Ladder* ladder : ladders) {
    gauge->band.IntersectWith(ladder->BandAt(ladder->Reached(gauge->sum.value)));
  }
}

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

// Of the slices that cover a measure, the one that knows most of the period: one of
// the same groups, or one from its start, or the one that began first.
const Slice* LongestKept(const Meter& meter, const Measure& measure) {
  const Slice* longest = nullptr;
  for (const Slice& slice : meter.slices) {
    if (!Covers(*slice.measure, measure)) continue;
    if (slice.measure->groups == measure.groups) return &slice;
    const bool longer =
        longest == nullptr ||
        (slice.since_period_start && !longest->since_period_start) ||
        (slice.since_period_start && ComesBefore(*slice.measure, *longest->measure));
    if (longer) longest = &slice;
  }
  return longest;
}

void StartSlice(const Customer& customer, const Meter& meter, Slice* slice) {
  const Measure& measure = *slice->measure;
  if (measure.groups.empty()) {
    if (!meter.contracts.empty()) slice->instances[""].parts = meter.contracts;
    slice->since_period_start = true;
  } else {
    const Slice* wide = LongestKept(meter, measure);
    if (wide != nullptr) {
      CopyCovered(*wide, slice);
      slice->since_period_start = wide->since_period_start;
      // What a wider one dropped may have been none of this one's.
      if (wide->measure->groups == measure.groups) {
        slice->group_dropped = wide->group_dropped;
      }
    }
  }
  for (auto& [key, instance] : slice->instances) {
    instance.gauge.band = Band::Empty();
    if (!measure.FiltersContracts()) continue;
    instance.gauge.sum =
        SumOfParts(measure, instance, customer.contracts).value_or(Sum());
  }
}

}  // namespace

const AlertPtr* FindAlert(const Customer& customer, const Catalog& catalog,
                          const AlertId& id) {
  for (const AlertPtr& alert : customer.own_alerts) {
    if (alert->id() == id) return &alert;
  }
  return catalog.FindAlert(id);
}

void JudgeMove(const Customer& customer, const Catalog& catalog, const GaugePlace& place,
               Trigger trigger, std::optional<Decimal> previous, Gauge* gauge,
               Turn* turn) {
  const Ladders ladders(customer, catalog, place);
  const std::optional<Decimal> value = gauge->sum.value_if_data();
  for (const Ladder* ladder : ladders) {
    const std::size_t before = Reached(*ladder, previous);
    const std::size_t after = Reached(*ladder, value);
    for (std::size_t i = before; i < after; ++i) {
      turn->Reach({ladder->rung(i), place.instance, *value, previous, trigger});
    }
    for (std::size_t i = after; i < before; ++i) {
      turn->Leave({ladder->rung(i), place.instance, value.value_or(Decimal()), previous,
                   trigger});
    }
  }
  SetBand(ladders, gauge);
}

void SetBands(Customer* customer, const Catalog& catalog, const Measure& measure) {
  const GaugePlace place{.subject = measure.subject,
                         .measure = measure.IsWhole() ? nullptr : &measure};
  const Ladders ladders(*customer, catalog, place);
  ForEachGauge(customer, measure, [&ladders](absl::string_view, Gauge* gauge) {
    if (gauge != nullptr) SetBand(ladders, gauge);
  });
}

void ForEachGauge(Customer* customer, const Measure& measure,
                  absl::FunctionRef<void(absl::string_view, Gauge*)> visit) {
  Meter* meter = customer->FindMeter(measure.subject);
  if (measure.IsWhole()) {
    visit("", meter == nullptr ? nullptr : &meter->whole);
    return;
  }
  Slice* slice = meter == nullptr ? nullptr : meter->FindSlice(&measure);
  if (!measure.FansOut() && (slice == nullptr || slice->instances.empty())) {
    visit("", nullptr);
    return;
  }
  if (slice == nullptr) return;
  for (auto& [key, instance] : slice->instances) {
    // The group value is there, but of contracts that do not pass.
    if (measure.FansOut() && !instance.gauge.sum.has_data) continue;
    visit(key, &instance.gauge);
  }
}

void ForEachKeptMeasure(const Customer& customer, const Catalog& catalog,
                        const Subject& subject,
                        absl::FunctionRef<void(const MeasurePtr&)> visit) {
  const WatchedSubject& watched = catalog.subject(subject);
  for (const WatchedPtr& slice : watched.slices) visit(slice->measure);
  for (std::size_t i = 0; i < customer.own_alerts.size(); ++i) {
    const MeasurePtr& measure = customer.own_alerts[i]->measure;
    if (measure->IsWhole() || measure->subject != subject) continue;
    if (watched.Find(measure.get()) != nullptr) continue;
    const auto first = std::find_if(
        customer.own_alerts.begin(), customer.own_alerts.end(),
        [&measure](const AlertPtr& alert) { return alert->measure == measure; });
    if (static_cast<std::size_t>(first - customer.own_alerts.begin()) == i)
      visit(measure);
  }
}

void BeginSlices(Customer* customer, const MeasurePtr& measure) {
  Meter* meter = customer->FindMeter(measure->subject);
  if (meter == nullptr) return;
  Slice slice{.measure = measure, .instances = {}, .since_period_start = false};
  StartSlice(*customer, *meter, &slice);
  meter->slices.push_back(std::move(slice));
}

void EndSlices(Customer* customer, const MeasurePtr& measure) {
  Meter* meter = customer->FindMeter(measure->subject);
  if (meter == nullptr) return;
  std::erase_if(meter->slices,
                [&measure](const Slice& slice) { return slice.measure == measure; });
}

std::optional<Sum> SumOfParts(
    const Measure& measure, const Instance& instance,
    const absl::flat_hash_map<ContractId, CustomFields>& contracts) {
  Sum total;
  for (const auto& [contract, part] : instance.parts) {
    const auto fields = contracts.find(contract);
    if (!MatchContract(measure, fields == contracts.end() ? nullptr : &fields->second)) {
      continue;
    }
    const std::optional<Decimal> sum = CheckedAdd(total.value, part.value);
    if (!sum.has_value()) return std::nullopt;
    total.value = *sum;
    total.has_data = total.has_data || part.has_data;
  }
  return total;
}

}  // namespace tocsin::model
