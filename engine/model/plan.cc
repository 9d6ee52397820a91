#include "engine/model/plan.h"

#include "engine/model/tally.h"

namespace tocsin::model {
namespace {

Event EndOfPlan(absl::Time at) {
  return {.at = at, .kind = Event::Kind::kPlanEnds, .id = {}, .measure = nullptr};
}

}  // namespace

void SetPlanEnd(Customer* customer, const Context& context, Touched* touched) {
  const std::optional<absl::Time>& ends_at = customer->profile->plan_ends_at;
  if (customer->holdings == nullptr && !ends_at.has_value()) return;
  Holdings& holdings = customer->HoldingsToChange();
  const bool counted = holdings.plan_ends_at.has_value();
  if (counted) customer->agenda.Erase(EndOfPlan(*holdings.plan_ends_at));
  if (counted && ends_at.has_value() && *ends_at <= context.now) {
    return EndPlan(customer, context, Trigger::kCustomer, touched);
  }
  const bool counts = ends_at.has_value() && *ends_at > context.now;
  holdings.plan_ends_at = counts ? ends_at : std::nullopt;
  if (counts) customer->agenda.Insert(EndOfPlan(*ends_at));
  ForEachPlanMeasure(*customer, context.catalog, [&](const MeasurePtr& measure) {
    touched->Touch(measure, "", Trigger::kCustomer).ends_at = holdings.plan_ends_at;
  });
}

void EndPlan(Customer* customer, const Context& context, Trigger trigger,
             Touched* touched) {
  customer->holdings->plan_ends_at.reset();
  ForEachPlanMeasure(*customer, context.catalog, [&](const MeasurePtr& measure) {
    touched->EndDays(measure, "", trigger);
  });
}

}  // namespace tocsin::model
