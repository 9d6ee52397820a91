#include "engine/webhook/delivery_rows.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "engine/sqlite/row.h"
#include "engine/webhook/store_values.h"

namespace tocsin::webhook {
namespace {

// At once is NULL.
std::optional<absl::Time> DueIfAny(absl::Time due) {
  return due == absl::InfinitePast() ? std::nullopt : std::make_optional(due);
}

// Takes the columns of a row as `RowWriter` does, for its checksum alone.
class ColumnSum {
 public:
  ColumnSum& Add(std::int64_t value) { return Add(absl::StrCat(value)); }
  ColumnSum& Add(absl::string_view text) {
    checksum_.Add(text);
    return *this;
  }
  ColumnSum& AddIfAny(const std::optional<std::string>& text) {
    if (text) return Add(*text);
    checksum_.AddNull();
    return *this;
  }
  std::int64_t value() const { return InColumn(checksum_.value()); }

 private:
  sqlite::RowChecksum checksum_{kDeliveryTable};
};

template <typename Columns>
void AddColumns(const DeliveryRow& row, Columns* columns) {
  using View = absl::string_view;
  const DeliveryState& state = row.state;
  columns->Add(InColumn(row.number))
      .Add(InColumn(row.endpoint))
      .Add(View(row.notification.ToString()))
      .Add(View(row.line.customer.ToString()))
      .Add(View(row.line.alert.ToString()))
      .Add(View(row.type))
      .Add(View(TimeText(state.accepted_at)))
      .Add(std::int64_t{state.attempts})
      .AddIfAny(TimeTextIfAny(DueIfAny(state.due_at)))
      .Add(View(state.last_failure))
      .AddIfAny(TimeTextIfAny(state.died_at))
      .Add(View(row.body));
}

}  // namespace

const char kInsertDelivery[] =
    "INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

absl::Status InsertDeliveryRow(const DeliveryRow& row, sqlite::Statement* insert) {
  sqlite::RowWriter writer(kDeliveryTable, insert);
  AddColumns(row, &writer);
  // Rows of this database have no sum of them all.
  std::uint64_t sum = 0;
  return writer.Write(&sum);
}

const char kChangeDelivery[] =
    "UPDATE delivery SET number = ?, checksum = ?, accepted_at = ?, attempts = ?, "
    "due_at = ?, last_failure = ?, died_at = ? WHERE number = ?";

absl::Status ChangeDeliveryRow(std::uint64_t number, const DeliveryRow& to,
                               sqlite::Statement* change) {
  ColumnSum sum;
  AddColumns(to, &sum);
  change->Bind(1, InColumn(to.number)).Bind(2, sum.value());
  BindTime(3, to.state.accepted_at, change);
  change->Bind(4, std::int64_t{to.state.attempts});
  BindTime(5, DueIfAny(to.state.due_at), change);
  change->Bind(6, absl::string_view(to.state.last_failure));
  BindTime(7, to.state.died_at, change);
  return change->Bind(8, InColumn(number)).Run();
}

absl::StatusOr<DeliveryRow> ReadDeliveryRow(const sqlite::Database& database,
                                            const sqlite::Statement& select) {
  absl::Status status = CheckRow(database, kDeliveryTable, select);
  if (!status.ok()) return status;
  ColumnReader columns(select);
  DeliveryRow row;
  columns.Count(0, &row.number);
  columns.Count(2, &row.endpoint);
  columns.Id(3, &row.notification);
  columns.Id(4, &row.line.customer);
  columns.Id(5, &row.line.alert);
  row.type = columns.Text(6);
  row.state.accepted_at = columns.Time(7);
  columns.Count(8, &row.state.attempts);
  row.state.due_at = columns.TimeIfAny(9).value_or(absl::InfinitePast());
  row.state.last_failure = columns.Text(10);
  row.state.died_at = columns.TimeIfAny(11);
  row.body = columns.Text(12);
  if (!columns.status().ok()) {
    return OfRow(database, kDeliveryTable, row.number, columns.status());
  }
  return row;
}

}  // namespace tocsin::webhook
