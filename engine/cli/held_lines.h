#ifndef TOCSIN_ENGINE_CLI_HELD_LINES_H_
#define TOCSIN_ENGINE_CLI_HELD_LINES_H_

#include <cstddef>
#include <cstdint>
#include <deque>

#include "engine/cli/parsed_chunk.h"

namespace tocsin::cli {

// The good lines of a file that cannot be read twice, until one says at which
// instant it begins.
//
// Thread safety: one thread at a time.
class HeldLines {
 public:
  // What may be held, about, in bytes of memory.
  static constexpr std::size_t kBytesMax = std::size_t{64} << 20;

  // Takes the good lines out of a chunk. Bad ones wait for nothing; whoever holds
  // lines reports them first.
  void Add(ParsedChunk& chunk);

  bool full() const { return bytes_ > kBytesMax; }

  // In the order of the file.
  std::deque<ParsedChunk>& chunks() { return chunks_; }

 private:
  // Where a line so far down the file goes.
  ParsedChunk& ChunkFor(std::uint64_t line);

  std::deque<ParsedChunk> chunks_;
  std::size_t bytes_ = 0;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_HELD_LINES_H_
