#ifndef TOCSIN_WEBHOOK_REQUESTS_H_
#define TOCSIN_WEBHOOK_REQUESTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tocsin/alert_type.h"
#include "tocsin/ids.h"
#include "tocsin/webhook.h"

namespace tocsin {

// The bodies of /v1/webhooks/..., read as those of requests.h, but that those that make
// or change a webhook must not have a field that is not known; and what they answer (of
// the library target `tocsin_json`). The notation of the forms is that of json.h.

// /v1/webhooks/create:
//   {"url":S,"name":S?,"signature":"metronome"|"standard_webhooks"?,"alert_types":[S]?,
//    "alert_ids":[U]?,"customer_ids":[U]?,"headers":{S:S}?,"enabled":B?,"secret":S?}
struct CreateWebhookRequest {
  WebhookSettings settings = {};
  std::string secret = {};  // empty: one is to be made
};
absl::StatusOr<CreateWebhookRequest> CreateWebhookRequestFromJson(absl::string_view json);

// The same of a configuration, which has a `name` by which it is known and, instead of
// the secret, `"secret_file":S`. A field that is not known is refused.
struct ConfiguredWebhook {
  WebhookSettings settings = {};
  std::string secret_file = {};
};
absl::StatusOr<ConfiguredWebhook> ConfiguredWebhookFromJson(absl::string_view json);

// /v1/webhooks/update: {"id":U, and what is to be another, as to create it}. What is left
// out stays; an empty list lets all pass again.
struct UpdateWebhookRequest {
  EndpointId id = {};
  std::optional<std::string> name = std::nullopt;
  std::optional<std::string> url = std::nullopt;
  std::optional<WebhookScheme> scheme = std::nullopt;
  std::optional<std::vector<AlertType>> alert_types = std::nullopt;
  std::optional<std::vector<AlertId>> alerts = std::nullopt;
  std::optional<std::vector<CustomerId>> customers = std::nullopt;
  std::optional<std::vector<std::pair<std::string, std::string>>> headers = std::nullopt;
  std::optional<bool> enabled = std::nullopt;

  void ApplyTo(WebhookSettings* settings) const;
};
absl::StatusOr<UpdateWebhookRequest> UpdateWebhookRequestFromJson(absl::string_view json);

// /v1/webhooks/delete, get, end-overlap, test and dead-letters: {"id":U}
absl::StatusOr<EndpointId> WebhookRequestFromJson(absl::string_view json);

// /v1/webhooks/list: {}
absl::Status ListWebhooksRequestFromJson(absl::string_view json);

// /v1/webhooks/rotate-secret: {"id":U,"secret":S?,"overlap_seconds":N?}, a day if it is
// left out and 30 at most.
struct RotateSecretRequest {
  EndpointId id = {};
  std::string secret = {};  // empty: one is to be made
  absl::Duration overlap = absl::Hours(24);
};
absl::StatusOr<RotateSecretRequest> RotateSecretRequestFromJson(absl::string_view json);

// /v1/webhooks/send-again: {"id":U,"number":N} or {"id":U,"everything":true}
struct SendAgainRequest {
  EndpointId id = {};
  std::optional<std::uint64_t> number = std::nullopt;  // nothing: all of them
};
absl::StatusOr<SendAgainRequest> SendAgainRequestFromJson(absl::string_view json);

// `standard_webhooks`, as on the wire.
absl::string_view WebhookSchemeName(WebhookScheme scheme);
absl::string_view WebhookStatusName(WebhookStatus status);

// Appends an endpoint:
//   {"id":U,"name":S,"url":S,"signature":S,"alert_types":[S],"alert_ids":[U],
//    "customer_ids":[U],"headers":{S:S},"status":"enabled"|"disabled"|"gone",
//    "created_at":T,"previous_secret_until":T|null,"waiting":N,"dead":N,"delivered":N,
//    "failed":N,"failures_in_a_row":N,"last_failure":{"at":T,"reason":S}|null,
//    "last_success_at":T|null,"paused_until":T|null}
void AppendWebhookJson(const WebhookEndpoint& endpoint, std::string* out);

// Appends a dead letter:
//   {"number":N,"notification_id":U,"customer_id":U,"alert_id":U,"type":S,
//    "accepted_at":T,"died_at":T,"attempts":N,"reason":S}
void AppendDeadLetterJson(const DeadLetter& letter, std::string* out);

// Appends what came of a test: {"notification_id":U,"status":N|null,"failure":S|null,
//   "took_ms":N}
void AppendWebhookTestJson(const WebhookOptions::Attempt& attempt, std::string* out);

}  // namespace tocsin

#endif  // TOCSIN_WEBHOOK_REQUESTS_H_
