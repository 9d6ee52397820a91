#include "engine/sqlite/schema.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/status.h"
#include "engine/sqlite/history_rows.h"
#include "engine/sqlite/journal_rows.h"
#include "engine/sqlite/tables.h"

namespace tocsin::sqlite {
namespace {

constexpr char kJournalTable[] = R"sql(
-- What was done, one row for what became durable together; the instant up to which all
-- was; and the sum of the checksums of all other rows then, by which one that is missing
-- is seen.
CREATE TABLE journal (
  number     INTEGER PRIMARY KEY,
  checksum   INTEGER NOT NULL,
  first_step INTEGER NOT NULL,
  entries    BLOB NOT NULL,
  at         TEXT,
  sum        INTEGER
);
)sql";

// Those of all formats.
constexpr char kTables[] = R"sql(
-- From behind which step the journal is needed, and the alerts as they were then.
CREATE TABLE checkpoint (
  number     INTEGER PRIMARY KEY,
  checksum   INTEGER NOT NULL,
  step       INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  rules      BLOB NOT NULL,
  alerts     BLOB NOT NULL
);

-- Customers of a checkpoint, each as it was after a step of the journal. Those of another
-- one than the last are of one that was not finished.
CREATE TABLE image (
  number     INTEGER PRIMARY KEY,
  checksum   INTEGER NOT NULL,
  checkpoint INTEGER NOT NULL,
  as_of      INTEGER NOT NULL,
  customers  BLOB NOT NULL
);

-- How far each source's log has been applied.
CREATE TABLE position (
  source        TEXT PRIMARY KEY,
  checksum      INTEGER NOT NULL,
  source_offset TEXT NOT NULL
) WITHOUT ROWID;

-- The alerts as they are.
CREATE TABLE alert (
  id             TEXT PRIMARY KEY,
  checksum       INTEGER NOT NULL,
  type           TEXT NOT NULL,
  name           TEXT NOT NULL,
  threshold      TEXT NOT NULL,
  status         TEXT NOT NULL,
  customer_id    TEXT,
  plan_id        TEXT,
  uniqueness_key TEXT,
  updated_at     TEXT NOT NULL
) WITHOUT ROWID;

-- The notifications that wait for the sink, in their order.
CREATE TABLE outbox (
  number      INTEGER PRIMARY KEY,
  checksum    INTEGER NOT NULL,
  id          TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  alert_id    TEXT NOT NULL,
  body        TEXT NOT NULL,
  content     BLOB NOT NULL
);
)sql";

// What stores of format 1 did not have.
constexpr char kTablesOfFormat2[] = R"sql(
-- By which ids facts are known again, one row for those that became durable together.
CREATE TABLE fact_ids (
  number   INTEGER PRIMARY KEY,
  checksum INTEGER NOT NULL,
  at       TEXT NOT NULL,
  count    INTEGER NOT NULL,
  ids      BLOB NOT NULL
);
)sql";

// Nor those of format 2, where `history` had another key.
constexpr char kTablesOfFormat3[] = R"sql(
-- What became of customer alerts; without a customer, of all those of an alert. What is
-- of one customer stands together: to add to it takes no index.
CREATE TABLE history (
  number          INTEGER NOT NULL,
  checksum        INTEGER NOT NULL,
  customer_id     TEXT NOT NULL,
  alert_id        TEXT NOT NULL,
  instance        BLOB NOT NULL,
  at              TEXT NOT NULL,
  status          TEXT,
  triggered_by    TEXT NOT NULL,
  epoch           INTEGER NOT NULL,
  value           TEXT NOT NULL,
  notification_id TEXT,
  PRIMARY KEY (customer_id, number)
) WITHOUT ROWID;

-- What a host noted with its changes.
CREATE TABLE receipt (
  number   INTEGER PRIMARY KEY,
  checksum INTEGER NOT NULL,
  at       TEXT NOT NULL,
  key      BLOB NOT NULL,
  content  BLOB NOT NULL
);

-- A row of the journal that is there, or was: the last one when a checkpoint was made or
-- the engine was closed. Else nobody would miss the last rows of all.
CREATE TABLE journal_end (
  number   INTEGER PRIMARY KEY,
  checksum INTEGER NOT NULL
);
)sql";

// As it is in a store that was brought to this format.
constexpr char kJournalBroughtUp[] = R"sql(
CREATE TABLE journal (
  number     INTEGER PRIMARY KEY,
  checksum   INTEGER NOT NULL,
  first_step INTEGER NOT NULL,
  entries    BLOB NOT NULL
, at TEXT, sum INTEGER);
)sql";

// What only those of formats 1 and 2 had.
constexpr char kTablesOfOlder[] = R"sql(
CREATE TABLE meta (
  key      TEXT PRIMARY KEY,
  checksum INTEGER NOT NULL,
  value    TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE journal (
  number     INTEGER PRIMARY KEY,
  checksum   INTEGER NOT NULL,
  first_step INTEGER NOT NULL,
  entries    BLOB NOT NULL
);
)sql";

