#include "engine/http/openapi.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/http/route.h"
#include "tocsin/json.h"

namespace tocsin::http {
namespace {

// Every error that a route may answer with.
std::vector<std::pair<int, absl::string_view>> ErrorsOf(const Route& route) {
  std::vector<std::pair<int, absl::string_view>> errors;
  if (route.body != BodyKind::kNone) errors.emplace_back(400, "Not to be understood");
  if (route.right != 0) {
    errors.emplace_back(401, "No token, or one that was not given to anybody");
    errors.emplace_back(403, "A token without the right");
  }
  if (route.body != BodyKind::kNone) {
    errors.emplace_back(404, "No such customer, alert, instance or endpoint");
    errors.emplace_back(409, "In conflict with what was done before");
    errors.emplace_back(413, "The body is too long");
    errors.emplace_back(415, "The body is of another type");
    errors.emplace_back(429, "A limit is reached; nothing was changed");
  } else {
    errors.emplace_back(413, "There must be no body");
  }
  errors.emplace_back(503, "The server stops, and changed nothing; or its store failed");
  return errors;
}

std::string Reference(absl::string_view schema) {
  return absl::StrCat("{\"$ref\":\"#/components/schemas/", schema, "\"}");
}

std::string JsonContent(absl::string_view schema) {
  return absl::StrCat("\"application/json\":{\"schema\":", Reference(schema), "}");
}

void AppendParameter(absl::string_view in, absl::string_view name,
                     absl::string_view schema, absl::string_view what, std::string* out) {
  absl::StrAppend(out, out->back() == '[' ? "" : ",", "{\"in\":\"", in, "\",\"name\":\"",
                  name, "\",\"schema\":", schema, ",\"description\":\"", what, "\"}");
}

void AppendParameters(const Route& route, std::string* out) {
  if (route.body == BodyKind::kNone) return;
  out->append(",\"parameters\":[");
  AppendParameter("header", "Idempotency-Key",
                  R"({"type":"string","minLength":1,"maxLength":256})",
                  "The same request with the same key is done once", out);
  if (route.query == QueryKind::kPaged) {
    AppendParameter("query", "next_page", R"({"type":"string"})",
                    "The next_page of the answer before", out);
  } else if (route.query == QueryKind::kPosition) {
    AppendParameter("query", "source", R"({"type":"string"})",
                    "Whose offset it is; a batch not above the last one is ignored", out);
    AppendParameter("query", "offset", R"({"type":"integer","minimum":0})",
                    "Where in the source the batch stands", out);
  }
  out->push_back(']');
}

void AppendRequest(const Route& route, std::string* out) {
  if (route.body == BodyKind::kNone) return;
  absl::StrAppend(out, ",\"requestBody\":{\"required\":true,\"content\":{",
                  JsonContent(route.request_schema));
  if (route.body == BodyKind::kFacts) {
    out->append(R"(,"application/x-ndjson":{"schema":{"type":"string"}})");
  }
  out->append("}}");
}

void AppendResponses(const Route& route, std::string* out) {
  out->append(",\"responses\":{\"200\":{\"description\":\"Done\"");
  if (!route.response_schema.empty()) {
    absl::StrAppend(out, ",\"content\":{", JsonContent(route.response_schema), "}");
  } else if (!route.media.empty()) {
    absl::StrAppend(out, R"(,"content":{")", route.media,
                    R"(":{"schema":{"type":"string"}}})");
  }
  out->push_back('}');
  for (const auto& [status, what] : ErrorsOf(route)) {
    absl::StrAppend(out, ",\"", status, "\":{\"description\":\"", what,
                    "\",\"content\":{", JsonContent("Error"), "}}");
  }
  out->push_back('}');
}

// `/v1/alerts/create` is `v1_alerts_create`.
std::string OperationId(absl::string_view path) {
  std::string id(path.substr(1));
  for (char& c : id) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return id;
}

void AppendRoute(const Route& route, std::string* out) {
  absl::StrAppend(out, "\"", route.path, "\":{\"", absl::AsciiStrToLower(route.method),
                  "\":{\"operationId\":\"", OperationId(route.path), "\",\"summary\":");
  AppendJsonText(route.summary, out);
  out->append(route.right == 0 ? ",\"security\":[]" : ",\"security\":[{\"bearer\":[]}]");
  AppendParameters(route, out);
  AppendRequest(route, out);
  AppendResponses(route, out);
  out->append("}}");
}

}  // namespace

std::string OpenApiText() {
  std::string out = R"({"openapi":"3.1.0","info":{"title":"tocsin","version":"1",)"
                    R"("description":"Alerts on spend, usage, balances and invoices"},)"
                    R"("servers":[{"url":"/"}],"paths":{)";
  for (const Route& route : Routes()) {
    if (&route != &Routes().front()) out.push_back(',');
    AppendRoute(route, &out);
  }
  absl::StrAppend(&out,
                  R"(},"components":{"securitySchemes":{"bearer":{"type":"http",)"
                  R"("scheme":"bearer"}},"schemas":{)",
                  OpenApiSchemas(), "}}}");
  return out;
}

}  // namespace tocsin::http
