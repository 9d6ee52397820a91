#ifndef TOCSIN_ENGINE_CLI_SERVE_H_
#define TOCSIN_ENGINE_CLI_SERVE_H_

#include "engine/cli/serve_options.h"

namespace tocsin::cli {

// Serves until it is told to stop by a signal; tells what it does on standard error. What
// to end with: 0 after a stop, 1 if the store failed, meanwhile or at
// the start, or somebody else has it, 2 if it cannot begin otherwise.
int RunServe(ServeOptions* options);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_SERVE_H_
