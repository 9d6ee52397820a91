#ifndef TOCSIN_ENGINE_CLI_DEMO_H_
#define TOCSIN_ENGINE_CLI_DEMO_H_

#include <CLI/CLI.hpp>
#include <string>

namespace tocsin::cli {

struct DemoOptions {
  // Facts as `replay` reads them. Empty: a month that the demo makes up.
  std::string facts_path;
};

void AddDemo(CLI::App& app, DemoOptions* options);

// Shows on standard output what the engine does and how fast. Everything but the
// lines that begin with `~` is the same on every run. Ends as `RunReplay` does.
int RunDemo(const DemoOptions& options);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_H_