// And only those of format 2.
constexpr char kHistoryOfFormat2[] = R"sql(
CREATE TABLE history (
  number          INTEGER PRIMARY KEY,
  checksum        INTEGER NOT NULL,
  customer_id     TEXT,
  alert_id        TEXT NOT NULL,
  instance        BLOB NOT NULL,
  at              TEXT NOT NULL,
  status          TEXT,
  triggered_by    TEXT NOT NULL,
  epoch           INTEGER NOT NULL,
  value           TEXT NOT NULL,
  notification_id TEXT
);
)sql";

// The tables that a store of this format has.
std::string TablesOf(std::int64_t format) {
  switch (format) {
    case 1:
      return absl::StrCat(kTablesOfOlder, kTables);
    case 2:
      return absl::StrCat(kTablesOfOlder, kTables, kTablesOfFormat2, kHistoryOfFormat2);
    default:
      return absl::StrCat(kJournalTable, kTables, kTablesOfFormat2, kTablesOfFormat3);
  }
}

// For a message.
constexpr absl::string_view kBringing = "bringing its tables to the format of today";

// What is in its other tables is read as it is.
absl::Status BringToNewest(Database* database, std::int64_t format) {
  JournalRow end;
  std::uint64_t sum = 0;
  absl::Status status = TakeMeta(database, &end.at, &sum);
  if (!status.ok()) return status;
  if (format == 1) {
    status =
        database->Execute(absl::StrCat(kTablesOfFormat2, kTablesOfFormat3), kBringing);
  } else {
    status = database->Execute(
        absl::StrCat(
            // Views that others have made stay as they are.
            "PRAGMA legacy_alter_table = ON;DROP INDEX history_of_customer;"
            "ALTER TABLE history RENAME TO history_2;"
            "PRAGMA legacy_alter_table = OFF;",
            kTablesOfFormat3),
        kBringing);
    if (status.ok()) status = MoveHistory(database, &sum);
  }
  return status.ok() ? EndJournal(database, end, sum) : status;
}

// A name of a column that has changed would else be missed by who asks for it, and later.
absl::Status CheckTables(Database* database, std::int64_t format) {
  const std::string tables = TablesOf(format);
  const std::string made =
      format == kFormatVersion ? absl::StrCat(tables, kJournalBroughtUp) : tables;
  constexpr absl::string_view kCreate = "\nCREATE TABLE ";
  std::size_t missing =
      std::vector<absl::string_view>(absl::StrSplit(tables, kCreate)).size() - 1;
  const auto damaged = [database](absl::string_view what) {
    return MakeStatus(Reason::kDamaged, absl::StrCat(database->path(), ": ", what));
  };
  auto query =
      database->Prepare("SELECT name, sql FROM sqlite_schema WHERE type='table'");
  if (!query.ok()) return query.status();
  const Statement& row = **query;
  absl::StatusOr<bool> has_row = (*query)->Step();
  for (; has_row.ok() && *has_row; has_row = (*query)->Step()) {
    const std::string begins = absl::StrCat(kCreate, row.Text(0), " (");
    const std::string sql = absl::StrCat("\n", row.Text(1), ";");
    // Others may have made a table of their own.
    if (!absl::StrContains(made, begins)) continue;
    if (!absl::StartsWith(sql, begins) || !absl::StrContains(made, sql)) {
      return damaged(absl::StrCat("table ", row.Text(0), " is not as it was made"));
    }
    --missing;
  }
  if (has_row.ok() && missing > 0)
    return damaged(absl::StrCat(missing, " tables are gone"));
  return has_row.status();
}

}  // namespace

absl::StatusOr<std::int64_t> FormatOf(Database* database) {
  absl::StatusOr<std::int64_t> format = FormatIn(kStoreApplication, database);
  if (!format.ok() || *format == 0) return format;
  absl::Status status = CheckTables(database, *format);
  if (status.ok()) {
    // Those of before; today they may be somebody else's.
    std::vector<absl::string_view> tables, indexes;
    if (*format < kFormatVersion) {
      tables = {kMeta};
      indexes = {"history_of_customer"};
    }
    tables.insert(tables.end(), {kJournal, kJournalEnd, kCheckpoint, kImage, kPosition,
                                 kAlert, kOutbox, kHistory, kReceipt, kFactIds});
    status = CheckNothingHangsOn(tables, indexes, database);
  }
  if (!status.ok()) return status;
  return format;
}

absl::Status PrepareSchema(Database* database) {
  const absl::StatusOr<std::int64_t> format = FormatOf(database);
  if (!format.ok()) return format.status();
  if (*format == 0) {
    return database->Execute(
        absl::StrCat("BEGIN IMMEDIATE;", TablesOf(kFormatVersion),
                     "PRAGMA application_id = ", kStoreApplication.id,
                     ";PRAGMA user_version = ", kFormatVersion, ";COMMIT"),
        "making its tables");
  }
  if (*format == kFormatVersion) return absl::OkStatus();
  absl::Status status = database->Execute("BEGIN IMMEDIATE");
  if (status.ok()) status = BringToNewest(database, *format);
  // As the next one will that opens it.
  if (status.ok()) status = CheckTables(database, kFormatVersion);
  if (!status.ok()) return status;
  return database->Execute(
      absl::StrCat("PRAGMA user_version = ", kFormatVersion, ";COMMIT"), kBringing);
}

}  // namespace tocsin::sqlite
