#ifndef TOCSIN_ENGINE_CLI_DEMO_RECORD_H_
#define TOCSIN_ENGINE_CLI_DEMO_RECORD_H_

#include <string>

#include "absl/status/statusor.h"
#include "engine/cli/demo_run.h"

namespace tocsin::cli {

// For facts about which no story can be made up: what one customer was notified of,
// whatever the alerts, and what a reset of it does. If nobody was, why not.
//
// An error is one of the engine, or that it did something else than the text says.
absl::StatusOr<std::string> TellRecord(DemoRun* run);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_RECORD_H_
