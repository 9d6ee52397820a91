#include "engine/cli/demo_cast.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "engine/cli/demo_text.h"

namespace tocsin::cli {
namespace {

// The part of the guard that the customer is not in alarm of; nothing if there is
// none, or the guard is not for this customer.
std::optional<InstanceSelector> CalmInstance(Engine& engine, const CustomerId& customer,
                                             const DemoAlert& guard) {
  std::vector<InstanceSelector> selectors;
  if (guard.spec.group_values.empty()) selectors.emplace_back();
  for (const std::string& value : guard.values) {
    selectors.push_back({{{guard.spec.group_values.front().key, value}}});
  }
  for (const InstanceSelector& selector : selectors) {
    const absl::StatusOr<CustomerAlert> state =
        engine.GetCustomerAlert(customer, guard.id, selector);
    // One of which no fact has spoken is calm, too.
    const bool calm = state.ok() ? state->status == CustomerStatus::kOk
                                 : ReasonOf(state.status()) == Reason::kUnknownInstance;
    if (calm) return selector;
  }
  return std::nullopt;
}

std::optional<DemoCast> CastClosest(DemoRun* run,
                                    const std::vector<CustomerId>& candidates) {
  const DemoAlert& limit = run->alerts().front();
  const DemoAlert& guard = run->alerts()[*limit.guard];
  std::optional<std::pair<Decimal, CustomerId>> closest;
  for (const CustomerId& customer : candidates) {
    const absl::StatusOr<CustomerAlert> state =
        run->engine().GetCustomerAlert(customer, limit.id);
    if (!state.ok() || !state->value.has_value()) continue;
    if (state->status != CustomerStatus::kOk) continue;
    if (!closest.has_value() || *state->value > closest->first) {
      closest = {*state->value, customer};
    }
  }
  if (!closest.has_value()) return std::nullopt;
  std::optional<InstanceSelector> instance =
      CalmInstance(run->engine(), closest->second, guard);
  if (!instance.has_value()) return std::nullopt;
  return DemoCast{.customer = closest->second,
                  .why = "came closest to alert " + limit.mark + " without reaching it",
                  .limit = &limit,
                  .guard = &guard,
                  .instance = *std::move(instance)};
}

// What one customer was notified of.
struct Notified {
  CustomerId customer;
  std::uint64_t count = 0;
  std::vector<const Arrival*> arrivals = {};
};

// The limit that the customer was notified of most often.
std::optional<DemoCast> CastOne(DemoRun* run, const Notified& notified) {
  std::optional<DemoCast> cast;
  std::uint64_t most = 0;
  for (const DemoAlert& limit : run->alerts()) {
    if (!limit.guard.has_value()) continue;
    const Arrival* last = nullptr;
    std::uint64_t count = 0;
    for (const Arrival* arrival : notified.arrivals) {
      if (arrival->alert != limit.id) continue;
      last = arrival;
      ++count;
    }
    const absl::StatusOr<CustomerAlert> state =
        run->engine().GetCustomerAlert(notified.customer, limit.id);
    if (count <= most || !state.ok()) continue;
    const DemoAlert& guard = run->alerts()[*limit.guard];
    std::optional<InstanceSelector> instance =
        CalmInstance(run->engine(), notified.customer, guard);
    if (!instance.has_value()) continue;
    most = count;
    cast = DemoCast{
        .customer = notified.customer,
        .why = absl::StrCat("got the most notifications, ", Grouped(notified.count)),
        .limit = &limit,
        .guard = &guard,
        .instance = *std::move(instance)};
    if (state->status == CustomerStatus::kInAlarm) cast->reached = *last;
  }
  return cast;
}

std::optional<DemoCast> CastMostNotified(DemoRun* run) {
  const std::vector<Arrival> arrivals = run->sink().From(0);
  absl::flat_hash_map<CustomerId, Notified> by_customer;
  for (const Arrival& arrival : arrivals) {
    Notified& notified = by_customer[arrival.customer];
    notified.customer = arrival.customer;
    ++notified.count;
    notified.arrivals.push_back(&arrival);
  }
  std::vector<const Notified*> most;
  for (const auto& [customer, notified] : by_customer) most.push_back(&notified);
  std::sort(most.begin(), most.end(), [](const Notified* a, const Notified* b) {
    return a->count != b->count ? a->count > b->count : a->customer < b->customer;
  });
  for (const Notified* notified : most) {
    std::optional<DemoCast> cast = CastOne(run, *notified);
    if (cast.has_value()) return cast;
  }
  return std::nullopt;
}

}  // namespace

std::optional<DemoCast> CastStory(DemoRun* run,
                                  const std::vector<CustomerId>& candidates) {
  if (candidates.empty()) return CastMostNotified(run);
  return CastClosest(run, candidates);
}

}  // namespace tocsin::cli
