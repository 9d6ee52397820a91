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

// For who keeps something beside a store, before anything is made: that the directory is
// a store's or nobody's. OK also where a change of the database did not come to its end,
// behind which it is not known whose it is. Nothing is touched. Errors:
// kFailedPrecondition (kStoreUnusable) where it is another program's, of a newer format
// or no regular file; as `MissDatabase`; of the database.
absl::Status CheckFoundStore(const std::string& directory);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_FOUND_STORE_H_
