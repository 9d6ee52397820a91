// What a simulation tells the model that others did in the background.
#include <algorithm>
#include <utility>

#include "tests/support/reference_model.h"

namespace tocsin::testing {

const Alert* ReferenceModel::FindAlert(AlertId alert) const {
  auto it = alerts_.find(alert);
  return it == alerts_.end() ? nullptr : &it->second;
}

bool ReferenceModel::IsArchived(CustomerId customer) const {
  auto it = customers_.find(customer);
  return it != customers_.end() && it->second.archived;
}

bool ReferenceModel::OwesJudgement(CustomerId customer) const {
  auto it = customers_.find(customer);
  return it != customers_.end() && Owes(it->second);
}

std::size_t ReferenceModel::JudgementsOwed(CustomerId customer) const {
  auto it = customers_.find(customer);
  if (it == customers_.end()) return 0;
  std::size_t owed = 0;
  for (const auto& [alert, state] : it->second.states) {
    if (Owes(state)) ++owed;
  }
  return owed;
}

bool ReferenceModel::LagsBehind(CustomerId customer) const {
  auto it = customers_.find(customer);
  return it != customers_.end() && NextDue(it->second).has_value();
}

void ReferenceModel::CatchUp(CustomerId customer) {
  auto it = customers_.find(customer);
  if (it != customers_.end()) DoDueByClock(it->second);
}

void ReferenceModel::CatchUpWhileRoom() {
  while (HasRoom()) {
    Customer* next = nullptr;
    absl::Time instant = absl::InfiniteFuture();
    for (auto& [id, customer] : customers_) {
      const std::optional<absl::Time> own = NextDue(customer);
      if (own && *own < instant) {
        next = &customer;
        instant = *own;
      }
    }
    if (next == nullptr) return;
    DoInstant(*next, instant);
  }
}

void ReferenceModel::Judge(CustomerId customer) {
  auto it = customers_.find(customer);
  if (it == customers_.end()) return;
  DoDueByClock(it->second);
  BringUp(it->second);
}

void ReferenceModel::JudgeEverybody() {
  DoAllDueByClock();
  for (auto& [id, customer] : customers_) BringUp(customer);
}

const Notification* ReferenceModel::FirstWaiting(CustomerId customer) const {
  auto it = std::find_if(
      outbox_.begin(), outbox_.end(),
      [customer](const Notification& one) { return one.customer == customer; });
  return it == outbox_.end() ? nullptr : &*it;
}

void ReferenceModel::TakeFirstWaiting(CustomerId customer) {
  auto it = std::find_if(
      outbox_.begin(), outbox_.end(),
      [customer](const Notification& one) { return one.customer == customer; });
  outbox_.erase(it);
  ++stats_.notifications_delivered;
}

}  // namespace tocsin::testing
