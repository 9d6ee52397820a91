#include "engine/sqlite/store_reader.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/base/status.h"
#include "engine/sqlite/application.h"
#include "engine/sqlite/history_rows.h"
#include "engine/sqlite/journal_rows.h"
#include "engine/sqlite/row.h"
#include "engine/store/notification_fields.h"

namespace tocsin::sqlite {

absl::Status StoreReader::Read(store::Loader* loader) {
  absl::Status status = CheckStructure();
  if (status.ok()) status = ReadSize(loader);
  if (status.ok()) {
    status = format_ >= 3 ? ReadJournalEnd(loader)
                          : ForEachRow(kMeta, [&](const Statement& row) {
                              return ReadMeta(row, loader);
                            });
  }
  const auto load = [&](absl::string_view table, auto one) {
    if (!status.ok()) return;
    status = ForEachRow(table,
                        [&](const Statement& row) { return (this->*one)(row, loader); });
  };
  if (format_ >= 2) {
    load(kFactIds, &StoreReader::ReadFactIds);
    load(kHistory, &StoreReader::ReadHistory);
  }
  if (format_ >= 3) {
    load(kReceipt, &StoreReader::ReadReceipt);
  }
  load(kPosition, &StoreReader::ReadPosition);
  load(kOutbox, &StoreReader::ReadWaiting);
  load(kCheckpoint, &StoreReader::ReadCheckpoint);
  load(kImage, &StoreReader::ReadImage);
  load(kJournal, &StoreReader::ReadEntries);
  if (status.ok()) status = HandOnEntries(loader);
  if (status.ok()) {
    status = ForEachRow(kAlert, [](const Statement&) { return absl::OkStatus(); });
  }
  if (status.ok() && format_ >= 3) {
    status = ForEachRow(kJournalEnd, [&](const Statement& row) {
      if (row.Integer(0) <= ends_.journal) return absl::OkStatus();
      return Damaged(absl::StrCat("row ", row.Integer(0), " of journal is missing"));
    });
  }
  if (!status.ok() || written_sum_ == ends_.sum) return status;
  return Damaged("a row that was written is missing, or one is there that was not");
}

absl::Status StoreReader::CheckStructure() {
  // What is wrong with the pages themselves would else show when they are written to.
  for (const char* check : {"PRAGMA quick_check(1)",
                            // The index of format 2, which the other does not look into.
                            "PRAGMA integrity_check('history')"}) {
    const absl::StatusOr<std::string> found = FindBadPage(check, &database_);
    if (!found.ok()) return found.status();
    if (!found->empty()) return Damaged(*found);
    if (format_ != 2) break;
  }
  return absl::OkStatus();
}

absl::Status StoreReader::ReadSize(store::Loader* loader) {
  const absl::StatusOr<std::int64_t> bytes = database_.QueryInteger(
      "SELECT (SELECT ifnull(sum(length(customers)), 0) FROM image) + "
      "(SELECT ifnull(sum(length(entries)), 0) FROM journal)");
  if (!bytes.ok()) return bytes.status();
  return loader->Size(static_cast<std::uint64_t>(*bytes));
}

absl::Status StoreReader::ForEachRow(absl::string_view table, Visit visit) {
  const bool is_by_customer = table == kHistory && format_ >= 3;
  const auto columns = is_by_customer ? "customer_id, number" : "1";
  auto query =
      database_.Prepare(absl::StrCat("SELECT * FROM ", table, " ORDER BY ", columns));
  if (!query.ok()) return query.status();
  std::optional<std::pair<std::string, std::int64_t>> last;
  while (true) {
    const absl::StatusOr<bool> has_row = (*query)->Step();
    if (!has_row.ok() || !*has_row) return has_row.status();
    const Statement& row = **query;
    const std::uint64_t checksum = ChecksumOfRow(table, row);
    if (static_cast<std::int64_t>(checksum) != row.Integer(kChecksumColumn)) {
      return Damaged(absl::StrCat("row \"", row.Text(0), "\" of ", table,
                                  " is not as it was written"));
    }
    // Of tables that have no row numbers. SQLite gives the rows as they stand, and looks
    // for one as if they were in order; its own check of that takes another pass.
    if (is_by_customer || table == kPosition || table == kAlert) {
      std::pair key = is_by_customer
                          ? std::pair(std::string(row.Text(2)), row.Integer(0))
                          : std::pair(std::string(row.Text(0)), std::int64_t{0});
      if (last.has_value() && key <= *last) {
        return Damaged(
            absl::StrCat("row \"", row.Text(0), "\" of ", table, " is not in its place"));
      }
      last = std::move(key);
    }
    ends_.sum += checksum;
    absl::Status status = visit(row);
    if (!status.ok()) return status;
  }
}

absl::Status StoreReader::ReadJournalEnd(store::Loader* loader) {
  const absl::StatusOr<std::optional<JournalEnd>> end =
      sqlite::ReadJournalEnd(&database_);
  if (!end.ok() || !end->has_value()) return end.status();
  written_sum_ = (*end)->sum;
  ends_.last_instant = (*end)->at;
  return loader->LastInstant((*end)->at);
}

absl::Status StoreReader::ReadMeta(const Statement& row, store::Loader* loader) {
  if (row.Text(0) == kSum && absl::SimpleAtoi(row.Text(2), &written_sum_)) {
    ends_.sum -= static_cast<std::uint64_t>(row.Integer(kChecksumColumn));
    return absl::OkStatus();
  }
  absl::Time instant;
  if (row.Text(0) == kLastInstant && ReadInstant(row.Text(2), &instant)) {
    return loader->LastInstant(instant);
  }
  return Damaged(absl::StrCat("meta.", row.Text(0), " is \"", row.Text(2),
                              "\", which means nothing"));
}

absl::Status StoreReader::ReadPosition(const Statement& row, store::Loader* loader) {
  Position position{.source = std::string(row.Text(0))};
  if (absl::SimpleAtoi(row.Text(2), &position.offset)) {
    return loader->APosition(position);
  }
  return Damaged(absl::StrCat("the position of source \"", position.source, "\" is \"",
                              row.Text(2), "\", which is no number"));
}

absl::Status StoreReader::ReadWaiting(const Statement& row, store::Loader* loader) {
  store::Reader reader(row.Blob(6));
  store::Waiting waiting{.number = static_cast<std::uint64_t>(row.Integer(0)),
                         .notification = reader.Next<Notification>()};
  if (reader.AtEnd()) return loader->AWaiting(std::move(waiting));
  return Damaged(absl::StrCat("row ", waiting.number, " of outbox is no notification"));
}

absl::Status StoreReader::ReadCheckpoint(const Statement& row, store::Loader* loader) {
  if (ends_.checkpoint != 0) return Damaged("there is a second checkpoint");
  ends_.checkpoint = row.Integer(0);
  ends_.next_checkpoint = ends_.checkpoint + 1;
  checkpoint_step_ = row.Integer(2);
  return loader->ACheckpoint({.step = static_cast<std::uint64_t>(row.Integer(2)),
                              .generation = static_cast<std::uint64_t>(row.Integer(3)),
                              .rules = std::string(row.Blob(4)),
                              .alerts = std::string(row.Blob(5))});
}

absl::Status StoreReader::ReadImage(const Statement& row, store::Loader* loader) {
  ends_.image = row.Integer(0);
  const std::int64_t checkpoint = row.Integer(2);
  ends_.next_checkpoint = std::max(ends_.next_checkpoint, checkpoint + 1);
  if (checkpoint < ends_.checkpoint) ends_.image_needed = ends_.image + 1;
  if (checkpoint != ends_.checkpoint) return absl::OkStatus();
  return loader->AnImage({.as_of = static_cast<std::uint64_t>(row.Integer(3)),
                          .customers = std::string(row.Blob(4))});
}

absl::Status StoreReader::ReadFactIds(const Statement& row, store::Loader* loader) {
  FactIdsRow one{.number = row.Integer(0), .count = row.Integer(3)};
  store::Reader reader(row.Blob(4));
  auto fact_ids = reader.Next<std::vector<std::string>>();
  if (!ReadInstant(row.Text(2), &one.at) || !reader.AtEnd() ||
      fact_ids.size() != static_cast<std::size_t>(one.count)) {
    return Damaged(absl::StrCat("row ", one.number, " of fact_ids cannot be read"));
  }
  ends_.fact_id_count += one.count;
  ends_.fact_ids.push_back(one);
  return loader->FactIds(one.at, std::move(fact_ids));
}

absl::Status StoreReader::ReadReceipt(const Statement& row, store::Loader*) {
  ends_.receipt = row.Integer(0);
  return absl::OkStatus();
}

absl::Status StoreReader::ReadHistory(const Statement& row, store::Loader*) {
  ends_.history = std::max(ends_.history, row.Integer(0));
  return absl::OkStatus();
}

absl::Status StoreReader::ReadEntries(const Statement& row, store::Loader* loader) {
  const std::int64_t number = row.Integer(0);
  if (ends_.journal != 0 && number != ends_.journal + 1) {
    return Damaged(absl::StrCat("row ", ends_.journal + 1, " of journal is missing"));
  }
  ends_.journal = number;
  const std::int64_t first_step = row.Integer(kFirstStepOfJournal);
  const absl::string_view entries = row.Blob(kEntriesOfJournal);
  if (first_step == kGoesOn) {
    // What it goes on with may be gone, as a checkpoint has made it needless.
    if (last_rows_.number == 0 && has_begun_) {
      return Damaged(absl::StrCat("row ", number, " of journal goes on with nothing"));
    }
    if (has_begun_) absl::StrAppend(&last_rows_.entries, entries);
    return absl::OkStatus();
  }
  has_begun_ = true;
  absl::Status status = HandOnEntries(loader);
  if (first_step == 0 || !status.ok()) return status;
  // One that begins at the step or before it may go on behind it.
  if (first_step <= checkpoint_step_ + 1) ends_.journal_needed = number;
  last_rows_.number = number;
  last_rows_.first_step = first_step;
  last_rows_.entries.assign(entries.data(), entries.size());
  return absl::OkStatus();
}

absl::Status StoreReader::HandOnEntries(store::Loader* loader) {
  const std::int64_t number = std::exchange(last_rows_.number, 0);
  if (number == 0) return absl::OkStatus();
  absl::Status status = loader->Entries(static_cast<std::uint64_t>(last_rows_.first_step),
                                        last_rows_.entries);
  if (status.ok()) return status;
  return MakeStatus(ReasonOf(status), absl::StrCat(database_.path(), ": row ", number,
                                                   " of journal: ", status.message()));
}

absl::StatusOr<std::optional<store::Rules>> RulesOf(Database* database) {
  // Of what is written at once the first entries say who opened it.
  auto query = database->Prepare(
      "SELECT rules, 0 AS place FROM checkpoint UNION ALL SELECT * FROM "
      "(SELECT entries, 1 FROM journal WHERE first_step > 0 ORDER BY number LIMIT 1) "
      "ORDER BY place");
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> has_row = (*query)->Step();
  if (!has_row.ok()) return has_row.status();
  if (!*has_row) return std::nullopt;
  store::Reader reader((*query)->Blob(0));
  while (reader.ok() && !reader.AtEnd()) {
    store::Entry entry = store::ReadEntry(&reader);
    if (!reader.ok()) break;
    if (auto* rules = std::get_if<store::Rules>(&entry)) return std::move(*rules);
  }
  return std::nullopt;
}

absl::Status StoreReader::Damaged(absl::string_view what) const {
  return MakeStatus(Reason::kDamaged, absl::StrCat(database_.path(), ": ", what));
}

}  // namespace tocsin::sqlite
