#ifndef TOCSIN_ENGINE_CLI_WRITTEN_TAIL_H_
#define TOCSIN_ENGINE_CLI_WRITTEN_TAIL_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"

namespace tocsin::cli {

// What an earlier run has left at the end of a file of notifications.
struct WrittenTail {
  std::uint64_t bytes = 0;  // of the file's whole lines: what is behind them was torn off
  absl::flat_hash_set<std::string> ids;  // of the last whole lines
};

// Reads the ids of at most so many lines. Error: of a file that cannot be read, or that
// is none of notifications.
absl::StatusOr<WrittenTail> ReadWrittenTail(const std::string& path,
                                            std::size_t lines_max);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_WRITTEN_TAIL_H_
