#ifndef TOCSIN_ENGINE_HTTP_RESPOND_H_
#define TOCSIN_ENGINE_HTTP_RESPOND_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tocsin/http.h"

namespace tocsin::http {

HttpResponse JsonResponse(std::string body);

// `{"message":...}`. With 429 and 503 `Retry-After` as well.
HttpResponse ErrorResponse(int status, absl::string_view message);

// After how long it is worth another try; nothing: nobody knows.
void SetRetryAfter(std::optional<absl::Duration> after, HttpResponse* response);

// That nothing has to be tried again: the official client would, after a 409.
HttpResponse FinalErrorResponse(int status, absl::string_view message);

// What a status says to a client: nothing of files, nor of the options of a host, which
// the engine's messages have in brackets.
std::string ClientText(const absl::Status& status);

// What the engine, or the reader of a body, refused. Of what failed inside nothing is
// said but that it did.
HttpResponse RefusalResponse(const absl::Status& status);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_RESPOND_H_
