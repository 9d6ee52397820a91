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

// Whether nobody but a notification would tell that the instance is in alarm no more.
bool LeavesInSilence(const Move& move) {
  return !move.after.has_value() && !move.tells_end && !TOCSIN_MISTAKE(end_resolves);
}

using AlertSet = absl::flat_hash_set<AlertId>;

// Judges those alerts of which a status stands that the values do not tell, and returns
// them.
AlertSet JudgeStands(const Ladders& ladders, const Move& move, Turn* turn) {
  AlertSet judged;
  if (turn->customer().stands.IsEmpty()) return judged;
  for (const Ladder* ladder : ladders) {
    const std::size_t after = Reached(*ladder, move.after);
    for (std::size_t i = 0; i < ladder->size(); ++i) {
      const AlertPtr& alert = ladder->rung(i);
      const std::optional<bool> stood = turn->TakeStand(alert->id(), move.instance);
      if (!stood.has_value()) continue;
      judged.insert(alert->id());
      const Turn::Said said{alert, move.instance, move.trigger, move.shown};
      if (i < after && !*stood) turn->Reach(said);
      if (i < after || !*stood) continue;
      if (LeavesInSilence(move)) {
        turn->Become(said, CustomerStatus::kOk);
      } else {
        turn->Leave(said);
      }
    }
  }
  return judged;
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
                 const Measure* measure)
    : looks_always_(!customer.stands.IsEmpty()) {
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
  if (looks_always_) return Band::Empty();
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
  const AlertSet judged = JudgeStands(ladders, move, turn);
  const auto told = [&](const AlertPtr& alert) {
    return (move.but == nullptr || !move.but->contains(alert->id())) &&
           !turn->customer().Awaits(alert->id(), move.instance) &&
           !judged.contains(alert->id());
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
    for (std::size_t i = after; i < before; ++i) {
      const AlertPtr& alert = ladder->rung(i);
      if (!told(alert)) continue;
      const Turn::Said said{alert, move.instance, move.trigger, move.shown};
      if (LeavesInSilence(move)) {
        turn->Become(said, CustomerStatus::kOk);
      } else {
        turn->Leave(said);
      }
    }
  }
}

}  // namespace tocsin::model
