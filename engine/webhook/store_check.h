#ifndef TOCSIN_ENGINE_WEBHOOK_STORE_CHECK_H_
#define TOCSIN_ENGINE_WEBHOOK_STORE_CHECK_H_

#include "absl/status/status.h"
#include "engine/sqlite/database.h"

namespace tocsin::webhook {

// Whether the pages of a database are whole, and each index has what its table has.
// Error: kDataLoss.
absl::Status CheckPages(sqlite::Database* database);

// Whether all of a database of the newest format is as it was written: pages, tables and
// each row; and whether each delivery is for an endpoint that is there. Error: kDataLoss.
absl::Status CheckWebhooks(sqlite::Database* database);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_STORE_CHECK_H_
