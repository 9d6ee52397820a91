#include "engine/webhook/dispatcher.h"

#include <algorithm>

#include "absl/memory/memory.h"
#include "engine/webhook/settings.h"

namespace tocsin::webhook {

absl::StatusOr<std::unique_ptr<Dispatcher>> Dispatcher::Open(
    WebhookOptions options, std::unique_ptr<DeliveryStore> store, Transfers* transfers,
    absl::Time now) {
  absl::Status status = CheckOptions(options);
  if (!status.ok()) return status;
  absl::StatusOr<AddressPolicy> policy = AddressPolicy::Make(options.allowed_networks);
  if (!policy.ok()) return policy.status();
  auto dispatcher = absl::WrapUnique(new Dispatcher(
      std::move(options), *std::move(policy), std::move(store), transfers));
  status = dispatcher->Load(now);
  if (!status.ok()) return status;
  return dispatcher;
}

Dispatcher::Dispatcher(WebhookOptions options, AddressPolicy policy,
                       std::unique_ptr<DeliveryStore> store, Transfers* transfers)
    : options_(std::move(options)),
      schedule_{.first = options_.retry_first, .max = options_.retry_max},
      grace_(std::min(2 * options_.retry_max, options_.keep_trying)),
      policy_(std::move(policy)),
      store_(std::move(store)),
      transfers_(transfers),
      random_(options_.random_seed ? *options_.random_seed : std::random_device()()),
      slots_(options_.attempts_max, options_.attempts_max_of_endpoint) {}

namespace {

// Until when two secrets overlap after a start. What began before there was an endpoint
// was begun by a clock that was behind; how much of it is over nobody knows, so all of it
// is left.
absl::Time OverlapAtStart(const EndpointRecord& record, absl::Time now) {
  const absl::Time until = record.previous_secret_until;
  const bool was_behind = record.overlap && now >= record.created_at &&
                          until - *record.overlap < record.created_at;
  return was_behind && until <= now ? now + *record.overlap : until;
}

}  // namespace

absl::Status Dispatcher::Load(absl::Time now) {
  absl::StatusOr<std::vector<EndpointRecord>> records = store_->Endpoints();
  if (!records.ok()) return records.status();
  // Nobody was tried while nothing ran; and what was measured by a clock that was wrong
  // is not believed.
  grace_until_ = now + grace_;
  const absl::Time latest = now + schedule_.max;
  for (EndpointRecord& record : *records) {
    if (record.is_removed) {
      removed_.emplace(record.number, record.id);
      continue;
    }
    record.enabled_at = std::min(record.enabled_at, now);
    Endpoint* const endpoint = AddEndpoint(std::move(record));
    endpoint->circuit.PauseUntilAtMost(latest);
    SetOverlap(endpoint, OverlapAtStart(endpoint->record, now), now);
    endpoint->overlap_until =
        std::max(endpoint->overlap_until, endpoint->record.previous_secret_until);
  }
  const absl::StatusOr<std::uint64_t> last = store_->LastNumber();
  if (!last.ok()) return last.status();
  last_number_ = *last;
  absl::Status status = store_->EachWaiting([&](const DeliveryStore::Found& found) {
    Endpoint* const endpoint = Find(found.endpoint);
    if (endpoint == nullptr) return;
    const Waiting waiting{.number = found.number,
                          .accepted_at = std::min(found.accepted_at, now),
                          .attempts = found.attempts};
    endpoint->queue.Push(found.line, waiting, std::min(found.due_at, latest));
  });
  if (status.ok()) status = CountDead();
  // Its number is not given to another one before it is gone whole.
  if (!removed_.empty())
    last_endpoint_ = std::max(last_endpoint_, removed_.rbegin()->first);
  DivideSlots();
  // Nor is anything forgotten at once.
  forgets_at_ = now + kForgetEvery;
  return status;
}

absl::Status Dispatcher::CountDead() {
  const absl::StatusOr<std::vector<DeliveryStore::DeadOf>> dead = store_->CountDead();
  if (!dead.ok()) return dead.status();
  for (const auto& [number, endpoint] : endpoints_) endpoint->dead = 0;
  for (const DeliveryStore::DeadOf& of : *dead) {
    if (Endpoint* const endpoint = Find(of.endpoint)) endpoint->dead = of.count;
  }
  return absl::OkStatus();
}

Dispatcher::Endpoint* Dispatcher::AddEndpoint(EndpointRecord record) {
  auto endpoint = std::make_unique<Endpoint>();
  endpoint->filter = Filter(record.settings.filter);
  endpoint->circuit = Circuit(record.circuit);
  endpoint->overlap_until = record.previous_secret_until;
  endpoint->record = std::move(record);
  Endpoint* const added = endpoint.get();
  last_endpoint_ = std::max(last_endpoint_, added->record.number);
  by_id_[added->record.id] = added;
  endpoints_[added->record.number] = std::move(endpoint);
  Touch(added);
  return added;
}

Dispatcher::Endpoint* Dispatcher::Find(std::uint64_t number) {
  const auto found = endpoints_.find(number);
  return found == endpoints_.end() ? nullptr : found->second.get();
}

void Dispatcher::DivideSlots() {
  slots_.Divide(endpoints_.size());
  for (const auto& [number, endpoint] : endpoints_) {
    for (std::size_t i = 0; i < endpoint->under_way; ++i) slots_.Take(i);
  }
}

absl::Time Dispatcher::DeadlineOf(const Endpoint& endpoint,
                                  absl::Time accepted_at) const {
  return std::max(
      std::max(accepted_at, endpoint.record.enabled_at) + options_.keep_trying,
      grace_until_);
}

absl::Time Dispatcher::GivesUpAt(const Endpoint& endpoint, absl::Time accepted_at,
                                 absl::Time now) const {
  const absl::Time deadline = DeadlineOf(endpoint, accepted_at);
  const std::optional<absl::Time>& taken_at = endpoint.record.last_success_at;
  // One that took others just now is about to come to it.
  return taken_at ? std::max(deadline, std::min(*taken_at, now) + grace_) : deadline;
}

void Dispatcher::ClockWentBack(absl::Time now) {
  const absl::Time latest = now + schedule_.max;
  for (const auto& [number, endpoint] : endpoints_) {
    EndpointRecord& record = endpoint->record;
    record.enabled_at = std::min(record.enabled_at, now);
    // What was said is right again where it may have been said by this clock.
    const bool is_right =
        endpoint->overlap_began() <= now && now < endpoint->overlap_until;
    SetOverlap(endpoint.get(),
               is_right ? endpoint->overlap_until : record.previous_secret_until, now);
    endpoint->circuit.PauseUntilAtMost(latest);
    endpoint->queue.GoBackTo(now, latest);
    Touch(endpoint.get());
  }
  grace_until_ = std::min(grace_until_, now + grace_);
  forgets_at_ = std::min(forgets_at_, now + kForgetEvery);
  for (Chore* const chore : {&forgets_, &removes_}) {
    chore->again_at = std::min(chore->again_at, now + kWorkAgain);
  }
  // Which are old was said by a clock that was wrong.
  forgetting_ = std::nullopt;
}

void Dispatcher::ClockJumpedAhead(absl::Time now, absl::Duration by) {
  for (const auto& [number, endpoint] : endpoints_) {
    EndpointRecord& record = endpoint->record;
    endpoint->queue.JumpAhead(by, now);
    // Of what waits the store has when it was accepted by the clock of then: so a start
    // knows at least as much as is so of the oldest.
    record.enabled_at =
        std::max(std::min(record.enabled_at + by, now), endpoint->queue.OldestAccepted());
    // What began later than it jumped from was said by another clock, which this one may
    // be again; of all else as much is left as before.
    SetOverlap(endpoint.get(),
               endpoint->overlap_began() > now - by ? endpoint->overlap_until
                                                    : record.previous_secret_until + by,
               now);
    NoteChanged(endpoint.get());
  }
  grace_until_ = now + grace_;
  forgets_at_ = now + kForgetEvery;
}

void Dispatcher::SetOverlap(Endpoint* endpoint, absl::Time until, absl::Time now) {
  EndpointRecord& record = endpoint->record;
  until = std::min(until, now + endpoint->overlap());
  if (!record.previous_secret || until == record.previous_secret_until) return;
  record.previous_secret_until = until;
  NoteChanged(endpoint);
}

void Dispatcher::NoteChanged(Endpoint* endpoint) {
  if (endpoint->is_changed) return;
  endpoint->is_changed = true;
  changed_.push_back(endpoint->record.number);
}

absl::Status Dispatcher::Accept(const std::shared_ptr<const Letter>& letter,
                                absl::Time now) {
  const LineKey& line = letter->line;
  std::vector<Endpoint*> wanting;
  for (const auto& [number, endpoint] : endpoints_) {
    if (!endpoint->filter.Wants(letter->alert_type, line.alert, line.customer)) continue;
    if (unwritten_.Has(number, letter->id)) continue;
    if (endpoint->queue.size() + endpoint->dead > 0) {
      const absl::StatusOr<bool> knows = store_->Knows(number, letter->id);
      if (!knows.ok()) return knows.status();
      if (*knows) continue;
    }
    wanting.push_back(endpoint.get());
  }
  for (Endpoint* const endpoint : wanting) {
    DeliveryState state{.accepted_at = now};
    const Waiting waiting{.number = ++last_number_, .accepted_at = now};
    if (endpoint->queue.size() >= options_.waiting_max) {
      state.died_at = now;
      state.last_failure = "too many were waiting for the endpoint already";
      ++endpoint->dead;
    } else {
      Push(endpoint, line, waiting, absl::InfinitePast());
    }
    unwritten_.Add(waiting.number, endpoint->record.number, letter, state);
  }
  return absl::OkStatus();
}

void Dispatcher::Push(Endpoint* endpoint, const LineKey& line, const Waiting& waiting,
                      absl::Time due) {
  endpoint->queue.Push(line, waiting, due);
  Touch(endpoint);
}

absl::Time Dispatcher::NextEvent() const {
  if (!revivals_.empty()) return absl::InfinitePast();
  absl::Time next =
      std::max(forgets_.again_at, forgetting_ ? absl::InfinitePast() : forgets_at_);
  if (!removed_.empty()) next = std::min(next, removes_.again_at);
  return agenda_.empty() ? next : std::min(agenda_.begin()->first, next);
}

absl::Status Dispatcher::Keep() {
  if (!HasUnwritten()) return absl::OkStatus();
  absl::Status status = store_->Write([&] {
    absl::Status written = unwritten_.WriteTo(store_.get());
    for (const std::uint64_t number : changed_) {
      Endpoint* const endpoint = Find(number);
      if (endpoint == nullptr || !written.ok()) continue;
      endpoint->record.circuit = endpoint->circuit.state();
      written = store_->PutEndpoint(endpoint->record);
    }
    return written;
  });
  if (!status.ok()) return status;
  unwritten_.Clear();
  for (const std::uint64_t number : changed_) {
    if (Endpoint* const endpoint = Find(number)) endpoint->is_changed = false;
  }
  changed_.clear();
  return absl::OkStatus();
}

}  // namespace tocsin::webhook
