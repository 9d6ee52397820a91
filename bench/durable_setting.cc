#include "bench/durable_setting.h"

#include <fcntl.h>
#include <mntent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <system_error>

namespace tocsin {
namespace {

// `ext4` and the like.
std::string FileSystemOf(const std::string& path) {
  struct stat wanted = {};
  struct CloseMounts {
    void operator()(std::FILE* file) const { endmntent(file); }
  };
  const std::unique_ptr<std::FILE, CloseMounts> mounts(
      setmntent("/proc/self/mounts", "r"));
  std::string found = "an unknown file system";
  if (mounts == nullptr || stat(path.c_str(), &wanted) != 0) return found;
  while (const mntent* mount = getmntent(mounts.get())) {
    struct stat root = {};
    if (stat(mount->mnt_dir, &root) == 0 && root.st_dev == wanted.st_dev) {
      found = mount->mnt_type;
    }
  }
  return found;
}

}  // namespace

DiskFolder::DiskFolder(benchmark::State* state) {
  path_ = std::filesystem::temp_directory_path() / "tocsin-bench-XXXXXX";
  if (mkdtemp(path_.data()) == nullptr) std::abort();
  state->SetLabel(absl::StrCat(path_, " on ", FileSystemOf(path_)));
}

DiskFolder::~DiskFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::uint64_t BytesOf(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    bytes += file.file_size();
  }
  return bytes;
}

void DropFromMemory(const std::string& directory) {
  for (const auto& each : std::filesystem::directory_iterator(directory)) {
    const int file = open(each.path().c_str(), O_RDONLY | O_CLOEXEC);
    // What is not yet on the disk stays.
    if (fsync(file) != 0 || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0) {
      std::abort();
    }
    close(file);
  }
}

}  // namespace tocsin
