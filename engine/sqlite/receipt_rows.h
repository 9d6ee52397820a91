#ifndef TOCSIN_ENGINE_SQLITE_RECEIPT_ROWS_H_
#define TOCSIN_ENGINE_SQLITE_RECEIPT_ROWS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "engine/sqlite/database.h"
#include "tocsin/receipt.h"

namespace tocsin::sqlite {

// Writes rows of `receipt`, in the order of their numbers, and removes those that are
// older than they need be.
//
// Thread safety: none.
class ReceiptWriter {
 public:
  // Errors: of the database.
  absl::Status Prepare(Database* database);
  void GoOnBehind(std::int64_t number) { last_ = number; }
  absl::Status Write(absl::Span<const Receipt> receipts, absl::Time at, absl::Time from,
                     std::uint64_t* sum);

 private:
  std::unique_ptr<Statement> add_, oldest_, remove_;
  std::int64_t last_ = 0;
};

// Those from an instant on, the oldest first. Errors: of the database; kDataLoss for a
// row that is not as it was written.
absl::StatusOr<std::vector<Receipt>> ReadReceipts(Database* database, absl::Time from);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_RECEIPT_ROWS_H_
