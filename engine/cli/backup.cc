#include "engine/cli/backup.h"

#include <filesystem>
#include <system_error>

#include "engine/cli/file_name.h"
#include "engine/cli/inspect.h"
#include "tocsin/store.h"
#ifdef TOCSIN_SERVE
#include "tocsin/webhook.h"
#endif

namespace tocsin::cli {
namespace {

constexpr char kBackupDescription[] =
    R"(Copies the store of an engine, which may be running, into a new directory.

The copy is the store as it was at one instant: all that was acknowledged before
the command began is in it. It is verified, and on the disk, before the command
says what was copied, as inspect --verify does. What serve keeps of webhooks,
webhooks.db with their secrets, is copied with it. To restore a copy, move it to
where the engine's directory was.)";

constexpr char kBackupFooter[] =
    R"(Where it ends with an error nothing is left in TO. What it leaves there when it is
killed is refused by an engine and by inspect, and may be removed.

Exit status: 0; 1 for a store that is damaged; 2 for wrong usage, a DIR that is no
store or cannot be read, or a TO that is not empty, is in DIR or cannot be written.)";

}  // namespace

void AddBackup(CLI::App& app, BackupOptions* options) {
  CLI::App* backup = app.add_subcommand("backup", kBackupDescription);
  backup->footer(kBackupFooter);
  backup->add_option("directory", options->directory, "an engine's Options::directory")
      ->required()
      ->check(IsFileName())
      ->type_name("DIR");
  backup->add_option("to", options->to, "a directory that is empty or not there yet")
      ->required()
      ->check(IsFileName())
      ->type_name("TO");
  backup->add_flag("--json", options->json, "one JSON object on one line");
}

int RunBackup(const BackupOptions& options) {
#ifdef TOCSIN_SERVE
  std::error_code error;
  const bool was_there = std::filesystem::exists(options.to, error);
  bool has_webhooks = false;
  const absl::StatusOr<StoreSummary> summary =
      BackupStore(options.directory, options.to, [&] {
        const absl::StatusOr<bool> copied = BackupWebhooks(options.directory, options.to);
        has_webhooks = copied.ok() && *copied;
        return copied.status();
      });
  if (!summary.ok() && has_webhooks) {
    std::filesystem::remove(options.to + "/webhooks.db", error);
    if (!was_there) std::filesystem::remove(options.to, error);
  }
  return ShowSummary(summary, options.json);
#else
  return ShowSummary(BackupStore(options.directory, options.to), options.json);
#endif
}

}  // namespace tocsin::cli
