#ifndef TOCSIN_ENGINE_CLI_INSPECT_H_
#define TOCSIN_ENGINE_CLI_INSPECT_H_

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "tocsin/store.h"

namespace tocsin::cli {

struct InspectOptions {
  std::string directory;
  bool verify = false;
  bool json = false;
};

void AddInspect(CLI::App& app, InspectOptions* options);

// Shows on standard output what is in a store. Ends with 0; 1 for one that is damaged;
// 2 for what cannot be read.
int RunInspect(const InspectOptions& options);

// Writes the summary, or tells the user on standard error why there is none; what to end
// with.
int ShowSummary(const absl::StatusOr<StoreSummary>& summary, bool json);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_INSPECT_H_
