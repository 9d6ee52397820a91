#include "engine/model/clock.h"

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/mistake.h"
#include "engine/model/balance.h"
#include "engine/model/invoice.h"
#include "engine/model/judge.h"
#include "engine/model/pending.h"
#include "engine/model/plan.h"
#include "engine/model/reading.h"
#include "engine/model/reread.h"
#include "engine/model/touched.h"

namespace tocsin::model {
namespace {

// Everything of the period in alarm becomes `ok`, and all sums go.
void LeaveAll(Customer* customer, const Context& context, Turn* turn) {
  const auto leave = [&](const Meter& meter, const Measure* measure,
                         absl::string_view key, Gauge* gauge) {
    const std::optional<Decimal> previous = gauge->sum.value_if_data();
    gauge->sum = Sum();
    const bool none_reached = gauge->band.below == Band::Unbounded().below;
    if (!previous.has_value() || none_reached) return;
    if (!customer->may_resolve_at_end && context.transitions == nullptr) {
      gauge->band = Band::Empty();
      return;
    }
    JudgeGauge(*customer, context.catalog, meter.subject, measure, key, Trigger::kPeriod,
               previous, gauge, turn);
  };
  for (Meter& meter : customer->meters) {
    leave(meter, nullptr, "", &meter.whole);
    for (Slice& slice : meter.slices()) {
      for (auto& [key, instance] : slice.instances) {
        leave(meter, slice.measure.get(), key, &instance.gauge);
      }
    }
  }
}

// The group values of a period end with it; their epoch and crossing numbers go on in
// the alert's.
void ForgetGroupValues(Customer* customer, const Catalog& catalog) {
  for (auto& [id, state] : customer->states) {
    if (state.instances->empty()) continue;
    const AlertPtr* alert = FindAlert(*customer, catalog, id);
    if (alert != nullptr && !(*alert)->measure->subject.IsPeriodSum()) continue;
    auto& instances = state.instances.Change();
    for (auto it = instances.begin(); it != instances.end();) {
      // What waits for the fact source is judged by it first.
      it = customer->Awaits(id, it->first) ? std::next(it) : instances.erase(it);
    }
  }
}

// What was read of the old period does not count, nor what was judged in it.
void RestartReads(Customer* customer, const Catalog& catalog) {
  if (customer->awaited == nullptr) return;
  for (auto& [id, awaited] : *customer->awaited) {
    const AlertPtr* alert = FindAlert(*customer, catalog, id);
    if (alert == nullptr || !(*alert)->measure->subject.IsPeriodSum()) continue;
    awaited.judged.clear();
    awaited.period_began = true;
    if (awaited.read.has_value() && !TOCSIN_MISTAKE(read_outlives_period)) {
      awaited.read->log.Spoil();
    }
  }
}

// `begun_at`: when the new period began, by the clock or by a fact.
void LeavePeriod(Customer* customer, const Context& context, absl::Time begun_at,
                 Turn* turn) {
  LeaveAll(customer, context, turn);
  // Kept where there are few, as most customers go on with the same.
  constexpr std::size_t kMetersKept = 4;
  if (customer->meters.size() > kMetersKept) customer->meters.clear();
  for (Meter& meter : customer->meters) meter.Clear();
  customer->may_resolve_at_end = false;
  if (!TOCSIN_MISTAKE(group_values_outlive_period))
    ForgetGroupValues(customer, context.catalog);
  RestartReads(customer, context.catalog);
  if (Contracts* const contracts = customer->contracts.IfThere()) {
    absl::erase_if(*contracts, [&](const auto& contract) {
      return contract.second.named_at + context.keep_ended <= begun_at;
    });
  }
}

void DoEvent(Customer* customer, const Context& context, const Event& event,
             Touched* touched) {
  switch (event.kind) {
    case Event::Kind::kStarts:
      return StartBalance(customer, context, BalanceId(event.id), touched);
    case Event::Kind::kEnds:
      return EndBalance(customer, context, BalanceId(event.id), touched);
    case Event::Kind::kDaysReached:
      return ReachDays(customer, event, touched);
    case Event::Kind::kPlanEnds:
      return EndPlan(customer, context, Trigger::kClock, touched);
    case Event::Kind::kMonthEnds:
      return EndMonth(customer, touched);
    case Event::Kind::kForgetBalance:
      return ForgetBalance(customer, BalanceId(event.id));
    case Event::Kind::kForgetInvoice:
      return ForgetInvoice(customer, InvoiceId(event.id));
  }
}

// Everything that falls due at one instant, as one change.
void DoInstant(Customer* customer, const Context& context, absl::Time instant) {
  const std::vector<Event> events = customer->agenda.TakeAt(instant);
  const bool period_ends = customer->period.ends_at() == instant;
  bool due = period_ends;
  for (const Event& event : events) due = due || !event.only_forgets();
  const absl::Time before = instant - kClockStep;
  if (due && !TOCSIN_MISTAKE(instant_before_pending))
    JudgePending(customer, context, instant, before);
  Turn turn(customer, context, instant);
  Touched touched(customer, context, instant, before);
  if (period_ends) {
    // With nothing else on the agenda, the periods in between are skipped: after the
    // first nothing is left that another could end.
    const absl::Time until = customer->holdings == nullptr ? context.now : instant;
    customer->period.AdvanceTo(until);
    LeavePeriod(customer, context, customer->period.current().starts_at, &turn);
  }
  for (const Event& event : events) DoEvent(customer, context, event, &touched);
  touched.Judge(&turn);
}

}  // namespace

void AdvanceClock(Customer* customer, const Context& context) {
  TakeIn(customer, context);
  if (customer->archived) return;
  while (customer->NextInstant() <= context.now) {
    DoInstant(customer, context, customer->NextInstant());
  }
}

void BringUpToDate(Customer* customer, const Context& context) {
  AdvanceClock(customer, context);
  JudgePending(customer, context, context.now, context.now);
  TakeAnswers(customer, context);
  if (TOCSIN_MISTAKE(answers_judged_together)) {
    JudgePending(customer, context, context.now, context.now);
  }
}

void BeginPeriod(Customer* customer, const Context& context, absl::Time next) {
  customer->period.AdvanceTo(next);
  ClearPeriod(customer, context);
}

void ClearPeriod(Customer* customer, const Context& context) {
  Turn turn(customer, context, context.now);
  LeavePeriod(customer, context, context.now, &turn);
}

}  // namespace tocsin::model
