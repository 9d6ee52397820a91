#ifndef TOCSIN_ENGINE_CLI_OUTPUT_FILE_H_
#define TOCSIN_ENGINE_CLI_OUTPUT_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tocsin::cli {

// A file, or with `-` standard output, written from front to back and buffered.
// The first write that fails stays in `status()`; what comes after it is thrown
// away.
//
// Thread safety: one thread at a time.
class OutputFile {
 public:
  // Leaves what is in the file until `Empty`. Error: kInvalidArgument for one of the
  // files that are open as `others` (descriptors).
  static absl::StatusOr<std::unique_ptr<OutputFile>> Open(const std::string& path,
                                                          const std::vector<int>& others);
  // As Close; whoever wants to know whether it worked calls that.
  ~OutputFile();

  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // To be called before anything is written: empties the file, or cuts off what is behind
  // so many bytes of it and goes on there. What is no regular file stays as it is.
  absl::Status Empty();
  absl::Status GoOnBehind(std::uint64_t bytes);
  bool IsRegular() const;

  // Where text is to be appended; `MayFlush` is to be called now and then.
  std::string* buffer() { return &buffer_; }
  // Writes the buffer if it has grown long.
  void MayFlush();
  absl::Status Flush();
  // Returns once all that was written is on the disk, and the file's name too; what is no
  // regular file has it written.
  absl::Status Sync();
  absl::Status Close();

  const absl::Status& status() const { return status_; }
  int descriptor() const { return fd_; }

 private:
  OutputFile(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}

  const std::string name_;
  int fd_;  // -1 once closed
  bool name_synced_ = false;
  std::string buffer_;
  absl::Status status_;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_OUTPUT_FILE_H_
