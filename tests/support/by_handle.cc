#include "tests/support/by_handle.h"

#include <optional>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace tocsin::testing {
namespace {

std::optional<TrackedFact> AsTracked(Engine& engine, const Fact& fact) {
  absl::StatusOr<Tracked> tracked = absl::NotFoundError("");
  TrackedFact as;
  if (const auto* spend = std::get_if<SpendAdded>(&fact)) {
    if (spend->contract || !spend->group_values.empty()) return std::nullopt;
    tracked = engine.Track(spend->customer, spend->credit_type);
    as = {.amount = spend->amount, .version = spend->version, .time = spend->time};
  } else if (const auto* usage = std::get_if<UsageAdded>(&fact)) {
    if (!usage->group_values.empty()) return std::nullopt;
    tracked = engine.Track(usage->customer, usage->billable_metric);
    as = {.amount = usage->quantity, .version = usage->version, .time = usage->time};
  }
  if (!tracked.ok()) return std::nullopt;
  as.tracked = *tracked;
  return as;
}

}  // namespace

ApplyResult ApplyByHandle(Engine& engine, absl::Span<const Fact> facts,
                          const ApplyOptions& options) {
  std::vector<TrackedFact> tracked;
  for (const Fact& fact : facts) {
    const std::optional<TrackedFact> as = AsTracked(engine, fact);
    if (!as.has_value()) return engine.Apply(facts, options);
    tracked.push_back(*as);
  }
  return engine.ApplyTracked(tracked, options);
}

}  // namespace tocsin::testing
