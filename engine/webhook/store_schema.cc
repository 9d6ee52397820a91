#include "engine/webhook/store_schema.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/base/status.h"

namespace tocsin::webhook {
namespace {

constexpr char kTables[] = R"sql(
-- Where notifications are sent, and how it went. Lists have a line for each.
CREATE TABLE endpoint (
  number                INTEGER PRIMARY KEY,
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
  paused_until          TEXT
);

-- What waits for an endpoint, or died of it. What an endpoint took is not here any more.
CREATE TABLE delivery (
  number          INTEGER PRIMARY KEY AUTOINCREMENT,
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

absl::Status Refuse(Reason reason, const sqlite::Database& database,
                    absl::string_view why) {
  return MakeStatus(reason, absl::StrCat(database.path(), ": ", why));
}

absl::Status CheckWhole(sqlite::Database* database) {
  const absl::StatusOr<std::string> found = database->QueryText("PRAGMA quick_check(1)");
  if (!found.ok()) return found.status();
  if (*found == "ok") return absl::OkStatus();
  return Refuse(Reason::kDamaged, *database,
                absl::StrCat("it is damaged: ", *found,
                             "; restore a copy, or remove it to "
                             "begin with no endpoints"));
}

}  // namespace

absl::Status PrepareWebhookSchema(sqlite::Database* database) {
  const absl::StatusOr<std::int64_t> application =
      database->QueryInteger("PRAGMA application_id");
  if (!application.ok()) return application.status();
  const absl::StatusOr<std::int64_t> tables =
      database->QueryInteger("SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();
  if (*application == 0 && *tables == 0) {
    return database->Execute(absl::StrCat(
        "BEGIN IMMEDIATE;", kTables, "PRAGMA application_id = ", kWebhookApplicationId,
        ";PRAGMA user_version = ", kWebhookFormat, ";COMMIT"));
  }
  if (*application != kWebhookApplicationId) {
    return Refuse(Reason::kStoreUnusable, *database,
                  absl::StrCat("is a database of another program (application_id ",
                               *application, "); give a directory of its own to tocsin"));
  }
  const absl::StatusOr<std::int64_t> version =
      database->QueryInteger("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version != kWebhookFormat) {
    return Refuse(Reason::kStoreUnusable, *database,
                  absl::StrCat("is of format ", *version, "; this program knows format ",
                               kWebhookFormat, " only, a newer one may know that"));
  }
  return CheckWhole(database);
}

}  // namespace tocsin::webhook
