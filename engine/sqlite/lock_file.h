#ifndef TOCSIN_ENGINE_SQLITE_LOCK_FILE_H_
#define TOCSIN_ENGINE_SQLITE_LOCK_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tocsin::sqlite {

// What stands in the file of a lock.
enum class Noted : std::uint8_t {
  kNothing,
  kMade,    // that what the lock is for was made; also where it is torn
  kOthers,  // something that is none of ours
};

// Of one that somebody may have; without a regular file, nothing.
Noted ReadNote(const std::string& file, absl::string_view note);

// Error: kFailedPrecondition (kStoreUnusable) where something is there that is no regular
// file.
absl::Status CheckIsLockFile(const std::string& path);

// A file that one has at a time, in this process or another: the system takes the lock
// back when this is destroyed or the process is gone. Who had what it is for made notes
// that in it, so that it is missed when it is gone.
class LockFile {
 public:
  // `note` must outlive this. Errors: kFailedPrecondition with kStoreUnusable where it
  // cannot be made or opened, or is no file but a link or a pipe, say; with kStoreInUse
  // and the text `in_use` where somebody has it.
  static absl::StatusOr<std::unique_ptr<LockFile>> Take(const std::string& path,
                                                        absl::string_view note,
                                                        absl::string_view in_use);
  // Removes one that this has made, and in which nothing was noted.
  ~LockFile();
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

  const std::string& path() const { return path_; }
  int descriptor() const { return file_; }
  Noted noted() const;
  // Durably, where nothing stands in it. Error: kUnavailable.
  absl::Status WriteNote() const;

 private:
  LockFile(std::string path, absl::string_view note, int file, bool is_made)
      : path_(std::move(path)), note_(note), file_(file), is_made_(is_made) {}

  const std::string path_;
  const absl::string_view note_;
  const int file_;
  const bool is_made_;  // it was not there before
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_LOCK_FILE_H_
