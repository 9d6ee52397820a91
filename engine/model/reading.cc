#include "engine/model/reading.h"

#include <string>

#include "engine/model/judge.h"
#include "engine/model/tally.h"

namespace tocsin::model {
namespace {

using VisitReading = absl::FunctionRef<void(const Reading&)>;

Reading ReadingOf(absl::string_view instance, const Gauge* gauge) {
  Reading reading{.instance = instance};
  if (gauge != nullptr && gauge->sum.has_data) {
    reading.level = reading.judged = Level::Of(gauge->sum.value);
  }
  return reading;
}

Reading ReadingOf(absl::string_view instance, const Measure& measure, const Tally& tally,
                  absl::Time at) {
  Reading reading{.instance = instance,
                  .level = LevelOf(measure, tally, at),
                  .judged = LevelOf(measure, tally, tally.judged_at),
                  .ends_at = tally.ends_at,
                  .invoice_type = tally.invoice_type};
  if (measure.subject.info().unit == Unit::kPercent) {
    reading.remaining_balance = reading.level.has_value() ? tally.total : Decimal();
  }
  return reading;
}

void ForEachSumReading(const Customer& customer, const Measure& measure,
                       VisitReading visit) {
  const Meter* meter = customer.FindMeter(measure.subject);
  if (measure.IsWhole()) {
    return visit(ReadingOf("", meter == nullptr ? nullptr : &meter->whole));
  }
  const Slice* slice = meter == nullptr ? nullptr : meter->FindSlice(&measure);
  if (!measure.FansOut() && (slice == nullptr || slice->instances.empty())) {
    return visit(ReadingOf("", nullptr));
  }
  if (slice == nullptr) return;
  for (const auto& [key, instance] : slice->instances) {
    // The group value is there, but of contracts that do not pass.
    if (measure.FansOut() && !instance.gauge.sum.has_data) continue;
    visit(ReadingOf(key, &instance.gauge));
  }
}

void ForEachTallyReading(const Customer& customer, const Measure& measure, absl::Time at,
                         VisitReading visit) {
  Holdings* holdings = customer.holdings.get();
  const Tallies* tallies = holdings ? holdings->FindTallies(&measure) : nullptr;
  if (tallies == nullptr) {
    if (!measure.FansOut()) visit(ReadingOf("", measure, Tally(), at));
    return;
  }
  if (!tallies->standings.empty()) {
    const Tally& lowest = tallies->instances.at(tallies->standings.begin()->instance);
    visit(ReadingOf("", measure, lowest, at));
  }
  for (const auto& [key, tally] : tallies->instances) {
    const Reading reading = ReadingOf(key, measure, tally, at);
    if (!measure.FansOut() || reading.level.has_value()) visit(reading);
  }
}

void SetGaugeBands(Customer* customer, const Measure& measure, const Ladders& ladders) {
  Meter* meter = customer->FindMeter(measure.subject);
  if (meter == nullptr) return;
  const auto set = [&ladders](Gauge* gauge) {
    gauge->band = ladders.BandAt(gauge->sum.value_if_data());
  };
  if (measure.IsWhole()) return set(&meter->whole);
  Slice* slice = meter->FindSlice(&measure);
  if (slice == nullptr) return;
  for (auto& [key, instance] : slice->instances) set(&instance.gauge);
}

}  // namespace

Shown Reading::ShownNow() const {
  Shown shown{.value = level.has_value() ? level->Rounded() : Decimal(),
              .remaining_balance = remaining_balance,
              .invoice_type = invoice_type};
  if (judged.has_value()) shown.previous = judged->Rounded();
  return shown;
}

void ForEachReading(const Customer& customer, const Measure& measure, absl::Time at,
                    VisitReading visit) {
  if (measure.subject.IsPeriodSum()) {
    ForEachSumReading(customer, measure, visit);
  } else {
    ForEachTallyReading(customer, measure, at, visit);
  }
}

void NoteJudged(Customer* customer, const Measure& measure, absl::Time at,
                absl::FunctionRef<bool(absl::string_view instance)> judged) {
  Holdings* holdings = customer->holdings.get();
  if (holdings == nullptr || measure.subject.IsPeriodSum()) return;
  Tallies* tallies = holdings->FindTallies(&measure);
  if (tallies == nullptr) return;
  for (auto& [key, tally] : tallies->instances) {
    if (judged(key)) tally.judged_at = at;
  }
}

void JudgeGauge(const Customer& customer, const Catalog& catalog, const Subject& subject,
                const Measure* measure, absl::string_view instance, Trigger trigger,
                std::optional<Decimal> previous, Gauge* gauge, Turn* turn) {
  const Ladders ladders(customer, catalog, subject, measure);
  const std::optional<Decimal> value = gauge->sum.value_if_data();
  Move move{.instance = instance,
            .trigger = trigger,
            .before = std::nullopt,
            .after = std::nullopt,
            .shown = {.value = value.value_or(Decimal()), .previous = previous},
            .tells_end = true};
  if (previous.has_value()) move.before = Level::Of(*previous);
  if (value.has_value()) move.after = Level::Of(*value);
  JudgeMove(ladders, move, turn);
  gauge->band = ladders.BandAt(value);
}

void SetBands(Customer* customer, const Catalog& catalog, const Measure& measure,
              absl::Time at) {
  const Ladders ladders(*customer, catalog, measure.subject,
                        measure.IsWhole() ? nullptr : &measure);
  if (measure.subject.IsPeriodSum()) return SetGaugeBands(customer, measure, ladders);
  Holdings* holdings = customer->holdings.get();
  Tallies* tallies = holdings ? holdings->FindTallies(&measure) : nullptr;
  if (tallies == nullptr) return;
  for (auto& [key, tally] : tallies->instances) {
    if (!tally.ends_at.has_value()) continue;
    SetNextAt(&customer->agenda, measure, key, ladders.NextDaysAt(*tally.ends_at, at),
              &tally);
  }
}

void ForgetInstance(Customer* customer, const Catalog& catalog, const Measure& measure,
                    absl::string_view instance) {
  for (auto& [id, state] : customer->states) {
    const AlertPtr* alert = FindAlert(*customer, catalog, id);
    if (alert == nullptr || (*alert)->measure.get() != &measure) continue;
    state.Erase(instance);
  }
}

}  // namespace tocsin::model
