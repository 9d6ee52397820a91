#include "engine/core/step.h"

#include <tuple>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "tocsin/customer_alert.h"

namespace tocsin::core {

std::vector<store::Settled> SettledBy(absl::Span<const model::Transition> transitions) {
  if (transitions.empty()) return {};
  struct Became {
    bool in_alarm = false;
    bool in_silence = false;
  };
  absl::btree_map<std::tuple<CustomerId, AlertId, absl::string_view>, Became> all;
  for (const model::Transition& one : transitions) {
    if (!one.IsConclusion()) continue;
    Became& became = all[{one.customer, one.alert->id(), one.instance}];
    became.in_alarm = one.status == CustomerStatus::kInAlarm;
    became.in_silence = became.in_silence || !one.said.has_value();
  }
  std::vector<store::Settled> settled;
  for (const auto& [key, became] : all) {
    if (!became.in_silence) continue;
    const auto& [customer, alert, instance] = key;
    settled.push_back({customer, alert, std::string(instance), became.in_alarm});
  }
  return settled;
}

}  // namespace tocsin::core
