#include "engine/sqlite/inspect.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/history_rows.h"
#include "engine/sqlite/schema.h"
#include "engine/store/entry.h"
#include "engine/store/notification_fields.h"

namespace tocsin::sqlite {
namespace {

absl::Status NotAsWritten(const Database& database, absl::string_view what) {
  return MakeStatus(Reason::kDamaged,
                    absl::StrCat(database.path(), ": ", what, " cannot be read"));
}

// Fills a summary part by part; after the first error no more.
class Summarizer {
 public:
  Summarizer(Database* database, StoreSummary* summary)
      : database_(*database), summary_(*summary) {}

  void ReadLastInstant();
  void ReadJournal();
  void ReadCheckpoint();
  void ReadAlerts();
  void ReadPositions();
  void ReadOutbox();
  void ReadHistory();
  void ReadFactIds();

  const absl::Status& status() const { return status_; }

 private:
  void ForEachRow(absl::string_view sql,
                  absl::FunctionRef<absl::Status(const Statement&)> visit);

  Database& database_;
  StoreSummary& summary_;
  absl::Status status_;
};

void Summarizer::ForEachRow(absl::string_view sql,
                            absl::FunctionRef<absl::Status(const Statement&)> visit) {
  if (!status_.ok()) return;
  auto query = database_.Prepare(sql);
  status_ = query.status();
  while (status_.ok()) {
    const absl::StatusOr<bool> has_row = (*query)->Step();
    status_ = has_row.status();
    if (!status_.ok() || !*has_row) return;
    status_ = visit(**query);
  }
}

std::uint64_t CountIn(const Statement& row, int column) {
  return static_cast<std::uint64_t>(row.Integer(column));
}

void Summarizer::ReadLastInstant() {
  ForEachRow(summary_.format >= 3 ? "SELECT at FROM journal ORDER BY number DESC LIMIT 1"
                                  : "SELECT value FROM meta WHERE key = 'last_instant'",
             [&](const Statement& row) {
               return ReadInstant(row.Text(0), &summary_.last_instant)
                          ? absl::OkStatus()
                          : NotAsWritten(database_, "the last instant");
             });
}

void Summarizer::ReadJournal() {
  ForEachRow(
      "SELECT count(*), ifnull(sum(length(entries)), 0), "
      "ifnull(min(CASE WHEN first_step > 0 THEN first_step END), 0) "
      "FROM journal WHERE first_step <> 0",
      [&](const Statement& row) {
        summary_.journal_rows = CountIn(row, 0);
        summary_.journal_bytes = CountIn(row, 1);
        summary_.journal_first_step = CountIn(row, 2);
        return absl::OkStatus();
      });
  // The last entries of all, and those that go on with them.
  std::string entries;
  ForEachRow(
      "SELECT first_step, entries FROM journal WHERE first_step <> 0 AND number >= "
      "(SELECT max(number) FROM journal WHERE first_step > 0) ORDER BY number",
      [&](const Statement& row) {
        if (entries.empty()) summary_.journal_last_step = CountIn(row, 0);
        absl::StrAppend(&entries, row.Blob(1));
        return absl::OkStatus();
      });
  std::uint64_t steps = 0;
  store::Reader reader(entries);
  while (status_.ok() && !reader.AtEnd()) {
    const store::Entry entry = store::ReadEntry(&reader);
    if (!reader.ok()) {
      status_ = NotAsWritten(database_, "the last row of journal");
    } else if (std::holds_alternative<store::At>(entry)) {
      ++steps;
    }
  }
  if (steps > 0) summary_.journal_last_step += steps - 1;
}

void Summarizer::ReadCheckpoint() {
  ForEachRow("SELECT number, step FROM checkpoint", [&](const Statement& row) {
    summary_.checkpoint = CountIn(row, 0);
    summary_.checkpoint_step = CountIn(row, 1);
    return absl::OkStatus();
  });
  ForEachRow("SELECT count(*), ifnull(sum(length(customers)), 0) FROM image",
             [&](const Statement& row) {
               summary_.image_rows = CountIn(row, 0);
               summary_.image_bytes = CountIn(row, 1);
               return absl::OkStatus();
             });
}

void Summarizer::ReadAlerts() {
  ForEachRow("SELECT status, count(*) FROM alert GROUP BY status",
             [&](const Statement& row) {
               for (auto [status, count] :
                    {std::pair(AlertStatus::kEnabled, &summary_.alerts_enabled),
                     std::pair(AlertStatus::kDisabled, &summary_.alerts_disabled),
                     std::pair(AlertStatus::kArchived, &summary_.alerts_archived)}) {
                 if (row.Text(0) != AlertStatusName(status)) continue;
                 *count = CountIn(row, 1);
                 return absl::OkStatus();
               }
               return NotAsWritten(database_, "the status of an alert");
             });
}

void Summarizer::ReadPositions() {
  ForEachRow("SELECT source, source_offset FROM position ORDER BY source",
             [&](const Statement& row) {
               Position& position = summary_.positions.emplace_back();
               position.source = std::string(row.Text(0));
               return absl::SimpleAtoi(row.Text(1), &position.offset)
                          ? absl::OkStatus()
                          : NotAsWritten(database_, "the offset of a source");
             });
}

void Summarizer::ReadOutbox() {
  ForEachRow("SELECT count(*) FROM outbox", [&](const Statement& row) {
    summary_.outbox = CountIn(row, 0);
    return absl::OkStatus();
  });
  ForEachRow("SELECT number, content FROM outbox ORDER BY number LIMIT 1",
             [&](const Statement& row) {
               store::Reader reader(row.Blob(1));
               summary_.outbox_first_number = CountIn(row, 0);
               summary_.outbox_oldest = reader.Next<Notification>().timestamp;
               return reader.AtEnd() ? absl::OkStatus()
                                     : NotAsWritten(database_, "the first row of outbox");
             });
}

void Summarizer::ReadHistory() {
  ForEachRow("SELECT count(*) FROM history", [&](const Statement& row) {
    summary_.history = CountIn(row, 0);
    return absl::OkStatus();
  });
  ForEachRow("SELECT at FROM history ORDER BY number LIMIT 1", [&](const Statement& row) {
    return ReadInstant(row.Text(0), &summary_.history_oldest)
               ? absl::OkStatus()
               : NotAsWritten(database_, "the first row of history");
  });
}

void Summarizer::ReadFactIds() {
  ForEachRow("SELECT ifnull(sum(count), 0) FROM fact_ids", [&](const Statement& row) {
    summary_.fact_ids = CountIn(row, 0);
    return absl::OkStatus();
  });
}

}  // namespace

absl::StatusOr<StoreSummary> Summarize(Database* database) {
  const absl::StatusOr<std::int64_t> format = FormatOf(database);
  if (!format.ok()) return format.status();
  StoreSummary summary;
  summary.format = *format;
  if (*format == 0) {
    return MakeStatus(Reason::kStoreUnusable,
                      absl::StrCat(database->path(),
                                   ": is empty; nobody has opened "
                                   "an engine there to its end"));
  }
  absl::Status header = database->CheckHeader();
  if (!header.ok()) return header;
  Summarizer summarizer(database, &summary);
  summarizer.ReadLastInstant();
  summarizer.ReadJournal();
  summarizer.ReadCheckpoint();
  summarizer.ReadAlerts();
  summarizer.ReadPositions();
  summarizer.ReadOutbox();
  if (*format >= 2) {
    summarizer.ReadHistory();
    summarizer.ReadFactIds();
  }
  if (!summarizer.status().ok()) return summarizer.status();
  return summary;
}

}  // namespace tocsin::sqlite
