#include <string>

#include "absl/strings/str_cat.h"
#include "engine/http/openapi.h"
#include "tocsin/alert_type.h"

namespace tocsin::http {
namespace {

// What every other schema refers to.
constexpr absl::string_view kParts = R"json(
"Error":{"type":"object","required":["message"],"properties":{
  "message":{"type":"string"},
  "conflicting_id":{"$ref":"#/components/schemas/Id"},
  "conflicting_value":{"type":"string"}}},
"Id":{"type":"string","format":"uuid"},
"Decimal":{"type":["number","string"]},
"DecimalOrNull":{"type":["number","null"]},
"Time":{"type":"string","format":"date-time"},
"Name":{"type":"string","minLength":1,"description":"At most 256 bytes of UTF-8"},
"Key":{"type":"string","minLength":1,"description":"At most 128 bytes of UTF-8"},
"GroupFilter":{"type":"object","required":["key"],"properties":{
  "key":{"type":"string"},"value":{"type":["string","null"]}}},
"CustomFieldFilter":{"type":"object","required":["key"],"properties":{
  "entity":{"enum":["Contract","Commit","ContractCredit","ContractCreditOrCommit"]},
  "key":{"type":"string"},"value":{"type":["string","null"]}}},
"SeatFilter":{"type":"object","required":["seat_group_key"],"properties":{
  "seat_group_key":{"type":"string"},"seat_group_value":{"type":["string","null"]}}},
"AlertSpecifier":{"type":"object","properties":{
  "custom_field_filters":{"type":"array",
    "items":{"$ref":"#/components/schemas/CustomFieldFilter"}},
  "exclude":{"type":"array","items":{"type":"object","properties":{
    "custom_field_filters":{"type":"array",
      "items":{"$ref":"#/components/schemas/CustomFieldFilter"}}}}}}},
"Filters":{"type":"object","properties":{
  "group_values":{"type":"array","maxItems":3,
    "items":{"$ref":"#/components/schemas/GroupFilter"}},
  "custom_field_filters":{"type":"array",
    "items":{"$ref":"#/components/schemas/CustomFieldFilter"}},
  "invoice_types_filter":{"type":"array","items":{"type":"string"}},
  "credit_grant_type_filters":{"type":"array","items":{"type":"string"}},
  "seat_filter":{"$ref":"#/components/schemas/SeatFilter"},
  "alert_specifiers":{"type":"array",
    "items":{"$ref":"#/components/schemas/AlertSpecifier"}}}},
"Instance":{"type":"object","properties":{
  "group_values":{"type":"array","items":{"$ref":"#/components/schemas/GroupFilter"}},
  "balance_id":{"$ref":"#/components/schemas/Id"},
  "invoice_id":{"$ref":"#/components/schemas/Id"},
  "seat_filter":{"$ref":"#/components/schemas/SeatFilter"},
  "alert_specifiers":{"type":"array",
    "items":{"$ref":"#/components/schemas/AlertSpecifier"}}}},
"CustomerStatus":{"enum":["ok","in_alarm","evaluating",null]},
"NextPage":{"type":["string","null"]},
)json";

constexpr absl::string_view kRequests = R"json(
"CustomerAlertRequest":{"allOf":[{"$ref":"#/components/schemas/Instance"},
  {"type":"object","required":["customer_id","alert_id"],"properties":{
    "customer_id":{"$ref":"#/components/schemas/Id"},
    "alert_id":{"$ref":"#/components/schemas/Id"}}}]},
"ResetManyRequest":{"type":"object","oneOf":[
  {"required":["alert_id"]},{"required":["customer_id"]}],"properties":{
    "alert_id":{"$ref":"#/components/schemas/Id"},
    "customer_id":{"$ref":"#/components/schemas/Id"},
    "resume":{"type":["string","null"]}}},
"AlertStatuses":{"type":"array","items":{"type":"string",
  "pattern":"^(?:[Ee][Nn][Aa][Bb][Ll][Ee][Dd]|)json"
                                        R"json([Dd][Ii][Ss][Aa][Bb][Ll][Ee][Dd]|)json"
                                        R"json([Aa][Rr][Cc][Hh][Ii][Vv][Ee][Dd])$"}},
"ListCustomerAlertsRequest":{"type":"object","required":["customer_id"],"properties":{
  "customer_id":{"$ref":"#/components/schemas/Id"},
  "alert_statuses":{"$ref":"#/components/schemas/AlertStatuses"}}},
"ListAlertsRequest":{"type":"object","properties":{
  "alert_statuses":{"$ref":"#/components/schemas/AlertStatuses"}}},
"HistoryRequest":{"type":"object","required":["customer_id","alert_id"],"properties":{
  "customer_id":{"$ref":"#/components/schemas/Id"},
  "alert_id":{"$ref":"#/components/schemas/Id"},
  "starts_at":{"$ref":"#/components/schemas/Time"},
  "ends_at":{"$ref":"#/components/schemas/Time"}}},
"CreateAlertRequest":{"allOf":[{"$ref":"#/components/schemas/Filters"},
  {"type":"object","required":["alert_type","name","threshold"],"properties":{
    "id":{"$ref":"#/components/schemas/Id"},
    "alert_type":{"$ref":"#/components/schemas/AlertType"},
    "name":{"$ref":"#/components/schemas/Name"},
    "threshold":{"$ref":"#/components/schemas/Decimal"},
    "uniqueness_key":{"$ref":"#/components/schemas/Key"},
    "customer_id":{"$ref":"#/components/schemas/Id"},
    "plan_id":{"$ref":"#/components/schemas/Id"},
    "credit_type_id":{"$ref":"#/components/schemas/Id"},
    "billable_metric_id":{"$ref":"#/components/schemas/Id"},
    "evaluate_on_create":{"type":"boolean","default":true},
    "notify_resolved":{"type":"boolean","default":false}}}]},
"UpdateAlertRequest":{"allOf":[{"$ref":"#/components/schemas/Filters"},
  {"type":"object","required":["id"],"properties":{
    "id":{"$ref":"#/components/schemas/Id"},
    "name":{"$ref":"#/components/schemas/Name"},
    "threshold":{"$ref":"#/components/schemas/Decimal"},
    "notify_resolved":{"type":"boolean"},
    "on_change":{"enum":["keep","notify_again"]}}}]},
"ArchiveAlertRequest":{"type":"object","required":["id"],"properties":{
  "id":{"$ref":"#/components/schemas/Id"},
  "release_uniqueness_key":{"type":"boolean","default":false}}},
"Facts":{"type":"array","minItems":1,"items":{"type":"object","required":["type",
  "customer_id"],"properties":{
    "type":{"enum":["spend","usage","balance","draw","invoice","period","customer",
      "contract"]},
    "customer_id":{"$ref":"#/components/schemas/Id"},
    "timestamp":{"$ref":"#/components/schemas/Time"},
    "fact_id":{"$ref":"#/components/schemas/Key"}}}},
)json";

