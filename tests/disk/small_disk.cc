#include "tests/disk/small_disk.h"

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace tocsin::testing {
namespace {

bool Say(const std::string& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  return static_cast<bool>(out.flush());
}

// Who is not root may be it in a namespace of users.
bool HaveOwnMounts() {
  if (unshare(CLONE_NEWNS) == 0) return true;
  const uid_t user = getuid();
  const gid_t group = getgid();
  return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
         Say("/proc/self/setgroups", "deny") &&
         Say("/proc/self/uid_map", absl::StrCat("0 ", user, " 1")) &&
         Say("/proc/self/gid_map", absl::StrCat("0 ", group, " 1"));
}

int Mount(const std::string& at, const std::string& size, unsigned long flags) {
  return mount("tmpfs", at.c_str(), "tmpfs", flags, ("size=" + size).c_str());
}

}  // namespace

bool MountForOneself() {
  if (!HaveOwnMounts()) return false;
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  const TempDirectory place;
  if (Mount(place.path(), "1m", 0) != 0) return false;
  return umount(place.path().c_str()) == 0;
}

SmallDisk::SmallDisk(const std::string& size) {
  EXPECT_EQ(Mount(place_.path(), size, 0), 0) << place_.path();
}

SmallDisk::~SmallDisk() { EXPECT_EQ(umount(place_.path().c_str()), 0) << place_.path(); }

void SmallDisk::SetSize(const std::string& size) const {
  EXPECT_EQ(Mount(place_.path(), size, MS_REMOUNT), 0) << place_.path();
}

}  // namespace tocsin::testing
