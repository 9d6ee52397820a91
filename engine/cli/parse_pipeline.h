#ifndef TOCSIN_ENGINE_CLI_PARSE_PIPELINE_H_
#define TOCSIN_ENGINE_CLI_PARSE_PIPELINE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "engine/cli/byte_source.h"
#include "engine/cli/line_reader.h"
#include "engine/cli/parsed_chunk.h"

namespace tocsin::cli {

// Reads a file's lines on some threads and hands them on in the file's order.
// The chunks are the same whatever the number of threads. Holds a few chunks
// for each thread, however far the readers could run ahead.
//
// Thread safety: one thread calls it.
class ParsePipeline {
 public:
  // With no threads the caller of `Next` reads. `source` must outlive this.
  // Error: kResourceExhausted if a thread cannot be started.
  static absl::StatusOr<std::unique_ptr<ParsePipeline>> Start(ByteSource* source,
                                                              int threads);

  // Interrupts the source and waits for the threads.
  ~ParsePipeline();

  ParsePipeline(const ParsePipeline&) = delete;
  ParsePipeline& operator=(const ParsePipeline&) = delete;

  // The next chunk, or null at the end of the file. Good until the next call;
  // what is in it may be moved away.
  absl::StatusOr<ParsedChunk*> Next();

 private:
  // Belongs to the thread that reads it until `ready`, then to the caller.
  struct Slot {
    LineChunk lines;
    ParsedChunk parsed;
    absl::Status status;
    bool end = false;
    bool ready = false;  // guarded by mutex_
  };

  ParsePipeline(ByteSource* source, std::size_t slots);

  absl::StatusOr<ParsedChunk*> ReadHere();
  void Work();
  // Waits for a slot that is free and for the turn to read; null to stop.
  Slot* TakeTurn();
  void EndTurn(bool ended);
  bool MayRead() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  ByteSource* const source_;
  LineReader reader_;  // of the thread whose turn it is
  std::vector<Slot> slots_;
  std::vector<std::thread> threads_;

  absl::Mutex mutex_;
  std::uint64_t slots_read_ ABSL_GUARDED_BY(mutex_) = 0;      // ever, begun or done
  std::uint64_t slots_released_ ABSL_GUARDED_BY(mutex_) = 0;  // ever
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;

  // Of the caller.
  ChunkParser parser_;
  bool holds_slot_ = false;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_PARSE_PIPELINE_H_
