// The `tocsin` command line tool.

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <iostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "engine/cli/backup.h"
#include "engine/cli/demo.h"
#include "engine/cli/file_name.h"
#include "engine/cli/inspect.h"
#include "engine/cli/replay.h"
#include "engine/cli/standard_files.h"
#ifdef TOCSIN_SERVE
#include "engine/cli/serve.h"
#include "engine/cli/serve_options.h"
#endif

namespace tocsin::cli {
namespace {

constexpr int kThreadsMax = 64;

constexpr char kReplayDescription[] =
    R"(Replays a file of facts against alerts and writes the notifications.

Time is that of the lines: the clock starts at the first timestamp in the file
and follows the largest seen. The same input gives the same bytes, whatever
--threads says. A bad line is reported as file:line: reason on standard error,
skipped and counted. A summary follows on standard error. What is written is
opened once the alerts are known to be good.)";

constexpr char kReplayFooter[] =
    R"(--state is a JSON array with one object a line, sorted by customer, then alert:
  {"customer_id", "alert_id", "customer_status": "ok"|"in_alarm"|"evaluating",
   "triggered_by": string|null, "value": number|null, "threshold", "epoch"}
for every customer alert of an enabled alert that is not ok or was reset. An
alert that fans out has "instances" beside these: those in alarm or evaluating,
  {"group_values": [{"key", "value"}], "customer_status", "triggered_by",
   "value", "epoch"}
with "balance_id", "invoice_id", "seat_filter" or "alert_specifiers" in the place
of "group_values" where these tell its instances apart.

A run with --data that was ended at any instant, or has ended, is gone on with by
giving the same arguments again: OUT.jsonl is then appended to, what was torn off
at its end is cut, and no id is written twice. Bad lines that are durable are not
reported again and do not count for the exit status. A pipe is refused as F.jsonl,
also as -: the next run reads it from its beginning.

Exit status: 0; 1 if any line was bad; 2 for wrong usage, or a file that cannot
be read or written.)";

void AddReplay(CLI::App& app, ReplayOptions* options) {
  CLI::App* replay = app.add_subcommand("replay", kReplayDescription);
  replay->footer(kReplayFooter);
  replay
      ->add_option("--alerts", options->alerts_path,
                   "JSON array of alerts, each with an id")
      ->required()
      ->check(IsFileName())
      ->type_name("A.json");
  replay
      ->add_option("--facts", options->facts_path,
                   "one JSON object a line; - is standard input")
      ->required()
      ->check(IsFileName())
      ->type_name("F.jsonl");
  replay
      ->add_option("--notifications", options->notifications_path,
                   "one notification a line; - is standard output")
      ->check(IsFileName())
      ->type_name("OUT.jsonl");
  replay
      ->add_option("--state", options->state_path,
                   "how customers stand at the end; - is standard output")
      ->check(IsFileName())
      ->type_name("OUT.json");
  replay
      ->add_option_function<std::string>(
          "--period",
          [options](const std::string& period) {
            options->period_policy = period == "none" ? PeriodPolicy::kOpenEnded
                                                      : PeriodPolicy::kCalendarMonth;
          },
          "billing period of customers that are told none (default: none)")
      ->check(CLI::IsMember({"none", "calendar-month"}).description(""))
      ->type_name("none|calendar-month");
  replay
      ->add_option("--data", options->data_path,
                   "keep the state here, and go on behind the last durable line; "
                   "F.jsonl must then be a regular file")
      ->check(IsFileName())
      ->type_name("DIR");
  replay->add_option("--threads", options->threads, "1 applies; the others read lines")
      ->check(CLI::Range(1, kThreadsMax).description(""))
      ->type_name("1-64")
      ->capture_default_str();
  replay->add_flag("--strict", options->strict, "stop at the first bad line");
}

// What CLI11 does not check.
void CheckReplay(const ReplayOptions& options, const ClosedFiles& closed) {
  if (options.alerts_path == "-" && options.facts_path == "-") {
    throw CLI::ValidationError("--alerts and --facts cannot both be standard input");
  }
  if (options.notifications_path == "-" && options.state_path == "-") {
    throw CLI::ValidationError(
        "--notifications and --state cannot both be standard output");
  }
  const bool reads = options.alerts_path == "-" || options.facts_path == "-";
  if (reads && closed.input) {
    throw CLI::ValidationError("-", "standard input is closed; give a file's name");
  }
  const bool writes = options.notifications_path == "-" || options.state_path == "-";
  if (writes && closed.output) {
    throw CLI::ValidationError("-", "standard output is closed; give a file's name");
  }
}

int Main(int argc, char** argv) {
  const absl::StatusOr<ClosedFiles> closed = FillClosedFiles();
  if (!closed.ok()) {
    std::cerr << "tocsin: " << closed.status().message() << "\n";
    return kExitFailure;
  }
  // A reader that goes away, or a file as large as the system lets it become, makes a
  // write fail, which is told, instead of ending the program without a word.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  // Debian's Abseil looks for deadlocks at every lock. That takes a third of the
  // time of a replay, where one thread alone takes the engine's locks.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CLI::App app("tocsin: threshold alerts for billing", "tocsin");
  app.set_version_flag("--version", "tocsin " TOCSIN_VERSION);
  ReplayOptions options;
  AddReplay(app, &options);
  DemoOptions demo;
  AddDemo(app, &demo);
  InspectOptions inspect;
  AddInspect(app, &inspect);
  BackupOptions backup;
  AddBackup(app, &backup);
#ifdef TOCSIN_SERVE
  ServeOptions serve;
  CLI::App* const serves = AddServe(app, &serve);
#endif
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
    // CLI11 would demand one before it names a command that it does not know.
    if (app.get_subcommands().empty())
      throw CLI::RequiredError("a command: serve, replay, demo, inspect or backup");
    if (app.got_subcommand("replay")) CheckReplay(options, *closed);
#ifdef TOCSIN_SERVE
    if (app.got_subcommand(serves)) FinishServe(serves, &serve);
#endif
    for (const char* command : {"demo", "inspect", "backup"}) {
      if (!app.got_subcommand(command) || !closed->output) continue;
      throw CLI::ValidationError(command, "standard output is closed");
    }
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitGood : kExitFailure;
  }
#ifdef TOCSIN_SERVE
  if (app.got_subcommand(serves)) return RunServe(&serve);
#endif
  if (app.got_subcommand("demo")) return RunDemo(demo);
  if (app.got_subcommand("inspect")) return RunInspect(inspect);
  if (app.got_subcommand("backup")) return RunBackup(backup);
  return RunReplay(options);
}

}  // namespace
}  // namespace tocsin::cli

int main(int argc, char** argv) {
  try {
    return tocsin::cli::Main(argc, argv);
  } catch (const std::exception& error) {
    // Memory that ran out, for one: nothing of ours throws.
    std::cerr << "tocsin: " << error.what() << "\n";
    return tocsin::cli::kExitFailure;
  }
}
