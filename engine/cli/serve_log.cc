#include "engine/cli/serve_log.h"

#include <unistd.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tocsin/json.h"

namespace tocsin::cli {

void ServeLog::Write(absl::string_view level, absl::string_view event,
                     const std::vector<Field>& fields) {
  const std::string time =
      absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone());
  std::string line =
      json_ ? absl::StrCat(R"({"time":")", time, R"(","level":")", level, R"(","event":)")
            : absl::StrCat(time, " ", level, " ");
  if (json_) {
    AppendJsonText(event, &line);
  } else {
    line.append(event.data(), event.size());
  }
  for (const Field& field : fields) {
    absl::StrAppend(&line, json_ ? ",\"" : " ", field.name, json_ ? "\":" : "=");
    // In quotes also as text, where a value has blanks: a line is taken apart the same
    // way.
    const bool has_quotes =
        field.is_text && (json_ || field.value.empty() ||
                          field.value.find_first_of(" \"\\\t\r\n") != std::string::npos);
    if (has_quotes) {
      AppendJsonText(field.value, &line);
    } else {
      line += field.value;
    }
  }
  line += json_ ? "}\n" : "\n";
  // In one call, so that lines of several threads do not mix. Whether anybody reads them
  // is not what the server is for.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace tocsin::cli
