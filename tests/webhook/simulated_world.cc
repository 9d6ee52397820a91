#include "tests/webhook/simulated_world.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "engine/base/rfc3339.h"
#include "engine/webhook/letter.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

constexpr char kBegin[] = "2026-03-01T00:00:00Z";

// A test goes no further on what cannot be.
void Need(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << "\n";
  std::abort();
}

WebhookOptions WithoutCallback(WebhookOptions options) {
  options.on_attempt = nullptr;
  return options;
}

WebhookOptions CopyOf(const WebhookOptions& options) {
  WebhookOptions copy;
  copy.directory = options.directory;
  copy.attempt_timeout = options.attempt_timeout;
  copy.retry_first = options.retry_first;
  copy.retry_max = options.retry_max;
  copy.keep_trying = options.keep_trying;
  copy.keep_dead = options.keep_dead;
  copy.attempts_max_of_endpoint = options.attempts_max_of_endpoint;
  copy.attempts_max = options.attempts_max;
  copy.waiting_max = options.waiting_max;
  copy.endpoints_max = options.endpoints_max;
  copy.allow_http = options.allow_http;
  copy.allowed_networks = options.allowed_networks;
  copy.random_seed = options.random_seed;
  return copy;
}

}  // namespace

Notification SampleNotification(int customer, int alert, std::uint64_t sequence) {
  Notification notification;
  notification.id =
      Named<NotificationId>("n" + std::to_string(customer) + "/" + std::to_string(alert) +
                            "/" + std::to_string(sequence));
  notification.customer = Customer(customer);
  notification.alert = AlertNumber(alert);
  notification.alert_name = "limit";
  notification.sequence = sequence;
  notification.timestamp = *ParseRfc3339(kBegin);
  return notification;
}

SimulatedWorld::SimulatedWorld(WebhookOptions options)
    : settings_(WithoutCallback(std::move(options))), now_(*ParseRfc3339(kBegin)) {
  Open();
}

SimulatedWorld::~SimulatedWorld() = default;

void SimulatedWorld::Open() {
  transfers_ = std::make_unique<SimulatedTransfers>();
  auto store = webhook::DeliveryStore::Open(settings_.directory);
  Need(store.status());
  WebhookOptions options = CopyOf(settings_);
  if (!options.random_seed) options.random_seed = 1;
  auto dispatcher = webhook::Dispatcher::Open(std::move(options), *std::move(store),
                                              transfers_.get(), now_);
  Need(dispatcher.status());
  dispatcher_ = *std::move(dispatcher);
}

void SimulatedWorld::PutClock(absl::Duration by) {
  now_ += by;
  std::multimap<absl::Time, Ending> endings;
  for (const auto& [at, ending] : endings_) endings.insert({at + by, ending});
  endings_ = std::move(endings);
  if (by < absl::ZeroDuration()) {
    dispatcher_->ClockWentBack(now_);
  } else {
    dispatcher_->ClockJumpedAhead(now_, by);
  }
}

void SimulatedWorld::Restart(bool keeps_first, absl::Duration later) {
  if (keeps_first) Need(Keep());
  now_ += later;
  dispatcher_ = nullptr;
  endings_.clear();
  seen_.clear();
  under_way_.clear();
  Open();
}

EndpointId SimulatedWorld::AddEndpoint(const std::string& url, WebhookFilter filter) {
  const auto created = dispatcher_->Create({.url = url, .filter = std::move(filter)},
                                           "a-secret-of-the-test-s-own", now_);
  Need(created.status());
  receivers_.emplace(url, [](const Arrived&) { return Answer(); });
  return created->id;
}

void SimulatedWorld::Give(const Notification& notification) {
  Need(dispatcher_->Accept(webhook::MakeLetter(notification), now_));
}

absl::StatusOr<std::uint64_t> SimulatedWorld::SendAllAgain(EndpointId id) {
  std::optional<absl::StatusOr<std::uint64_t>> sent;
  dispatcher_->SendAllAgain(id, [&](absl::StatusOr<std::uint64_t> all) { sent = all; });
  while (!sent) Need(dispatcher_->Work(now_));
  return *sent;
}

void SimulatedWorld::TakeRequests() {
  for (const auto& [key, transfer] : transfers_->all()) {
    if (!seen_.insert(key).second) continue;
    Arrived request{.url = transfer.url, .body = *transfer.body, .at = now_};
    const Answer answer = receivers_.at(transfer.url)(request);
    request.status = answer.status;
    arrived_.push_back(request);
    endings_.insert({now_ + answer.took, {.key = key, .answer = answer}});
    std::size_t& of_url = under_way_[transfer.url];
    most_[transfer.url] = std::max(most_[transfer.url], ++of_url);
  }
  most_in_all_ = std::max(most_in_all_, transfers_->under_way());
}

bool SimulatedWorld::EndNext(absl::Time end) {
  if (endings_.empty() || endings_.begin()->first > end) return false;
  const Ending ending = endings_.begin()->second;
  now_ = std::max(now_, endings_.begin()->first);
  endings_.erase(endings_.begin());
  // It was cancelled.
  if (!transfers_->all().contains(ending.key)) return true;
  --under_way_[transfers_->Take(ending.key).url];
  const int status = ending.answer.status;
  const bool is_taken = status >= 200 && status < 300;
  dispatcher_->End({.key = ending.key,
                    .status = status,
                    .failure = is_taken ? "" : "the answer is " + std::to_string(status),
                    .retry_after = ending.answer.retry_after,
                    .took = ending.answer.took},
                   now_);
  return true;
}

void SimulatedWorld::RunUntil(absl::Time end) {
  for (;;) {
    dispatcher_->Begin(now_);
    TakeRequests();
    Need(dispatcher_->Work(now_));
    const absl::Time event = dispatcher_->NextEvent();
    if (EndNext(std::min(event, end))) continue;
    if (event > end) break;
    now_ = std::max(now_, event);
  }
  now_ = std::max(now_, end);
}

std::vector<SimulatedWorld::Arrived> SimulatedWorld::TakenBy(
    const std::string& url) const {
  std::vector<Arrived> taken;
  for (const Arrived& one : arrived_) {
    if (one.url == url && one.status >= 200 && one.status < 300) taken.push_back(one);
  }
  return taken;
}

}  // namespace tocsin::testing
