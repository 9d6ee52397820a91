#include "engine/sqlite/history_rows.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/status.h"
#include "engine/sqlite/row.h"
#include "engine/sqlite/tables.h"

namespace tocsin::sqlite {
namespace {

enum HistoryColumn {
  kNumberOfHistory,
  kChecksumOfHistory,
  kCustomerOfHistory,
  kAlertOfHistory,
  kInstanceOfHistory,
  kAtOfHistory,
  kStatusOfHistory,
  kTriggerOfHistory,
  kEpochOfHistory,
  kValueOfHistory,
  kNotificationOfHistory,
};

// The first value of an enum of `count` values whose name it is.
template <typename Enum, typename Name>
bool ReadName(absl::string_view text, int count, Name name, Enum* value) {
  for (int i = 0; i < count; ++i) {
    *value = static_cast<Enum>(i);
    if (name(*value) == text) return true;
  }
  return false;
}

template <typename T>
bool Take(absl::StatusOr<T> parsed, T* value) {
  if (!parsed.ok()) return false;
  *value = *std::move(parsed);
  return true;
}

// What `Decimal::ToString` writes of any; a sum may be larger than an amount, which is
// all that `Decimal::Parse` reads.
bool ReadDecimal(absl::string_view text, Decimal* value) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('.', 1));
  if (parts.second.size() > Decimal::kFractionalDigits) return false;
  std::string units = absl::StrCat(parts.first, parts.second);
  units.append(Decimal::kFractionalDigits - parts.second.size(), '0');
  absl::int128 read = 0;
  if (!absl::SimpleAtoi(units, &read)) return false;
  *value = Decimal::FromUnits(static_cast<Int128>(read));
  return value->ToString() == text;
}

bool ReadRow(const Statement& row, store::HistoryRow* one) {
  one->number = static_cast<std::uint64_t>(row.Integer(kNumberOfHistory));
  one->instance = std::string(row.Blob(kInstanceOfHistory));
  one->epoch = static_cast<std::uint64_t>(row.Integer(kEpochOfHistory));
  bool ok = Take(AlertId::Parse(row.Text(kAlertOfHistory)), &one->alert) &&
            ReadDecimal(row.Text(kValueOfHistory), &one->value) &&
            ReadInstant(row.Text(kAtOfHistory), &one->at) &&
            ReadName(row.Text(kTriggerOfHistory), static_cast<int>(Trigger::kReset) + 1,
                     TriggerName, &one->triggered_by);
  // Format 2 has no value for none.
  if (!row.Text(kCustomerOfHistory).empty()) {
    ok = ok && Take(CustomerId::Parse(row.Text(kCustomerOfHistory)), &one->customer);
  }
  if (!row.IsNull(kStatusOfHistory)) {
    ok = ok && ReadName(row.Text(kStatusOfHistory),
                        static_cast<int>(CustomerStatus::kEvaluating) + 1,
                        CustomerStatusName, &one->status.emplace());
  }
  if (!row.IsNull(kNotificationOfHistory)) {
    ok = ok && Take(NotificationId::Parse(row.Text(kNotificationOfHistory)),
                    &one->notification.emplace());
  }
  return ok;
}

absl::StatusOr<store::HistoryRow> CheckedRow(const std::string& path,
                                             const Statement& row) {
  store::HistoryRow one;
  const std::uint64_t checksum = ChecksumOfRow(kHistory, row);
  if (static_cast<std::int64_t>(checksum) == row.Integer(kChecksumColumn) &&
      ReadRow(row, &one)) {
    return one;
  }
  return MakeStatus(Reason::kDamaged,
                    absl::StrCat(path, ": row ", row.Integer(0),
                                 " of history is not as it was written"));
}

}  // namespace

std::string TextOf(absl::Time instant) {
  return absl::FormatTime(absl::RFC3339_full, instant, absl::UTCTimeZone());
}

bool ReadInstant(absl::string_view text, absl::Time* instant) {
  std::string error;
  return absl::ParseTime(absl::RFC3339_full, text, instant, &error);
}

absl::Status WriteHistory(const store::HistoryRow& row, std::int64_t number,
                          Statement* insert, std::uint64_t* sum) {
  std::optional<std::string> status, notification;
  if (row.status.has_value()) status = std::string(CustomerStatusName(*row.status));
  if (row.notification.has_value()) notification = row.notification->ToString();
  return RowWriter(kHistory, insert)
      .Add(number)
      .Add(row.customer.is_nil() ? "" : row.customer.ToString())
      .Add(row.alert.ToString())
      .AddBlob(row.instance)
      .Add(TextOf(row.at))
      .AddIfAny(status)
      .Add(TriggerName(row.triggered_by))
      .Add(static_cast<std::int64_t>(row.epoch))
      .Add(row.value.ToString())
      .AddIfAny(notification)
      .Write(sum);
}

