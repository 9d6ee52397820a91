#include "engine/sqlite/found_store.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
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
  const FoundStore found = FindStore(directory);
  const std::string& file = found.left.database;
  absl::Status are_files = CheckAreFiles(file);
  if (!are_files.ok()) return are_files;
  if (!IsWritten(file)) return MissDatabase(found.left, found.has_log);
  if (IsWritten(file + "-journal")) return absl::OkStatus();
  return ReadAsFound(AbsolutePath(file),
                     [](Database* database) {
                       return FormatIn(kStoreApplication, database).status();
                     })
      .status();
}

}  // namespace tocsin::sqlite
