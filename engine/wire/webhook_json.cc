// What is written of endpoints of webhooks.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/base/text.h"
#include "engine/wire/state_json.h"
#include "tocsin/webhook_requests.h"

namespace tocsin {
namespace {

void AppendTimeOrNull(const std::optional<absl::Time>& time, std::string* out) {
  if (time.has_value()) {
    AppendTimeText(*time, out);
  } else {
    out->append("null");
  }
}

// Appends `,"alert_ids":[...]`.
template <typename Values, typename TextOf>
void AppendTexts(absl::string_view field, const Values& values, TextOf text_of,
                 std::string* out) {
  absl::StrAppend(out, ",\"", field, "\":[");
  for (const auto& value : values) {
    absl::StrAppend(out, &value == &values.front() ? "\"" : ",\"", text_of(value), "\"");
  }
  out->push_back(']');
}

void AppendFilter(const WebhookFilter& filter, std::string* out) {
  AppendTexts(
      "alert_types", filter.alert_types, [](AlertType type) { return InfoOf(type).name; },
      out);
  const auto text_of_id = [](const auto& id) { return id.ToString(); };
  AppendTexts("alert_ids", filter.alerts, text_of_id, out);
  AppendTexts("customer_ids", filter.customers, text_of_id, out);
}

void AppendHeaders(const std::vector<std::pair<std::string, std::string>>& headers,
                   std::string* out) {
  out->append(",\"headers\":{");
  for (const auto& [name, value] : headers) {
    if (out->back() != '{') out->push_back(',');
    AppendJsonString(name, out);
    out->push_back(':');
    AppendJsonString(value, out);
  }
  out->push_back('}');
}

}  // namespace

absl::string_view WebhookSchemeName(WebhookScheme scheme) {
  return scheme == WebhookScheme::kMetronome ? "metronome" : "standard_webhooks";
}

absl::string_view WebhookStatusName(WebhookStatus status) {
  switch (status) {
    case WebhookStatus::kEnabled:
      return "enabled";
    case WebhookStatus::kDisabled:
      return "disabled";
    case WebhookStatus::kGone:
      return "gone";
  }
  return "";
}

void AppendWebhookJson(const WebhookEndpoint& endpoint, std::string* out) {
  const WebhookSettings& settings = endpoint.settings;
  absl::StrAppend(out, "{\"id\":\"", endpoint.id.ToString(), "\",\"name\":");
  AppendJsonString(settings.name, out);
  out->append(",\"url\":");
  AppendJsonString(settings.url, out);
  absl::StrAppend(out, ",\"signature\":\"", WebhookSchemeName(settings.scheme), "\"");
  AppendFilter(settings.filter, out);
  AppendHeaders(settings.headers, out);
  absl::StrAppend(out, ",\"status\":\"", WebhookStatusName(endpoint.status),
                  "\",\"created_at\":");
  AppendTimeText(endpoint.created_at, out);
  out->append(",\"previous_secret_until\":");
  AppendTimeOrNull(endpoint.previous_secret_until, out);
  absl::StrAppend(out, ",\"waiting\":", endpoint.waiting, ",\"dead\":", endpoint.dead,
                  ",\"delivered\":", endpoint.delivered, ",\"failed\":", endpoint.failed,
                  ",\"failures_in_a_row\":", endpoint.failures_in_a_row,
                  ",\"last_failure\":");
  if (endpoint.last_failure_at.has_value()) {
    out->append("{\"at\":");
    AppendTimeText(*endpoint.last_failure_at, out);
    out->append(",\"reason\":");
    AppendJsonString(endpoint.last_failure, out);
    out->push_back('}');
  } else {
    out->append("null");
  }
  out->append(",\"last_success_at\":");
  AppendTimeOrNull(endpoint.last_success_at, out);
  out->append(",\"paused_until\":");
  AppendTimeOrNull(endpoint.paused_until, out);
  out->push_back('}');
}

void AppendDeadLetterJson(const DeadLetter& letter, std::string* out) {
  absl::StrAppend(out, "{\"number\":", letter.number, ",\"notification_id\":\"",
                  letter.notification.ToString(), "\",\"customer_id\":\"",
                  letter.customer.ToString(), "\",\"alert_id\":\"",
                  letter.alert.ToString(), "\",\"type\":");
  AppendJsonString(letter.type, out);
  out->append(",\"accepted_at\":");
  AppendTimeText(letter.accepted_at, out);
  out->append(",\"died_at\":");
  AppendTimeText(letter.died_at, out);
  absl::StrAppend(out, ",\"attempts\":", letter.attempts, ",\"reason\":");
  AppendJsonString(letter.reason, out);
  out->push_back('}');
}

void AppendWebhookTestJson(const WebhookOptions::Attempt& attempt, std::string* out) {
  absl::StrAppend(out, "{\"notification_id\":\"", attempt.notification.ToString(),
                  "\",\"status\":");
  if (attempt.status == 0) {
    out->append("null");
  } else {
    absl::StrAppend(out, attempt.status);
  }
  out->append(",\"failure\":");
  if (attempt.failure.empty()) {
    out->append("null");
  } else {
    AppendJsonString(attempt.failure, out);
  }
  absl::StrAppend(out, ",\"took_ms\":", absl::ToInt64Milliseconds(attempt.took), "}");
}

}  // namespace tocsin
