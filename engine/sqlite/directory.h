#ifndef TOCSIN_ENGINE_SQLITE_DIRECTORY_H_
#define TOCSIN_ENGINE_SQLITE_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace tocsin::sqlite {

// Files in it.
inline constexpr char kDatabaseName[] = "tocsin.db";
inline constexpr char kLockName[] = "lock";

// The same path from wherever the process goes, and one that SQLite takes for no URI.
std::string AbsolutePath(const std::string& path);
// Makes the names in a directory durable. Error: kUnavailable.
absl::Status SyncDirectory(const std::string& path);
// Those that it was made in, where they can be read: what a host has given us may stand
// in one that we cannot.
absl::Status SyncNameOf(const std::string& directory);
// Error: kFailedPrecondition (kStoreUnusable) where what was opened for a lock is no
// regular file, but a pipe, say.
absl::Status CheckIsFile(int lock, const std::string& file);
// Whether it was noted in the file of a lock, which stays open, that what it is for was
// made; and notes it, durably, where it was not. Error: kUnavailable.
bool HasNote(int lock);
absl::Status WriteNote(int lock, const std::string& file, absl::string_view note);

// The directory of a store, which one engine has at a time: the system takes the lock
// back when it is destroyed or the process is gone.
class Directory {
 public:
  // Makes the directory, but not those above it, where there is none. Errors:
  // kFailedPrecondition if it cannot be made or written, or another engine has it.
  static absl::StatusOr<std::unique_ptr<Directory>> Take(const std::string& path);
  // What was not made a store is left as it was found.
  ~Directory();

  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::string FileOf(const std::string& name) const { return path_ + "/" + name; }
  // Whether a store was made in it, as `NoteStore` has written into the lock's file.
  bool HoldsStore() const;
  // Durably, once there is one. Error: kUnavailable.
  absl::Status NoteStore() const;
  // Makes the names of the files that were made in it durable. Error: kUnavailable.
  absl::Status Sync() const;
  // What its file system has left for who is not root; as much as can be counted where
  // the system does not say.
  std::uint64_t FreeBytes() const;

 private:
  Directory(std::string path, int lock, bool made_lock)
      : path_(std::move(path)), lock_(lock), made_lock_(made_lock) {}

  const std::string path_;
  const int lock_;        // a file descriptor
  const bool made_lock_;  // its file was not there before
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_DIRECTORY_H_
