#include "engine/sqlite/sqlite_store.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/base/status.h"
#include "engine/sqlite/database.h"
#include "engine/sqlite/directory.h"
#include "engine/sqlite/row.h"
#include "engine/sqlite/schema.h"
#include "engine/store/notification_fields.h"

namespace tocsin::sqlite {
namespace {

constexpr char kMeta[] = "meta";
constexpr char kJournal[] = "journal";
constexpr char kCheckpoint[] = "checkpoint";
constexpr char kImage[] = "image";
constexpr char kPosition[] = "position";
constexpr char kAlert[] = "alert";
constexpr char kOutbox[] = "outbox";

// Keys of `meta`.
constexpr char kLastInstant[] = "last_instant";
constexpr char kSum[] = "sum";

class SqliteStore final : public store::Store {
 public:
  SqliteStore(std::unique_ptr<Directory> directory, std::unique_ptr<Database> database)
      : directory_(std::move(directory)), database_(std::move(database)) {}

  absl::Status Prepare();
  absl::Status Load(store::Loader* loader) override;
  absl::Status Commit(const store::Transaction& transaction) override;
  std::uint64_t FreeBytes() const override { return directory_->FreeBytes(kLogFile); }

 private:
  using Visit = absl::FunctionRef<absl::Status(const Statement&)>;

  absl::Status CheckStructure();
  // Calls `visit` for each row, by its key, that is as it was written.
  absl::Status ForEachRow(absl::string_view table, Visit visit);
  absl::Status LoadMeta(const Statement& row, store::Loader* loader);
  absl::Status LoadPosition(const Statement& row, store::Loader* loader);
  absl::Status LoadWaiting(const Statement& row, store::Loader* loader);
  absl::Status LoadCheckpoint(const Statement& row, store::Loader* loader);
  absl::Status LoadImage(const Statement& row, store::Loader* loader);
  absl::Status LoadEntries(const Statement& row, store::Loader* loader);
  absl::Status Write(const store::Transaction& transaction);
  absl::Status WriteImage(const store::Image& image);
  absl::Status WriteCheckpoint(const store::Checkpoint& checkpoint);
  absl::Status WritePosition(const Position& position);
  absl::Status WriteAlert(const Alert& alert);
  absl::Status WriteWaiting(const store::Waiting& waiting);
  absl::Status WriteMeta(absl::Time last_instant);
  // Removes rows by a statement whose parameters are bound, if there are any.
  absl::Status Remove(Statement* statement);
  absl::Status Damaged(absl::string_view what) const {
    return MakeStatus(Reason::kDamaged, absl::StrCat(database_->path(), ": ", what));
  }

