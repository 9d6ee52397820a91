#ifndef TOCSIN_ENGINE_SQLITE_SQLITE_STORE_H_
#define TOCSIN_ENGINE_SQLITE_SQLITE_STORE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/sqlite/tables.h"
#include "engine/store/store.h"

namespace tocsin::sqlite {

// How what was committed comes from the log into the database.
struct Copying {
  enum class By {
    kCommits,  // by who commits
    kThread,   // by a thread beside these
    // As the thread does it, by who commits, and always in the same order: for tests that
    // must come out the same again.
    kTurns,
  };
  By by = By::kCommits;
  int pages = 1'024;  // after so many; 4 MiB, much as SQLite does it by itself
};

// Opens the store in a directory, which is made where there is none. `vfs` names one of
// SQLite's, by which files are read and written; empty: the system's. What is written at
// once comes into rows of so many bytes of entries.
// Errors: kFailedPrecondition for a directory that cannot be made or written, that
// another engine has open, or that holds something else; kDataLoss for a store that is
// damaged; kResourceExhausted if a thread cannot be started.
absl::StatusOr<std::unique_ptr<store::Store>> OpenStore(
    const std::string& directory, const std::string& vfs = "", Copying copying = {},
    std::size_t entries_in_row_max = kEntriesInRowMax);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_SQLITE_STORE_H_