constexpr absl::string_view kAlerts = R"json(
"Alert":{"allOf":[{"$ref":"#/components/schemas/Filters"},
  {"type":"object","required":["id","name","type","status","threshold","updated_at"],
   "properties":{
    "id":{"$ref":"#/components/schemas/Id"},
    "name":{"type":"string"},
    "type":{"$ref":"#/components/schemas/AlertType"},
    "status":{"enum":["enabled","disabled","archived"]},
    "threshold":{"type":"number"},
    "updated_at":{"$ref":"#/components/schemas/Time"},
    "uniqueness_key":{"type":"string"},
    "credit_type":{"type":"object","required":["id","name"],"properties":{
      "id":{"$ref":"#/components/schemas/Id"},"name":{"type":"string"}}},
    "billable_metric_id":{"$ref":"#/components/schemas/Id"},
    "customer_id":{"$ref":"#/components/schemas/Id"},
    "plan_id":{"$ref":"#/components/schemas/Id"},
    "evaluate_on_create":{"type":"boolean"},
    "notify_resolved":{"type":"boolean"}}}]},
"Standing":{"type":"object","required":["customer_status","triggered_by","value","epoch"],
  "properties":{
    "customer_status":{"$ref":"#/components/schemas/CustomerStatus"},
    "triggered_by":{"type":["string","null"]},
    "value":{"$ref":"#/components/schemas/DecimalOrNull"},
    "epoch":{"type":"integer","minimum":0}}},
"CustomerAlert":{"allOf":[{"$ref":"#/components/schemas/Instance"},
  {"$ref":"#/components/schemas/Standing"},
  {"type":"object","required":["customer_id","alert","group_dropped","source_failed"],
   "properties":{
    "customer_id":{"$ref":"#/components/schemas/Id"},
    "alert":{"$ref":"#/components/schemas/Alert"},
    "group_dropped":{"type":"integer","minimum":0},
    "source_failed":{"type":"boolean"},
    "instances":{"type":"array","items":{"allOf":[
      {"$ref":"#/components/schemas/Instance"},
      {"$ref":"#/components/schemas/Standing"}]}}}}]},
)json";

constexpr absl::string_view kResponses = R"json(
"IdResponse":{"type":"object","required":["data"],"properties":{
  "data":{"type":"object","required":["id"],"properties":{
    "id":{"$ref":"#/components/schemas/Id"}}}}},
