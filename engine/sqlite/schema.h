#ifndef TOCSIN_ENGINE_SQLITE_SCHEMA_H_
#define TOCSIN_ENGINE_SQLITE_SCHEMA_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/sqlite/application.h"
#include "engine/sqlite/database.h"

// The tables of a store, which anyone may read with `sqlite3`; docs/durability.md says
// what is in them.
namespace tocsin::sqlite {

// `PRAGMA user_version`: the format of the tables and of what is in them.
inline constexpr std::int64_t kFormatVersion = 3;
// "tocs".
inline constexpr Application kStoreApplication = {.id = 0x746f6373,
                                                  .newest = kFormatVersion};

// The format of a store; 0 of a database that is empty. Errors: as `FormatIn`; kDataLoss
// where a table of its format is gone, or not declared as it was made; as
// `CheckNothingHangsOn`.
absl::StatusOr<std::int64_t> FormatOf(Database* database);

// Makes the tables in a database that is empty; of any other checks that it is a store,
// and brings one of an older format to this one, in one transaction. Errors:
// as `FormatOf`.
absl::Status PrepareSchema(Database* database);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_SCHEMA_H_
