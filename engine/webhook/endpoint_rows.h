#ifndef TOCSIN_ENGINE_WEBHOOK_ENDPOINT_ROWS_H_
#define TOCSIN_ENGINE_WEBHOOK_ENDPOINT_ROWS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/sqlite/database.h"
#include "engine/webhook/endpoint_record.h"

namespace tocsin::webhook {

inline constexpr char kEndpointTable[] = "endpoint";

// Its parameters are all columns.
extern const char kPutEndpoint[];
absl::Status PutEndpointRow(const EndpointRecord& endpoint, sqlite::Statement* put);
// In the order of their creation. Errors: those of the database; kDataLoss for a row that
// is not as it was written, or nobody wrote.
absl::StatusOr<std::vector<EndpointRecord>> ReadEndpointRows(sqlite::Database* database);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_ENDPOINT_ROWS_H_
