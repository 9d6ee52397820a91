#ifndef TOCSIN_TESTS_CRASH_WATCHED_DIRECTORY_H_
#define TOCSIN_TESTS_CRASH_WATCHED_DIRECTORY_H_

#include <string>

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

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CRASH_WATCHED_DIRECTORY_H_
