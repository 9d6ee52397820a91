#ifndef TOCSIN_ENGINE_CLI_BYTE_SOURCE_H_
#define TOCSIN_ENGINE_CLI_BYTE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tocsin::cli {

// A file, or with `-` standard input, read from front to back.
//
// Thread safety: one reader at a time; `Interrupt` from any thread.
class ByteSource {
 public:
  // Error: what cannot be opened, or is a directory.
  static absl::StatusOr<std::unique_ptr<ByteSource>> Open(const std::string& path);
  ~ByteSource();

  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // Reads at least one byte into `buffer`, waiting for it; 0 at the end, and
  // from `Interrupt` on.
  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size);

  // Whether it can be read again from where it was opened: a regular file can.
  bool CanRewind() const { return begin_ >= 0; }
  // Has the next Read begin there.
  absl::Status Rewind();

  // Ends a Read that waits, and every later one.
  void Interrupt();

  // The path; `<stdin>` for standard input.
  const std::string& name() const { return name_; }
  int descriptor() const { return fd_; }

 private:
  ByteSource(std::string name, int fd, int wake_fd, std::int64_t begin)
      : name_(std::move(name)), fd_(fd), wake_fd_(wake_fd), begin_(begin) {}

  // Whether there is something to read, rather than an interruption.
  absl::StatusOr<bool> Wait();

  const std::string name_;
  const int fd_;
  const int wake_fd_;         // readable once interrupted
  const std::int64_t begin_;  // where it was opened; negative: it cannot go back
};

// Reads a source to its end. Error: kResourceExhausted if that is more than
// `bytes_max` away.
absl::StatusOr<std::string> ReadAll(ByteSource& source, std::size_t bytes_max);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_BYTE_SOURCE_H_
