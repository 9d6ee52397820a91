// What is tried when, and what comes of it.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/webhook/dispatcher.h"
#include "engine/webhook/signature.h"

namespace tocsin::webhook {
namespace {

// In one turn, of all endpoints.
constexpr std::size_t kBuriedAtOnce = 1'000;
constexpr std::size_t kUnreadAtOnce = 100;

}  // namespace

void Dispatcher::WakeAt(Endpoint* endpoint, absl::Time at) {
  const std::uint64_t number = endpoint->record.number;
  if (endpoint->wakes_at) agenda_.erase({*endpoint->wakes_at, number});
  endpoint->wakes_at =
      at == absl::InfiniteFuture() ? std::nullopt : std::make_optional(at);
  if (endpoint->wakes_at) agenda_.insert({at, number});
}

std::size_t Dispatcher::Begin(absl::Time now) {
  buried_ = 0;
  unread_ = 0;
  std::vector<Endpoint*> round;
  // First those that have waited longest for the others.
  for (const std::uint64_t number : starved_) {
    Endpoint* const endpoint = Find(number);
    if (endpoint == nullptr) continue;
    endpoint->is_starved = false;
    WakeAt(endpoint, absl::InfiniteFuture());
    round.push_back(endpoint);
  }
  starved_.clear();
  while (!agenda_.empty() && agenda_.begin()->first <= now) {
    Endpoint* const endpoint = Find(agenda_.begin()->second);
    WakeAt(endpoint, absl::InfiniteFuture());
    round.push_back(endpoint);
  }
  std::size_t begun = 0;
  // One for each, and again: nobody is served whole before the others.
  std::vector<Endpoint*> next;
  while (!round.empty()) {
    next.clear();
    for (Endpoint* const endpoint : round) {
      if (BeginOne(endpoint, now)) {
        ++begun;
        next.push_back(endpoint);
      } else {
        Settle(endpoint, now);
      }
    }
    round.swap(next);
  }
  return begun;
}

bool Dispatcher::BeginOne(Endpoint* endpoint, absl::Time now) {
  if (endpoint->record.status != WebhookStatus::kEnabled) return false;
  EndpointQueue& queue = endpoint->queue;
  queue.BringUpTo(now);
  BuryOverdue(endpoint, now);
  if (!endpoint->circuit.MayBegin(now) || !slots_.MayTake(endpoint->under_way)) {
    return false;
  }
  if (unread_ >= kUnreadAtOnce) return false;
  const std::optional<EndpointQueue::First> first = queue.Take();
  if (!first) return false;
  absl::StatusOr<Content> content = ContentOf(first->waiting.number);
  if (!content.ok() || !content->damaged.ok()) {
    endpoint->record.last_failure_at = now;
    endpoint->record.last_failure = "the body could not be read from the store";
    NoteChanged(endpoint);
    ++unread_;
    if (content.ok()) {
      SetAside(endpoint, *first, content->damaged, now);
    } else {
      PutBack(endpoint, *first, now);
    }
    return true;
  }
  slots_.Take(endpoint->under_way++);
  Flight flight{.endpoint = endpoint->record.number,
                .id = endpoint->record.id,
                .number = first->waiting.number,
                .line = first->line,
                .notification = content->notification,
                .accepted_at = first->waiting.accepted_at,
                .began_at = now,
                .generation = endpoint->generation,
                .attempt = first->waiting.attempts + 1,
                .is_probe = endpoint->circuit.Begin()};
  Send(*endpoint, *content, std::move(flight), now);
  return true;
}

void Dispatcher::BuryOverdue(Endpoint* endpoint, absl::Time now) {
  // Of any other each has its turn.
  if (!endpoint->circuit.IsPaused(now)) return;
  // The oldest has the first deadline of those that are due, and they all are by theirs.
  for (; buried_ < kBuriedAtOnce; ++buried_) {
    const Waiting* const oldest = endpoint->queue.Oldest();
    if (oldest == nullptr) return;
    if (now < GivesUpAt(*endpoint, oldest->accepted_at, now)) return;
    const EndpointQueue::First first = *endpoint->queue.Take();
    DeliveryState state{.accepted_at = first.waiting.accepted_at,
                        .attempts = first.waiting.attempts,
                        .died_at = now};
    if (state.attempts == 0) {
      const std::string& last = endpoint->record.last_failure;
      state.last_failure =
          last.empty() ? std::string("its turn did not come in time")
                       : absl::StrCat("it was not tried, as others had failed: ", last);
    }
    unwritten_.Change(first.waiting.number, state);
    endpoint->queue.Finish(first.line);
    ++endpoint->dead;
    endpoint->queue.BringUpTo(now);
  }
}

void Dispatcher::PutBack(Endpoint* endpoint, const EndpointQueue::First& first,
                         absl::Time now) {
  const int failures = static_cast<int>(first.waiting.attempts) + 1;
  endpoint->queue.Return(first.line, now + RetryDelay(schedule_, failures, random_()));
}

void Dispatcher::SetAside(Endpoint* endpoint, const EndpointQueue::First& first,
                          const absl::Status& damaged, absl::Time now) {
  // It will not come back by waiting, and what is behind it can be sent.
  ++unreadable_.count;
  unreadable_.last = absl::StrCat("of webhook ", endpoint->record.id.ToString(), ": ",
                                  damaged.message());
  unwritten_.Change(first.waiting.number, {.accepted_at = first.waiting.accepted_at,
                                           .attempts = first.waiting.attempts,
                                           .died_at = now});
  endpoint->queue.Finish(first.line);
  ++endpoint->dead;
}

absl::StatusOr<Dispatcher::Content> Dispatcher::ContentOf(std::uint64_t number) {
  const std::shared_ptr<const Letter> letter = unwritten_.LetterOf(number);
  if (letter != nullptr) return Content{.notification = letter->id, .body = letter->body};
  absl::StatusOr<DeliveryStore::Content> kept = store_->ContentOf(number);
  if (!kept.ok()) return kept.status();
  return Content{.notification = kept->notification,
                 .body = std::make_shared<const std::string>(std::move(kept->body)),
                 .damaged = std::move(kept->damaged)};
}

void Dispatcher::Send(const Endpoint& endpoint, const Content& content, Flight flight,
                      absl::Time now) {
  const EndpointRecord& record = endpoint.record;
  Transfer transfer{
      .key = ++last_flight_, .url = record.settings.url, .body = content.body};
  const auto add = [&](const auto& headers) {
    for (const auto& [name, value] : headers) {
      transfer.headers.push_back(absl::StrCat(name, ": ", value));
    }
  };
  Secrets secrets{.current = record.secret};
  if (record.previous_secret && now < record.previous_secret_until) {
    secrets.previous = *record.previous_secret;
  }
  add(record.settings.headers);
  add(SignAttempt(record.settings.scheme, secrets, content.notification.ToString(), now,
                  *content.body));
  flights_.emplace(transfer.key, std::move(flight));
  transfers_->Begin(std::move(transfer));
}

void Dispatcher::Settle(Endpoint* endpoint, absl::Time now) {
  if (endpoint->record.status != WebhookStatus::kEnabled) return;
  const Waiting* const oldest = endpoint->queue.Oldest();
  absl::Time wakes = endpoint->queue.NextDue();
  if (oldest != nullptr) {
    if (endpoint->circuit.IsPaused(now)) {
      wakes = std::min({wakes, *endpoint->circuit.state().paused_until,
                        GivesUpAt(*endpoint, oldest->accepted_at, now)});
    }
    const bool may_begin = endpoint->circuit.MayBegin(now);
    if (may_begin && slots_.IsStarved(endpoint->under_way) && !endpoint->is_starved) {
      endpoint->is_starved = true;
      starved_.push_back(endpoint->record.number);
    }
    // Too much could not be read in this turn.
    if (may_begin && slots_.MayTake(endpoint->under_way)) wakes = now;
  }
  WakeAt(endpoint, wakes);
}

void Dispatcher::End(const Ended& ended, absl::Time now) {
  const auto found = flights_.find(ended.key);
  if (found == flights_.end()) return;
  Flight flight = std::move(found->second);
  flights_.erase(found);
  Endpoint* const endpoint = Find(flight.endpoint);
  TellOf(&flight, ended);
  // Of a test it may have been removed meanwhile.
  if (endpoint == nullptr || flight.number == 0) return;
  slots_.Give(endpoint->under_way--);
  if (ended.failure.empty()) {
    Succeeded(endpoint, flight, now);
  } else if (flight.generation != endpoint->generation) {
    FailedBefore(endpoint, flight, ended);
  } else {
    Failed(endpoint, flight, ended, now);
  }
  NoteChanged(endpoint);
  Touch(endpoint);
}

void Dispatcher::CancelAttempts(std::uint64_t endpoint) {
  // They would have connections beyond those that there may be. Of a test somebody waits
  // for the end; of the others nobody is told, as there is no endpoint that it is about.
  for (auto next = flights_.begin(); next != flights_.end();) {
    const auto flight = next++;
    if (flight->second.endpoint != endpoint || flight->second.number == 0) continue;
    transfers_->Cancel(flight->first);
    flights_.erase(flight);
  }
}

void Dispatcher::TellOf(Flight* flight, const Ended& ended) {
  const WebhookOptions::Attempt attempt{.endpoint = flight->id,
                                        .notification = flight->notification,
                                        .attempt = flight->attempt,
                                        .status = ended.status,
                                        .failure = ended.failure,
                                        .took = ended.took};
  if (flight->test != nullptr) {
    flight->test(attempt);
    return;
  }
  if (options_.on_attempt == nullptr) return;
  try {
    options_.on_attempt(attempt);
  } catch (...) {
    // Who looks on has no say in what is sent.
  }
}

void Dispatcher::Succeeded(Endpoint* endpoint, const Flight& flight, absl::Time now) {
  ++endpoint->record.delivered;
  endpoint->record.last_success_at = now;
  unwritten_.Remove(flight.number, flight.endpoint, flight.notification);
  endpoint->queue.Finish(flight.line);
  if (flight.generation != endpoint->generation) return;
  // What kept waiting was the endpoint: it is back.
  if (endpoint->circuit.Succeed()) endpoint->queue.MakeAllDue();
}

void Dispatcher::FailedBefore(Endpoint* endpoint, const Flight& flight,
                              const Ended& ended) {
  ++endpoint->record.failed;
  unwritten_.Change(flight.number, {.accepted_at = flight.accepted_at,
                                    .attempts = flight.attempt,
                                    .last_failure = ended.failure});
  endpoint->queue.Return(flight.line, absl::InfinitePast());
}

void Dispatcher::Failed(Endpoint* endpoint, const Flight& flight, const Ended& ended,
                        absl::Time now) {
  constexpr int kStatusGone = 410;
  EndpointRecord& record = endpoint->record;
  ++record.failed;
  record.last_failure_at = now;
  record.last_failure = ended.failure;
  endpoint->circuit.Fail(now, schedule_, flight.is_probe, ended.retry_after, random_());
  if (ended.status == kStatusGone && record.status == WebhookStatus::kEnabled) {
    record.status = WebhookStatus::kGone;
  }
  DeliveryState state{.accepted_at = flight.accepted_at,
                      .attempts = flight.attempt,
                      .last_failure = ended.failure};
  const absl::Time deadline = DeadlineOf(*endpoint, flight.accepted_at);
  // A probe says something about the endpoint, not about what it was made with.
  const absl::Time last =
      flight.is_probe ? GivesUpAt(*endpoint, flight.accepted_at, now) : deadline;
  const bool was_last = std::min(flight.began_at, now) >= last;
  if (record.status == WebhookStatus::kEnabled && was_last) {
    state.died_at = now;
    ++endpoint->dead;
    endpoint->queue.Finish(flight.line);
  } else {
    const absl::Duration wait =
        ended.retry_after
            ? ClampRetryAfter(schedule_, *ended.retry_after)
            : RetryDelay(schedule_, static_cast<int>(flight.attempt), random_());
    // At the deadline once more, for the last time.
    state.due_at = std::min(now + wait, std::max(deadline, now + schedule_.first));
    endpoint->queue.Return(flight.line, state.due_at);
  }
  unwritten_.Change(flight.number, state);
}

}  // namespace tocsin::webhook
