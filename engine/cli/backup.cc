#include "engine/cli/backup.h"

#include "engine/cli/file_name.h"
#include "engine/cli/inspect.h"
#include "tocsin/store.h"

namespace tocsin::cli {
namespace {

constexpr char kBackupDescription[] =
    R"(Copies the store of an engine, which may be running, into a new directory.

The copy is the store as it was at one instant: all that was acknowledged before
the command began is in it. It is verified, and on the disk, before the command
says what was copied, as inspect --verify does. To restore one, move it to where
the engine's directory was.)";

constexpr char kBackupFooter[] =
    R"(Where it ends with an error nothing is left in TO. What it leaves there when it is
killed is refused by an engine and by inspect, and may be removed.

Exit status: 0; 1 for a store that is damaged; 2 for wrong usage, a DIR that is no
store or cannot be read, or a TO that is not empty or cannot be written.)";

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
  return ShowSummary(BackupStore(options.directory, options.to), options.json);
}

}  // namespace tocsin::cli
