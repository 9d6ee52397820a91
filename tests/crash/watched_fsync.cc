// The store syncs its directory past SQLite. This `fsync` comes before that of the C
// library, and gives to the simulated disk what is its.
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "tests/crash/watched_directory.h"

namespace tocsin::testing {
namespace {

struct Watched {
  const std::string* path = nullptr;
  Disk* disk = nullptr;
};
Watched watched;

bool IsDirectory(const struct stat& file, const std::string& path) {
  struct stat other {};
  return stat(path.c_str(), &other) == 0 && other.st_dev == file.st_dev &&
         other.st_ino == file.st_ino;
}

}  // namespace

WatchedDirectory::WatchedDirectory(std::string path, Disk* disk)
    : path_(std::move(path)) {
  watched = {&path_, disk};
}

WatchedDirectory::~WatchedDirectory() { watched = {}; }

int SyncWatched(int descriptor) {
  struct stat file {};
  if (watched.disk != nullptr && fstat(descriptor, &file) == 0) {
    std::optional<Sync> what;
    if (IsDirectory(file, *watched.path)) what = Sync::kNames;
    if (IsDirectory(file, *watched.path + "/..")) what = Sync::kDirectoryName;
    if (what.has_value()) {
      if (watched.disk->SyncNames(*what) == Disk::Result::kDone) return 0;
      errno = EIO;
      return -1;
    }
  }
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

}  // namespace tocsin::testing

extern "C" int fsync(int descriptor) { return tocsin::testing::SyncWatched(descriptor); }
