#ifndef TOCSIN_TESTS_CRASH_DISK_VFS_H_
#define TOCSIN_TESTS_CRASH_DISK_VFS_H_

#include <memory>
#include <string>

#include "tests/crash/disk.h"

namespace tocsin::testing {

// A disk as one of SQLite's virtual file systems, for connections whose calls come one
// after the other: the locks of the log, which none of them has over a call, are always
// to be had. Of the others it matters who is the last to close.
//
// The directory is synced as SQLite does it where files are the system's: after the first
// sync of a journal or a log that a connection opened.
//
// Thread safety: none.
class DiskVfs {
 public:
  // Whether the disk claims that a write which ends in the midst leaves alone what is
  // beside it, as SQLite takes it to be of the system's files; else nothing is claimed.
  enum class Claims { kNothing, kPowersafeOverwrite };

  DiskVfs(Disk* disk, Claims claims);
  ~DiskVfs();
  DiskVfs(const DiskVfs&) = delete;
  DiskVfs& operator=(const DiskVfs&) = delete;

  const std::string& name() const { return name_; }
  // Whether a file of it is open, and with it what its connections have in common.
  bool IsInUse() const;

 private:
  struct Registered;

  const std::string name_;
  std::unique_ptr<Registered> registered_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CRASH_DISK_VFS_H_
