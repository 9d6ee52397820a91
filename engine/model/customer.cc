#include "engine/model/customer.h"

#include <algorithm>

namespace tocsin::model {

InstanceState& AlertState::InstanceFor(absl::string_view instance_key) {
  const auto it = instances.find(instance_key);
  if (it != instances.end()) return it->second;
  InstanceState& instance = instances[std::string(instance_key)];
  instance.epoch = epoch;
  instance.crossing = crossing_max;
  return instance;
}

const InstanceState* AlertState::Find(absl::string_view instance_key) const {
  const auto it = instances.find(instance_key);
  return it == instances.end() ? nullptr : &it->second;
}

void AlertState::RaiseEpoch() {
  ++epoch;
  last_trigger.reset();
  for (auto& [key, instance] : instances) instance.epoch = epoch;
}

void AlertState::Forget() {
  last_trigger.reset();
  source_failed = false;
  for (auto& [key, instance] : instances) instance.last_kind.reset();
}

void AlertState::RaiseEpochOf(absl::string_view instance_key) {
  InstanceState& instance = InstanceFor(instance_key);
  ++epoch;
  last_trigger.reset();
  instance.epoch = epoch;
}

Meter& Customer::MeterFor(const Subject& subject) {
  Meter* meter = FindMeter(subject);
  if (meter != nullptr) return *meter;
  meters.emplace_back();
  meters.back().subject = subject;
  return meters.back();
}

}  // namespace tocsin::model
