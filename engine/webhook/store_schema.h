#ifndef TOCSIN_ENGINE_WEBHOOK_STORE_SCHEMA_H_
#define TOCSIN_ENGINE_WEBHOOK_STORE_SCHEMA_H_

#include <cstdint>

#include "absl/status/status.h"
#include "engine/sqlite/database.h"

namespace tocsin::webhook {

// `PRAGMA application_id` of `webhooks.db`: "tocw".
inline constexpr std::int64_t kWebhookApplicationId = 0x746f6377;
// `PRAGMA user_version`: the format of the tables.
inline constexpr std::int64_t kWebhookFormat = 1;

// Makes the tables in a database that is empty; of any other checks that it is whole and
// one of these. Errors: kFailedPrecondition for one of another program or of a newer
// format; kDataLoss for a damaged one; those of the database.
absl::Status PrepareWebhookSchema(sqlite::Database* database);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_STORE_SCHEMA_H_
