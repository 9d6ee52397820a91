#include "engine/model/judge.h"

#include <algorithm>

#include "engine/base/mistake.h"

namespace tocsin::model {
namespace {

bool Watches(const AlertVersion& alert, const Subject& subject, const Measure* measure) {
  if (measure != nullptr) return alert.measure.get() == measure;
  return alert.measure->IsWhole() && alert.measure->subject == subject;
}

std::size_t Reached(const Ladder& ladder, const std::optional<Level>& level) {
  return level.has_value() ? ladder.Reached(*level) : 0;
}

}  // namespace

const AlertPtr* FindAlert(const Customer& customer, const Catalog& catalog,
                          const AlertId& id) {
  for (const AlertPtr& alert : customer.own->alerts) {
    if (alert->id() == id) return &alert;
  }
  return catalog.FindAlert(id);
}

Ladders::Ladders(const Customer& customer, const Catalog& catalog, const Subject& subject,
                 const Measure* measure) {
  const WatchedSubject& watched_subject = catalog.subject(subject);
  const WatchedMeasure* watched =
      measure == nullptr ? watched_subject.whole.get() : watched_subject.Find(measure);
  if (watched != nullptr && !watched->all.empty()) ladders_.push_back(&watched->all);
  if (watched != nullptr && customer.plan.has_value() &&
      !TOCSIN_MISTAKE(plan_alerts_ignored)) {
    const auto plan = watched->by_plan.find(*customer.plan);
    if (plan != watched->by_plan.end()) ladders_.push_back(&plan->second);
  }
  for (const AlertPtr& alert : customer.own->alerts) {
    if (!alert->enabled() || !Watches(*alert, subject, measure)) continue;
    if (!own_.has_value()) own_.emplace();
    own_->Add(alert);
  }
  if (own_.has_value()) ladders_.push_back(&*own_);
}

Band Ladders::BandAt(const std::optional<Decimal>& value) const {
  Band band = Band::Unbounded();
  for (const Ladder* ladder : ladders_) {
    const std::size_t reached = value.has_value() ? ladder->Reached(*value) : 0;
    band.IntersectWith(ladder->BandAt(reached));
  }
  return band;
}

absl::Time Ladders::NextDaysAt(absl::Time ends_at, absl::Time at) const {
  absl::Time next = absl::InfiniteFuture();
  for (const Ladder* ladder : ladders_) {
    const std::size_t reached = ladder->Reached(Level::Days(ends_at - at));
    if (reached == ladder->size()) continue;
    const Decimal threshold = ladder->rung(reached)->threshold();
    // What is not reached at the end never will be.
    if (threshold < Decimal()) continue;
    next = std::min(next, InstantOfDaysLeft(ends_at, threshold));
  }
  return next;
}

void JudgeMove(const Ladders& ladders, const Move& move, Turn* turn) {
  const auto told = [&move, turn](const AlertPtr& alert) {
    return (move.but == nullptr || !move.but->contains(alert->id())) &&
           !turn->customer().Awaits(alert->id(), move.instance);
  };
  for (const Ladder* ladder : ladders) {
    const std::size_t before = Reached(*ladder, move.before);
    const std::size_t after = Reached(*ladder, move.after);
    const std::size_t last =
        TOCSIN_MISTAKE(one_rung_a_move) ? std::min(after, before + 1) : after;
    for (std::size_t i = before; i < last; ++i) {
      const AlertPtr& alert = ladder->rung(i);
      if (told(alert)) turn->Reach({alert, move.instance, move.trigger, move.shown});
    }
    if (!move.after.has_value() && !move.tells_end && !TOCSIN_MISTAKE(end_resolves))
      continue;
    for (std::size_t i = after; i < before; ++i) {
      const AlertPtr& alert = ladder->rung(i);
      if (told(alert)) turn->Leave({alert, move.instance, move.trigger, move.shown});
    }
  }
}

}  // namespace tocsin::model
