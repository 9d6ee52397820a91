#include <algorithm>

#include "absl/strings/match.h"
#include "engine/http/console_file.h"
#include "engine/http/endpoints.h"
#include "engine/http/fields.h"
#include "engine/http/target.h"

namespace tocsin::http {
namespace {

// Nothing from elsewhere and nothing that stands in the page itself may run, and nobody
// may put the page into one of his own.
constexpr absl::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace

const ConsoleFile* FindConsoleFile(absl::string_view path) {
  const absl::Span<const ConsoleFile> files = ConsoleFiles();
  const auto* const found =
      std::find_if(files.begin(), files.end(),
                   [path](const ConsoleFile& file) { return file.path == path; });
  return found == files.end() ? nullptr : found;
}

HttpResponse Console(const Call& call) {
  const ConsoleFile& file = *FindConsoleFile(PathOf(call.request.target));
  HttpResponse response = {
      .fields = {{"ETag", std::string(file.tag)},
                 // Asked for each time, so that one page is never of two versions.
                 {"Cache-Control", "no-cache"},
                 {"Content-Security-Policy", std::string(kPolicy)},
                 {"X-Content-Type-Options", "nosniff"},
                 {"Referrer-Policy", "no-referrer"},
                 {"Cross-Origin-Opener-Policy", "same-origin"},
                 {"Cross-Origin-Resource-Policy", "same-origin"}}};
  // A proxy that packs what it passes on writes W/ in front.
  if (absl::EndsWith(FindField(call.request, "If-None-Match").value, file.tag)) {
    response.status = 304;
    return response;
  }
  response.fields.emplace_back("Content-Type", std::string(file.media));
  response.body = std::string(file.text);
  return response;
}

}  // namespace tocsin::http
