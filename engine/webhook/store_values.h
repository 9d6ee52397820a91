#ifndef TOCSIN_ENGINE_WEBHOOK_STORE_VALUES_H_
#define TOCSIN_ENGINE_WEBHOOK_STORE_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/base/rfc3339.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/sqlite/database.h"
#include "engine/sqlite/row.h"

// How values stand in the columns of `webhooks.db`.
namespace tocsin::webhook {

inline std::int64_t InColumn(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

// To the millisecond, of one length, so that texts are in the order of times.
inline std::string TimeText(absl::Time time) {
  std::string text;
  AppendRfc3339Millis(time, &text);
  return text;
}

inline std::optional<std::string> TimeTextIfAny(const std::optional<absl::Time>& time) {
  return time ? std::make_optional(TimeText(*time)) : std::nullopt;
}

inline void BindTime(int parameter, const std::optional<absl::Time>& time,
                     sqlite::Statement* to) {
  if (time) {
    to->Bind(parameter, absl::string_view(TimeText(*time)));
  } else {
    to->BindNull(parameter);
  }
}

// What is wrong with a row, by the file, the table and the row's number.
inline absl::Status OfRow(const sqlite::Database& database, absl::string_view table,
                          std::uint64_t number, const absl::Status& status) {
  return MakeStatus(Reason::kDamaged,
                    absl::StrCat(database.path(), ": row ", number, " of ", table, ": ",
                                 status.message()));
}

// Whether the row that a `SELECT *` has come to is as it was written. Error: kDataLoss.
inline absl::Status CheckRow(const sqlite::Database& database, absl::string_view table,
                             const sqlite::Statement& row) {
  const auto checksum = static_cast<std::int64_t>(sqlite::ChecksumOfRow(table, row));
  if (checksum == row.Integer(sqlite::kChecksumColumn)) return absl::OkStatus();
  return MakeStatus(Reason::kDamaged,
                    absl::StrCat(database.path(), ": row ", row.Integer(0), " of ", table,
                                 " is not as it was written"));
}

// Reads columns; of the first one that cannot be read an error is kept.
//
// Thread safety: none.
class ColumnReader {
 public:
  explicit ColumnReader(const sqlite::Statement& row) : row_(row) {}

  absl::Time Time(int column) {
    const absl::StatusOr<absl::Time> time = ParseRfc3339(row_.Text(column));
    if (time.ok()) return *time;
    Fail(column);
    return {};
  }
  std::optional<absl::Time> TimeIfAny(int column) {
    if (row_.IsNull(column)) return std::nullopt;
    return Time(column);
  }
  template <typename AnyId>
  void Id(int column, AnyId* id) {
    const absl::StatusOr<AnyId> read = AnyId::Parse(row_.Text(column));
    if (read.ok()) {
      *id = *read;
    } else {
      Fail(column);
    }
  }
  std::string Text(int column) { return std::string(row_.Text(column)); }
  template <typename Number>
  void Count(int column, Number* number) {
    if (row_.Integer(column) < 0) Fail(column);
    *number = static_cast<Number>(row_.Integer(column));
  }
  const absl::Status& status() const { return status_; }

 private:
  void Fail(int column) {
    if (!status_.ok()) return;
    status_ = MakeStatus(
        Reason::kDamaged,
        absl::StrCat("its column ", column, " cannot be ", Quote(row_.Text(column))));
  }

  const sqlite::Statement& row_;
  absl::Status status_;
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_STORE_VALUES_H_
