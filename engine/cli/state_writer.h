#ifndef TOCSIN_ENGINE_CLI_STATE_WRITER_H_
#define TOCSIN_ENGINE_CLI_STATE_WRITER_H_

#include "absl/status/status.h"
#include "engine/cli/output_file.h"
#include "tocsin/engine.h"

namespace tocsin::cli {

// Writes every customer alert that is not plainly `ok` (another status, or an
// epoch above 0): a JSON array with one object a line, sorted by customer, then
// alert; the form of one is that of AppendStateJson. Alerts that are disabled or
// archived have no status and are left out. Of an alert with instances those in
// alarm or evaluating are named.
absl::Status WriteState(Engine& engine, OutputFile& output);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_STATE_WRITER_H_
