// The bodies of what is asked about webhooks.
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/wire/field_reader.h"
#include "engine/wire/json_tree.h"
#include "engine/wire/read_body.h"
#include "tocsin/webhook_requests.h"

namespace tocsin {
namespace {

constexpr std::uint64_t kOverlapSecondsMax = std::uint64_t{30} * 24 * 60 * 60;

// A filter that is misspelt and passed over would let everything go to everybody.
constexpr FieldSet kCreatedFields = {
    Field::kName,       Field::kUrl,      Field::kSignature,
    Field::kAlertTypes, Field::kAlertIds, Field::kCustomerIds,
    Field::kHeaders,    Field::kEnabled,  Field::kSecret};
constexpr FieldSet kUpdatedFields = {
    Field::kName,       Field::kUrl,      Field::kSignature,
    Field::kAlertTypes, Field::kAlertIds, Field::kCustomerIds,
    Field::kHeaders,    Field::kEnabled,  Field::kId};
constexpr FieldSet kConfiguredFields = {
    Field::kName,       Field::kUrl,      Field::kSignature,
    Field::kAlertTypes, Field::kAlertIds, Field::kCustomerIds,
    Field::kHeaders,    Field::kEnabled,  Field::kSecretFile};

// The elements of an array of strings, each of which `read(text)` makes a value of, or
// nothing, where it `must_be` something else.
template <typename Value, typename Read>
void ReadEach(FieldReader& in, Field field, absl::string_view must_be, Read read,
              std::optional<std::vector<Value>>* values) {
  if (!in.ok() || in.Find(field) == nullptr) return;
  std::vector<std::string> texts;
  in.ReadTexts(field, &texts);
  values->emplace();
  for (const std::string& text : texts) {
    const std::optional<Value> value = in.ok() ? read(text) : std::nullopt;
    if (!value.has_value()) {
      return in.Refuse(Reason::kMalformed, field,
                       absl::StrCat("has ", Quote(text), ", must be ", must_be));
    }
    (*values)->push_back(*value);
  }
}

template <typename AnyId>
void ReadIds(FieldReader& in, Field field, std::optional<std::vector<AnyId>>* ids) {
  ReadEach(
      in, field, "of the texts of UUIDs that are not nil",
      [](const std::string& text) -> std::optional<AnyId> {
        const absl::StatusOr<AnyId> id = AnyId::Parse(text);
        if (!id.ok() || id->is_nil()) return std::nullopt;
        return *id;
      },
      ids);
}

void ReadScheme(FieldReader& in, std::optional<WebhookScheme>* scheme) {
  if (!in.ok() || in.Find(Field::kSignature) == nullptr) return;
  constexpr absl::string_view kWant = "metronome or standard_webhooks";
  const JsonValue* value = in.RequireString(Field::kSignature, kWant);
  if (value == nullptr) return;
  for (const WebhookScheme known :
       {WebhookScheme::kMetronome, WebhookScheme::kStandard}) {
    if (value->text() == WebhookSchemeName(known)) *scheme = known;
  }
  if (scheme->has_value()) return;
  in.Refuse(Reason::kMalformed, Field::kSignature,
            absl::StrCat("is ", Quote(value->text()), ", must be ", kWant));
}

void ReadHeaders(FieldReader& in,
                 std::optional<std::vector<std::pair<std::string, std::string>>>* out) {
  if (!in.ok() || in.Find(Field::kHeaders) == nullptr) return;
  std::vector<GroupValue> headers;
  in.ReadGroupObject(Field::kHeaders, &headers);
  out->emplace();
  for (GroupValue& header : headers) {
    (*out)->emplace_back(std::move(header.key), std::move(header.value));
  }
}

// What can be given of an endpoint, whether it is made or changed.
void ReadChange(FieldReader& in, UpdateWebhookRequest* change) {
  in.ReadText(Field::kName, &change->name);
  in.ReadText(Field::kUrl, &change->url);
  ReadScheme(in, &change->scheme);
  ReadEach(
      in, Field::kAlertTypes, "of alert types, as spend_threshold_reached",
      [](const std::string& text) { return AlertTypeFromName(text); },
      &change->alert_types);
  ReadIds(in, Field::kAlertIds, &change->alerts);
  ReadIds(in, Field::kCustomerIds, &change->customers);
  ReadHeaders(in, &change->headers);
  in.ReadBool(Field::kEnabled, &change->enabled);
}

void ReadSettings(FieldReader& in, WebhookSettings* settings) {
  UpdateWebhookRequest change;
  ReadChange(in, &change);
  if (in.ok() && !change.url.has_value()) in.RequireText(Field::kUrl, &settings->url);
  change.ApplyTo(settings);
}

void ReadSecret(FieldReader& in, std::string* secret) {
  if (in.ok() && in.Find(Field::kSecret) != nullptr) {
    in.RequireText(Field::kSecret, secret);
  }
}

void ReadRotation(FieldReader& in, RotateSecretRequest* request) {
  in.RequireId(Field::kId, &request->id);
  ReadSecret(in, &request->secret);
  std::optional<std::uint64_t> seconds;
  in.ReadCount(Field::kOverlapSeconds, &seconds);
  if (!in.ok() || !seconds.has_value()) return;
  if (*seconds > kOverlapSecondsMax) {
    return in.Refuse(Reason::kOutOfRange, Field::kOverlapSeconds,
                     absl::StrCat("is ", *seconds, ", must be ", kOverlapSecondsMax,
                                  " at most, which is 30 days"));
  }
  request->overlap = absl::Seconds(static_cast<std::int64_t>(*seconds));
}

void ReadSendAgain(FieldReader& in, SendAgainRequest* request) {
  in.RequireId(Field::kId, &request->id);
  in.ReadCount(Field::kNumber, &request->number);
  bool everything = false;
  in.ReadBool(Field::kEverything, &everything);
  if (!in.ok() || request->number.has_value() != everything) return;
  if (everything) {
    in.Refuse(Reason::kMalformed, Field::kEverything,
              "stands beside number; give one of them");
  } else {
    in.RefuseMissing(Field::kNumber,
                     "the number of a dead letter, or everything, true, in its place");
  }
}

}  // namespace

void UpdateWebhookRequest::ApplyTo(WebhookSettings* settings) const {
  settings->name = name.value_or(settings->name);
  settings->url = url.value_or(settings->url);
  settings->scheme = scheme.value_or(settings->scheme);
  settings->filter.alert_types = alert_types.value_or(settings->filter.alert_types);
  settings->filter.alerts = alerts.value_or(settings->filter.alerts);
  settings->filter.customers = customers.value_or(settings->filter.customers);
  settings->headers = headers.value_or(settings->headers);
  settings->enabled = enabled.value_or(settings->enabled);
}

absl::StatusOr<CreateWebhookRequest> CreateWebhookRequestFromJson(
    absl::string_view json) {
  return ReadBody<CreateWebhookRequest>(
      json,
      [](FieldReader& in, CreateWebhookRequest* request) {
        in.RefuseOthers(kCreatedFields, "a webhook");
        ReadSettings(in, &request->settings);
        ReadSecret(in, &request->secret);
      },
      OtherNames::kRefused);
}

absl::StatusOr<ConfiguredWebhook> ConfiguredWebhookFromJson(absl::string_view json) {
  return ReadBody<ConfiguredWebhook>(
      json,
      [](FieldReader& in, ConfiguredWebhook* webhook) {
        in.RefuseOthers(kConfiguredFields, "a configured webhook");
        in.RequireText(Field::kName, &webhook->settings.name);
        if (in.ok() && webhook->settings.name.empty()) {
          in.Refuse(Reason::kMissing, Field::kName,
                    "is empty, must be what the endpoint is to be known by");
        }
        ReadSettings(in, &webhook->settings);
        in.RequireText(Field::kSecretFile, &webhook->secret_file);
      },
      OtherNames::kRefused, "the line");
}

absl::StatusOr<UpdateWebhookRequest> UpdateWebhookRequestFromJson(
    absl::string_view json) {
  return ReadBody<UpdateWebhookRequest>(
      json,
      [](FieldReader& in, UpdateWebhookRequest* request) {
        in.RefuseOthers(kUpdatedFields, "a webhook");
        in.RequireId(Field::kId, &request->id);
        ReadChange(in, request);
      },
      OtherNames::kRefused);
}

absl::StatusOr<EndpointId> WebhookRequestFromJson(absl::string_view json) {
  return ReadBody<EndpointId>(
      json, [](FieldReader& in, EndpointId* id) { in.RequireId(Field::kId, id); });
}

absl::Status ListWebhooksRequestFromJson(absl::string_view json) {
  struct Nothing {};
  return ReadBody<Nothing>(json, [](FieldReader&, Nothing*) {}).status();
}

absl::StatusOr<RotateSecretRequest> RotateSecretRequestFromJson(absl::string_view json) {
  return ReadBody<RotateSecretRequest>(json, ReadRotation);
}

absl::StatusOr<SendAgainRequest> SendAgainRequestFromJson(absl::string_view json) {
  return ReadBody<SendAgainRequest>(json, ReadSendAgain);
}

}  // namespace tocsin
