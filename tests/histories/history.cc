#include "tests/histories/history.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tocsin::testing {
namespace {

std::string NameOfVerb(Verb verb) {
  switch (verb) {
    case Verb::kReset:
      return "reset";
    case Verb::kSpend:
      return "spend";
    case Verb::kGet:
      return "get";
    case Verb::kThreshold:
      return "threshold";
    case Verb::kDisable:
      return "disable";
    case Verb::kEnable:
      return "enable";
    case Verb::kArchive:
      return "archive";
  }
  return "?";
}

std::string TextOf(const View& view) {
  return absl::StrCat(
      AlertStatusName(view.alert), " ",
      view.status.has_value() ? CustomerStatusName(*view.status) : "without status",
      ", threshold ", view.threshold, ", value ", view.value, ", epoch ", view.epoch,
      view.triggered_by.has_value()
          ? absl::StrCat(", by ", TriggerName(*view.triggered_by))
          : "");
}

std::string TextOf(const Call& call) {
  std::string text = absl::StrCat("[", call.began, ", ", call.ended, "] thread ",
                                  call.thread, ": ", NameOfVerb(call.verb));
  if (call.verb == Verb::kSpend || call.verb == Verb::kThreshold) {
    absl::StrAppend(&text, " ", call.number);
  }
  if (call.refused != Reason::kNone) {
    return absl::StrCat(text, ": refused, ", ReasonName(call.refused));
  }
  if (call.verb == Verb::kGet) absl::StrAppend(&text, ": ", TextOf(call.view));
  return text;
}

std::string TextOf(const End& end) {
  std::string text = absl::StrCat("[", end.at, "] the reset of epoch ", end.epoch, ": ");
  switch (end.kind) {
    case ResetOutcome::Kind::kJudged:
      return absl::StrCat(text, "judged ", CustomerStatusName(*end.status), " at ",
                          end.value, end.notified ? ", notified" : "");
    case ResetOutcome::Kind::kSuperseded:
      return absl::StrCat(text, "superseded by epoch ", end.newer_epoch);
    case ResetOutcome::Kind::kDropped:
      break;
  }
  return absl::StrCat(text, "dropped, ", ReasonName(end.why));
}

std::string TextOf(const Telling& telling) {
  return absl::StrCat(
      "[", telling.at, "] delivered #", telling.sequence, ": ",
      telling.kind == NotificationKind::kReached ? "reached " : "resolved ",
      telling.threshold, " at ", telling.value, " in epoch ", telling.epoch, " by ",
      TriggerName(telling.by), ", before ",
      telling.previous.has_value() ? absl::StrCat(*telling.previous) : "nothing");
}

}  // namespace

std::string History::ToString() const {
  std::vector<std::pair<std::uint64_t, std::string>> lines;
  for (const Call& call : calls) {
    lines.emplace_back(call.began, TextOf(call));
    if (call.end.has_value()) lines.emplace_back(call.end->at, TextOf(*call.end));
  }
  for (const Telling& telling : tellings) {
    lines.emplace_back(telling.decided, absl::StrCat("[", telling.decided, "] decided #",
                                                     telling.sequence));
    lines.emplace_back(telling.at, TextOf(telling));
  }
  std::sort(lines.begin(), lines.end());
  std::string text =
      absl::StrCat("an alert at ", threshold, notify_resolved ? " with resolved" : "",
                   ", judged at ", value, ", after notification #", sequence, "\n");
  for (const auto& [at, line] : lines) absl::StrAppend(&text, "  ", line, "\n");
  return text;
}

bool History::Overlaps() const {
  for (const Call& a : calls) {
    for (const Call& b : calls) {
      if (a.thread != b.thread && a.began < b.ended && b.began < a.ended) return true;
    }
  }
  return false;
}

}  // namespace tocsin::testing
