#ifndef TOCSIN_ENGINE_SQLITE_INSPECT_H_
#define TOCSIN_ENGINE_SQLITE_INSPECT_H_

#include "absl/status/statusor.h"
#include "engine/sqlite/database.h"
#include "tocsin/store.h"

namespace tocsin::sqlite {

// What is in a store, but its files. Errors: as `InspectStore`.
absl::StatusOr<StoreSummary> Summarize(Database* database);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_INSPECT_H_
