#include "engine/model/customer.h"

#include <algorithm>

#include "engine/base/mistake.h"

namespace tocsin::model {

InstanceState& AlertState::InstanceFor(absl::string_view instance_key) {
  InstanceState* known = Find(instance_key);
  if (known != nullptr) return *known;
  InstanceState& instance = instance_key.empty()
                                ? whole.emplace()
                                : instances.Change()[std::string(instance_key)];
  instance.epoch = epoch;
  instance.crossing = crossing_max;
  return instance;
}

const InstanceState* AlertState::Find(absl::string_view instance_key) const {
  if (instance_key.empty()) return whole ? &*whole : nullptr;
  const auto it = instances->find(instance_key);
  return it == instances->end() ? nullptr : &it->second;
}

void AlertState::Erase(absl::string_view instance_key) {
  if (instance_key.empty()) {
    whole.reset();
  } else {
    instances.Change().erase(std::string(instance_key));
  }
}

void AlertState::RaiseEpoch() {
  if (!TOCSIN_MISTAKE(epoch_not_raised)) ++epoch;
  last_trigger.reset();
  if (whole) whole->epoch = epoch;
  if (instances->empty()) return;
  for (auto& [key, instance] : instances.Change()) instance.epoch = epoch;
}

void AlertState::Forget() {
  last_trigger.reset();
  if (whole) whole->last_kind.reset();
  reset_at = absl::InfinitePast();
  source_failed = false;
  if (instances->empty()) return;
  for (auto& [key, instance] : instances.Change()) instance.last_kind.reset();
}

void AlertState::RaiseEpochOf(absl::string_view instance_key) {
  InstanceState& instance = InstanceFor(instance_key);
  if (!TOCSIN_MISTAKE(epoch_of_instance_not_raised)) ++epoch;
  last_trigger.reset();
  instance.epoch = epoch;
}

Meter& Customer::MeterFor(const Subject& subject) {
  Meter* meter = FindMeter(subject);
  if (meter != nullptr) return *meter;
  // Most have spend in one credit type and usage of one metric.
  if (meters.empty()) meters.reserve(2);
  meters.emplace_back();
  meters.back().subject = subject;
  return meters.back();
}

}  // namespace tocsin::model
