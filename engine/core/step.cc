#include "engine/core/step.h"

#include <string>
#include <tuple>
#include <utility>

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

void Step::Record() {
  stay_.EndAmidException();
  for (const store::Settled& settled : SettledBy(work_.transitions)) {
    work_.Note(settled);
  }
  if (work_.entries.empty()) return;
  journal_->Add(work_.now, work_.entries);
  work_.entries.clear();
  if (!work_.transitions.empty()) {
    journal_->AddTransitions(std::exchange(work_.transitions, {}));
  }
  if (!work_.fact_ids.empty()) {
    journal_->AddFactIds(std::exchange(work_.fact_ids, {}));
  }
}

}  // namespace tocsin::core
