#ifndef TOCSIN_ENGINE_SQLITE_SQLITE_STORE_H_
#define TOCSIN_ENGINE_SQLITE_SQLITE_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/store/store.h"

namespace tocsin::sqlite {

// Opens the store in a directory, which is made where there is none. `vfs` names one of
// SQLite's, by which files are read and written; empty: the system's.
// Errors: kFailedPrecondition for a directory that cannot be made or written, that
// another engine has open, or that holds something else; kDataLoss for a store that is
// damaged.
absl::StatusOr<std::unique_ptr<store::Store>> OpenStore(const std::string& directory,
                                                        const std::string& vfs = "");

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_SQLITE_STORE_H_