absl::Status MoveHistory(Database* database, std::uint64_t* sum) {
  auto select = database->Prepare("SELECT * FROM history_2");
  if (!select.ok()) return select.status();
  auto insert =
      database->Prepare("INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!insert.ok()) return insert.status();
  absl::StatusOr<bool> has_row = (*select)->Step();
  for (; has_row.ok() && *has_row; has_row = (*select)->Step()) {
    const absl::StatusOr<store::HistoryRow> row = CheckedRow(database->path(), **select);
    if (!row.ok()) return row.status();
    *sum -= static_cast<std::uint64_t>((*select)->Integer(kChecksumColumn));
    absl::Status status =
        WriteHistory(*row, static_cast<std::int64_t>(row->number), insert->get(), sum);
    if (!status.ok()) return status;
  }
  (*select)->Reset();
  return has_row.ok() ? database->Execute("DROP TABLE history_2") : has_row.status();
}

absl::Status HistoryTrimmer::Prepare(Database* database) {
  auto next = database->Prepare(
      "SELECT customer_id, number, at FROM history "
      "WHERE (customer_id, number) > (?, ?) ORDER BY customer_id, number LIMIT ?");
  if (!next.ok()) return next.status();
  auto remove = database->Prepare(
      "DELETE FROM history WHERE customer_id = ? AND number = ? RETURNING checksum");
  if (!remove.ok()) return remove.status();
  next_ = *std::move(next);
  remove_ = *std::move(remove);
  return absl::OkStatus();
}

absl::Status HistoryTrimmer::Trim(std::size_t rows, absl::Time from, std::uint64_t* sum) {
  owed_ += rows;
  if (owed_ < kLookFrom) return absl::OkStatus();
  rows = std::exchange(owed_, 0);
  std::vector<Key> old;
  next_->Bind(1, last_.customer).Bind(2, last_.number);
  next_->Bind(3, static_cast<std::int64_t>(rows));
  std::size_t seen = 0;
  absl::StatusOr<bool> row = next_->Step();
  for (; row.ok() && *row; row = next_->Step(), ++seen) {
    last_ = {.customer = std::string(next_->Text(0)), .number = next_->Integer(1)};
    absl::Time at;
    if (ReadInstant(next_->Text(2), &at) && at < from) old.push_back(last_);
  }
  next_->Reset();
  if (!row.ok()) return row.status();
  if (seen < rows) last_ = {};
  for (const Key& key : old) {
    const absl::StatusOr<bool> was_there =
        remove_->Bind(1, key.customer).Bind(2, key.number).Step();
    if (was_there.ok() && *was_there) {
      *sum -= static_cast<std::uint64_t>(remove_->Integer(0));
    }
    remove_->Reset();
    if (!was_there.ok()) return was_there.status();
  }
  return absl::OkStatus();
}

absl::Status HistoryReader::Connect() {
  if (select_ != nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<Database>> opened = Database::Open(path_, vfs_);
  if (!opened.ok()) return opened.status();
  absl::Status status = (*opened)->Execute("PRAGMA query_only = 1");
  if (status.ok()) status = (*opened)->Execute("PRAGMA busy_timeout = 10000");
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<Statement>> select = (*opened)->Prepare(
      "SELECT * FROM history WHERE number > ? AND customer_id IN ('', ?) "
      "AND alert_id = ? ORDER BY number");
  if (!select.ok()) return select.status();
  database_ = *std::move(opened);
  select_ = *std::move(select);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<store::HistoryRow>> HistoryReader::Read(
    const store::HistoryQuery& query) {
  absl::MutexLock lock(&mu_);
  absl::Status status = Connect();
  if (!status.ok()) return status;
  // The statement keeps the file from being trimmed until it is reset.
  const std::string customer = query.customer.ToString();
  const std::string alert = query.alert.ToString();
  constexpr std::uint64_t kLast = std::numeric_limits<std::int64_t>::max();
  select_->Bind(1, static_cast<std::int64_t>(std::min(query.range.after, kLast)))
      .Bind(2, customer)
      .Bind(3, alert);
  std::vector<store::HistoryRow> rows;
  absl::StatusOr<bool> has_row = select_->Step();
  while (has_row.ok() && *has_row && rows.size() < query.range.limit) {
    absl::StatusOr<store::HistoryRow> row = CheckedRow(path_, *select_);
    if (!row.ok()) {
      has_row = row.status();
      break;
    }
    if (row->at >= query.range.from && row->at < query.range.to) {
      rows.push_back(*std::move(row));
    }
    has_row = select_->Step();
  }
  select_->Reset();
  if (!has_row.ok()) return has_row.status();
  return rows;
}

}  // namespace tocsin::sqlite
