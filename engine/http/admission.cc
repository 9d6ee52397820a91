#include "engine/http/admission.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/http/idempotency.h"
#include "engine/http/respond.h"

namespace tocsin::http {
namespace {

constexpr std::size_t kIdempotencyKeyMax = 256;

HttpResponse Unauthorized(absl::string_view message) {
  HttpResponse response = ErrorResponse(401, message);
  response.fields.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

absl::string_view RightText(std::uint32_t right) {
  switch (static_cast<HttpRight>(right)) {
    case HttpRight::kRead:
      return "read";
    case HttpRight::kWrite:
      return "write";
    case HttpRight::kAdmin:
      return "admin";
  }
  return "";
}

std::optional<HttpResponse> RefuseLength(const HttpRequest& head,
                                         std::size_t body_bytes_max) {
  const FieldLookup length = FindField(head, "Content-Length");
  if (length.count == 0) return std::nullopt;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (length.count > 1 || length.value.empty() ||
      !std::all_of(length.value.begin(), length.value.end(), is_digit)) {
    HttpResponse response = ErrorResponse(400, "Content-Length must be one number");
    response.close = true;
    return response;
  }
  std::uint64_t bytes = 0;
  // What does not fit is too long as well.
  if (absl::SimpleAtoi(length.value, &bytes) && bytes <= body_bytes_max) {
    return std::nullopt;
  }
  return BodyTooLong(body_bytes_max);
}

std::optional<HttpResponse> RefuseType(const HttpRequest& head, const Route& route) {
  if (FindField(head, "Content-Encoding").count > 0) {
    return ErrorResponse(415, "a Content-Encoding is not taken; send the body as it is");
  }
  const FieldLookup given = FindField(head, kContentType);
  if (given.count > 1) return ErrorResponse(400, "Content-Type stands twice");
  const MediaType type = MediaTypeOf(given.value);
  if (type == MediaType::kJson) return std::nullopt;
  const bool takes_lines = route.body == BodyKind::kFacts;
  if (takes_lines && type == MediaType::kJsonLines) return std::nullopt;
  return ErrorResponse(415, takes_lines
                                ? "Content-Type must be application/json or "
                                  "application/x-ndjson, in UTF-8"
                                : "Content-Type must be application/json, in UTF-8");
}

std::optional<HttpResponse> RefuseKey(const HttpRequest& head) {
  const FieldLookup key = FindField(head, kIdempotencyKey);
  if (key.count == 0) return std::nullopt;
  const auto is_visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (key.count == 1 && !key.value.empty() && key.value.size() <= kIdempotencyKeyMax &&
      std::all_of(key.value.begin(), key.value.end(), is_visible)) {
    return std::nullopt;
  }
  return ErrorResponse(
      400, absl::StrCat("Idempotency-Key must be one of 1 to ", kIdempotencyKeyMax,
                        " visible ASCII characters"));
}

// Of several texts, so that where one ends makes a difference.
Digest DigestOf(std::initializer_list<absl::string_view> texts) {
  std::string digests;
  for (const absl::string_view text : texts) {
    const Digest digest = Sha256(text);
    digests.append(digest.begin(), digest.end());
  }
  return Sha256(digests);
}

}  // namespace

std::optional<HttpResponse> RefuseWho(const HttpRequest& head, const Route& route,
                                      const TokenTable& tokens) {
  if (route.right == 0) return std::nullopt;
  const FieldLookup authorization = FindField(head, "Authorization");
  if (authorization.count > 1) return ErrorResponse(400, "Authorization stands twice");
  const std::optional<absl::string_view> token = BearerToken(authorization.value);
  if (!token.has_value()) {
    return Unauthorized("Authorization must be Bearer and a token");
  }
  const std::optional<std::uint32_t> rights = tokens.RightsOf(*token);
  if (!rights.has_value()) {
    return Unauthorized("the token was not given to anybody");
  }
  if ((*rights & route.right) != 0) return std::nullopt;
  return ErrorResponse(
      403, absl::StrCat("the token has not the right ", RightText(route.right)));
}

std::optional<HttpResponse> RefuseBody(const HttpRequest& head, const Route& route,
                                       std::size_t body_bytes_max) {
  if (route.body != BodyKind::kNone) {
    if (std::optional<HttpResponse> refusal = RefuseType(head, route)) return refusal;
    if (std::optional<HttpResponse> refusal = RefuseKey(head)) return refusal;
  }
  return RefuseLength(head, body_bytes_max);
}

HttpResponse UnknownPath() {
  return ErrorResponse(404, "there is no such path; GET /openapi.json names all");
}

bool TakesMethod(const Route& route, absl::string_view method) {
  return method == route.method || (method == "HEAD" && route.method == "GET");
}

HttpResponse OtherMethod(const Route& route) {
  const bool is_get = route.method == "GET";
  HttpResponse response = ErrorResponse(
      405, absl::StrCat("the method must be ", route.method, is_get ? " or HEAD" : ""));
  response.fields.emplace_back("Allow",
                               absl::StrCat(route.method, is_get ? ", HEAD" : ""));
  return response;
}

HttpResponse Stopping() {
  return ErrorResponse(503, "the server is stopping; nothing was changed");
}

HttpResponse BodyTooLong(std::size_t body_bytes_max) {
  HttpResponse response = ErrorResponse(
      413, absl::StrCat("the body may have ", body_bytes_max, " bytes at most"));
  response.close = true;
  return response;
}

bool MayChange(const Route& route) {
  return route.right == static_cast<std::uint32_t>(HttpRight::kWrite) ||
         route.right == static_cast<std::uint32_t>(HttpRight::kAdmin);
}

std::size_t BodyBytesMax(const Route& route, const HttpOptions& options) {
  switch (route.body) {
    case BodyKind::kNone:
      return 0;
    case BodyKind::kJson:
      return options.body_bytes_max;
    case BodyKind::kFacts:
      return options.facts_body_bytes_max;
  }
  return 0;
}

Digest KeyDigest(const HttpRequest& request, absl::string_view key) {
  const std::optional<absl::string_view> holder =
      BearerToken(FindField(request, "Authorization").value);
  Digest digest = DigestOf({holder.value_or(""), key});
  const Digest of_holder = DigestOf({holder.value_or("")});
  std::copy_n(of_holder.begin(), kHolderBytes, digest.begin());
  return digest;
}

Digest RequestDigest(const HttpRequest& request) {
  return DigestOf({request.method, request.target, FindField(request, kContentType).value,
                   request.body});
}

}  // namespace tocsin::http
