#ifndef TOCSIN_ENGINE_CLI_REPORTER_H_
#define TOCSIN_ENGINE_CLI_REPORTER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/cli/passed_over.h"
#include "engine/cli/replay_sink.h"

namespace tocsin::cli {

// What a replay has done so far.
struct ReplayCounts {
  std::uint64_t lines = 0;       // empty ones, too
  std::uint64_t lines_done = 0;  // of those: by an earlier run, and so passed over
  std::uint64_t bad_lines = 0;
  std::uint64_t facts = 0;  // told to the engine
  std::uint64_t applied = 0;
  std::uint64_t refused = 0;
  std::uint64_t stale = 0;
  std::uint64_t late = 0;
  std::uint64_t group_dropped = 0;
  // In which line the first of them stands; 0 if there is none.
  std::uint64_t first_stale = 0;
  std::uint64_t first_late = 0;
  std::uint64_t first_group_dropped = 0;
  PassedOverTally passed_over;
};

// Tells the user, on standard error.
//
// Thread safety: one thread at a time.
class Reporter {
 public:
  explicit Reporter(std::string file_name);
  ~Reporter() { Flush(); }

  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  // `file:line: reason`
  void BadLine(std::uint64_t line, const absl::Status& reason);
  void Message(absl::string_view text);

  // How far it is, where standard error is a terminal. May be called often.
  void Progress(const ReplayCounts& counts, std::uint64_t notifications);

  void Summary(const ReplayCounts& counts, const ReplaySink& sink);

  // Writes what is held back: whoever watches a live input wants to see it when it
  // waits for more.
  void Flush();

 private:
  const std::string file_name_;
  const bool terminal_;
  const absl::Time started_;
  absl::Time progress_shown_;
  bool progress_on_screen_ = false;
  std::string text_;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_REPORTER_H_
