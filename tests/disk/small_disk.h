#ifndef TOCSIN_TESTS_DISK_SMALL_DISK_H_
#define TOCSIN_TESTS_DISK_SMALL_DISK_H_

#include <string>

#include "tests/support/temp_directory.h"

namespace tocsin::testing {

// Gives this process, which has one thread, mounts of its own, which are gone with it.
// False where the machine lets nobody have that.
bool MountForOneself();

// A file system of a size, in memory. Needs `MountForOneself`.
class SmallDisk {
 public:
  // As `mount -o size=` takes it: "1m".
  explicit SmallDisk(const std::string& size);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  void SetSize(const std::string& size) const;
  std::string operator/(std::string_view name) const { return place_ / name; }

 private:
  const TempDirectory place_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_DISK_SMALL_DISK_H_
