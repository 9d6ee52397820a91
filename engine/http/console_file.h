#ifndef TOCSIN_ENGINE_HTTP_CONSOLE_FILE_H_
#define TOCSIN_ENGINE_HTTP_CONSOLE_FILE_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace tocsin::http {

// One of the files of engine/http/console, as it was when this was built.
struct ConsoleFile {
  absl::string_view path = {};   // `/console/main.js`; `/` of the page itself
  absl::string_view media = {};  // its content type
  absl::string_view tag = {};    // for ETag, with its quotes: another text has another
  absl::string_view text = {};
};

// In a source that the build makes of the files.
absl::Span<const ConsoleFile> ConsoleFiles();

// Null: there is no such file.
const ConsoleFile* FindConsoleFile(absl::string_view path);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_CONSOLE_FILE_H_
