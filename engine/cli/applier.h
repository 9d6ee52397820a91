#ifndef TOCSIN_ENGINE_CLI_APPLIER_H_
#define TOCSIN_ENGINE_CLI_APPLIER_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/cli/manual_clock.h"
#include "engine/cli/parsed_chunk.h"
#include "engine/cli/reporter.h"
#include "tocsin/engine.h"

namespace tocsin::cli {

// Tells an engine the lines of a replay, in order.
//
// Neighbouring facts of one instant are one batch. Before the clock moves, and
// behind every statement that is not a fact, everything that is due is done. So
// the notifications do not depend on where a batch happens to end.
//
// Thread safety: one thread at a time.
class Applier {
 public:
  struct Parts {
    Engine* engine = nullptr;
    ManualClock* clock = nullptr;
    Reporter* reporter = nullptr;
    ReplayCounts* counts = nullptr;
    // Stop at the first bad line. Facts are then told one at a time, so that
    // none behind a refused one is applied.
    bool strict = false;
    // Tell the engine with what it is told how far that is in the file, so that it is
    // known once the engine is opened again.
    bool keeps = false;
    // So many lines of the file were told before: they are passed over.
    std::uint64_t lines_done = 0;
  };

  explicit Applier(const Parts& parts)
      : parts_(parts), now_(parts.clock->Now()), lines_noted_(parts.lines_done) {}

  // Tells the lines of one chunk, the next in the file, whose `lines_ahead` are
  // counted. What is wrong with a line is reported; an error is one that the replay
  // cannot go on after.
  absl::Status Apply(ParsedChunk& chunk);

  // Whether a bad line has ended a strict replay; nothing behind it was told.
  bool stopped() const { return stopped_; }

 private:
  absl::Status ApplyStep(ParsedChunk& chunk, const Step& step);
  absl::Status ApplyControl(const Statement& statement, std::uint32_t line);
  // Tells the facts that wait.
  absl::Status TellBatch(const ParsedChunk& chunk);
  absl::Status Drain();
  // That all lines of the chunk up to this one are done. Nothing becomes durable between
  // this and what was told before it: without worker threads the engine writes in
  // `Drain`, `Flush` and `Close` only.
  absl::Status NoteDone(std::uint64_t lines_of_chunk);
  void AddReport(const FactReport& report, std::uint32_t line);
  void AddProblem(std::uint32_t line, absl::Status reason);
  void ReportProblems();

  const Parts parts_;
  absl::Time now_;  // what the clock says
  bool stopped_ = false;
  std::uint64_t lines_ahead_ = 0;  // of the chunk
  std::uint64_t lines_noted_;      // of the file
  // Facts of the chunk that wait to be told.
  std::size_t batch_begin_ = 0;
  std::size_t batch_size_ = 0;
  // Bad lines since the last batch; the facts before them may add some.
  std::vector<std::pair<std::uint32_t, absl::Status>> problems_;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_APPLIER_H_