"ResetManyResponse":{"type":"object","required":["data"],"properties":{
  "data":{"type":"object","required":["taken","done","resume"],"properties":{
    "taken":{"type":"integer","minimum":0},"done":{"type":"boolean"},
    "resume":{"type":["string","null"]},"stopped_by":{"type":"string"}}}}},
"CustomerAlertResponse":{"type":"object","required":["data"],"properties":{
  "data":{"$ref":"#/components/schemas/CustomerAlert"}}},
"ListCustomerAlertsResponse":{"type":"object","required":["data","next_page"],
  "properties":{
    "data":{"type":"array","maxItems":100,
      "items":{"$ref":"#/components/schemas/CustomerAlert"}},
    "next_page":{"$ref":"#/components/schemas/NextPage"}}},
"ListAlertsResponse":{"type":"object","required":["data","next_page"],"properties":{
  "data":{"type":"array","maxItems":100,"items":{"$ref":"#/components/schemas/Alert"}},
  "next_page":{"$ref":"#/components/schemas/NextPage"}}},
"ExplanationResponse":{"type":"object","required":["data"],"properties":{
  "data":{"type":"object","required":["customer_alert","status_change",
    "last_notification","due"],"properties":{
      "customer_alert":{"$ref":"#/components/schemas/CustomerAlert"},
      "status_change":{"type":["object","null"],"required":["at","by"],"properties":{
        "at":{"$ref":"#/components/schemas/Time"},"by":{"type":"string"}}},
      "last_notification":{"type":["object","null"],
        "required":["id","kind","at","value","epoch","triggered_by"],"properties":{
          "id":{"$ref":"#/components/schemas/Id"},
          "kind":{"enum":["reached","resolved"]},
          "at":{"$ref":"#/components/schemas/Time"},
          "value":{"type":"number"},
          "epoch":{"type":"integer","minimum":0},
          "triggered_by":{"type":"string"}}},
      "due":{"type":["object","null"],"required":["since","reasons"],"properties":{
        "since":{"$ref":"#/components/schemas/Time"},
        "reasons":{"type":"array","items":{"type":"string"}}}}}}}},
"HistoryEvent":{"allOf":[{"$ref":"#/components/schemas/Instance"},
  {"type":"object","required":["number","at","customer_status","triggered_by",
    "of_all_customers","epoch","value","notification_id"],"properties":{
      "number":{"type":"integer","minimum":0},
      "at":{"$ref":"#/components/schemas/Time"},
      "customer_status":{"$ref":"#/components/schemas/CustomerStatus"},
      "triggered_by":{"type":"string"},
      "of_all_customers":{"type":"boolean"},
      "epoch":{"type":"integer","minimum":0},
      "value":{"type":"number"},
      "notification_id":{"type":["string","null"],"format":"uuid"}}}]},
"HistoryResponse":{"type":"object","required":["data","next_page"],"properties":{
  "data":{"type":"array","maxItems":100,
    "items":{"$ref":"#/components/schemas/HistoryEvent"}},
  "next_page":{"$ref":"#/components/schemas/NextPage"}}},
"FactsResponse":{"type":"object","required":["data"],"properties":{
  "data":{"type":"object","required":["applied","stale","late","duplicates",
    "group_dropped","refused_count","refused","duplicate"],"properties":{
      "applied":{"type":"integer","minimum":0},
      "stale":{"type":"integer","minimum":0},
      "late":{"type":"integer","minimum":0},
      "duplicates":{"type":"integer","minimum":0},
      "group_dropped":{"type":"integer","minimum":0},
      "refused_count":{"type":"integer","minimum":0},
      "refused":{"type":"array","maxItems":1000,"items":{"type":"object",
        "required":["index","reason","message"],"properties":{
          "index":{"type":"integer","minimum":0},
          "reason":{"type":"string"},"message":{"type":"string"}}}},
      "duplicate":{"type":"boolean"}}}}},
"State":{"type":"object","required":["status"],"properties":{
  "status":{"type":"string"}}},
"Description":{"type":"object","required":["openapi","info","paths"]},
)json";

}  // namespace

std::string OpenApiSchemas() {
  std::string schemas =
      absl::StrCat(kParts, kRequests, kAlerts, kResponses, WebhookSchemas(),
                   "\"AlertType\":{\"type\":\"string\",\"enum\":[");
  for (const AlertTypeInfo& type : AlertTypes()) {
    absl::StrAppend(&schemas, schemas.back() == '[' ? "" : ",", "\"", type.name, "\"");
  }
  schemas.append("]}");
  return schemas;
}

}  // namespace tocsin::http
