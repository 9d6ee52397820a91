#ifndef TOCSIN_ENGINE_HTTP_FIELDS_H_
#define TOCSIN_ENGINE_HTTP_FIELDS_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "tocsin/http.h"

namespace tocsin::http {

// A header field that may stand once.
struct FieldLookup {
  std::size_t count = 0;
  absl::string_view value = {};  // of the first, without white space around it
};

FieldLookup FindField(const HttpRequest& request, absl::string_view name);

// What a body is, by its Content-Type.
enum class MediaType { kNone, kJson, kJsonLines, kOther };

// JSON in UTF-8, or NDJSON. Parameters other than `charset=utf-8` make it another type.
MediaType MediaTypeOf(absl::string_view content_type);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_FIELDS_H_
