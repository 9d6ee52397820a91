#ifndef TOCSIN_ENGINE_SQLITE_FILES_H_
#define TOCSIN_ENGINE_SQLITE_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/sqlite/application.h"
#include "engine/sqlite/lock_file.h"
#include "engine/sqlite/wal.h"

// What SQLite does not see, or passes over in silence, of the files of a store.
namespace tocsin::sqlite {

// Of a database and what SQLite keeps beside it, whatever of that is there. Errors:
// kFailedPrecondition (kStoreUnusable) where one is no regular file: who opens a pipe
// waits until somebody writes into it.
absl::Status CheckAreFiles(const std::string& database);
// SQLite keeps what is beside a database beside what a link leads to. Error as above.
absl::Status CheckIsNoLink(const std::string& database);

// Whether there is a journal that counts, by which SQLite takes a change back. One that
// is empty, or begins with a zero, is left of a change that was made. `vfs` as for
// `Database`. Errors: of the file.
absl::StatusOr<bool> HasJournal(const std::string& database, const std::string& vfs);

// As much of the first page of a database as `CheckFirstPage` looks at; nothing of one
// that has less, or is not there. Error: that of the source.
absl::StatusOr<std::string> ReadFirstPage(ByteSource* database);

// A database as it was left, what it is of, and the file of its lock, which says whether
// it was made.
struct LeftFiles {
  std::string database = {};
  Application application = {};
  std::string lock = {};
  Noted noted = Noted::kNothing;
};

// By the first page of a database with something in it: as `CheckFirstPage`, and
// kDataLoss where it begins as none does. That it may amid its first change, which a
// journal tells.
absl::Status CheckWhose(const LeftFiles& left, const std::string& vfs,
                        absl::string_view first_page);

// Before SQLite has the files. Makes the log that a process left durable, as all is
// before the last transaction: who wrote it may have ended before that. Cuts off what is
// behind its end, so that nobody takes it for a part of what is written there next. Says
// where it ended; empty where that was nothing but what earlier rounds left.
//
// Others may have the database open; they are kept from writing and copying meanwhile.
//
// Errors: as `CheckWhose`, where nothing is touched then, but of another program's that
// was empty amid a change which SQLite takes back first; as `MissDatabase`; kDataLoss for
// a log that is damaged;
// kFailedPrecondition (kStoreInUse) where others go on writing or copying; those of the
// files.
absl::StatusOr<std::string> TakeFiles(const LeftFiles& left, const std::string& vfs);

// Of a database that is gone, or empty: kDataLoss where it was made, kFailedPrecondition
// (kStoreUnusable) where the file of the lock is another program's.
absl::Status MissDatabase(const LeftFiles& left, bool has_log);
// The same of one without tables. They were durable before that was noted.
absl::Status MissTables(const LeftFiles& left);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_FILES_H_
