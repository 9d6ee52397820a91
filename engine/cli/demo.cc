#include "engine/cli/demo.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "engine/cli/demo_feed.h"
#include "engine/cli/demo_file.h"
#include "engine/cli/demo_month.h"
#include "engine/cli/demo_run.h"
#include "engine/cli/demo_story.h"
#include "engine/cli/demo_text.h"
#include "engine/cli/file_name.h"
#include "engine/cli/replay.h"
#include "engine/cli/reporter.h"

namespace tocsin::cli {
namespace {

constexpr char kDescription[] =
    R"(Shows what tocsin does and how fast, within a few seconds.

Tells an engine with real threads a made-up month of an AI API's billing, the
same on every run, and then what becomes of one customer: a threshold reached, a
wrong fact corrected, a reset. With a file it does so with the file's facts, and
chooses alerts that suit them; if no spend or usage is among them, it tells what
one customer was notified of. Lines that begin with ~ vary from run to run.)";

constexpr char kFooter[] =
    R"(Exit status: 0; 1 if any line was bad; 2 for wrong usage, or a file that cannot
be read.)";

double Microseconds(SteadyClock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

// The time that so many thousandths of them do not exceed. Not for none.
double Quantile(const std::vector<SteadyClock::duration>& sorted,
                std::size_t thousandths) {
  return Microseconds(sorted[(sorted.size() * thousandths + 999) / 1'000 - 1]);
}

std::string AlertsText(const std::vector<DemoAlert>& alerts) {
  std::string text = "\nALERTS\n";
  for (const DemoAlert& alert : alerts) {
    absl::StrAppend(&text, "  ", alert.mark, "  ", alert.says, "\n");
  }
  return text;
}

// What the engine did, which is the same on every run.
std::string ResultText(DemoRun* run, const std::vector<Arrival>& arrivals) {
  const Stats stats = run->engine().GetStats();
  std::string text =
      absl::StrCat("\nRESULT\n", "  customers      ", Grouped(stats.customers), "\n",
                   "  facts          ", Grouped(stats.facts_applied), " applied, ",
                   Grouped(stats.facts_refused), " refused, ", Grouped(stats.facts_stale),
                   " stale, ", Grouped(stats.facts_late), " late, in ",
                   Counted(run->timings().calls().size(), "call"), "\n");
  absl::string_view head = "notifications";
  for (const DemoAlert& alert : run->alerts()) {
    std::uint64_t reached = 0;
    std::uint64_t resolved = 0;
    for (const Arrival& arrival : arrivals) {
      if (arrival.alert != alert.id) continue;
      ++(arrival.kind == NotificationKind::kReached ? reached : resolved);
    }
    absl::StrAppendFormat(&text, "  %-13s  %s: %s reached", head, alert.mark,
                          Grouped(reached));
    if (alert.spec.notify_resolved) {
      absl::StrAppend(&text, ", ", Grouped(resolved), " resolved");
    }
    absl::StrAppend(&text, "\n");
    head = "";
  }
  return text;
}

// The facts that were told in batches, or, if none was, those told alone.
std::string ThroughputText(const std::vector<DemoTimings::Call>& calls) {
  const bool batches =
      std::any_of(calls.begin(), calls.end(),
                  [](const DemoTimings::Call& call) { return call.facts > 1; });
  std::uint64_t facts = 0;
  SteadyClock::duration took = {};
  for (const DemoTimings::Call& call : calls) {
    if (batches && call.facts == 1) continue;
    facts += call.facts;
    took += call.took;
  }
  const double seconds = Microseconds(took) / 1e6;
  const double rate = seconds > 0 ? static_cast<double>(facts) / seconds : 0;
  return absl::StrFormat(
      "~ facts          %s a second: %s in %.3f s inside Apply%s; making or reading them "
      "not counted\n",
      Grouped(static_cast<std::uint64_t>(rate)), Grouped(facts), seconds,
      batches ? ", in batches" : "");
}

// Nothing if there are none.
std::string QuantilesText(absl::string_view head,
                          const std::vector<SteadyClock::duration>& sorted,
                          absl::string_view what, absl::string_view says) {
  if (sorted.empty()) return "";
  return absl::StrFormat(
      "~ %-13s  p50 %.1f us, p99 %.1f us, slowest %.1f us\n"
      "                 (%s, %s)\n",
      head, Quantile(sorted, 500), Quantile(sorted, 990), Microseconds(sorted.back()),
      Counted(sorted.size(), what), says);
}

// How fast it was.
std::string FiguresText(const DemoRun& run, const std::vector<Arrival>& arrivals) {
  const DemoTimings& timings = run.timings();
  std::string text =
      "\nFIGURES of this machine, as busy as it is now; lines with ~ vary from run to "
      "run\n";
  absl::StrAppend(
      &text, ThroughputText(timings.calls()),
      QuantilesText("decisions", timings.Decisions(arrivals), "crossing",
                    "the fact alone in its call of Apply: how long that call took"),
      QuantilesText(
          "deliveries", timings.Deliveries(arrivals), "notification",
          absl::StrCat("from the beginning of a call of Apply with up to ",
                       Grouped(kDemoBatchMax), " facts to the call of the sink")));
  const std::optional<std::uint64_t> memory = PeakMemory();
  absl::StrAppend(
      &text, kVaries, "memory         ",
      memory.has_value() ? absl::StrCat(Grouped(*memory), " bytes") : "unknown",
      " resident at most, the demo's own included\n");
  absl::StrAppend(&text, kVaries, "machine        ", MachineText(), "\n");
  return text;
}

absl::StatusOr<std::unique_ptr<DemoFeed>> OpenFeed(const DemoOptions& options) {
  if (options.facts_path.empty()) return std::make_unique<DemoMonth>();
  return DemoFile::Open(options.facts_path);
}

// Shows it all; the number of bad lines.
absl::StatusOr<std::uint64_t> Show(const DemoOptions& options) {
  absl::StatusOr<std::unique_ptr<DemoFeed>> feed = OpenFeed(options);
  if (!feed.ok()) return feed.status();
  absl::StatusOr<std::unique_ptr<DemoRun>> started = DemoRun::Start(feed->get());
  if (!started.ok()) return started.status();
  DemoRun& run = **started;
  std::cout << (*feed)->Describe() << "One thread applies them in batches of up to "
            << Grouped(kDemoBatchMax)
            << ", the last tenth of each fact\nby fact; a worker thread of the engine "
               "delivers. The engine's clock is that of the facts.\n"
            << AlertsText(run.alerts()) << std::flush;
  Reporter reporter(options.facts_path);
  absl::Status status = run.Tell(&reporter);
  if (!status.ok()) return status;
  const std::vector<Arrival> arrivals = run.sink().From(0);
  std::cout << ResultText(&run, arrivals);
  if (!options.facts_path.empty()) {
    std::cout << "  bad lines      " << Grouped(run.problems()) << "\n";
  }
  std::cout << FiguresText(run, arrivals) << "\n" << std::flush;
  const absl::StatusOr<std::string> story = TellStory(&run, (*feed)->StoryCustomers());
  if (!story.ok()) return story.status();
  const Stats stats = run.engine().GetStats();
  std::cout << *story << "\nIn all " << Counted(run.sink().size(), "notification")
            << " came; the engine says it delivered "
            << Grouped(stats.notifications_delivered) << ".\n"
            << std::flush;
  if (!std::cout.good()) return absl::DataLossError("standard output cannot be written");
  return run.problems();
}

}  // namespace

void AddDemo(CLI::App& app, DemoOptions* options) {
  CLI::App* demo = app.add_subcommand("demo", kDescription);
  demo->footer(kFooter);
  demo->add_option("facts", options->facts_path,
                   "facts as replay reads them, one JSON object a line (default: a "
                   "made-up month)")
      ->check(IsFileName())
      ->type_name("FACTS.jsonl");
}

int RunDemo(const DemoOptions& options) {
  const absl::StatusOr<std::uint64_t> bad_lines = Show(options);
  if (!bad_lines.ok()) {
    std::cerr << "tocsin: " << bad_lines.status().message() << "\n";
    return kExitFailure;
  }
  return *bad_lines > 0 ? kExitBadLines : kExitGood;
}

}  // namespace tocsin::cli
