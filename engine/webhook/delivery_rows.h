#ifndef TOCSIN_ENGINE_WEBHOOK_DELIVERY_ROWS_H_
#define TOCSIN_ENGINE_WEBHOOK_DELIVERY_ROWS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/sqlite/database.h"
#include "engine/webhook/delivery_record.h"
#include "tocsin/ids.h"

namespace tocsin::webhook {

inline constexpr char kDeliveryTable[] = "delivery";

// A row of the table `delivery`.
struct DeliveryRow {
  std::uint64_t number = 0;
  std::uint64_t endpoint = 0;
  NotificationId notification = {};
  LineKey line = {};
  std::string type = {};
  DeliveryState state = {};
  std::string body = {};
};

// Its parameters are all columns.
extern const char kInsertDelivery[];
absl::Status InsertDeliveryRow(const DeliveryRow& row, sqlite::Statement* insert);

// What of a row changes, with its checksum. Its parameters are these, then the number of
// the row as it is.
extern const char kChangeDelivery[];
absl::Status ChangeDeliveryRow(std::uint64_t number, const DeliveryRow& to,
                               sqlite::Statement* change);

// The row that a `SELECT *` has come to. Error: kDataLoss for one that is not as it was
// written.
absl::StatusOr<DeliveryRow> ReadDeliveryRow(const sqlite::Database& database,
                                            const sqlite::Statement& select);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_DELIVERY_ROWS_H_
