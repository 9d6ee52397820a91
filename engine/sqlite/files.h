#ifndef TOCSIN_ENGINE_SQLITE_FILES_H_
#define TOCSIN_ENGINE_SQLITE_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "engine/sqlite/directory.h"

// What SQLite does not see, or passes over in silence, of the files of a store.
namespace tocsin::sqlite {

// Before SQLite has the files. Makes the log that an engine left durable, as all is
// before the last transaction: who wrote it may have ended before that. Cuts off what is
// behind its end, so that nobody takes it for a part of what is written there next. Says
// where it ended; empty where there was nothing to cut off.
//
// Errors: kDataLoss for a database that is gone or empty though a store was made, and for
// a log that is damaged; those of the files.
absl::StatusOr<std::string> TakeFiles(const Directory& directory, const std::string& vfs);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_FILES_H_
