#ifndef TOCSIN_ENGINE_CLI_BACKUP_H_
#define TOCSIN_ENGINE_CLI_BACKUP_H_

#include <CLI/CLI.hpp>
#include <string>

namespace tocsin::cli {

struct BackupOptions {
  std::string directory;
  std::string to;
  bool json = false;
};

void AddBackup(CLI::App& app, BackupOptions* options);

// Copies a store, and shows on standard output what was copied. Ends as `RunInspect`.
int RunBackup(const BackupOptions& options);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_BACKUP_H_
