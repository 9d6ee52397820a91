#ifndef TOCSIN_TESTS_CRASH_WATCHED_DIRECTORY_H_
#define TOCSIN_TESTS_CRASH_WATCHED_DIRECTORY_H_

#include <string>
#include <utility>
#include <vector>

#include "tests/crash/disk.h"

namespace tocsin::testing {

// While it lives, the store's syncs of this directory, and of the one above it, are the
// disk's and not the system's. One at a time.
class WatchedDirectory {
 public:
  WatchedDirectory(std::string path, Disk* disk);
  ~WatchedDirectory();
  WatchedDirectory(const WatchedDirectory&) = delete;
  WatchedDirectory& operator=(const WatchedDirectory&) = delete;

 private:
  const std::string path_;
};

// The files and directories that this process has synced, in their order; a directory
// with the names of what is in it then, as `path: name name`. One at a time, and of one
// thread.
class RecordedSyncs {
 public:
  RecordedSyncs();
  ~RecordedSyncs();
  RecordedSyncs(const RecordedSyncs&) = delete;
  RecordedSyncs& operator=(const RecordedSyncs&) = delete;

  // Those since the last call.
  std::vector<std::string> Take() { return std::exchange(syncs_, {}); }

 private:
  friend int SyncWatched(int descriptor);
  std::vector<std::string> syncs_;
};

// In the place of `fsync`.
int SyncWatched(int descriptor);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CRASH_WATCHED_DIRECTORY_H_
