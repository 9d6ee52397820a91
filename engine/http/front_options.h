#ifndef TOCSIN_ENGINE_HTTP_FRONT_OPTIONS_H_
#define TOCSIN_ENGINE_HTTP_FRONT_OPTIONS_H_

#include "absl/status/status.h"
#include "engine/http/front_parts.h"
#include "tocsin/http.h"

namespace tocsin::http {

// kInvalidArgument for the first that is out of its range.
absl::Status CheckFrontOptions(const HttpFrontOptions& options);

// Of options that are in their range.
TimeLimits TimeLimitsOf(const HttpFrontOptions& options);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_FRONT_OPTIONS_H_
