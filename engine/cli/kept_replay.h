#ifndef TOCSIN_ENGINE_CLI_KEPT_REPLAY_H_
#define TOCSIN_ENGINE_CLI_KEPT_REPLAY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tocsin/alert.h"
#include "tocsin/engine.h"
#include "tocsin/fact.h"

namespace tocsin::cli {

// Where a replay stands that keeps its state in a directory. It is of one file of facts
// and one of alerts, and the store says how far it came: by a position whose offset is
// the number of lines done, and by another whose offset is the number of alerts it began
// with.

// Of a file of facts that is none that can be read from its beginning again.
absl::Status CannotReadAgain(const std::string& facts);
// What can be wrong with the names of files, before any is opened. Errors:
// kInvalidArgument for an output that is a file of the store, and as `CannotReadAgain`.
absl::Status CheckNames(const std::string& facts, const std::vector<std::string>& outputs,
                        const std::string& directory);

// Behind so many lines of the file of facts.
Position BehindLine(std::uint64_t lines);

// How many lines are done; nothing in a store that is new. Error: kFailedPrecondition if
// what is in `directory` is not of a replay.
absl::StatusOr<std::optional<std::uint64_t>> LinesDone(Engine& engine,
                                                       const std::string& directory);

// Notes that the alerts are created. Becomes durable with them.
absl::Status NoteBegun(Engine& engine, std::size_t alerts);

// Whether the store was begun with these alerts, which `alerts_name` has. Error:
// kFailedPrecondition, naming the first that differs.
absl::Status CheckBegunWith(Engine& engine, const std::vector<AlertSpec>& specs,
                            const std::string& alerts_name, const std::string& directory);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_KEPT_REPLAY_H_
