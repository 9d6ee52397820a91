#ifndef TOCSIN_ENGINE_SQLITE_BACKUP_H_
#define TOCSIN_ENGINE_SQLITE_BACKUP_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/sqlite/database.h"

namespace tocsin::sqlite {

// The directory of a copy of a store that is being made. The copy has another name than a
// store until it is whole, and in a store's place stands what nobody takes for one. With
// this goes what is not whole.
class BackupDirectory {
 public:
  // Errors: kFailedPrecondition for one that cannot be made or is not empty;
  // kUnavailable.
  static absl::StatusOr<std::unique_ptr<BackupDirectory>> Make(const std::string& path);
  ~BackupDirectory();

  BackupDirectory(const BackupDirectory&) = delete;
  BackupDirectory& operator=(const BackupDirectory&) = delete;

  // Where the copy is.
  std::string part() const { return database() + ".part"; }
  // Anew, what there was of it is gone. Errors: of the databases.
  absl::Status Copy(Database* from);
  // Makes a store of it, and all of that durable. Error: kUnavailable.
  absl::Status Finish();

 private:
  BackupDirectory(std::string path, bool made) : path_(std::move(path)), made_(made) {}

  std::string database() const;

  const std::string path_;
  const bool made_;  // by us
  bool took_ = false;
  bool finished_ = false;
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_BACKUP_H_
