#ifndef TOCSIN_ENGINE_SQLITE_APPLICATION_H_
#define TOCSIN_ENGINE_SQLITE_APPLICATION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/sqlite/database.h"

// Whose a database is: ours, of a format that is known, with nothing hung on its tables.
namespace tocsin::sqlite {

// What a database of ours says of itself in its header.
struct Application {
  // `PRAGMA application_id`. https://www.sqlite.org/fileformat2.html#appid
  std::int64_t id = 0;
  // `PRAGMA user_version`: the newest format that is known. The first one is 1.
  std::int64_t newest = 0;
};

// As much of the first page of a database as `CheckFirstPage` looks at.
inline constexpr std::size_t kFirstOfPage = 108;

// By the beginning of the first page alone, before SQLite has the file: who opens a
// database of another program also takes its log up, copies that and removes it. Error:
// kFailedPrecondition (kStoreUnusable) as `FormatIn` has it. OK for fewer bytes, and for
// what begins as no database does.
absl::Status CheckFirstPage(const Application& ours, absl::string_view path,
                            absl::string_view first_page);

// By that page too: whether it begins as one of a database, and whether that has tables.
bool IsFirstPage(absl::string_view bytes);
bool HasTables(absl::string_view first_page);

// The format of a database; 0 of one that is empty. Errors: kFailedPrecondition
// (kStoreUnusable) for one of another program, of a format that is not known, or empty
// and with texts in another encoding than UTF-8; those of the database.
absl::StatusOr<std::int64_t> FormatIn(const Application& ours, Database* database);

// That others have hung nothing on these tables. A trigger changes what is written, or
// leaves it out, and says nothing; by an index rows are found, replaced or refused.
// `indexes` are our own. Error: kFailedPrecondition (kStoreUnusable), which names it.
absl::Status CheckNothingHangsOn(const std::vector<absl::string_view>& tables,
                                 const std::vector<absl::string_view>& indexes,
                                 Database* database);

// What a check of SQLite's, a statement of one row, says of the first page or row that is
// bad, in one line; empty where none is. What others have made beside may be as they
// want. Errors: kFailedPrecondition (kStoreUnusable) where that keeps it from being
// checked; those of the database.
absl::StatusOr<std::string> FindBadPage(absl::string_view check, Database* database);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_APPLICATION_H_
