// What takes long is done a part at a time, so that deliveries are not kept waiting for
// it; and what is due by itself.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status.h"
#include "engine/webhook/dispatcher.h"

namespace tocsin::webhook {
namespace {

// Of one transaction, and one turn.
constexpr std::size_t kRevivedAtOnce = 1'000;
constexpr std::size_t kRemovedAtOnce = 1'000;
constexpr std::size_t kForgottenAtOnce = 1'000;
// In one line of a log.
constexpr std::size_t kFailuresTold = 8;

// The same error, which says how far it came.
absl::Status After(std::uint64_t sent, const absl::Status& status) {
  if (sent == 0) return status;
  absl::Status after(status.code(), absl::StrCat(status.message(), "; ", sent,
                                                 " were sent again before that"));
  status.ForEachPayload([&after](absl::string_view url, const absl::Cord& payload) {
    after.SetPayload(url, payload);
  });
  return after;
}

}  // namespace

absl::Status Dispatcher::Work(absl::Time now) {
  // Who waits for it is told what fails.
  if (!revivals_.empty()) ReviveSome(now);
  const bool has_to_forget = forgetting_ || now >= forgets_at_;
  // What was put off does not fail any more.
  if (!has_to_forget) forgets_ = Chore();
  if (has_to_forget && now >= forgets_.again_at) {
    Forget(now);
  } else if (now >= removes_.again_at && !removed_.empty()) {
    RemoveSome(now);
    if (removed_.empty()) removes_ = Chore();
  }
  return HowWorkWent();
}

absl::Status Dispatcher::HowWorkWent() const {
  const std::size_t count = forgets_.failed.size() + removes_.failed.size();
  if (count == 0) return absl::OkStatus();
  std::vector<std::string> told;
  const auto tell = [&](absl::string_view what, const Chore& chore, const auto& id_of) {
    for (const auto& [number, status] : chore.failed) {
      if (told.size() == kFailuresTold) return;
      const std::string of =
          number == 0 ? "" : absl::StrCat(" of webhook ", id_of(number).ToString());
      told.push_back(absl::StrCat(what, of, " cannot be removed: ", status.message()));
    }
  };
  tell("what is old", forgets_,
       [this](std::uint64_t number) { return endpoints_.at(number)->record.id; });
  tell("what is left", removes_,
       [this](std::uint64_t number) { return removed_.at(number); });
  if (count > told.size()) {
    told.push_back(absl::StrCat("and so of ", count - told.size(), " more"));
  }
  const Chore& first = forgets_.failed.empty() ? removes_ : forgets_;
  return MakeStatus(ReasonOf(first.failed.begin()->second), absl::StrJoin(told, "; "));
}

void Dispatcher::Forget(absl::Time now) {
  if (now < forgets_at_) return ForgetSome(now);
  const absl::Status status = BeginForgetting(now);
  forgets_.Note(0, status, now);
  if (status.ok()) forgets_at_ = now + kForgetEvery;
}

void Dispatcher::EndWork() {
  while (!revivals_.empty()) {
    Revival revival = std::move(revivals_.front());
    revivals_.pop_front();
    revival.done(
        After(revival.sent,
              MakeStatus(Reason::kClosing,
                         "the sink of webhooks was stopped before all were sent again")));
  }
}

void Dispatcher::SendAllAgain(EndpointId id, SentAgain done) {
  const absl::StatusOr<Endpoint*> found = Find(id);
  if (!found.ok()) return done(found.status());
  revivals_.push_back({.id = id, .last = last_number_, .done = std::move(done)});
}

void Dispatcher::ReviveSome(absl::Time now) {
  Revival revival = std::move(revivals_.front());
  revivals_.pop_front();
  const absl::StatusOr<bool> is_over = ReviveNext(&revival, now);
  if (!is_over.ok()) return revival.done(After(revival.sent, is_over.status()));
  if (*is_over) return revival.done(revival.sent);
  // Behind the others.
  revivals_.push_back(std::move(revival));
}

absl::StatusOr<bool> Dispatcher::ReviveNext(Revival* revival, absl::Time now) {
  const absl::StatusOr<Endpoint*> found = Find(revival->id);
  if (!found.ok()) return found.status();
  const std::size_t waiting = (*found)->queue.size();
  const std::size_t room = options_.waiting_max - std::min(waiting, options_.waiting_max);
  absl::StatusOr<DeliveryStore::FoundDead> dead =
      FindDead(revival->id, revival->after, std::min(room, kRevivedAtOnce));
  if (!dead.ok()) return dead.status();
  std::vector<DeadLetter>& letters = dead->letters;
  while (!letters.empty() && letters.back().number > revival->last) letters.pop_back();
  // One that is damaged is told of once the others are sent.
  std::erase_if(letters, [](const DeadLetter& letter) { return !letter.is_readable; });
  revival->damaged.Update(dead->damaged);
  absl::Status status = ReviveBatch(*found, letters, now);
  if (!status.ok()) return status;
  revival->sent += letters.size();
  revival->after = dead->last;
  if (dead->last != 0 && dead->last <= revival->last) return false;
  if (!revival->damaged.ok()) return revival->damaged;
  return true;
}

void Dispatcher::RemoveSome(absl::Time now) {
  auto found = removed_.lower_bound(removes_from_);
  if (found == removed_.end()) found = removed_.begin();
  const std::uint64_t endpoint = found->first;
  absl::StatusOr<std::size_t> removed = std::size_t{0};
  absl::Status status = store_->Write([&] {
    removed = store_->RemoveDeliveries(endpoint, kRemovedAtOnce);
    const bool is_over = removed.ok() && *removed < kRemovedAtOnce;
    return is_over ? store_->RemoveEndpoint(endpoint) : removed.status();
  });
  // One that cannot be removed keeps none behind it waiting.
  removes_from_ = status.ok() ? endpoint : endpoint + 1;
  removes_.Note(endpoint, status, now);
  if (status.ok() && *removed < kRemovedAtOnce) removed_.erase(endpoint);
}

absl::Status Dispatcher::BeginForgetting(absl::Time now) {
  for (const auto& [number, endpoint] : endpoints_) {
    EndpointRecord& record = endpoint->record;
    if (!record.previous_secret || now < record.previous_secret_until) continue;
    record.previous_secret = std::nullopt;
    NoteChanged(endpoint.get());
  }
  // Some of those that died may not be in the store yet. That of others cannot be
  // written, as their row is damaged: they are counted until now.
  absl::Status status = Keep();
  if (status.ok()) status = CountDead();
  if (status.ok()) forgetting_ = {.died_before = now - options_.keep_dead};
  return status;
}

void Dispatcher::ForgetSome(absl::Time now) {
  Forgetting& place = *forgetting_;
  const auto found = endpoints_.lower_bound(place.endpoint);
  if (found == endpoints_.end()) {
    // Where something failed all are gone through once more.
    place.endpoint = 0;
    forgets_.again_at = absl::InfinitePast();
    if (forgets_.failed.empty()) forgetting_ = std::nullopt;
    return;
  }
  const auto& [number, endpoint] = *found;
  if (number != place.endpoint) place.after = 0;
  place.endpoint = number;
  absl::StatusOr<DeliveryStore::Forgotten> forgotten = DeliveryStore::Forgotten();
  absl::Status status = store_->Write([&, of = number] {
    forgotten = store_->ForgetDead(of, place.after, kForgottenAtOnce, place.died_before);
    return forgotten.status();
  });
  forgets_.Note(number, status, now);
  // One that cannot be looked at keeps none behind it waiting.
  if (!status.ok()) {
    place = {.died_before = place.died_before, .endpoint = number + 1};
    return;
  }
  endpoint->dead -= std::min(endpoint->dead, forgotten->count);
  place.after = forgotten->next_after.value_or(0);
  if (!forgotten->next_after) ++place.endpoint;
}

}  // namespace tocsin::webhook