  // Released last, so that nobody else opens what is not closed.
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Statement> begin_, commit_, add_entries_, remove_entries_,
      add_checkpoint_, remove_checkpoint_, add_image_, remove_images_, remove_position_,
      add_position_, remove_alert_, add_alert_, add_waiting_, remove_waiting_,
      remove_meta_, add_meta_;
  std::int64_t last_row_ = 0;         // of the journal
  std::int64_t last_image_ = 0;       // of all of them
  std::int64_t checkpoint_ = 0;       // the last one
  std::int64_t next_checkpoint_ = 1;  // no image of before is of that one
  std::uint64_t sum_ = 0;             // of the checksums of all rows, but that of itself
};

absl::Status SqliteStore::Prepare() {
  absl::Status status = database_->Execute("PRAGMA busy_timeout = 10000");
  // Before anything is written, as it may be somebody else's.
  if (status.ok()) status = PrepareSchema(database_.get());
  // A commit is durable when it returns, also if the power goes; another process may read
  // meanwhile, as a backup does.
  if (status.ok()) status = database_->Execute("PRAGMA journal_mode = WAL");
  if (status.ok()) status = database_->Execute("PRAGMA synchronous = FULL");
  if (status.ok() && database_->IsReadOnly()) {
    status = MakeStatus(Reason::kStoreUnusable,
                        absl::StrCat(database_->path(), ": it can only be read"));
  }
  if (status.ok()) status = directory_->Sync();
  if (!status.ok()) return status;
  const struct {
    std::unique_ptr<Statement>* statement;
    absl::string_view sql;
  } all[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&add_entries_, "INSERT INTO journal VALUES (?, ?, ?, ?)"},
      // The last row that begins at the step or before it may go on behind it.
      {&remove_entries_,
       "DELETE FROM journal WHERE number < "
       "(SELECT max(number) FROM journal WHERE first_step <= ?) RETURNING checksum"},
      {&add_checkpoint_, "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?, ?)"},
      {&remove_checkpoint_, "DELETE FROM checkpoint WHERE number < ? RETURNING checksum"},
      {&add_image_, "INSERT INTO image VALUES (?, ?, ?, ?, ?)"},
      {&remove_images_, "DELETE FROM image WHERE checkpoint <> ? RETURNING checksum"},
      {&remove_position_, "DELETE FROM position WHERE source = ? RETURNING checksum"},
      {&add_position_, "INSERT INTO position VALUES (?, ?, ?)"},
      {&remove_alert_, "DELETE FROM alert WHERE id = ? RETURNING checksum"},
      {&add_alert_, "INSERT INTO alert VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
      {&add_waiting_, "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?)"},
      {&remove_waiting_, "DELETE FROM outbox WHERE number = ? RETURNING checksum"},
      {&remove_meta_, "DELETE FROM meta WHERE key = ? RETURNING checksum"},
      {&add_meta_, "INSERT OR REPLACE INTO meta VALUES (?, ?, ?)"},
  };
  for (const auto& [statement, sql] : all) {
    absl::StatusOr<std::unique_ptr<Statement>> prepared = database_->Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  return absl::OkStatus();
}

absl::Status SqliteStore::Load(store::Loader* loader) {
  absl::Status status = CheckStructure();
  std::string sum = "0";
  if (status.ok()) {
    status = ForEachRow(kMeta, [&](const Statement& row) {
      if (row.Text(0) != kSum) return LoadMeta(row, loader);
      sum_ -= static_cast<std::uint64_t>(row.Integer(kChecksumColumn));
      sum = std::string(row.Text(2));
      return absl::OkStatus();
    });
  }
  const auto load = [&](absl::string_view table, auto one) {
    if (!status.ok()) return;
    status = ForEachRow(table,
                        [&](const Statement& row) { return (this->*one)(row, loader); });
  };
  load(kPosition, &SqliteStore::LoadPosition);
  load(kOutbox, &SqliteStore::LoadWaiting);
  load(kCheckpoint, &SqliteStore::LoadCheckpoint);
  load(kImage, &SqliteStore::LoadImage);
  load(kJournal, &SqliteStore::LoadEntries);
  if (status.ok()) {
    status = ForEachRow(kAlert, [](const Statement&) { return absl::OkStatus(); });
  }
  if (!status.ok() || sum == absl::StrCat(sum_)) return status;
  return Damaged("a row that was written is missing, or one is there that was not");
}

absl::Status SqliteStore::CheckStructure() {
  // What is wrong with the pages themselves would else show when they are written to.
  const absl::StatusOr<std::string> found = database_->QueryText("PRAGMA quick_check(1)");
  if (!found.ok()) return found.status();
  return *found == "ok" ? absl::OkStatus() : Damaged(*found);
}

absl::Status SqliteStore::ForEachRow(absl::string_view table, Visit visit) {
  auto query = database_->Prepare(absl::StrCat("SELECT * FROM ", table, " ORDER BY 1"));
  if (!query.ok()) return query.status();
  while (true) {
    const absl::StatusOr<bool> has_row = (*query)->Step();
    if (!has_row.ok() || !*has_row) return has_row.status();
    const Statement& row = **query;
    const std::uint64_t checksum = ChecksumOfRow(table, row);
    if (static_cast<std::int64_t>(checksum) != row.Integer(kChecksumColumn)) {
      return Damaged(absl::StrCat("row \"", row.Text(0), "\" of ", table,
                                  " is not as it was written"));
    }
    sum_ += checksum;
    absl::Status status = visit(row);
    if (!status.ok()) return status;
  }
}

absl::Status SqliteStore::LoadMeta(const Statement& row, store::Loader* loader) {
  absl::Time instant;
  std::string error;
  if (row.Text(0) == kLastInstant &&
      absl::ParseTime(absl::RFC3339_full, row.Text(2), &instant, &error)) {
    return loader->LastInstant(instant);
  }
  return Damaged(absl::StrCat("meta.", row.Text(0), " is \"", row.Text(2),
                              "\", which means nothing"));
}

absl::Status SqliteStore::LoadPosition(const Statement& row, store::Loader* loader) {
  Position position{.source = std::string(row.Text(0))};
  if (absl::SimpleAtoi(row.Text(2), &position.offset)) {
    return loader->APosition(position);
  }
  return Damaged(absl::StrCat("the position of source \"", position.source, "\" is \"",
                              row.Text(2), "\", which is no number"));
}

absl::Status SqliteStore::LoadWaiting(const Statement& row, store::Loader* loader) {
  store::Reader reader(row.Blob(6));
  store::Waiting waiting{.number = static_cast<std::uint64_t>(row.Integer(0)),
                         .notification = reader.Next<Notification>()};
  if (reader.AtEnd()) return loader->AWaiting(std::move(waiting));
  return Damaged(absl::StrCat("row ", waiting.number, " of outbox is no notification"));
}

absl::Status SqliteStore::LoadCheckpoint(const Statement& row, store::Loader* loader) {
  if (checkpoint_ != 0) return Damaged("there is a second checkpoint");
  checkpoint_ = row.Integer(0);
  next_checkpoint_ = checkpoint_ + 1;
  return loader->ACheckpoint({.step = static_cast<std::uint64_t>(row.Integer(2)),
                              .generation = static_cast<std::uint64_t>(row.Integer(3)),
                              .rules = std::string(row.Blob(4)),
                              .alerts = std::string(row.Blob(5))});
}

absl::Status SqliteStore::LoadImage(const Statement& row, store::Loader* loader) {
  last_image_ = row.Integer(0);
  const std::int64_t checkpoint = row.Integer(2);
  next_checkpoint_ = std::max(next_checkpoint_, checkpoint + 1);
  if (checkpoint != checkpoint_) return absl::OkStatus();
  return loader->AnImage({.as_of = static_cast<std::uint64_t>(row.Integer(3)),
                          .customers = std::string(row.Blob(4))});
}

absl::Status SqliteStore::LoadEntries(const Statement& row, store::Loader* loader) {
  const std::int64_t number = row.Integer(0);
  if (last_row_ != 0 && number != last_row_ + 1) {
    return Damaged(absl::StrCat("row ", last_row_ + 1, " of journal is missing"));
  }
  last_row_ = number;
  absl::Status status =
      loader->Entries(static_cast<std::uint64_t>(row.Integer(2)), row.Blob(3));
  if (status.ok()) return status;
  return MakeStatus(ReasonOf(status), absl::StrCat(database_->path(), ": row ", number,
                                                   " of journal: ", status.message()));
}

absl::Status SqliteStore::Commit(const store::Transaction& transaction) {
  absl::Status status = begin_->Run();
  if (status.ok()) status = Write(transaction);
  if (status.ok()) status = commit_->Run();
  if (status.ok()) return status;
  return MakeStatus(Reason::kStoreFailed, status.message());
}

absl::Status SqliteStore::Write(const store::Transaction& transaction) {
  absl::Status status;
  if (!transaction.entries.empty()) {
    status = RowWriter(kJournal, add_entries_.get())
                 .Add(++last_row_)
                 .Add(static_cast<std::int64_t>(transaction.first_step))
                 .AddBlob(transaction.entries)
                 .Write(&sum_);
  }
  if (status.ok() && transaction.begins_checkpoint) {
    status = Remove(&remove_images_->Bind(1, checkpoint_));
  }
  for (const store::Image& image : transaction.images) {
    if (!status.ok()) return status;
    status = WriteImage(image);
  }
  if (status.ok() && transaction.checkpoint.has_value()) {
    status = WriteCheckpoint(*transaction.checkpoint);
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
  return status.ok() ? WriteMeta(transaction.last_instant) : status;
}

absl::Status SqliteStore::Remove(Statement* statement) {
  absl::StatusOr<bool> row = statement->Step();
  while (row.ok() && *row) {
    sum_ -= static_cast<std::uint64_t>(statement->Integer(0));
    row = statement->Step();
  }
  statement->Reset();
  return row.status();
}

absl::Status SqliteStore::WriteImage(const store::Image& image) {
  return RowWriter(kImage, add_image_.get())
      .Add(++last_image_)
      .Add(next_checkpoint_)
      .Add(static_cast<std::int64_t>(image.as_of))
      .AddBlob(image.customers)
      .Write(&sum_);
}

absl::Status SqliteStore::WriteCheckpoint(const store::Checkpoint& checkpoint) {
  const auto step = static_cast<std::int64_t>(checkpoint.step);
  checkpoint_ = next_checkpoint_++;
  absl::Status status = RowWriter(kCheckpoint, add_checkpoint_.get())
                            .Add(checkpoint_)
                            .Add(step)
                            .Add(static_cast<std::int64_t>(checkpoint.generation))
                            .AddBlob(checkpoint.rules)
                            .AddBlob(checkpoint.alerts)
                            .Write(&sum_);
  if (status.ok()) status = Remove(&remove_checkpoint_->Bind(1, checkpoint_));
  if (status.ok()) status = Remove(&remove_images_->Bind(1, checkpoint_));
  if (status.ok()) status = Remove(&remove_entries_->Bind(1, step + 1));
  return status;
}

absl::Status SqliteStore::WritePosition(const Position& position) {
  absl::Status status = Remove(&remove_position_->Bind(1, position.source));
  if (!status.ok()) return status;
  return RowWriter(kPosition, add_position_.get())
      .Add(position.source)
      .Add(absl::StrCat(position.offset))
      .Write(&sum_);
}

absl::Status SqliteStore::WriteAlert(const Alert& alert) {
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
      .Write(&sum_);
}

absl::Status SqliteStore::WriteWaiting(const store::Waiting& waiting) {
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
      .Write(&sum_);
}

absl::Status SqliteStore::WriteMeta(absl::Time last_instant) {
  absl::Status status = Remove(&remove_meta_->Bind(1, kLastInstant));
  if (status.ok()) {
    status = RowWriter(kMeta, add_meta_.get())
                 .Add(kLastInstant)
                 .Add(TextOf(last_instant))
                 .Write(&sum_);
  }
  if (!status.ok()) return status;
  std::uint64_t not_in_the_sum = 0;
  return RowWriter(kMeta, add_meta_.get())
      .Add(kSum)
      .Add(absl::StrCat(sum_))
      .Write(&not_in_the_sum);
}

}  // namespace

absl::StatusOr<std::unique_ptr<store::Store>> OpenStore(const std::string& directory,
                                                        const std::string& vfs) {
  absl::StatusOr<std::unique_ptr<Directory>> taken = Directory::Take(directory);
  if (!taken.ok()) return taken.status();
  const std::string file = (*taken)->FileOf("tocsin.db");
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(file, vfs);
  if (!database.ok()) return database.status();
  auto store = std::make_unique<SqliteStore>(*std::move(taken), *std::move(database));
  absl::Status status = store->Prepare();
  if (!status.ok()) return status;
  return store;
}

}  // namespace tocsin::sqlite
