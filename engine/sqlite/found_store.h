#ifndef TOCSIN_ENGINE_SQLITE_FOUND_STORE_H_
#define TOCSIN_ENGINE_SQLITE_FOUND_STORE_H_

#include <string>

#include "absl/status/status.h"
#include "engine/sqlite/files.h"

// What is found of a store in a directory by who does not take it.
namespace tocsin::sqlite {

// What else than the database says that it was there is looked at with it, and before it.
struct FoundStore {
  LeftFiles left = {};
  bool has_log = false;  // with something in it
};
FoundStore FindStore(const std::string& directory);

// For who makes something beside a store: that the directory is a store's or nobody's, as
// far as names and the first page of the database tell. Nothing is touched. Errors:
// kFailedPrecondition (kStoreUnusable) where the lock is another program's or no regular
// file; as `MissDatabase`; as `CheckWhose`; those of the files.
absl::Status CheckFoundStore(const std::string& directory);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_FOUND_STORE_H_
