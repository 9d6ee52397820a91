#include "engine/sqlite/journal_rows.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/history_rows.h"
#include "engine/sqlite/row.h"
#include "engine/sqlite/tables.h"

namespace tocsin::sqlite {
namespace {

absl::Status JournalDamaged(const Database& database, absl::string_view what) {
  return MakeStatus(Reason::kDamaged, absl::StrCat(database.path(), ": ", what));
}

// What `meta` said: an instant, and the sum, of which its row was no part.
absl::Status ReadMeta(Database* database, absl::Time* at, std::uint64_t* sum) {
  auto query = database->Prepare("SELECT * FROM meta");
  if (!query.ok()) return query.status();
  const Statement& row = **query;
  absl::StatusOr<bool> has_row = (*query)->Step();
  for (; has_row.ok() && *has_row; has_row = (*query)->Step()) {
    const std::uint64_t checksum = ChecksumOfRow(kMeta, row);
    std::uint64_t written = 0;
    const bool is_sum = row.Text(0) == kSum;
    const bool reads =
        is_sum ? absl::SimpleAtoi(row.Text(2), &written) : ReadInstant(row.Text(2), at);
    if (!reads || static_cast<std::int64_t>(checksum) != row.Integer(kChecksumColumn)) {
      return JournalDamaged(*database, "meta is not as it was written");
    }
    *sum += is_sum ? written : -checksum;
  }
  return has_row.status();
}

}  // namespace

absl::Status WriteJournal(const JournalRow& row, Statement* insert, std::uint64_t* sum) {
  const std::uint64_t others = *sum;
  return RowWriter(kJournal, insert)
      .Add(row.number)
      .Add(row.first_step)
      .AddBlob(row.entries)
      .Add(TextOf(row.at))
      .Add(static_cast<std::int64_t>(others))
      .Write(sum);
}

absl::StatusOr<std::optional<JournalEnd>> ReadJournalEnd(Database* database) {
  auto query = database->Prepare("SELECT * FROM journal ORDER BY number DESC LIMIT 1");
  if (!query.ok()) return query.status();
  const absl::StatusOr<bool> has_row = (*query)->Step();
  if (!has_row.ok()) return has_row.status();
  if (!*has_row) return std::nullopt;
  const Statement& row = **query;
  const std::uint64_t checksum = ChecksumOfRow(kJournal, row);
  JournalEnd end = {.sum = static_cast<std::uint64_t>(row.Integer(kSumOfJournal)) +
                           checksum};
  if (static_cast<std::int64_t>(checksum) == row.Integer(kChecksumOfJournal) &&
      ReadInstant(row.Text(kInstantOfJournal), &end.at)) {
    return end;
  }
  return JournalDamaged(*database, "the last row of journal is not as it was written");
}

absl::Status TakeMeta(Database* database, absl::Time* at, std::uint64_t* sum) {
  absl::Status status = ReadMeta(database, at, sum);
  return status.ok() ? database->Execute("DROP TABLE meta") : status;
}

absl::Status EndJournal(Database* database, JournalRow end, std::uint64_t sum) {
  // The rows that are there stay as they are: of two columns without a value nothing is
  // left in a checksum.
  absl::Status status = database->Execute(
      "ALTER TABLE journal ADD COLUMN at TEXT;ALTER TABLE journal ADD COLUMN sum "
      "INTEGER");
  if (!status.ok()) return status;
  const absl::StatusOr<std::int64_t> last =
      database->QueryInteger("SELECT ifnull(max(number), 0) FROM journal");
  if (!last.ok()) return last.status();
  if (*last == 0 && sum == 0) return absl::OkStatus();
  end.number = *last + 1;
  auto insert = database->Prepare("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)");
  return insert.ok() ? WriteJournal(end, insert->get(), &sum) : insert.status();
}

}  // namespace tocsin::sqlite
