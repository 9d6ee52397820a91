#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "engine/http/cursor.h"
#include "engine/http/endpoints.h"
#include "engine/http/respond.h"
#include "tocsin/json.h"
#include "tocsin/webhook.h"
#include "tocsin/webhook_requests.h"

// Endpoints are no part of the engine's state, so their changes have no receipts there:
// the answer of an `Idempotency-Key` is kept in memory.
namespace tocsin::http {
namespace {

// Where the files of webhooks fail it is for the server's log to say which and how.
HttpResponse WebhookRefusal(const absl::Status& status) {
  switch (ReasonOf(status)) {
    case Reason::kStoreUnusable:
    case Reason::kStoreInUse:
    case Reason::kStoreFailed:
    case Reason::kDamaged:
      return ErrorResponse(503,
                           "webhooks cannot be kept just now; whether this was done is "
                           "not known, ask for it and try again");
    default:
      return RefusalResponse(status);
  }
}

HttpResponse SendAgainRefusal(const absl::Status& status) {
  if (ReasonOf(status) != Reason::kDamaged) return WebhookRefusal(status);
  return FinalErrorResponse(409,
                            "what is not as it was written stays a dead letter; see what "
                            "waits, and what is dead");
}

HttpResponse NoWebhooks() {
  return ErrorResponse(404, "this server sends no webhooks; it was started without");
}

std::string DataOf(EndpointId id) {
  return absl::StrCat("{\"data\":{\"id\":\"", id.ToString(), "\"");
}

HttpResponse EndpointIdResponse(EndpointId id) {
  return JsonResponse(absl::StrCat(DataOf(id), "}}"));
}

HttpResponse SecretResponse(EndpointId id, absl::string_view secret) {
  std::string body = DataOf(id);
  body.append(",\"secret\":");
  AppendJsonText(secret, &body);
  body.append("}}");
  return JsonResponse(std::move(body));
}

// Of a request that names an endpoint and no more, what `answer(id)` says.
template <typename AnswerOf>
HttpResponse OfEndpoint(const Call& call, AnswerOf answer) {
  if (call.webhooks == nullptr) return NoWebhooks();
  const absl::StatusOr<EndpointId> id = WebhookRequestFromJson(call.request.body);
  if (!id.ok()) return WebhookRefusal(id.status());
  return answer(*id);
}

}  // namespace

HttpResponse CreateWebhook(const Call& call) {
  if (call.webhooks == nullptr) return NoWebhooks();
  const absl::StatusOr<CreateWebhookRequest> request =
      CreateWebhookRequestFromJson(call.request.body);
  if (!request.ok()) return WebhookRefusal(request.status());
  const absl::StatusOr<WebhookSink::Created> created =
      call.webhooks->Create(request->settings, request->secret);
  if (!created.ok()) return WebhookRefusal(created.status());
  return SecretResponse(created->id, created->secret);
}

HttpResponse UpdateWebhook(const Call& call) {
  if (call.webhooks == nullptr) return NoWebhooks();
  const absl::StatusOr<UpdateWebhookRequest> request =
      UpdateWebhookRequestFromJson(call.request.body);
  if (!request.ok()) return WebhookRefusal(request.status());
  // What one request leaves as it was, another one may be changing.
  absl::MutexLock lock(&call.webhook_changes);
  absl::StatusOr<WebhookEndpoint> endpoint = call.webhooks->Get(request->id);
  if (!endpoint.ok()) return WebhookRefusal(endpoint.status());
  request->ApplyTo(&endpoint->settings);
  const absl::Status status = call.webhooks->Update(request->id, endpoint->settings);
  if (!status.ok()) return WebhookRefusal(status);
  return EndpointIdResponse(request->id);
}

HttpResponse DeleteWebhook(const Call& call) {
  return OfEndpoint(call, [&call](EndpointId id) {
    const absl::Status status = call.webhooks->Remove(id);
    return status.ok() ? EndpointIdResponse(id) : WebhookRefusal(status);
  });
}

HttpResponse GetWebhook(const Call& call) {
  return OfEndpoint(call, [&call](EndpointId id) {
    const absl::StatusOr<WebhookEndpoint> endpoint = call.webhooks->Get(id);
    if (!endpoint.ok()) return WebhookRefusal(endpoint.status());
    std::string body = "{\"data\":";
    AppendWebhookJson(*endpoint, &body);
    body.push_back('}');
    return JsonResponse(std::move(body));
  });
}

HttpResponse ListWebhooks(const Call& call) {
  if (call.webhooks == nullptr) return NoWebhooks();
  const absl::Status status = ListWebhooksRequestFromJson(call.request.body);
  if (!status.ok()) return WebhookRefusal(status);
  const absl::StatusOr<std::optional<EndpointId>> after =
      EndpointCursor(call.request.target);
  if (!after.ok()) return WebhookRefusal(after.status());
  std::vector<WebhookEndpoint> endpoints = call.webhooks->List();
  if (after->has_value()) {
    std::erase_if(endpoints,
                  [&after](const WebhookEndpoint& one) { return one.id <= **after; });
  }
  std::sort(
      endpoints.begin(), endpoints.end(),
      [](const WebhookEndpoint& a, const WebhookEndpoint& b) { return a.id < b.id; });
  const std::size_t shown = std::min(endpoints.size(), kPageSize);
  std::string body = "{\"data\":[";
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) body.push_back(',');
    AppendWebhookJson(endpoints[i], &body);
  }
  body.push_back(']');
  AppendNextPage(endpoints.size() > shown
                     ? std::optional(CursorBehind(endpoints[shown - 1].id))
                     : std::nullopt,
                 &body);
  body.push_back('}');
  return JsonResponse(std::move(body));
}

