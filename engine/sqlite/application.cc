#include "engine/sqlite/application.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "engine/base/status.h"
#include "engine/sqlite/wal_frame.h"

namespace tocsin::sqlite {
namespace {

absl::Status Unusable(absl::string_view path, absl::string_view why) {
  return MakeStatus(Reason::kStoreUnusable, absl::StrCat(path, ": ", why));
}

absl::Status OfAnother(absl::string_view path, std::int64_t id) {
  return Unusable(path, absl::StrCat("is a database of another program (application_id ",
                                     id, "); give a directory of its own to tocsin"));
}

absl::Status OfUnknownFormat(const Application& ours, absl::string_view path,
                             std::int64_t version) {
  return Unusable(
      path, absl::StrCat("is of format ", version, "; this program knows formats 1 to ",
                         ours.newest, " only, a newer one may know that"));
}

absl::Status InOtherEncoding(absl::string_view path, absl::string_view encoding) {
  return Unusable(path,
                  absl::StrCat("is empty, and set to texts in ", encoding,
                               ", where those of tocsin are in UTF-8; remove it, or "
                               "give a directory of its own to tocsin"));
}

// As SQLite compares names.
bool IsOneOf(const std::vector<absl::string_view>& names, absl::string_view name) {
  return std::any_of(names.begin(), names.end(), [name](absl::string_view one) {
    return absl::EqualsIgnoreCase(one, name);
  });
}

}  // namespace

// https://www.sqlite.org/fileformat2.html#the_database_header, and behind it the header
// of the page, where the tables are declared.
bool IsFirstPage(absl::string_view bytes) {
  constexpr absl::string_view kMagic("SQLite format 3\0", 16);
  return bytes.size() >= kFirstOfPage && absl::StartsWith(bytes, kMagic);
}

bool HasTables(absl::string_view first_page) {
  constexpr std::size_t kKindAt = 100, kCellsAt = 103;
  constexpr char kLeaf = 13;
  // One that is empty has none.
  return IsFirstPage(first_page) &&
         (first_page[kKindAt] != kLeaf || first_page[kCellsAt] != 0 ||
          first_page[kCellsAt + 1] != 0);
}

absl::Status CheckFirstPage(const Application& ours, absl::string_view path,
                            absl::string_view first_page) {
  constexpr std::size_t kEncodingAt = 56, kVersionAt = 60, kIdAt = 68;
  constexpr std::uint32_t kUtf16Le = 2, kUtf16Be = 3;
  if (!IsFirstPage(first_page)) return absl::OkStatus();
  const auto id = static_cast<std::int32_t>(NumberAt(first_page, kIdAt));
  const auto version = static_cast<std::int32_t>(NumberAt(first_page, kVersionAt));
  const auto encoding = NumberAt(first_page, kEncodingAt);
  if (id == ours.id) {
    return version >= 1 && version <= ours.newest ? absl::OkStatus()
                                                  : OfUnknownFormat(ours, path, version);
  }
  if (id != 0 || HasTables(first_page)) return OfAnother(path, id);
  if (encoding != kUtf16Le && encoding != kUtf16Be) return absl::OkStatus();
  return InOtherEncoding(path, encoding == kUtf16Le ? "UTF-16le" : "UTF-16be");
}

absl::StatusOr<std::int64_t> FormatIn(const Application& ours, Database* database) {
  const absl::StatusOr<std::int64_t> id = database->QueryInteger("PRAGMA application_id");
  if (!id.ok()) return id.status();
  const absl::StatusOr<std::int64_t> tables =
      database->QueryInteger("SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();
  if (*id == 0 && *tables == 0) {
    const absl::StatusOr<std::string> encoding = database->QueryText("PRAGMA encoding");
    if (!encoding.ok()) return encoding.status();
    if (*encoding == "UTF-8") return 0;
    return InOtherEncoding(database->path(), *encoding);
  }
  if (*id != ours.id) return OfAnother(database->path(), *id);
  absl::StatusOr<std::int64_t> version = database->QueryInteger("PRAGMA user_version");
  if (!version.ok() || (*version >= 1 && *version <= ours.newest)) return version;
  return OfUnknownFormat(ours, database->path(), *version);
}

absl::Status CheckNothingHangsOn(const std::vector<absl::string_view>& tables,
                                 const std::vector<absl::string_view>& indexes,
                                 Database* database) {
  // What SQLite makes for a key of a table has no statement of its own.
  auto query = database->Prepare(
      "SELECT type, name, tbl_name FROM sqlite_schema "
      "WHERE type IN ('trigger', 'index') AND sql NOT NULL");
  if (!query.ok()) return query.status();
  const Statement& row = **query;
  absl::StatusOr<bool> has_row = (*query)->Step();
  for (; has_row.ok() && *has_row; has_row = (*query)->Step()) {
    const absl::string_view type = row.Text(0), name = row.Text(1);
    if (!IsOneOf(tables, row.Text(2))) continue;
    if (type == "index" && IsOneOf(indexes, name)) continue;
    return Unusable(
        database->path(),
        absl::StrCat("others have made ", type, " ", name, " on its table ", row.Text(2),
                     ", and what is written or found goes by that too; remove it: DROP ",
                     type, " \"", absl::StrReplaceAll(name, {{"\"", "\"\""}}), "\""));
  }
  return has_row.status();
}

absl::StatusOr<std::string> FindBadPage(absl::string_view check, Database* database) {
  absl::Status status = database->Execute("PRAGMA ignore_check_constraints = ON");
  if (!status.ok()) return status;
  const absl::StatusOr<std::string> found = database->QueryText(check);
  if (found.ok()) {
    return *found == "ok" ? "" : absl::StrReplaceAll(*found, {{"\n", " "}});
  }
  // A table of theirs may go by a function or an order that only they have.
  const absl::string_view said = found.status().message();
  const absl::string_view what = absl::StripPrefix(said, database->path());
  if (!absl::StartsWith(what, ": no such ") &&
      !absl::StartsWith(what, ": unknown function")) {
    return found.status();
  }
  return MakeStatus(Reason::kStoreUnusable,
                    absl::StrCat(said,
                                 "; a table that others have made in it needs "
                                 "that, so that its pages cannot be checked; "
                                 "remove that table"));
}

}  // namespace tocsin::sqlite
