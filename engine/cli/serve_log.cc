#include "engine/cli/serve_log.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tocsin/json.h"

namespace tocsin::cli {
namespace {

// What a pipe that takes something has room for, with another line before it that says
// how many were dropped.
constexpr std::size_t kLineMax = PIPE_BUF - 256;

// The beginning of a text, to the end of a character.
std::string CutTo(std::size_t bytes, const std::string& text) {
  constexpr unsigned char kMask = 0xC0, kGoesOn = 0x80;
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & kMask) == kGoesOn) {
    --bytes;
  }
  return absl::StrCat(text.substr(0, bytes), "...");
}

// Whether standard error takes a line, now or within that time. One that is closed does.
// A pipe that does has room for PIPE_BUF bytes.
bool TakesLine(absl::Duration patience) {
  pollfd error = {.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&error, 1, static_cast<int>(absl::ToInt64Milliseconds(patience))) > 0;
}

}  // namespace

std::string ServeLog::LineOf(absl::string_view level, absl::string_view event,
                             const std::vector<Field>& fields) const {
  std::string line = LineOf(level, event, fields, kLineMax);
  // What is escaped takes more room than it has bytes.
  for (std::size_t most = kLineMax / 2; line.size() > kLineMax && most > 0; most /= 2) {
    line = LineOf(level, event, fields, most);
  }
  return line;
}

std::string ServeLog::LineOf(absl::string_view level, absl::string_view event,
                             const std::vector<Field>& fields,
                             std::size_t value_max) const {
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
    const std::string value = field.is_text ? CutTo(value_max, field.value) : field.value;
    absl::StrAppend(&line, json_ ? ",\"" : " ", field.name, json_ ? "\":" : "=");
    // In quotes also as text, where a value has blanks: a line is taken apart the same
    // way.
    const bool has_quotes =
        field.is_text && (json_ || value.empty() ||
                          value.find_first_of(" \"\\\t\r\n") != std::string::npos);
    if (has_quotes) {
      AppendJsonText(value, &line);
    } else {
      line += value;
    }
  }
  line += json_ ? "}\n" : "\n";
  return line;
}

void ServeLog::Write(absl::string_view level, absl::string_view event,
                     const std::vector<Field>& fields) {
  const std::string line = LineOf(level, event, fields);
  // Whether anybody reads it is not what the server is for: the first line that nobody
  // takes is waited for a little, and those behind it not at all.
  constexpr absl::Duration kPatience = absl::Milliseconds(100);
  absl::MutexLock lock(&mu_);
  if (!TakesLine(dropped_ == 0 ? kPatience : absl::ZeroDuration())) {
    ++dropped_;
    return;
  }
  std::string lines;
  if (dropped_ > 0) {
    lines = LineOf("error", "lines were dropped, as nobody read them",
                   {{"lines", std::exchange(dropped_, 0)}});
  }
  lines += line;
  [[maybe_unused]] const ssize_t written =
      write(STDERR_FILENO, lines.data(), lines.size());
}

}  // namespace tocsin::cli
