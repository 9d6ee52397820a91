// The store syncs its directory past SQLite. This `fsync` comes before that of the C
// library, and gives to the simulated disk what is its.
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/crash/watched_directory.h"

namespace tocsin::testing {
namespace {

struct Watched {
  const std::string* path = nullptr;
  Disk* disk = nullptr;
};
Watched watched;
RecordedSyncs* recorded = nullptr;

std::string Described(int descriptor) {
  std::error_code ignored;
  const std::filesystem::path path =
      std::filesystem::read_symlink(absl::StrCat("/proc/self/fd/", descriptor), ignored);
  if (!std::filesystem::is_directory(path, ignored)) return path;
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path, ignored)) {
    names.insert(entry.path().filename());
  }
  return absl::StrCat(path.string(), ": ", absl::StrJoin(names, " "));
}

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

RecordedSyncs::RecordedSyncs() { recorded = this; }
RecordedSyncs::~RecordedSyncs() { recorded = nullptr; }

int SyncWatched(int descriptor) {
  if (recorded != nullptr) recorded->syncs_.push_back(Described(descriptor));
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
