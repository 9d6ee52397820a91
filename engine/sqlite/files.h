#ifndef TOCSIN_ENGINE_SQLITE_FILES_H_
#define TOCSIN_ENGINE_SQLITE_FILES_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/sqlite/directory.h"
#include "engine/sqlite/vfs_file.h"
#include "engine/sqlite/wal.h"

// What SQLite does not see, or passes over in silence, of the files of a store.
namespace tocsin::sqlite {

// What an engine that was not closed left of a log.
struct LeftLog {
  std::unique_ptr<VfsFile> file;  // null where there is none
  WalEnd end;
};

// Before SQLite has the files. Errors: kDataLoss for a database that is gone or empty
// though a store was made, and for a log that is damaged; those of the files.
absl::StatusOr<LeftLog> CheckFiles(const Directory& directory, const std::string& vfs);

// Cuts off what is behind the end of the log, so that nobody takes it for a part of what
// is written there next.
absl::Status CutOff(LeftLog log);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_FILES_H_