HttpResponse RotateWebhookSecret(const Call& call) {
  if (call.webhooks == nullptr) return NoWebhooks();
  const absl::StatusOr<RotateSecretRequest> request =
      RotateSecretRequestFromJson(call.request.body);
  if (!request.ok()) return WebhookRefusal(request.status());
  const absl::StatusOr<std::string> secret =
      call.webhooks->RotateSecret(request->id, request->secret, request->overlap);
  if (!secret.ok()) return WebhookRefusal(secret.status());
  return SecretResponse(request->id, *secret);
}

HttpResponse EndWebhookOverlap(const Call& call) {
  return OfEndpoint(call, [&call](EndpointId id) {
    const absl::Status status = call.webhooks->EndOverlap(id);
    return status.ok() ? EndpointIdResponse(id) : WebhookRefusal(status);
  });
}

HttpResponse TestWebhook(const Call& call) {
  return OfEndpoint(call, [&call](EndpointId id) {
    const absl::StatusOr<WebhookOptions::Attempt> attempt = call.webhooks->SendTest(id);
    if (!attempt.ok()) return WebhookRefusal(attempt.status());
    std::string body = "{\"data\":";
    AppendWebhookTestJson(*attempt, &body);
    body.push_back('}');
    return JsonResponse(std::move(body));
  });
}

HttpResponse WebhookDeadLetters(const Call& call) {
  return OfEndpoint(call, [&call](EndpointId id) {
    const absl::StatusOr<std::uint64_t> after =
        NumberCursor(CursorOf::kDeadLetters, call.request.target);
    if (!after.ok()) return WebhookRefusal(after.status());
    const absl::StatusOr<std::vector<DeadLetter>> letters =
        call.webhooks->DeadLetters(id, *after, kPageSize + 1);
    if (!letters.ok()) return WebhookRefusal(letters.status());
    const std::size_t shown = std::min(letters->size(), kPageSize);
    std::string body = "{\"data\":[";
    std::string unreadable;
    for (std::size_t i = 0; i < shown; ++i) {
      const DeadLetter& letter = (*letters)[i];
      if (!letter.is_readable) {
        absl::StrAppend(&unreadable, unreadable.empty() ? "" : ",", letter.number);
        continue;
      }
      if (body.back() != '[') body.push_back(',');
      AppendDeadLetterJson(letter, &body);
    }
    absl::StrAppend(&body, "],\"unreadable\":[", unreadable, "]");
    AppendNextPage(letters->size() > shown
                       ? std::optional(CursorBehind(CursorOf::kDeadLetters,
                                                    (*letters)[shown - 1].number))
                       : std::nullopt,
                   &body);
    body.push_back('}');
    return JsonResponse(std::move(body));
  });
}

HttpResponse SendWebhooksAgain(const Call& call) {
  if (call.webhooks == nullptr) return NoWebhooks();
  const absl::StatusOr<SendAgainRequest> request =
      SendAgainRequestFromJson(call.request.body);
  if (!request.ok()) return WebhookRefusal(request.status());
  std::uint64_t count = 1;
  if (request->number.has_value()) {
    const absl::Status status = call.webhooks->SendAgain(request->id, *request->number);
    if (!status.ok()) return SendAgainRefusal(status);
  } else {
    const absl::StatusOr<std::uint64_t> all = call.webhooks->SendAllAgain(request->id);
    if (!all.ok()) return SendAgainRefusal(all.status());
    count = *all;
  }
  return JsonResponse(absl::StrCat(DataOf(request->id), ",\"count\":", count, "}}"));
}

}  // namespace tocsin::http
