#include "engine/http/respond.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tocsin/json.h"
#include "tocsin/status.h"

namespace tocsin::http {
namespace {

// Whoever is told of more would not believe it.
constexpr absl::Duration kRetryAfterMost = absl::Hours(8'760);

int HttpStatusOf(const absl::Status& status) {
  // Somebody else's batch is under way: worth another try, unlike what else is in the
  // way.
  if (ReasonOf(status) == Reason::kSourceBusy) return 409;
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kFailedPrecondition:
      return 400;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnavailable:
      return 503;
    default:
      return 500;
  }
}

// Without ` (Options::...)`.
std::string WithoutHostNames(absl::string_view message) {
  std::string text(message);
  for (const absl::string_view name : {" (Options::", " (BulkResetResult::"}) {
    const std::size_t begin = absl::string_view(text).find(name);
    const std::size_t end = text.find(')', std::min(begin, text.size()));
    if (end != std::string::npos) text.erase(begin, end + 1 - begin);
  }
  return text;
}

}  // namespace

std::string ClientText(const absl::Status& status) {
  switch (ReasonOf(status)) {
    case Reason::kClosing:
      return "the engine is closing; nothing was changed";
    case Reason::kStoreFailed:
      return "the store failed; whether anything was changed is not known until the "
             "engine is opened again";
    case Reason::kDiskFull:
      return "the disk is nearly full; nothing was changed";
    default:
      return WithoutHostNames(status.message());
  }
}

HttpResponse JsonResponse(std::string body) {
  return {.fields = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

HttpResponse ErrorResponse(int status, absl::string_view message) {
  std::string body = "{\"message\":";
  AppendJsonText(message, &body);
  body.push_back('}');
  HttpResponse response = JsonResponse(std::move(body));
  response.status = status;
  if (status == 429 || status == 503) SetRetryAfter(absl::Seconds(1), &response);
  return response;
}

void SetRetryAfter(std::optional<absl::Duration> after, HttpResponse* response) {
  constexpr absl::string_view kName = "Retry-After";
  std::vector<HttpField>& fields = response->fields;
  fields.erase(
      std::remove_if(fields.begin(), fields.end(),
                     [kName](const HttpField& field) { return field.first == kName; }),
      fields.end());
  if (!after.has_value()) return;
  const absl::Duration whole = absl::Ceil(*after, absl::Seconds(1));
  const std::int64_t seconds = std::clamp<std::int64_t>(
      absl::ToInt64Seconds(whole), 1, absl::ToInt64Seconds(kRetryAfterMost));
  fields.emplace_back(kName, absl::StrCat(seconds));
}

HttpResponse FinalErrorResponse(int status, absl::string_view message) {
  HttpResponse response = ErrorResponse(status, message);
  response.fields.emplace_back("x-should-retry", "false");
  return response;
}

HttpResponse RefusalResponse(const absl::Status& status) {
  const int code = HttpStatusOf(status);
  if (code == 500) return ErrorResponse(500, "something failed inside the server");
  if (status.code() == absl::StatusCode::kAlreadyExists) {
    return FinalErrorResponse(code, ClientText(status));
  }
  HttpResponse response = ErrorResponse(code, ClientText(status));
  // When it is opened again nobody here knows; trying before is in vain.
  if (ReasonOf(status) == Reason::kStoreFailed) SetRetryAfter(std::nullopt, &response);
  return response;
}

}  // namespace tocsin::http
