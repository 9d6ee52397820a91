#ifndef TOCSIN_ENGINE_CLI_LINE_READER_H_
#define TOCSIN_ENGINE_CLI_LINE_READER_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/cli/byte_source.h"

namespace tocsin::cli {

// Some whole lines of a file.
struct LineChunk {
  std::string buffer;    // only grows, so that it can be used again
  std::size_t size = 0;  // bytes of `buffer` that are lines
  // Behind the lines there is one longer than kStatementBytesMax, however far it goes
  // on; it is skipped without being held.
  bool overlong_behind = false;

  absl::string_view lines() const { return absl::string_view(buffer.data(), size); }
};

// Cuts a source into chunks of whole lines, of about 64 KiB or one long line.
// Holds one line at most, whatever the file.
//
// Thread safety: one thread at a time.
class LineReader {
 public:
  explicit LineReader(ByteSource* source) : source_(source) {}

  // The next lines, in order; false at the end. A file that ends within a line
  // has that as its last one.
  absl::StatusOr<bool> Next(LineChunk* chunk);

 private:
  absl::Status SkipRest(std::string* buffer);

  ByteSource* const source_;
  std::string rest_;       // read, but not yet given out
  bool skipping_ = false;  // what comes is the rest of a line that is too long
  bool ended_ = false;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_LINE_READER_H_
