#include "engine/model/touched.h"

#include <algorithm>
#include <utility>

#include "engine/model/reading.h"
#include "engine/model/tally.h"

namespace tocsin::model {
namespace {

std::optional<Level> LowerOf(const std::optional<Level>& a,
                             const std::optional<Level>& b) {
  if (!a.has_value()) return b;
  return b.has_value() && IsLower(*b, *a) ? b : a;
}

std::optional<Decimal> RoundedOrNone(const std::optional<Level>& level) {
  return level.has_value() ? std::optional<Decimal>(level->Rounded()) : std::nullopt;
}

}  // namespace

Tally& Touched::TallyOf(const Entry& entry) {
  Holdings& holdings = customer_->HoldingsToChange();
  Tallies* tallies = holdings.FindTallies(entry.measure.get());
  if (tallies == nullptr) {
    holdings.tallies.push_back({.measure = entry.measure, .instances = {}});
    tallies = &holdings.tallies.back();
  }
  return tallies->instances[entry.instance];
}

Touched::Entry& Touched::Note(const MeasurePtr& measure, const std::string& instance,
                              Trigger trigger) {
  const auto [place, inserted] =
      places_.try_emplace({measure.get(), instance}, entries_.size());
  if (!inserted) return entries_[place->second];
  Entry entry{.measure = measure,
              .instance = instance,
              .trigger = trigger,
              .before = std::nullopt,
              .previous = std::nullopt};
  const Tally& tally = TallyOf(entry);
  entry.before = LevelOf(*measure, tally, before_);
  entry.previous = LevelOf(*measure, tally, tally.judged_at);
  entries_.push_back(std::move(entry));
  return entries_.back();
}

Tally& Touched::Touch(const MeasurePtr& measure, const std::string& instance,
                      Trigger trigger) {
  return TallyOf(Note(measure, instance, trigger));
}

void Touched::EndDays(const MeasurePtr& measure, const std::string& instance,
                      Trigger trigger) {
  Entry& entry = Note(measure, instance, trigger);
  entry.days_over = true;
  TallyOf(entry).ends_at.reset();
}

Tally& Touched::EndMonth(const MeasurePtr& measure, const std::string& instance) {
  Entry& entry = Note(measure, instance, Trigger::kPeriod);
  entry.month_over = true;
  return TallyOf(entry);
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
  Tally& tally = TallyOf(*entry);
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
  SetNextAt(customer_->holdings.get(), measure, entry->instance,
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
  const Tally* lowest = nullptr;
  for (const auto& [key, tally] : tallies.instances) {
    const std::optional<Level> level = LevelOf(measure, tally, instant_);
    const auto place = places_.find({&measure, key});
    const bool touched = place != places_.end();
    move.before = LowerOf(move.before, touched ? entries_[place->second].before : level);
    if (level.has_value() && (!move.after || IsLower(*level, *move.after))) {
      move.after = level;
      lowest = &tally;
    }
  }
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
  ForgetIfGone(*tallies, entry.instance);
  const auto it = tallies->instances.find(entry.instance);
  if (!it->second.empty()) return;
  tallies->instances.erase(it);
  if (!tallies->instances.empty()) return;
  holdings.tallies.erase(holdings.tallies.begin() + (tallies - holdings.tallies.data()));
}

void Touched::ForgetIfGone(const Tallies& tallies, const std::string& instance) {
  const Measure& measure = *tallies.measure;
  const auto has_data = [&](const auto& entry) {
    return LevelOf(measure, entry.second, instant_).has_value();
  };
  if (!measure.FansOut() || has_data(*tallies.instances.find(instance))) return;
  ForgetInstance(customer_, context_.catalog, measure, instance);
  if (measure.OpenField() == nullptr) return;
  if (std::none_of(tallies.instances.begin(), tallies.instances.end(), has_data)) {
    ForgetInstance(customer_, context_.catalog, measure, "");
  }
}

}  // namespace tocsin::model
