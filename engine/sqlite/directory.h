#ifndef TOCSIN_ENGINE_SQLITE_DIRECTORY_H_
#define TOCSIN_ENGINE_SQLITE_DIRECTORY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/sqlite/lock_file.h"

namespace tocsin::sqlite {

// Files in it.
inline constexpr char kDatabaseName[] = "tocsin.db";
inline constexpr char kLockName[] = "lock";
// What is noted in the second one.
inline constexpr char kStoreNote[] =
    "A store of tocsin: tocsin.db is in this directory.\n";

// The same path from wherever the process goes, and one that SQLite takes for no URI.
std::string AbsolutePath(const std::string& path);
// Makes the names in a directory durable. Error: kUnavailable.
absl::Status SyncDirectory(const std::string& path);
// Those that it was made in, where they can be read: what a host has given us may stand
// in one that we cannot.
absl::Status SyncNameOf(const std::string& directory);
// The directory of a store, which one engine has at a time.
class Directory {
 public:
  // Makes the directory, but not those above it, where there is none. Errors:
  // kFailedPrecondition if it cannot be made or written, or another engine has it.
  static absl::StatusOr<std::unique_ptr<Directory>> Take(const std::string& path);
  std::string FileOf(const std::string& name) const { return path_ + "/" + name; }
  // What was not made a store is left as it was found.
  const LockFile& lock() const { return *lock_; }
  // Makes the names of the files that were made in it durable. Error: kUnavailable.
  absl::Status Sync() const;
  // What its file system has left for who is not root; as much as can be counted where
  // the system does not say.
  std::uint64_t FreeBytes() const;

 private:
  Directory(std::string path, std::unique_ptr<LockFile> lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  const std::string path_;
  const std::unique_ptr<LockFile> lock_;
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_DIRECTORY_H_
