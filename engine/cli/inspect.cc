#include "engine/cli/inspect.h"

#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "engine/cli/file_name.h"
#include "engine/cli/replay.h"
#include "tocsin/json.h"
#include "tocsin/status.h"
#ifdef TOCSIN_SERVE
#include "tocsin/webhook.h"
#endif

namespace tocsin::cli {
namespace {

constexpr int kExitDamaged = 1;

constexpr char kInspectDescription[] =
    R"(Shows what is in the directory of an engine, which may be running.

Nothing is written into the directory, and a store whose engine has died is left
as it was found.)";

constexpr char kInspectFooter[] =
    R"(Steps are those of the journal, counted from the first one ever. customers and due,
the resets that are still to be judged, are told with --verify only. cut_off says where
the log of a process that was killed ends before its end, as the next engine will say.

Without --verify little is read, and little of it checked.

Exit status: 0; 1 for a store that is damaged, as far as it was read; 2 for wrong usage, or a directory
that is no store or cannot be read.)";

struct Shown {
  std::string name;
  std::string value;  // as in JSON
};

std::string JsonText(absl::string_view text) {
  std::string json;
  AppendJsonText(text, &json);
  return json;
}

Shown Number(std::string name, std::uint64_t value) {
  return {std::move(name), absl::StrCat(value)};
}

Shown Instant(std::string name, absl::Time value) {
  if (value == absl::InfinitePast()) return {std::move(name), "null"};
  return {std::move(name),
          JsonText(absl::FormatTime(absl::RFC3339_full, value, absl::UTCTimeZone()))};
}

// All but the lists.
std::vector<Shown> ShownOf(const StoreSummary& summary) {
  std::vector<Shown> shown = {
      Number("format", static_cast<std::uint64_t>(summary.format)),
      Instant("last_instant", summary.last_instant),
      Number("journal_rows", summary.journal_rows),
      Number("journal_bytes", summary.journal_bytes),
      Number("journal_first_step", summary.journal_first_step),
      Number("journal_last_step", summary.journal_last_step),
      Number("checkpoint", summary.checkpoint),
      Number("checkpoint_step", summary.checkpoint_step),
      Number("image_rows", summary.image_rows),
      Number("image_bytes", summary.image_bytes),
      Number("alerts_enabled", summary.alerts_enabled),
      Number("alerts_disabled", summary.alerts_disabled),
      Number("alerts_archived", summary.alerts_archived),
      Number("outbox", summary.outbox),
      Number("outbox_first_number", summary.outbox_first_number),
      Instant("outbox_oldest", summary.outbox_oldest),
      Number("history", summary.history),
      Instant("history_oldest", summary.history_oldest),
      Number("fact_ids", summary.fact_ids),
  };
  if (summary.customers) shown.push_back(Number("customers", *summary.customers));
  if (summary.due) shown.push_back(Number("due", *summary.due));
  const bool whole = summary.cut_off.empty();
  shown.push_back({"cut_off", whole ? "null" : JsonText(summary.cut_off)});
  return shown;
}

std::string SummaryAsText(const StoreSummary& summary) {
  std::string text;
  for (const Shown& shown : ShownOf(summary)) {
    // A text needs no quotes there.
    absl::string_view value = shown.value;
    if (absl::ConsumePrefix(&value, "\"")) value.remove_suffix(1);
    absl::StrAppend(&text, shown.name, "  ", value == "null" ? "none" : value, "\n");
  }
  for (const Position& position : summary.positions) {
    absl::StrAppend(&text, "position  ", JsonText(position.source), " ", position.offset,
                    "\n");
  }
  for (const StoreSummary::File& file : summary.files) {
    absl::StrAppend(&text, "file  ", JsonText(file.name), " ", file.bytes, "\n");
  }
  return text;
}

std::string SummaryAsJson(const StoreSummary& summary) {
  std::string json = "{";
  for (const Shown& shown : ShownOf(summary)) {
    absl::StrAppend(&json, "\"", shown.name, "\":", shown.value, ",");
  }
  const char* comma = "";
  json += "\"positions\":[";
  for (const Position& position : summary.positions) {
    absl::StrAppend(&json, comma, "{\"source\":", JsonText(position.source),
                    ",\"offset\":", position.offset, "}");
    comma = ",";
  }
  comma = "";
  json += "],\"files\":[";
  for (const StoreSummary::File& file : summary.files) {
    absl::StrAppend(&json, comma, "{\"name\":", JsonText(file.name),
                    ",\"bytes\":", file.bytes, "}");
    comma = ",";
  }
  return json + "]}\n";
}

}  // namespace

int ShowSummary(const absl::StatusOr<StoreSummary>& summary, bool json) {
  if (!summary.ok()) {
    std::cerr << "tocsin: " << summary.status().message() << "\n";
    return ReasonOf(summary.status()) == Reason::kDamaged ? kExitDamaged : kExitFailure;
  }
  std::cout << (json ? SummaryAsJson(*summary) : SummaryAsText(*summary)) << std::flush;
  if (std::cout) return kExitGood;
  std::cerr << "tocsin: standard output cannot be written\n";
  return kExitFailure;
}

void AddInspect(CLI::App& app, InspectOptions* options) {
  CLI::App* inspect = app.add_subcommand("inspect", kInspectDescription);
  inspect->footer(kInspectFooter);
  inspect->add_option("directory", options->directory, "an engine's Options::directory")
      ->required()
      ->check(IsFileName())
      ->type_name("DIR");
  inspect->add_flag("--verify", options->verify,
                    "read all of it, webhooks.db too, and do in memory what the next "
                    "engine would");
  inspect->add_flag("--json", options->json, "one JSON object on one line");
}

int RunInspect(const InspectOptions& options) {
  if (!options.verify) return ShowSummary(InspectStore(options.directory), options.json);
  absl::StatusOr<StoreSummary> verified = VerifyStore(options.directory);
#ifdef TOCSIN_SERVE
  // What the next server would refuse as well.
  if (verified.ok()) {
    const absl::StatusOr<bool> webhooks = VerifyWebhooks(options.directory);
    if (!webhooks.ok()) verified = webhooks.status();
  }
#endif
  return ShowSummary(verified, options.json);
}

}  // namespace tocsin::cli
