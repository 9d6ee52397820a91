#include "engine/sqlite/found_store.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/as_found.h"
#include "engine/sqlite/directory.h"
#include "engine/sqlite/schema.h"

namespace tocsin::sqlite {
namespace {

bool IsWritten(const std::string& file) {
  struct stat found = {};
  return stat(file.c_str(), &found) == 0 && S_ISREG(found.st_mode) && found.st_size > 0;
}

}  // namespace

FoundStore FindStore(const std::string& directory) {
  const std::string lock = absl::StrCat(directory, "/", kLockName);
  FoundStore found = {.left = {.database = absl::StrCat(directory, "/", kDatabaseName),
                               .application = kStoreApplication,
                               .lock = lock,
                               .noted = ReadNote(lock, kStoreNote)}};
  found.has_log = IsWritten(found.left.database + "-wal");
  return found;
}

absl::Status CheckFoundStore(const std::string& directory) {
  const auto [left, has_log] = FindStore(AbsolutePath(directory));
  absl::Status status = CheckIsLockFile(left.lock);
  if (status.ok()) status = CheckIsNoLink(left.database);
  if (status.ok()) status = CheckAreFiles(left.database);
  if (!status.ok()) return status;
  const absl::StatusOr<std::string> first_page = FirstPageAsFound(left.database);
  if (!first_page.ok()) return first_page.status();
  // What is amid its first change may begin with anything.
  if (IsWritten(left.database) && !IsFirstPage(*first_page) && !has_log &&
      !HasJournal(left.database)) {
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(left.database,
                                   ": is no database; give a directory of its own to "
                                   "tocsin, or, if a store was here, restore a copy"));
  }
  status = CheckFirstPage(left.application, left.database, *first_page);
  // Somebody's lock beside an empty database, or none.
  return status.ok() && left.noted == Noted::kOthers && !HasTables(*first_page)
             ? MissTables(left)
             : status;
}

}  // namespace tocsin::sqlite
