#include "engine/cli/reporter.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tocsin/json.h"

namespace tocsin::cli {
namespace {

constexpr std::size_t kTextBytes = std::size_t{1} << 16;
constexpr std::size_t kAlertsShownMax = 20;
constexpr absl::Duration kProgressEvery = absl::Milliseconds(200);
constexpr absl::string_view kEraseLine = "\r\x1b[K";

std::string Rate(std::uint64_t lines, absl::Duration time) {
  const double seconds = std::max(absl::ToDoubleSeconds(time), 1e-6);
  return absl::StrFormat("%.3f s, %.0f lines/s", seconds,
                         static_cast<double>(lines) / seconds);
}

std::uint64_t LinesToldOf(const ReplayCounts& counts) {
  return counts.lines - std::min(counts.lines, counts.lines_done);
}

using AlertRow = std::pair<AlertId, const AlertTally*>;

std::uint64_t NotifiedBy(const AlertTally& tally) {
  return tally.reached + tally.resolved;
}

// Most notified first.
std::vector<AlertRow> RowsOf(const ReplaySink& sink) {
  std::vector<AlertRow> rows;
  for (const auto& [alert, tally] : sink.tallies()) rows.emplace_back(alert, &tally);
  std::sort(rows.begin(), rows.end(), [](const AlertRow& a, const AlertRow& b) {
    if (NotifiedBy(*a.second) != NotifiedBy(*b.second)) {
      return NotifiedBy(*a.second) > NotifiedBy(*b.second);
    }
    return a.first < b.first;
  });
  return rows;
}

void AppendTally(absl::string_view what, const AlertTally& tally, std::string* text) {
  absl::StrAppend(text, "  ", what, ": ", tally.reached, " reached, ", tally.resolved,
                  " resolved\n");
}

std::string CountedFrom(std::uint64_t count, absl::string_view what,
                        std::uint64_t first) {
  if (count == 0) return absl::StrCat(count, what);
  return absl::StrCat(count, what, " (the first in line ", first, ")");
}

void AppendNotifications(const ReplaySink& sink, std::string* text) {
  absl::StrAppend(text, "notifications: ", sink.notifications(), "\n");
  const std::vector<AlertRow> rows = RowsOf(sink);
  std::map<AlertType, AlertTally> types;
  for (const auto& [alert, tally] : rows) {
    types[tally->type].reached += tally->reached;
    types[tally->type].resolved += tally->resolved;
  }
  for (const auto& [type, tally] : types) AppendTally(AlertTypeName(type), tally, text);
  for (std::size_t i = 0; i < std::min(rows.size(), kAlertsShownMax); ++i) {
    std::string what = absl::StrCat(rows[i].first.ToString(), " ");
    AppendJsonText(rows[i].second->name, &what);
    AppendTally(what, *rows[i].second, text);
  }
  if (rows.size() > kAlertsShownMax) {
    absl::StrAppend(text, "  and ", rows.size() - kAlertsShownMax,
                    " alerts with fewer\n");
  }
}

}  // namespace

Reporter::Reporter(std::string file_name)
    : file_name_(std::move(file_name)),
      terminal_(isatty(STDERR_FILENO) != 0),
      started_(absl::Now()),
      progress_shown_(started_) {}

void Reporter::BadLine(std::uint64_t line, const absl::Status& reason) {
  Message(absl::StrCat(file_name_, ":", line, ": ", reason.message()));
}

void Reporter::Message(absl::string_view text) {
  if (std::exchange(progress_on_screen_, false)) absl::StrAppend(&text_, kEraseLine);
  absl::StrAppend(&text_, text, "\n");
  if (text_.size() >= kTextBytes) Flush();
}

void Reporter::Progress(const ReplayCounts& counts, std::uint64_t notifications) {
  if (!terminal_) return;
  const absl::Time now = absl::Now();
  if (now - progress_shown_ < kProgressEvery) return;
  progress_shown_ = now;
  absl::StrAppend(&text_, kEraseLine, counts.lines, " lines, ",
                  Rate(LinesToldOf(counts), now - started_), ", ", notifications,
                  " notifications");
  progress_on_screen_ = true;
  Flush();
}

void Reporter::Summary(const ReplayCounts& counts, const ReplaySink& sink) {
  std::string text =
      absl::StrCat("lines: ", counts.lines, " (", counts.bad_lines, " bad; ",
                   Rate(LinesToldOf(counts), absl::Now() - started_), ")\n");
  if (counts.lines_done > 0) {
    absl::StrAppend(&text, "lines passed over: ", counts.lines_done,
                    ", as they were done and durable before\n");
  }
  absl::StrAppend(&text, "facts: ", counts.facts, " (", counts.applied, " applied, ",
                  counts.refused, " refused, ",
                  CountedFrom(counts.stale, " stale", counts.first_stale), ", ",
                  CountedFrom(counts.late, " late", counts.first_late), ", ",
                  CountedFrom(counts.group_dropped, " with group values dropped",
                              counts.first_group_dropped),
                  ")\n", counts.passed_over.ToText());
  AppendNotifications(sink, &text);
  text.pop_back();  // Message ends the line
  Message(text);
  Flush();
}

void Reporter::Flush() {
  if (text_.empty()) return;
  // Where standard error cannot be written there is nobody left to tell.
  std::fwrite(text_.data(), 1, text_.size(), stderr);
  text_.clear();
}

}  // namespace tocsin::cli
