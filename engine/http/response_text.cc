#include "engine/http/response_text.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace tocsin::http {
namespace {

// An empty one is as good: nobody may look at it.
absl::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

}  // namespace

HttpResponse ClosingResponse(int status, absl::string_view message) {
  return {.status = status,
          .fields = {{"Content-Type", "application/json"}},
          .body = absl::StrCat(R"({"message":")", message, R"("})"),
          .close = true};
}

absl::string_view DateText::Now() {
  const absl::Time now = absl::Now();
  const std::int64_t second = absl::ToUnixSeconds(now);
  if (second != second_) {
    second_ = second;
    text_ = absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", now, absl::UTCTimeZone());
  }
  return text_;
}

void AppendResponse(const HttpResponse& response, const Sending& sending,
                    std::string* out) {
  absl::StrAppend(out, "HTTP/1.1 ", response.status, " ", ReasonPhrase(response.status),
                  "\r\nDate: ", sending.date, "\r\n");
  for (const auto& [name, value] : response.fields) {
    absl::StrAppend(out, name, ": ", value, "\r\n");
  }
  if (sending.close) absl::StrAppend(out, "Connection: close\r\n");
  // Without a body, it would speak of the one that the client has.
  if (!sending.is_stream && response.status != 304) {
    absl::StrAppend(out, "Content-Length: ", response.body.size(), "\r\n");
  }
  out->append("\r\n");
  if (!sending.without_body) out->append(response.body);
}

}  // namespace tocsin::http
