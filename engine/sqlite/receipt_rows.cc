#include "engine/sqlite/receipt_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/history_rows.h"
#include "engine/sqlite/row.h"
#include "engine/sqlite/tables.h"

namespace tocsin::sqlite {

absl::Status ReceiptWriter::Prepare(Database* database) {
  const struct {
    std::unique_ptr<Statement>* statement;
    absl::string_view sql;
  } all[] = {
      {&add_, "INSERT INTO receipt VALUES (?, ?, ?, ?, ?)"},
      {&oldest_, "SELECT number, at FROM receipt ORDER BY number LIMIT ?"},
      {&remove_, "DELETE FROM receipt WHERE number <= ? RETURNING checksum"},
  };
  for (const auto& [statement, sql] : all) {
    absl::StatusOr<std::unique_ptr<Statement>> prepared = database->Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  return absl::OkStatus();
}

absl::Status ReceiptWriter::Write(absl::Span<const Receipt> receipts, absl::Time at,
                                  absl::Time from, std::uint64_t* sum) {
  for (const Receipt& receipt : receipts) {
    absl::Status status = RowWriter(kReceipt, add_.get())
                              .Add(++last_)
                              .Add(TextOf(at))
                              .AddBlob(receipt.key)
                              .AddBlob(receipt.content)
                              .Write(sum);
    if (!status.ok()) return status;
  }
  // Two for each that is added, so that they go as fast as they come.
  std::int64_t old = 0;
  oldest_->Bind(1, static_cast<std::int64_t>(2 * receipts.size()));
  absl::StatusOr<bool> row = oldest_->Step();
  for (; row.ok() && *row; row = oldest_->Step()) {
    absl::Time written;
    if (!ReadInstant(oldest_->Text(1), &written) || written >= from) break;
    old = oldest_->Integer(0);
  }
  oldest_->Reset();
  if (!row.ok() || old == 0) return row.status();
  row = remove_->Bind(1, old).Step();
  for (; row.ok() && *row; row = remove_->Step()) {
    *sum -= static_cast<std::uint64_t>(remove_->Integer(0));
  }
  remove_->Reset();
  return row.status();
}

absl::StatusOr<std::vector<Receipt>> ReadReceipts(Database* database, absl::Time from) {
  auto query = database->Prepare("SELECT * FROM receipt ORDER BY number");
  if (!query.ok()) return query.status();
  const Statement& row = **query;
  std::vector<Receipt> receipts;
  absl::StatusOr<bool> has_row = (*query)->Step();
  for (; has_row.ok() && *has_row; has_row = (*query)->Step()) {
    Receipt receipt{.key = std::string(row.Blob(3)), .content = std::string(row.Blob(4))};
    const auto checksum = static_cast<std::int64_t>(ChecksumOfRow(kReceipt, row));
    if (checksum != row.Integer(kChecksumColumn) ||
        !ReadInstant(row.Text(2), &receipt.at)) {
      return MakeStatus(Reason::kDamaged,
                        absl::StrCat(database->path(), ": row ", row.Integer(0),
                                     " of receipt is not as it was written"));
    }
    if (receipt.at >= from) receipts.push_back(std::move(receipt));
  }
  if (!has_row.ok()) return has_row.status();
  return receipts;
}

}  // namespace tocsin::sqlite
