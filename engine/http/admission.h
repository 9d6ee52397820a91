#ifndef TOCSIN_ENGINE_HTTP_ADMISSION_H_
#define TOCSIN_ENGINE_HTTP_ADMISSION_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"
#include "engine/http/route.h"
#include "engine/http/tokens.h"
#include "tocsin/http.h"

namespace tocsin::http {

inline constexpr absl::string_view kIdempotencyKey = "Idempotency-Key";
inline constexpr absl::string_view kContentType = "Content-Type";

// Why a request is not taken, as far as its head says; each nothing if it is.

// Somebody who may not: 401, 403; an Authorization that stands twice: 400.
std::optional<HttpResponse> RefuseWho(const HttpRequest& head, const Route& route,
                                      const TokenTable& tokens);

// A body of another type or length: 400, 413, 415; or an Idempotency-Key that is none.
std::optional<HttpResponse> RefuseBody(const HttpRequest& head, const Route& route,
                                       std::size_t body_bytes_max);

HttpResponse UnknownPath();
// Whether the route answers the method: HEAD wherever GET.
bool TakesMethod(const Route& route, absl::string_view method);
HttpResponse OtherMethod(const Route& route);
HttpResponse Stopping();
HttpResponse BodyTooLong(std::size_t body_bytes_max);

// Whether what it answers says that something was done.
bool MayChange(const Route& route);

std::size_t BodyBytesMax(const Route& route, const HttpOptions& options);

// Of an Idempotency-Key and who has it: keys of others are others.
Digest KeyDigest(const HttpRequest& request, absl::string_view key);
// Of all by which two requests are the same.
Digest RequestDigest(const HttpRequest& request);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_ADMISSION_H_
