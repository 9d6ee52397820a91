#include "engine/http/respond.h"

#include <utility>

#include "tocsin/json.h"
#include "tocsin/status.h"

namespace tocsin::http {
namespace {

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

// Messages about files name them, which is nobody's business outside.
absl::string_view MessageOf(const absl::Status& status) {
  switch (ReasonOf(status)) {
    case Reason::kClosing:
      return "the engine is closing; nothing was changed";
    case Reason::kStoreFailed:
      return "the store failed; whether anything was changed is not known until the "
             "engine is opened again";
    case Reason::kDiskFull:
      return "the disk is nearly full; nothing was changed";
    default:
      return status.message();
  }
}

}  // namespace

HttpResponse JsonResponse(std::string body) {
  return {.fields = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

HttpResponse ErrorResponse(int status, absl::string_view message) {
  std::string body = "{\"message\":";
  AppendJsonText(message, &body);
  body.push_back('}');
  HttpResponse response = JsonResponse(std::move(body));
  response.status = status;
  if (status == 429 || status == 503) response.fields.emplace_back("Retry-After", "1");
  return response;
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
    return FinalErrorResponse(code, MessageOf(status));
  }
  return ErrorResponse(code, MessageOf(status));
}

}  // namespace tocsin::http
