#ifndef TOCSIN_ENGINE_SQLITE_AS_FOUND_H_
#define TOCSIN_ENGINE_SQLITE_AS_FOUND_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/sqlite/database.h"

namespace tocsin::sqlite {

// Calls `read` with a connection to a database by which nothing can be written, in a
// transaction: all that it reads is of one instant. Neither the file nor its log is
// changed, also not by opening and closing it: SQLite would write the log of who died
// into the file.
//
// It reads without SQLite's locks and its index of the log, and where somebody wrote
// meanwhile calls `read` once more, with a connection that has them: only what the last
// call found counts. Returns where a log that nobody writes ends before its end; empty
// where it does not. Errors: kDataLoss for a log that is damaged; of the database; of
// `read`.
absl::StatusOr<std::string> ReadAsFound(const std::string& file,
                                        absl::FunctionRef<absl::Status(Database*)> read);

// As much of the first page of a database as says whose it is, as who opens it next will
// find it: from the log, where that has a newer one and is whole. Nothing is changed, and
// SQLite does not open it. Errors: of the files.
absl::StatusOr<std::string> FirstPageAsFound(const std::string& file);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_AS_FOUND_H_
