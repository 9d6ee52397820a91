#ifndef TOCSIN_ENGINE_CLI_PARSED_CHUNK_H_
#define TOCSIN_ENGINE_CLI_PARSED_CHUNK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/cli/line_reader.h"
#include "engine/cli/passed_over.h"
#include "tocsin/fact.h"
#include "tocsin/json.h"

namespace tocsin::cli {

// What one line came to. Where it lies depends on the kind: in the chunk's
// `facts`, `controls` or `errors`, at `index`.
struct Step {
  enum class Kind : std::uint8_t { kFact, kControl, kError };
  // Infinite: the line has none that can be read. A bad line may have one.
  absl::Time time = absl::InfinitePast();
  std::uint32_t index = 0;
  std::uint32_t line = 0;  // counted from the chunk's first, which is 0
  Kind kind = Kind::kFact;
};

// The lines of a chunk, read. Facts lie side by side, so that neighbours can be
// applied as one batch where they are.
struct ParsedChunk {
  std::uint64_t lines_ahead = 0;  // of the chunk in the file, if anybody counts them
  std::size_t lines = 0;          // empty ones, too
  std::size_t text_bytes = 0;     // of the good lines
  std::vector<Step> steps;        // in the order of the lines; none for an empty line
  std::vector<Fact> facts;
  std::vector<std::uint32_t> fact_lines;  // as Step::line, for each fact
  std::vector<Statement> controls;
  std::vector<absl::Status> errors;
  PassedOver passed_over;  // of the facts, by Step::line

  void Clear();
  // What its good lines take, about, in bytes of memory.
  std::size_t GoodBytes() const;
};

// Reads the lines of one chunk after the other.
//
// Thread safety: one thread at a time.
class ChunkParser {
 public:
  void Parse(const LineChunk& chunk, ParsedChunk* parsed);

 private:
  void ParseLine(absl::string_view line, ParsedChunk* parsed);

  StatementReader reader_;
  Statement statement_;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_PARSED_CHUNK_H_
