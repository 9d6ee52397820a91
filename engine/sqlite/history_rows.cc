#include "engine/sqlite/history_rows.h"

#include <optional>

#include "absl/strings/str_cat.h"
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

bool ReadRow(const Statement& row, store::HistoryRow* one) {
  one->number = static_cast<std::uint64_t>(row.Integer(kNumberOfHistory));
  one->instance = std::string(row.Blob(kInstanceOfHistory));
  one->epoch = static_cast<std::uint64_t>(row.Integer(kEpochOfHistory));
  bool ok = Take(AlertId::Parse(row.Text(kAlertOfHistory)), &one->alert) &&
            Take(Decimal::Parse(row.Text(kValueOfHistory)), &one->value) &&
            ReadInstant(row.Text(kAtOfHistory), &one->at) &&
            ReadName(row.Text(kTriggerOfHistory), static_cast<int>(Trigger::kReset) + 1,
                     TriggerName, &one->triggered_by);
  if (!row.IsNull(kCustomerOfHistory)) {
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
  std::optional<std::string> customer, status, notification;
  if (!row.customer.is_nil()) customer = row.customer.ToString();
  if (row.status.has_value()) status = std::string(CustomerStatusName(*row.status));
  if (row.notification.has_value()) notification = row.notification->ToString();
  return RowWriter(kHistory, insert)
      .Add(number)
      .AddIfAny(customer)
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

absl::Status HistoryReader::Connect() {
  if (select_ != nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<Database>> opened = Database::Open(path_, vfs_);
  if (!opened.ok()) return opened.status();
  absl::Status status = (*opened)->Execute("PRAGMA query_only = 1");
  if (status.ok()) status = (*opened)->Execute("PRAGMA busy_timeout = 10000");
  if (!status.ok()) return status;
  absl::StatusOr<std::unique_ptr<Statement>> select = (*opened)->Prepare(
      "SELECT * FROM history WHERE number > ? AND (customer_id = ? OR customer_id IS "
      "NULL) "
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
  select_->Bind(1, static_cast<std::int64_t>(query.range.after))
      .Bind(2, customer)
      .Bind(3, alert);
  std::vector<store::HistoryRow> rows;
  absl::StatusOr<bool> has_row = select_->Step();
  while (has_row.ok() && *has_row && rows.size() < query.range.limit) {
    store::HistoryRow row;
    const std::uint64_t checksum = ChecksumOfRow(kHistory, *select_);
    if (static_cast<std::int64_t>(checksum) != select_->Integer(kChecksumColumn) ||
        !ReadRow(*select_, &row)) {
      has_row = MakeStatus(Reason::kDamaged,
                           absl::StrCat(path_, ": row ", select_->Integer(0),
                                        " of history is not as it was written"));
      break;
    }
    if (row.at >= query.range.from && row.at < query.range.to) {
      rows.push_back(std::move(row));
    }
    has_row = select_->Step();
  }
  select_->Reset();
  if (!has_row.ok()) return has_row.status();
  return rows;
}

}  // namespace tocsin::sqlite
