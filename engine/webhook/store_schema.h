#ifndef TOCSIN_ENGINE_WEBHOOK_STORE_SCHEMA_H_
#define TOCSIN_ENGINE_WEBHOOK_STORE_SCHEMA_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/sqlite/application.h"
#include "engine/sqlite/database.h"
#include "engine/sqlite/files.h"

namespace tocsin::webhook {

// `PRAGMA user_version`: the format of the tables. Rows of format 1 had no checksum, and
// up to format 2 endpoints had no `overlap_ms`.
inline constexpr std::int64_t kWebhookFormat = 3;
// Of `webhooks.db`: "tocw".
inline constexpr sqlite::Application kWebhookApplication = {.id = 0x746f6377,
                                                            .newest = kWebhookFormat};

// The statements that make the tables.
extern const char kWebhookTables[];

// 0: the database is empty. Errors: as `FormatIn` and `CheckNothingHangsOn`.
absl::StatusOr<std::int64_t> WebhookFormatOf(sqlite::Database* database);

// Makes the tables in a database that is empty and was not made before, brings one of an
// older format to this one, in one transaction, and checks it as `CheckWebhooks` does.
// Errors: those of `WebhookFormatOf`; kDataLoss for damage.
absl::Status PrepareWebhookSchema(const sqlite::LeftFiles& left,
                                  sqlite::Database* database);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_STORE_SCHEMA_H_
