// Files of SQLite's that are as the system's, until the process dies in one of them.
#include <cstring>

#include "sqlite3.h"
#include "tests/kills/death.h"

namespace tocsin::testing {
namespace {

// As SQLite takes no context along, there is one of each.
Death* dies = nullptr;
sqlite3_vfs* system_files = nullptr;
const sqlite3_io_methods* system_methods = nullptr;

int WriteLog(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  if (dies->IsNow("log write")) Death::Die();
  if (dies->IsNow("log write, half")) {
    system_methods->xWrite(file, bytes, size / 2, at);
    Death::Die();
  }
  return system_methods->xWrite(file, bytes, size, at);
}

int SyncLog(sqlite3_file* file, int flags) {
  if (dies->IsNow("log sync")) Death::Die();
  return system_methods->xSync(file, flags);
}

int WriteDatabase(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
  if (dies->IsNow("database write")) Death::Die();
  return system_methods->xWrite(file, bytes, size, at);
}

int SyncDatabase(sqlite3_file* file, int flags) {
  if (dies->IsNow("database sync")) Death::Die();
  return system_methods->xSync(file, flags);
}

// As the system's with these two in the place of its own.
sqlite3_io_methods DyingLike(const sqlite3_io_methods* methods,
                             int (*write)(sqlite3_file*, const void*, int, sqlite3_int64),
                             int (*sync)(sqlite3_file*, int)) {
  sqlite3_io_methods dying = *methods;
  dying.xWrite = write;
  dying.xSync = sync;
  return dying;
}

int OpenFile(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags,
             int* out_flags) {
  const int result = system_files->xOpen(system_files, name, file, flags, out_flags);
  if (result != SQLITE_OK) return result;
  // Of all of them the system's methods are the same.
  if ((flags & SQLITE_OPEN_WAL) != 0) {
    static const sqlite3_io_methods log = DyingLike(file->pMethods, WriteLog, SyncLog);
    file->pMethods = &log;
  }
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
    static const sqlite3_io_methods database = [file] {
      system_methods = file->pMethods;
      return DyingLike(file->pMethods, WriteDatabase, SyncDatabase);
    }();
    file->pMethods = &database;
  }
  return result;
}

}  // namespace

const char* RegisterDyingFiles(Death* death) {
  static sqlite3_vfs files;
  dies = death;
  system_files = sqlite3_vfs_find(nullptr);
  files = *system_files;
  files.zName = "dying";
  files.xOpen = OpenFile;
  sqlite3_vfs_register(&files, 0);
  return files.zName;
}

}  // namespace tocsin::testing
