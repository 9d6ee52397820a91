#include "engine/webhook/store_schema.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/status.h"
#include "engine/sqlite/row.h"
#include "engine/webhook/delivery_rows.h"
#include "engine/webhook/endpoint_rows.h"
#include "engine/webhook/store_check.h"
#include "engine/webhook/store_values.h"

namespace tocsin::webhook {

const char kWebhookTables[] = R"sql(
-- Where notifications are sent, and how it went. Lists have a line for each.
CREATE TABLE endpoint (
  number                INTEGER PRIMARY KEY,
  checksum              INTEGER NOT NULL,
  id                    TEXT NOT NULL UNIQUE,
  name                  TEXT NOT NULL,
  url                   TEXT NOT NULL,
  scheme                TEXT NOT NULL,
  alert_types           TEXT NOT NULL,
  alerts                TEXT NOT NULL,
  customers             TEXT NOT NULL,
  headers               TEXT NOT NULL,
  enabled               INTEGER NOT NULL,
  status                TEXT NOT NULL,
  secret                TEXT NOT NULL,
  previous_secret       TEXT,
  previous_secret_until TEXT,
  created_at            TEXT NOT NULL,
  enabled_at            TEXT NOT NULL,
  delivered             INTEGER NOT NULL,
  failed                INTEGER NOT NULL,
  last_failure_at       TEXT,
  last_failure          TEXT NOT NULL,
  last_success_at       TEXT,
  failures_in_a_row     INTEGER NOT NULL,
  pauses_in_a_row       INTEGER NOT NULL,
  paused_until          TEXT,
  overlap_ms            INTEGER
);

-- What waits for an endpoint, or died of it. What an endpoint took is not here any more.
CREATE TABLE delivery (
  number          INTEGER PRIMARY KEY AUTOINCREMENT,
  checksum        INTEGER NOT NULL,
  endpoint        INTEGER NOT NULL,
  notification_id TEXT NOT NULL,
  customer_id     TEXT NOT NULL,
  alert_id        TEXT NOT NULL,
  type            TEXT NOT NULL,
  accepted_at     TEXT NOT NULL,
  attempts        INTEGER NOT NULL,
  due_at          TEXT,
  last_failure    TEXT NOT NULL,
  died_at         TEXT,
  body            TEXT NOT NULL
);
CREATE UNIQUE INDEX delivery_of_notification ON delivery (endpoint, notification_id);
CREATE INDEX dead_delivery ON delivery (endpoint, number) WHERE died_at IS NOT NULL;
)sql";

namespace {

// For a message.
constexpr absl::string_view kBringingUp = "bringing its tables to the format of today";

// Rows of format 1 had no checksum. What columns there were are the first of those that
// there are.
absl::Status MoveRows(std::int64_t format, absl::string_view table,
                      const char* insert_sql, sqlite::Database* database) {
  const bool has_checksums = format > 1;
  auto select =
      database->Prepare(absl::StrCat("SELECT * FROM old_", table, " ORDER BY number"));
  if (!select.ok()) return select.status();
  auto insert = database->Prepare(insert_sql);
  if (!insert.ok()) return insert.status();
  std::uint64_t sum = 0;
  for (;;) {
    const absl::StatusOr<bool> has_row = (*select)->Step();
    if (!has_row.ok() || !*has_row) return has_row.status();
    const sqlite::Statement& row = **select;
    absl::Status status;
    if (has_checksums) status = CheckRow(*database, table, row);
    if (!status.ok()) return status;
    sqlite::RowWriter writer(table, insert->get());
    for (int column = 0; column < row.columns(); ++column) {
      if (has_checksums && column == sqlite::kChecksumColumn) continue;
      // Of a number its digits, which the column makes one again.
      if (row.IsNull(column)) {
        writer.AddIfAny(std::nullopt);
      } else {
        writer.Add(row.Text(column));
      }
    }
    if (table == kEndpointTable) writer.AddIfAny(std::nullopt);
    status = writer.Write(&sum);
    if (!status.ok()) return status;
  }
}

absl::Status BringToNewest(std::int64_t format, sqlite::Database* database) {
  absl::Status status = CheckPages(database);
  if (status.ok()) {
    status = database->Execute(
        absl::StrCat("DROP INDEX delivery_of_notification; DROP INDEX dead_delivery;"
                     "ALTER TABLE endpoint RENAME TO old_endpoint;"
                     "ALTER TABLE delivery RENAME TO old_delivery;",
                     kWebhookTables),
        kBringingUp);
  }
  if (status.ok()) status = MoveRows(format, kEndpointTable, kPutEndpoint, database);
  if (status.ok()) status = MoveRows(format, kDeliveryTable, kInsertDelivery, database);
  if (!status.ok()) return status;
  // Nor are numbers given again that were given to what is gone.
  status = database->Execute(
      absl::StrCat(
          "DELETE FROM sqlite_sequence WHERE name = 'delivery';"
          "INSERT INTO sqlite_sequence SELECT 'delivery', seq FROM sqlite_sequence "
          "WHERE name = 'old_delivery';"
          "DROP TABLE old_endpoint; DROP TABLE old_delivery;"
          "PRAGMA user_version = ",
          kWebhookFormat),
      kBringingUp);
  return status.ok() ? CheckWebhooks(database) : status;
}

}  // namespace

absl::StatusOr<std::int64_t> WebhookFormatOf(sqlite::Database* database) {
  absl::StatusOr<std::int64_t> format = sqlite::FormatIn(kWebhookApplication, database);
  if (!format.ok() || *format == 0) return format;
  absl::Status status = sqlite::CheckNothingHangsOn(
      {kEndpointTable, kDeliveryTable}, {"delivery_of_notification", "dead_delivery"},
      database);
  if (!status.ok()) return status;
  return format;
}

absl::Status PrepareWebhookSchema(const sqlite::LeftFiles& left,
                                  sqlite::Database* database) {
  const absl::StatusOr<std::int64_t> format = WebhookFormatOf(database);
  if (!format.ok()) return format.status();
  if (*format == 0) {
    absl::Status status = sqlite::MissTables(left);
    if (!status.ok()) return status;
    return database->Execute(
        absl::StrCat("BEGIN IMMEDIATE;", kWebhookTables,
                     "PRAGMA application_id = ", kWebhookApplication.id,
                     ";PRAGMA user_version = ", kWebhookFormat, ";COMMIT"),
        "making its tables");
  }
  if (*format == kWebhookFormat) return CheckWebhooks(database);
  absl::Status status = database->Execute("BEGIN IMMEDIATE");
  if (!status.ok()) return status;
  status = BringToNewest(*format, database);
  if (status.ok()) status = database->Execute("COMMIT");
  // After some errors SQLite has done it already.
  if (!status.ok()) database->Execute("ROLLBACK").IgnoreError();
  return status;
}

}  // namespace tocsin::webhook
