#include <string>

#include "absl/strings/str_cat.h"
#include "engine/http/openapi.h"

namespace tocsin::http {
namespace {

constexpr absl::string_view kWebhookRequests = R"json(
"WebhookSettings":{"type":"object","properties":{
  "name":{"type":"string","description":"At most 256 bytes of UTF-8"},
  "url":{"type":"string","maxLength":2048},
  "signature":{"enum":["metronome","standard_webhooks"],"default":"metronome"},
  "alert_types":{"type":"array","items":{"$ref":"#/components/schemas/AlertType"}},
  "alert_ids":{"type":"array","items":{"$ref":"#/components/schemas/Id"}},
  "customer_ids":{"type":"array","items":{"$ref":"#/components/schemas/Id"}},
  "headers":{"type":"object","maxProperties":16,
    "additionalProperties":{"type":"string"}}}},
"CreateWebhookRequest":{"allOf":[{"$ref":"#/components/schemas/WebhookSettings"},
  {"type":"object","required":["url"],"properties":{
    "enabled":{"type":"boolean","default":true},
    "secret":{"type":"string","minLength":24,"maxLength":256}}}]},
"UpdateWebhookRequest":{"allOf":[{"$ref":"#/components/schemas/WebhookSettings"},
  {"type":"object","required":["id"],"properties":{
    "id":{"$ref":"#/components/schemas/Id"},
    "enabled":{"type":"boolean"}}}]},
"WebhookRequest":{"type":"object","required":["id"],"properties":{
  "id":{"$ref":"#/components/schemas/Id"}}},
"ListWebhooksRequest":{"type":"object"},
"RotateSecretRequest":{"type":"object","required":["id"],"properties":{
  "id":{"$ref":"#/components/schemas/Id"},
  "secret":{"type":"string","minLength":24,"maxLength":256},
  "overlap_seconds":{"type":"integer","minimum":0,"maximum":2592000,
    "default":86400}}},
"SendAgainRequest":{"type":"object","required":["id"],"oneOf":[
  {"required":["number"]},{"required":["everything"]}],"properties":{
    "id":{"$ref":"#/components/schemas/Id"},
    "number":{"type":"integer","minimum":0},
    "everything":{"type":"boolean"}}},
)json";

constexpr absl::string_view kWebhookResponses = R"json(
"TimeOrNull":{"type":["string","null"],"format":"date-time"},
"Webhook":{"allOf":[{"$ref":"#/components/schemas/WebhookSettings"},
  {"type":"object","required":["id","name","url","signature","alert_types","alert_ids",
    "customer_ids","headers","status","created_at","previous_secret_until","waiting",
    "dead","delivered","failed","failures_in_a_row","last_failure","last_success_at",
    "paused_until"],"properties":{
      "id":{"$ref":"#/components/schemas/Id"},
      "status":{"enum":["enabled","disabled","gone"]},
      "created_at":{"$ref":"#/components/schemas/Time"},
      "previous_secret_until":{"$ref":"#/components/schemas/TimeOrNull"},
      "waiting":{"type":"integer","minimum":0},
      "dead":{"type":"integer","minimum":0},
      "delivered":{"type":"integer","minimum":0},
      "failed":{"type":"integer","minimum":0},
      "failures_in_a_row":{"type":"integer","minimum":0},
      "last_failure":{"type":["object","null"],"required":["at","reason"],"properties":{
        "at":{"$ref":"#/components/schemas/Time"},"reason":{"type":"string"}}},
      "last_success_at":{"$ref":"#/components/schemas/TimeOrNull"},
      "paused_until":{"$ref":"#/components/schemas/TimeOrNull"}}}]},
"WebhookResponse":{"type":"object","required":["data"],"properties":{
  "data":{"$ref":"#/components/schemas/Webhook"}}},
"ListWebhooksResponse":{"type":"object","required":["data","next_page"],"properties":{
  "data":{"type":"array","maxItems":100,
    "items":{"$ref":"#/components/schemas/Webhook"}},
  "next_page":{"$ref":"#/components/schemas/NextPage"}}},
"WebhookSecretResponse":{"type":"object","required":["data"],"properties":{
  "data":{"type":"object","required":["id","secret"],"properties":{
    "id":{"$ref":"#/components/schemas/Id"},"secret":{"type":"string"}}}}},
"WebhookTestResponse":{"type":"object","required":["data"],"properties":{
  "data":{"type":"object","required":["notification_id","status","failure","took_ms"],
    "properties":{
      "notification_id":{"$ref":"#/components/schemas/Id"},
      "status":{"type":["integer","null"]},
      "failure":{"type":["string","null"]},
      "took_ms":{"type":"integer","minimum":0}}}}},
"DeadLetter":{"type":"object","required":["number","notification_id","customer_id",
  "alert_id","type","accepted_at","died_at","attempts","reason"],"properties":{
    "number":{"type":"integer","minimum":0},
    "notification_id":{"$ref":"#/components/schemas/Id"},
    "customer_id":{"$ref":"#/components/schemas/Id"},
    "alert_id":{"$ref":"#/components/schemas/Id"},
    "type":{"type":"string"},
    "accepted_at":{"$ref":"#/components/schemas/Time"},
    "died_at":{"$ref":"#/components/schemas/Time"},
    "attempts":{"type":"integer","minimum":0},
    "reason":{"type":"string"}}},
"DeadLettersResponse":{"type":"object","required":["data","unreadable","next_page"],
  "properties":{
  "data":{"type":"array","maxItems":100,
    "items":{"$ref":"#/components/schemas/DeadLetter"}},
  "unreadable":{"type":"array","items":{"type":"integer","minimum":0},
    "description":"The numbers of those that cannot be read, nor sent again"},
  "next_page":{"$ref":"#/components/schemas/NextPage"}}},
"SendAgainResponse":{"type":"object","required":["data"],"properties":{
  "data":{"type":"object","required":["id","count"],"properties":{
    "id":{"$ref":"#/components/schemas/Id"},
    "count":{"type":"integer","minimum":0}}}}},
)json";

}  // namespace

std::string WebhookSchemas() { return absl::StrCat(kWebhookRequests, kWebhookResponses); }

}  // namespace tocsin::http
