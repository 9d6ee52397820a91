#include "engine/model/touched.h"

#include <algorithm>
#include <utility>

#include "engine/model/reading.h"
#include "engine/model/tally.h"

namespace tocsin::model {
namespace {

std::optional<Decimal> RoundedOrNone(const std::optional<Level>& level) {
  return level.has_value() ? std::optional<Decimal>(level->Rounded()) : std::nullopt;
}

}  // namespace

Tallies* Touched::TalliesOf(const MeasurePtr& measure) {
  Holdings& holdings = customer_->HoldingsToChange();
  Tallies* tallies = holdings.FindTallies(measure.get());
  if (tallies != nullptr) return tallies;
  holdings.tallies.push_back({.measure = measure, .instances = {}, .standings = {}});
  return &holdings.tallies.back();
}

Touched::Entry& Touched::Note(const MeasurePtr& measure, const std::string& instance,
                              Trigger trigger) {
  Tallies* tallies = TalliesOf(measure);
  Tally* tally = &tallies->instances[instance];
  const auto [place, inserted] = places_.try_emplace(tally, entries_.size());
  if (!inserted) return entries_[place->second];
  entries_.push_back({.measure = measure,
                      .instance = instance,
                      .tally = tally,
                      .trigger = trigger,
                      .before = LevelOf(*measure, *tally, before_),
                      .previous = LevelOf(*measure, *tally, tally->judged_at)});
  if (measure->OpenField() != nullptr) NoteStanding(tallies, entries_.back());
  return entries_.back();
}

// What the instance stood at goes; what it stands at then comes when it is judged.
void Touched::NoteStanding(Tallies* tallies, const Entry& entry) {
  const auto known = std::find_if(
      wholes_.begin(), wholes_.end(),
      [&entry](const Whole& whole) { return whole.measure == entry.measure; });
  if (known == wholes_.end()) {
    Whole whole{
        .measure = entry.measure, .trigger = entry.trigger, .before = std::nullopt};
    if (!tallies->standings.empty()) whole.before = tallies->standings.begin()->level;
    wholes_.push_back(std::move(whole));
  }
  if (entry.before.has_value()) {
    tallies->standings.erase({*entry.before, entry.instance});
  }
}

Tally& Touched::Touch(const MeasurePtr& measure, const std::string& instance,
                      Trigger trigger) {
  return *Note(measure, instance, trigger).tally;
}

void Touched::EndDays(const MeasurePtr& measure, const std::string& instance,
                      Trigger trigger) {
  Entry& entry = Note(measure, instance, trigger);
  entry.days_over = true;
  entry.tally->ends_at.reset();
}

Tally& Touched::EndMonth(const MeasurePtr& measure, const std::string& instance) {
  Entry& entry = Note(measure, instance, Trigger::kPeriod);
  entry.month_over = true;
  return *entry.tally;
}

void Touched::Judge(Turn* turn, const absl::flat_hash_set<AlertId>* but) {
  for (Entry& entry : entries_) JudgeEntry(turn, but, &entry);
  for (const Whole& whole : wholes_) JudgeWhole(whole, turn, but);
  for (const Entry& entry : entries_) Settle(entry);
  entries_.clear();
  places_.clear();
  wholes_.clear();
}

void Touched::JudgeEntry(Turn* turn, const absl::flat_hash_set<AlertId>* but,
                         Entry* entry) {
  Tally& tally = *entry->tally;
  const Measure& measure = *entry->measure;
  std::optional<Level> after = LevelOf(measure, tally, instant_);
  if (entry->days_over) after = Level::Days(absl::ZeroDuration());
  const bool percent = measure.subject.info().unit == Unit::kPercent;
  const Ladders ladders(*customer_, context_.catalog, measure.subject, &measure);
  Move move{.instance = entry->instance,
            .trigger = entry->trigger,
            .before = entry->before,
            .after = after,
            .shown = {.value = RoundedOrNone(after).value_or(Decimal()),
                      .previous = RoundedOrNone(entry->previous),
                      .invoice_type = tally.invoice_type},
            .tells_end = entry->month_over,
            .but = but};
  if (percent) move.shown.remaining_balance = tally.total;
  JudgeMove(ladders, move, turn);
  tally.judged_at = instant_;
  if (measure.OpenField() != nullptr && after.has_value()) {
    TalliesOf(entry->measure)->standings.insert({*after, entry->instance});
  }
  if (measure.subject.info().unit != Unit::kDays) return;
  SetNextAt(&customer_->agenda, measure, entry->instance,
            tally.ends_at.has_value() ? ladders.NextDaysAt(*tally.ends_at, instant_)
                                      : absl::InfiniteFuture(),
            &tally);
}

void Touched::JudgeWhole(const Whole& whole, Turn* turn,
                         const absl::flat_hash_set<AlertId>* but) {
  const Measure& measure = *whole.measure;
  const Tallies& tallies = *TalliesOf(whole.measure);
  Move move{.instance = "",
            .trigger = whole.trigger,
            .before = whole.before,
            .after = std::nullopt,
            .but = but};
  if (!tallies.standings.empty()) {
    const Standing& lowest = *tallies.standings.begin();
    move.after = lowest.level;
    if (measure.subject.info().unit == Unit::kPercent) {
      move.shown.remaining_balance = tallies.instances.at(lowest.instance).total;
    }
  }
  move.shown.value = RoundedOrNone(move.after).value_or(Decimal());
  move.shown.previous = RoundedOrNone(move.before);
  const Ladders ladders(*customer_, context_.catalog, measure.subject, &measure);
  JudgeMove(ladders, move, turn);
  if (!move.after.has_value()) ForgetInstance(customer_, context_.catalog, measure, "");
}

void Touched::Settle(const Entry& entry) {
  const Measure& measure = *entry.measure;
  if (measure.FansOut() && !LevelOf(measure, *entry.tally, instant_).has_value()) {
    ForgetInstance(customer_, context_.catalog, measure, entry.instance);
  }
  if (!entry.tally->empty()) return;
  Holdings& holdings = *customer_->holdings;
  Tallies* tallies = holdings.FindTallies(&measure);
  tallies->instances.erase(entry.instance);
  if (!tallies->instances.empty()) return;
  holdings.tallies.erase(holdings.tallies.begin() + (tallies - holdings.tallies.data()));
}

}  // namespace tocsin::model
