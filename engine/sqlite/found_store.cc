#include "engine/sqlite/found_store.h"

#include <sys/stat.h>

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "engine/sqlite/as_found.h"
#include "engine/sqlite/directory.h"
#include "engine/sqlite/schema.h"

namespace tocsin::sqlite {
namespace {

// Below 0 where there is none.
std::int64_t SizeOf(const std::string& file) {
  struct stat found = {};
  const bool is_file = stat(file.c_str(), &found) == 0 && S_ISREG(found.st_mode);
  return is_file ? found.st_size : -1;
}

}  // namespace

FoundStore FindStore(const std::string& directory) {
  const std::string lock = absl::StrCat(directory, "/", kLockName);
  FoundStore found = {.left = {.database = absl::StrCat(directory, "/", kDatabaseName),
                               .application = kStoreApplication,
                               .lock = lock,
                               .noted = ReadNote(lock, kStoreNote)}};
  found.has_log = SizeOf(found.left.database + "-wal") > 0;
  return found;
}

absl::Status CheckFoundStore(const std::string& directory) {
  const auto [left, has_log] = FindStore(AbsolutePath(directory));
  absl::Status status = CheckIsLockFile(left.lock);
  if (status.ok()) status = CheckIsNoLink(left.database);
  if (status.ok()) status = CheckAreFiles(left.database);
  if (!status.ok()) return status;
  // SQLite takes one of a byte for empty.
  if (SizeOf(left.database) <= 1) return MissDatabase(left, has_log);
  const absl::StatusOr<std::string> first_page = FirstPageAsFound(left.database);
  if (!first_page.ok()) return first_page.status();
  status = CheckWhose(left, "", *first_page);
  // Somebody's lock beside an empty database.
  return status.ok() && left.noted == Noted::kOthers && !HasTables(*first_page)
             ? MissTables(left)
             : status;
}

}  // namespace tocsin::sqlite
