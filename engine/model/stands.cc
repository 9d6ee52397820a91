#include "engine/model/stands.h"

#include "engine/model/customer.h"

namespace tocsin::model {
namespace {

std::pair<AlertId, std::string> KeyOf(const AlertId& alert, absl::string_view instance) {
  return {alert, std::string(instance)};
}

}  // namespace

std::optional<bool> FindStand(const Customer& customer, const AlertId& alert,
                              absl::string_view instance) {
  if (customer.stands.IsEmpty()) return std::nullopt;
  const auto it = customer.stands->find(KeyOf(alert, instance));
  return it == customer.stands->end() ? std::nullopt : std::optional<bool>(it->second);
}

std::optional<bool> TakeStand(Customer* customer, const AlertId& alert,
                              absl::string_view instance) {
  const std::optional<bool> stand = FindStand(*customer, alert, instance);
  if (!stand.has_value()) return stand;
  customer->stands.Change().erase(KeyOf(alert, instance));
  if (customer->stands->empty()) customer->stands.Clear();
  return stand;
}

void DropStands(Customer* customer, const AlertId& alert) {
  if (customer->stands.IsEmpty()) return;
  absl::erase_if(customer->stands.Change(),
                 [&alert](const auto& one) { return one.first.first == alert; });
  if (customer->stands->empty()) customer->stands.Clear();
}

}  // namespace tocsin::model
