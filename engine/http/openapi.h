#ifndef TOCSIN_ENGINE_HTTP_OPENAPI_H_
#define TOCSIN_ENGINE_HTTP_OPENAPI_H_

#include <string>

#include "absl/strings/string_view.h"

namespace tocsin::http {

// The description of all routes in OpenAPI 3.1, made of their table.
std::string OpenApiText();

// The schemas that the table names, as the members of one JSON object without its
// braces. Of what is named by types of alerts the table of these has the names.
std::string OpenApiSchemas();
// Of them those of /v1/webhooks.
std::string WebhookSchemas();

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_OPENAPI_H_
