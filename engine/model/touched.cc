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

Tally* Touched::TallyOf(const MeasurePtr& measure, const std::string& instance) {
  Holdings& holdings = customer_->HoldingsToChange();
  Tallies* tallies = holdings.FindTallies(measure.get());
  if (tallies == nullptr) {
    holdings.tallies.push_back({.measure = measure, .instances = {}});
    tallies = &holdings.tallies.back();
  }
  return &tallies->instances[instance];
}

Touched::Entry& Touched::Note(const MeasurePtr& measure, const std::string& instance,
                              Trigger trigger) {
  Tally* tally = TallyOf(measure, instance);
  const auto [place, inserted] = places_.try_emplace(tally, entries_.size());
  if (!inserted) return entries_[place->second];
  entries_.push_back({.measure = measure,
                      .instance = instance,
                      .tally = tally,
                      .trigger = trigger,
                      .before = LevelOf(*measure, *tally, before_),
                      .previous = LevelOf(*measure, *tally, tally->judged_at)});
  return entries_.back();
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
  JudgeWholes(turn, but);
  for (const Entry& entry : entries_) Settle(entry);
  entries_.clear();
  places_.clear();
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
  entry->crossed = JudgeMove(ladders, move, turn);
  tally.judged_at = instant_;
  if (measure.subject.info().unit != Unit::kDays) return;
  SetNextAt(&customer_->agenda, measure, entry->instance,
            tally.ends_at.has_value() ? ladders.NextDaysAt(*tally.ends_at, instant_)
                                      : absl::InfiniteFuture(),
            &tally);
}

void Touched::JudgeWholes(Turn* turn, const absl::flat_hash_set<AlertId>* but) {
  std::vector<const Measure*> judged;
  for (const Entry& entry : entries_) {
    const Measure* measure = entry.measure.get();
    // While no instance crosses anything the lowest does not either.
    if (!entry.crossed || measure->OpenField() == nullptr) continue;
    if (std::find(judged.begin(), judged.end(), measure) != judged.end()) continue;
    judged.push_back(measure);
    JudgeWhole(*measure, entry.trigger, turn, but);
  }
}

void Touched::JudgeWhole(const Measure& measure, Trigger trigger, Turn* turn,
                         const absl::flat_hash_set<AlertId>* but) {
  Move move{.instance = "",
            .trigger = trigger,
            .before = std::nullopt,
            .after = std::nullopt,
            .but = but};
  const Tallies& tallies = *customer_->holdings->FindTallies(&measure);
  LowestOf(
      tallies,
      [&](const std::string&, const Tally& tally) {
        const auto place = places_.find(&tally);
        return place == places_.end() ? LevelOf(measure, tally, before_)
                                      : entries_[place->second].before;
      },
      &move.before);
  const Tally* lowest = LowestOf(
      tallies,
      [&](const std::string&, const Tally& tally) {
        return LevelOf(measure, tally, instant_);
      },
      &move.after);
  move.shown.value = RoundedOrNone(move.after).value_or(Decimal());
  move.shown.previous = RoundedOrNone(move.before);
  if (lowest != nullptr && measure.subject.info().unit == Unit::kPercent) {
    move.shown.remaining_balance = lowest->total;
  }
  const Ladders ladders(*customer_, context_.catalog, measure.subject, &measure);
  JudgeMove(ladders, move, turn);
}

void Touched::Settle(const Entry& entry) {
  Holdings& holdings = *customer_->holdings;
  Tallies* tallies = holdings.FindTallies(entry.measure.get());
  ForgetIfGone(*tallies, entry);
  if (!entry.tally->empty()) return;
  tallies->instances.erase(entry.instance);
  if (!tallies->instances.empty()) return;
  holdings.tallies.erase(holdings.tallies.begin() + (tallies - holdings.tallies.data()));
}

void Touched::ForgetIfGone(const Tallies& tallies, const Entry& entry) {
  const Measure& measure = *tallies.measure;
  const auto has_data = [&](const auto& instance) {
    return LevelOf(measure, instance.second, instant_).has_value();
  };
  if (!measure.FansOut()) return;
  if (LevelOf(measure, *entry.tally, instant_).has_value()) return;
  ForgetInstance(customer_, context_.catalog, measure, entry.instance);
  if (measure.OpenField() == nullptr) return;
  if (std::none_of(tallies.instances.begin(), tallies.instances.end(), has_data)) {
    ForgetInstance(customer_, context_.catalog, measure, "");
  }
}

}  // namespace tocsin::model
