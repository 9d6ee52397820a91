// What is asked of endpoints.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/webhook/dispatcher.h"
#include "engine/webhook/random_uuid.h"
#include "engine/webhook/settings.h"
#include "engine/webhook/signature.h"
#include "engine/webhook/store_values.h"
#include "engine/webhook/url.h"

namespace tocsin::webhook {

absl::StatusOr<Dispatcher::Endpoint*> Dispatcher::Find(EndpointId id) const {
  const auto found = by_id_.find(id);
  if (found != by_id_.end()) return found->second;
  return MakeStatus(Reason::kUnknownEndpoint,
                    absl::StrCat("there is no webhook with the id ", id.ToString()));
}

absl::Status Dispatcher::CheckEndpoint(const WebhookSettings& settings,
                                       const Endpoint* but) const {
  absl::Status status = CheckSettings(settings);
  if (status.ok()) status = CheckWebhookUrl(settings.url, options_.allow_http, policy_);
  if (!status.ok() || settings.name.empty()) return status;
  for (const auto& [number, endpoint] : endpoints_) {
    if (endpoint.get() == but || endpoint->record.settings.name != settings.name)
      continue;
    return MakeStatus(Reason::kNameUsed,
                      absl::StrCat("the webhook ", endpoint->record.id.ToString(),
                                   " has the name ", Quote(settings.name), " already"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Dispatcher::SecretOr(WebhookScheme scheme,
                                                 absl::string_view secret) {
  if (secret.empty()) return MakeSecret(scheme);
  absl::Status status = CheckSecret(scheme, secret);
  if (!status.ok()) return status;
  return std::string(secret);
}

absl::Status Dispatcher::Put(Endpoint* endpoint, const EndpointRecord& record) {
  absl::Status status = store_->Write([&] { return store_->PutEndpoint(record); });
  if (!status.ok()) return status;
  endpoint->record = record;
  return absl::OkStatus();
}

// Chance that begins as it did before has given some already.
EndpointId Dispatcher::NewId() {
  for (;;) {
    const EndpointId id(RandomUuid(&random_));
    const auto is_it = [id](const auto& removed) { return removed.second == id; };
    if (!by_id_.contains(id) && std::none_of(removed_.begin(), removed_.end(), is_it)) {
      return id;
    }
  }
}

absl::StatusOr<WebhookSink::Created> Dispatcher::Create(const WebhookSettings& settings,
                                                        absl::string_view secret,
                                                        absl::Time now) {
  absl::Status status = CheckEndpoint(settings, nullptr);
  if (!status.ok()) return status;
  if (endpoints_.size() >= options_.endpoints_max) {
    return MakeStatus(Reason::kLimitReached,
                      absl::StrCat("there are ", endpoints_.size(), " webhooks already; ",
                                   options_.endpoints_max, " at most"));
  }
  absl::StatusOr<std::string> taken = SecretOr(settings.scheme, secret);
  if (!taken.ok()) return taken.status();
  EndpointRecord record{.number = last_endpoint_ + 1,
                        .id = NewId(),
                        .settings = settings,
                        .secret = *taken,
                        .created_at = now,
                        .enabled_at = now};
  if (!settings.enabled) record.status = WebhookStatus::kDisabled;
  status = store_->Write([&] { return store_->PutEndpoint(record); });
  if (!status.ok()) return status;
  const EndpointId id = AddEndpoint(std::move(record))->record.id;
  DivideSlots();
  return WebhookSink::Created{.id = id, .secret = *std::move(taken)};
}

absl::Status Dispatcher::Update(EndpointId id, const WebhookSettings& settings,
                                absl::Time now) {
  const absl::StatusOr<Endpoint*> found = Find(id);
  if (!found.ok()) return found.status();
  Endpoint* const endpoint = *found;
  absl::Status status = CheckEndpoint(settings, endpoint);
  if (status.ok() && settings.scheme != endpoint->record.settings.scheme) {
    status = CheckSecret(settings.scheme, endpoint->record.secret);
  }
  if (!status.ok()) return status;
  EndpointRecord record = endpoint->record;
  const bool is_enabled_again =
      settings.enabled && record.status != WebhookStatus::kEnabled;
  const bool stays_gone = !settings.enabled && record.status == WebhookStatus::kGone;
  // What cannot sign by the new scheme has ended with the old one.
  if (record.previous_secret &&
      !CheckSecret(settings.scheme, *record.previous_secret).ok()) {
    record.previous_secret = std::nullopt;
  }
  const bool is_elsewhere = settings.url != record.settings.url;
  record.settings = settings;
  record.status = settings.enabled ? WebhookStatus::kEnabled
                  : stays_gone     ? WebhookStatus::kGone
                                   : WebhookStatus::kDisabled;
  if (is_enabled_again) record.enabled_at = now;
  record.circuit = endpoint->circuit.state();
  if (is_enabled_again || is_elsewhere) record.circuit = Circuit::State();
  status = Put(endpoint, record);
  if (!status.ok()) return status;
  endpoint->filter = Filter(settings.filter);
  if (is_enabled_again || is_elsewhere) {
    ++endpoint->generation;
    endpoint->circuit = Circuit();
    endpoint->queue.MakeAllDue();
  }
  Touch(endpoint);
  return absl::OkStatus();
}

absl::Status Dispatcher::Remove(EndpointId id, absl::Time) {
  const absl::StatusOr<Endpoint*> found = Find(id);
  if (!found.ok()) return found.status();
  // What is not written yet would come into the store behind it.
  absl::Status status = Keep();
  if (!status.ok()) return status;
  EndpointRecord record = (*found)->record;
  record.is_removed = true;
  status = Put(*found, record);
  if (!status.ok()) return status;
  const std::uint64_t number = record.number;
  CancelAttempts(number);
  WakeAt(*found, absl::InfiniteFuture());
  // What is left of it is not told of any more, and goes some at a time.
  removed_.emplace(number, id);
  forgets_.failed.erase(number);
  by_id_.erase(id);
  endpoints_.erase(number);
  DivideSlots();
  return absl::OkStatus();
}

WebhookEndpoint Dispatcher::Show(const Endpoint& endpoint, absl::Time now) const {
  const EndpointRecord& record = endpoint.record;
  const Circuit::State& circuit = endpoint.circuit.state();
  WebhookEndpoint shown{.id = record.id,
                        .settings = record.settings,
                        .status = record.status,
                        .created_at = record.created_at,
                        .waiting = endpoint.queue.size(),
                        .dead = endpoint.dead,
                        .delivered = record.delivered,
                        .failed = record.failed,
                        .failures_in_a_row = circuit.failures_in_a_row,
                        .last_failure_at = record.last_failure_at,
                        .last_failure = record.last_failure,
                        .last_success_at = record.last_success_at};
  // So that who gives back what is shown, with something changed, does not enable it.
  if (record.status == WebhookStatus::kGone) shown.settings.enabled = false;
  if (circuit.paused_until && now < *circuit.paused_until) {
    shown.paused_until = circuit.paused_until;
  }
  if (record.previous_secret && now < record.previous_secret_until) {
    shown.previous_secret_until = record.previous_secret_until;
  }
  return shown;
}

absl::StatusOr<WebhookEndpoint> Dispatcher::Get(EndpointId id, absl::Time now) const {
  const absl::StatusOr<Endpoint*> found = Find(id);
  if (!found.ok()) return found.status();
  return Show(**found, now);
}

std::vector<WebhookEndpoint> Dispatcher::List(absl::Time now) const {
  std::vector<WebhookEndpoint> shown;
  shown.reserve(endpoints_.size());
  for (const auto& [number, endpoint] : endpoints_) shown.push_back(Show(*endpoint, now));
  return shown;
}

namespace {

bool Overlaps(const EndpointRecord& record, absl::Time now) {
  return record.previous_secret && now < record.previous_secret_until;
}

// There is room for two: a third would leave out one that a receiver may rely on.
absl::Status CheckRotation(const EndpointRecord& record, absl::string_view secret,
                           absl::Duration overlap, absl::Time now) {
  if (!Overlaps(record, now) || overlap == absl::ZeroDuration() ||
      record.previous_secret == secret) {
    return absl::OkStatus();
  }
  return MakeStatus(
      Reason::kCannotChange,
      absl::StrCat("the secret of before signs as well until ",
                   TimeText(record.previous_secret_until),
                   ", and there is no room for a third; end that overlap first, go back "
                   "to the secret of before, or let nothing overlap"));
}

}  // namespace

absl::StatusOr<std::string> Dispatcher::RotateSecret(EndpointId id,
                                                     absl::string_view secret,
                                                     absl::Duration overlap,
                                                     absl::Time now) {
  const absl::StatusOr<Endpoint*> found = Find(id);
  if (!found.ok()) return found.status();
  if (overlap < absl::ZeroDuration() || overlap > kOverlapMax) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat("the overlap is ", absl::FormatDuration(overlap),
                                   "; it must be 0 to 365 days"));
  }
  EndpointRecord record = (*found)->record;
  absl::StatusOr<std::string> taken = SecretOr(record.settings.scheme, secret);
  if (!taken.ok()) return taken;
  const bool is_new = *taken != record.secret;
  if (!is_new && overlap > absl::ZeroDuration()) return taken;
  absl::Status status = CheckRotation(record, *taken, overlap, now);
  if (!status.ok()) return status;
  // Taken back: who learned of the other one meanwhile has to forget it.
  const bool is_back = Overlaps(record, now) && record.previous_secret == *taken;
  if (is_new) record.previous_secret = std::move(record.secret);
  record.previous_secret_until = now + overlap;
  record.overlap = overlap;
  if (is_back || overlap == absl::ZeroDuration()) record.previous_secret = std::nullopt;
  record.secret = *taken;
  status = Put(*found, record);
  if (!status.ok()) return status;
  (*found)->overlap_until = record.previous_secret_until;
  return taken;
}

absl::Status Dispatcher::EndOverlap(EndpointId id, absl::Time) {
  const absl::StatusOr<Endpoint*> found = Find(id);
  if (!found.ok()) return found.status();
  EndpointRecord record = (*found)->record;
  record.previous_secret = std::nullopt;
  return Put(*found, record);
}

absl::Status Dispatcher::SendTest(EndpointId id, absl::Time now, TestDone done) {
  const absl::StatusOr<Endpoint*> found = Find(id);
  if (!found.ok()) return found.status();
  const NotificationId notification(RandomUuid(&random_));
  const std::string body =
      absl::StrCat(R"({"id":")", notification.ToString(),
                   R"(","type":"webhook.test","properties":{"endpoint_id":")",
                   id.ToString(), R"(","timestamp":")", TimeText(now), R"("}})");
  Content content{.notification = notification,
                  .body = std::make_shared<const std::string>(body)};
  Flight flight{.endpoint = (*found)->record.number,
                .id = id,
                .notification = notification,
                .attempt = 1,
                .test = std::move(done)};
  Send(**found, content, std::move(flight), now);
  return absl::OkStatus();
}

}  // namespace tocsin::webhook
