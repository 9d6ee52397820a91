#include "engine/http/fields.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace tocsin::http {

FieldLookup FindField(const HttpRequest& request, absl::string_view name) {
  FieldLookup found;
  for (const HttpField& field : request.fields) {
    if (!absl::EqualsIgnoreCase(field.first, name)) continue;
    if (found.count++ == 0) found.value = absl::StripAsciiWhitespace(field.second);
  }
  return found;
}

MediaType MediaTypeOf(absl::string_view content_type) {
  if (content_type.empty()) return MediaType::kNone;
  const std::size_t end = content_type.find(';');
  if (end != absl::string_view::npos) {
    absl::string_view charset = absl::StripAsciiWhitespace(content_type.substr(end + 1));
    if (!absl::EqualsIgnoreCase(charset, "charset=utf-8") &&
        !absl::EqualsIgnoreCase(charset, "charset=\"utf-8\"")) {
      return MediaType::kOther;
    }
    content_type = absl::StripAsciiWhitespace(content_type.substr(0, end));
  }
  if (absl::EqualsIgnoreCase(content_type, "application/json")) return MediaType::kJson;
  if (absl::EqualsIgnoreCase(content_type, "application/x-ndjson") ||
      absl::EqualsIgnoreCase(content_type, "application/ndjson")) {
    return MediaType::kJsonLines;
  }
  return MediaType::kOther;
}

}  // namespace tocsin::http
