#include "engine/sqlite/store_writer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/sqlite/history_rows.h"
#include "engine/sqlite/journal_rows.h"
#include "engine/sqlite/row.h"
#include "engine/store/notification_fields.h"
#include "tocsin/json.h"

namespace tocsin::sqlite {

absl::Status StoreWriter::Prepare() {
  // A transaction of the page alone that was written last would look like what fills the
  // sector behind that.
  ends_each_ = database_.FillsSectorsOfLog();
  const struct {
    std::unique_ptr<Statement>* statement;
    absl::string_view sql;
  } all[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&add_entries_, "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)"},
      // The last row that begins at the step or before it may go on behind it.
      {&needed_entries_,
       "SELECT number FROM journal WHERE first_step BETWEEN 1 AND ? "
       "ORDER BY number DESC LIMIT 1"},
      {&remove_entries_,
       "DELETE FROM journal WHERE number IN (SELECT number FROM journal WHERE number < ? "
       "ORDER BY number LIMIT ?) RETURNING checksum"},
      {&remove_end_, "DELETE FROM journal_end RETURNING checksum"},
      {&add_end_, "INSERT INTO journal_end VALUES (?, ?)"},
      {&add_checkpoint_, "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?, ?)"},
      {&remove_checkpoint_, "DELETE FROM checkpoint WHERE number < ? RETURNING checksum"},
      {&add_image_, "INSERT INTO image VALUES (?, ?, ?, ?, ?)"},
      {&remove_images_, "DELETE FROM image WHERE checkpoint <> ? RETURNING checksum"},
      {&remove_old_images_,
       "DELETE FROM image WHERE number IN (SELECT number FROM image WHERE number < ? "
       "ORDER BY number LIMIT ?) RETURNING checksum"},
      {&remove_position_, "DELETE FROM position WHERE source = ? RETURNING checksum"},
      {&add_position_, "INSERT INTO position VALUES (?, ?, ?)"},
      {&remove_alert_, "DELETE FROM alert WHERE id = ? RETURNING checksum"},
      {&add_alert_, "INSERT INTO alert VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
      {&add_waiting_, "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)"},
      {&remove_waiting_, "DELETE FROM outbox WHERE number = ? RETURNING checksum"},
      {&add_history_, "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
      {&add_fact_ids_, "INSERT INTO fact_ids VALUES (?, ?, ?, ?, ?)"},
      {&remove_fact_ids_, "DELETE FROM fact_ids WHERE number <= ? RETURNING checksum"},
  };
  for (const auto& [statement, sql] : all) {
    absl::StatusOr<std::unique_ptr<Statement>> prepared = database_.Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  absl::Status status = trimmer_.Prepare(&database_);
  return status.ok() ? receipts_.Prepare(&database_) : status;
}

absl::Status StoreWriter::Commit(const store::Transaction& transaction) {
  absl::Status status = begin_->Run();
  if (status.ok()) status = Write(transaction);
  return status.ok() ? commit_->Run() : status;
}

absl::Status StoreWriter::NoteEnd() {
  // Nobody has written anything.
  if (ends_.journal == 0) return absl::OkStatus();
  absl::Status status = begin_->Run();
  if (status.ok()) status = WriteEnd(0);
  if (status.ok()) status = WriteEntries({.last_instant = ends_.last_instant});
  return status.ok() ? commit_->Run() : status;
}

absl::Status StoreWriter::WriteEnd(std::size_t bytes_of_entries) {
  absl::Status status = Remove(remove_end_.get());
  if (!status.ok()) return status;
  const std::size_t more_rows =
      bytes_of_entries == 0 ? 0 : (bytes_of_entries - 1) / entries_in_row_max_;
  return RowWriter(kJournalEnd, add_end_.get())
      .Add(ends_.journal + 1 + static_cast<std::int64_t>(more_rows))
      .Write(&ends_.sum);
}

absl::Status StoreWriter::Write(const store::Transaction& transaction) {
  absl::Status status;
  if (transaction.begins_checkpoint) {
    status = Remove(&remove_images_->Bind(1, ends_.checkpoint));
    first_image_ = ends_.image + 1;
  }
  for (const store::Image& image : transaction.images) {
    if (!status.ok()) return status;
    status = WriteImage(image);
  }
  if (status.ok() && transaction.checkpoint.has_value()) {
    status = WriteCheckpoint(*transaction.checkpoint);
  }
  if (status.ok() && (ends_each_ || transaction.checkpoint.has_value())) {
    status = WriteEnd(transaction.entries.size());
  }
  for (const Position& position : transaction.positions) {
    if (!status.ok()) return status;
    status = WritePosition(position);
  }
  for (const Alert& alert : transaction.alerts) {
    if (!status.ok()) return status;
    status = WriteAlert(alert);
  }
  for (const store::Waiting& waiting : transaction.decided) {
    if (!status.ok()) return status;
    status = WriteWaiting(waiting);
  }
  for (const std::uint64_t number : transaction.taken) {
    if (!status.ok()) return status;
    status = Remove(&remove_waiting_->Bind(1, static_cast<std::int64_t>(number)));
  }
  if (status.ok() && !transaction.history.empty()) status = WriteHistory(transaction);
  if (status.ok() && !transaction.fact_ids.empty()) status = WriteFactIds(transaction);
  if (status.ok() && !transaction.receipts.empty()) {
    status = receipts_.Write(transaction.receipts, transaction.last_instant,
                             transaction.receipts_from, &ends_.sum);
  }
  // What a checkpoint makes needless goes with the transactions behind its own.
  if (status.ok() && !transaction.checkpoint.has_value()) status = Trim();
  return status.ok() ? WriteEntries(transaction) : status;
}

absl::StatusOr<int> StoreWriter::RemoveSome(Statement* statement) {
  int removed = 0;
  absl::StatusOr<bool> row = statement->Step();
  while (row.ok() && *row) {
    ends_.sum -= static_cast<std::uint64_t>(statement->Integer(0));
    ++removed;
    row = statement->Step();
  }
  statement->Reset();
  if (!row.ok()) return row.status();
  return removed;
}

absl::Status StoreWriter::WriteImage(const store::Image& image) {
  return RowWriter(kImage, add_image_.get())
      .Add(++ends_.image)
      .Add(ends_.next_checkpoint)
      .Add(static_cast<std::int64_t>(image.as_of))
      .AddBlob(image.customers)
      .Write(&ends_.sum);
}

absl::Status StoreWriter::WriteCheckpoint(const store::Checkpoint& checkpoint) {
  const auto step = static_cast<std::int64_t>(checkpoint.step);
  ends_.checkpoint = ends_.next_checkpoint++;
  absl::Status status = RowWriter(kCheckpoint, add_checkpoint_.get())
                            .Add(ends_.checkpoint)
                            .Add(step)
                            .Add(static_cast<std::int64_t>(checkpoint.generation))
                            .AddBlob(checkpoint.rules)
                            .AddBlob(checkpoint.alerts)
                            .Write(&ends_.sum);
  if (status.ok()) status = Remove(&remove_checkpoint_->Bind(1, ends_.checkpoint));
  if (!status.ok()) return status;
  const absl::StatusOr<bool> found = needed_entries_->Bind(1, step + 1).Step();
  if (found.ok() && *found) ends_.journal_needed = needed_entries_->Integer(0);
  needed_entries_->Reset();
  ends_.image_needed = first_image_;
  trims_journal_ = trims_images_ = true;
  return found.status();
}

absl::Status StoreWriter::Trim() {
  // About a megabyte of what large transactions leave, but for a batch of many megabytes.
  constexpr std::int64_t kImages = 8;
  constexpr std::int64_t kEntries = 16;
  if (trims_images_) {
    const absl::StatusOr<int> removed =
        RemoveSome(&remove_old_images_->Bind(1, ends_.image_needed).Bind(2, kImages));
    if (!removed.ok()) return removed.status();
    trims_images_ = *removed == kImages;
  }
  if (trims_journal_) {
    const absl::StatusOr<int> removed =
        RemoveSome(&remove_entries_->Bind(1, ends_.journal_needed).Bind(2, kEntries));
    if (!removed.ok()) return removed.status();
    trims_journal_ = *removed == kEntries;
  }
  return absl::OkStatus();
}

absl::Status StoreWriter::WritePosition(const Position& position) {
  absl::Status status = Remove(&remove_position_->Bind(1, position.source));
  if (!status.ok()) return status;
  return RowWriter(kPosition, add_position_.get())
      .Add(position.source)
      .Add(absl::StrCat(position.offset))
      .Write(&ends_.sum);
}

absl::Status StoreWriter::WriteAlert(const Alert& alert) {
  const auto text_of = [](const auto& id) {
    return id.has_value() ? std::make_optional(id->ToString()) : std::nullopt;
  };
  const AlertSpec& spec = alert.spec;
  absl::Status status = Remove(&remove_alert_->Bind(1, alert.id.ToString()));
  if (!status.ok()) return status;
  return RowWriter(kAlert, add_alert_.get())
      .Add(alert.id.ToString())
      .Add(InfoOf(spec.type).name)
      .Add(spec.name)
      .Add(spec.threshold->ToString())
      .Add(AlertStatusName(alert.status))
      .AddIfAny(text_of(spec.customer))
      .AddIfAny(text_of(spec.plan))
      .AddIfAny(spec.uniqueness_key)
      .Add(TextOf(alert.updated_at))
      .Write(&ends_.sum);
}

absl::Status StoreWriter::WriteWaiting(const store::Waiting& waiting) {
  const Notification& notification = waiting.notification;
  std::string content;
  store::Writer write(&content);
  write(notification);
  return RowWriter(kOutbox, add_waiting_.get())
      .Add(static_cast<std::int64_t>(waiting.number))
      .Add(notification.id.ToString())
      .Add(notification.customer.ToString())
      .Add(notification.alert.ToString())
      .Add(ToJson(notification))
      .AddBlob(content)
      .Write(&ends_.sum);
}

absl::Status StoreWriter::WriteHistory(const store::Transaction& transaction) {
  for (const store::HistoryRow& row : transaction.history) {
    absl::Status status =
        sqlite::WriteHistory(row, ++ends_.history, add_history_.get(), &ends_.sum);
    if (!status.ok()) return status;
  }
  return trimmer_.Trim(3 * transaction.history.size(), transaction.history_from,
                       &ends_.sum);
}

absl::Status StoreWriter::WriteFactIds(const store::Transaction& transaction) {
  std::deque<FactIdsRow>& rows = ends_.fact_ids;
  absl::Span<const std::string> left = transaction.fact_ids;
  while (!left.empty()) {
    const auto some = left.subspan(0, kFactIdsInRowMax);
    left.remove_prefix(some.size());
    std::string ids;
    store::Writer write(&ids);
    write(std::vector<std::string>(some.begin(), some.end()));
    rows.push_back({.number = rows.empty() ? 1 : rows.back().number + 1,
                    .at = transaction.last_instant,
                    .count = static_cast<std::int64_t>(some.size())});
    ends_.fact_id_count += rows.back().count;
    absl::Status status = RowWriter(kFactIds, add_fact_ids_.get())
                              .Add(rows.back().number)
                              .Add(TextOf(rows.back().at))
                              .Add(rows.back().count)
                              .AddBlob(ids)
                              .Write(&ends_.sum);
    if (!status.ok()) return status;
  }
  std::int64_t last = 0;
  // The last row stays, so that the numbers go on from it.
  while (rows.size() > 1 && (rows.front().at < transaction.fact_ids_from ||
                             ends_.fact_id_count - rows.front().count >=
                                 static_cast<std::int64_t>(transaction.fact_ids_max))) {
    last = rows.front().number;
    ends_.fact_id_count -= rows.front().count;
    rows.pop_front();
  }
  return last == 0 ? absl::OkStatus() : Remove(&remove_fact_ids_->Bind(1, last));
}

absl::Status StoreWriter::WriteEntries(const store::Transaction& transaction) {
  ends_.last_instant = transaction.last_instant;
  absl::string_view left = transaction.entries;
  auto first_step = left.empty() ? 0 : static_cast<std::int64_t>(transaction.first_step);
  do {
    const JournalRow row = {.number = ++ends_.journal,
                            .first_step = std::exchange(first_step, kGoesOn),
                            .entries = left.substr(0, entries_in_row_max_),
                            .at = transaction.last_instant};
    left.remove_prefix(row.entries.size());
    absl::Status status = WriteJournal(row, add_entries_.get(), &ends_.sum);
    if (!status.ok()) return status;
  } while (!left.empty());
  return absl::OkStatus();
}

}  // namespace tocsin::sqlite
