#ifndef TOCSIN_ENGINE_WEBHOOK_STORE_VALUES_H_
#define TOCSIN_ENGINE_WEBHOOK_STORE_VALUES_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/base/rfc3339.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/sqlite/database.h"

// How values stand in the columns of `webhooks.db`.
namespace tocsin::webhook {

// To the millisecond, of one length, so that texts are in the order of times.
inline std::string TimeText(absl::Time time) {
  std::string text;
  AppendRfc3339Millis(time, &text);
  return text;
}

inline void BindTime(int parameter, const std::optional<absl::Time>& time,
                     sqlite::Statement* to) {
  if (time) {
    to->Bind(parameter, absl::string_view(TimeText(*time)));
  } else {
    to->BindNull(parameter);
  }
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
    status_ = MakeStatus(Reason::kDamaged,
                         "webhooks.db: column " + std::to_string(column) +
                             " of a row cannot be " + Quote(row_.Text(column)));
  }

  const sqlite::Statement& row_;
  absl::Status status_;
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_STORE_VALUES_H_
